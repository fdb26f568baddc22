package jp.kasane.calendar;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The days a municipality's office is open, as its calendar stands now; a value, taken from {@link Calendars}. A day the
 * municipality has decided on has the last word, then a day is closed by the week, by a yearly closure or as a national holiday.
 */
public final class BusinessCalendar {

    /** A calendar whose rows close a whole year is a mistake; nobody shall wait for ever because of it. */
    private static final int LONGEST_CLOSURE = 366;

    private final Set<DayOfWeek> closedWeekdays;
    private final List<YearlyClosure> closures;
    private final Map<LocalDate, SpecialDay> days;
    private final Map<LocalDate, Holiday> holidays;

    public BusinessCalendar(
            Set<DayOfWeek> closedWeekdays,
            List<YearlyClosure> closures,
            Map<LocalDate, SpecialDay> days,
            Map<LocalDate, Holiday> holidays) {
        this.closedWeekdays = Set.copyOf(closedWeekdays);
        this.closures = List.copyOf(closures);
        this.days = Map.copyOf(days);
        this.holidays = holidays;
    }

    public boolean isOpen(LocalDate date) {
        var decided = days.get(date);
        if (decided != null) {
            return decided.open();
        }
        return !closedWeekdays.contains(date.getDayOfWeek())
                && !holidays.containsKey(date)
                && closures.stream().noneMatch(closure -> closure.covers(date));
    }

    /** The date itself if the office is open, else the next day on which it is. */
    public LocalDate openOnOrAfter(LocalDate date) {
        return step(date, 1, isOpen(date) ? 0 : 1);
    }

    /** The date itself if the office is open, else the last day before on which it was. */
    public LocalDate openOnOrBefore(LocalDate date) {
        return step(date, -1, isOpen(date) ? 0 : 1);
    }

    /** The n-th open day after the date, which itself does not count (初日不算入); for 0 the date or the next open day. */
    public LocalDate plus(LocalDate date, int openDays) {
        return openDays == 0 ? openOnOrAfter(date) : step(date, 1, openDays);
    }

    /** The n-th open day before the date; for 0 the date or the last open day before it. */
    public LocalDate minus(LocalDate date, int openDays) {
        return openDays == 0 ? openOnOrBefore(date) : step(date, -1, openDays);
    }

    private LocalDate step(LocalDate date, int direction, int openDays) {
        var day = date;
        int closed = 0;
        for (int left = openDays; left > 0; ) {
            day = day.plusDays(direction);
            if (isOpen(day) || ++closed > LONGEST_CLOSURE) {
                left--;
                closed = closed > LONGEST_CLOSURE ? closed : 0;
            }
        }
        return day;
    }
}
