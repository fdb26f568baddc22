package jp.kasane.meeting;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jp.kasane.calendar.BusinessCalendar;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;

/**
 * When a body meets: weekly, on the nth weekdays of a month, every so many weeks or months, in some months only, or at need
 * (001b, R26; 001, L6406-6414). The dates are an RRULE's (RFC 5545); what falls on a closed day is decided here.
 *
 * @param kind adhoc, weekly or monthly
 * @param every n weeks or months, from {@code countsFrom} on (null if n is 1)
 * @param nths 1 to 5, or -1 for the last; of a monthly rhythm
 * @param months 1 to 12: those in which it meets
 * @param closedDay keep, next, previous or skip
 */
record Rhythm(
        String kind,
        int every,
        LocalDate countsFrom,
        DayOfWeek weekday,
        List<Integer> nths,
        List<Integer> months,
        String closedDay) {

    /**
     * @param date what the rhythm says
     * @param on when it is held, past a closed day
     */
    record Slot(LocalDate date, LocalDate on) {}

    /** The slots whose date lies in the given days, both included; none for a body that meets at need. */
    List<Slot> slots(LocalDate from, LocalDate until, BusinessCalendar calendar) {
        var slots = new ArrayList<Slot>();
        if (kind.equals("adhoc")) {
            return slots;
        }
        var first = countsFrom == null ? from : countsFrom;
        // The rule counts weeks and months from where it begins: from the month's first day, so that its first weekday
        // counts.
        var start = kind.equals("monthly") ? first.withDayOfMonth(1) : first.with(DayOfWeek.MONDAY);
        var dates = rule().iterator(new DateTime(start.getYear(), start.getMonthValue() - 1, start.getDayOfMonth()));
        if (from.isAfter(start)) {
            dates.fastForward(new DateTime(from.getYear(), from.getMonthValue() - 1, from.getDayOfMonth()));
        }
        while (dates.hasNext()) {
            var next = dates.nextDateTime();
            var date = LocalDate.of(next.getYear(), next.getMonth() + 1, next.getDayOfMonth());
            if (date.isAfter(until)) {
                break;
            }
            if (date.isBefore(from) || date.isBefore(first)) {
                continue;
            }
            switch (closedDay) {
                case "keep" -> slots.add(new Slot(date, date));
                case "next" -> slots.add(new Slot(date, calendar.openOnOrAfter(date)));
                case "previous" -> slots.add(new Slot(date, calendar.openOnOrBefore(date)));
                case "skip" -> {
                    if (calendar.isOpen(date)) {
                        slots.add(new Slot(date, date));
                    }
                }
                default -> throw new IllegalStateException("Nobody knows what to do on a closed day: " + closedDay);
            }
        }
        return slots;
    }

    private RecurrenceRule rule() {
        var day = weekday.name().substring(0, 2);
        var days = kind.equals("monthly") ? nths.stream().map(nth -> nth + day).collect(Collectors.joining(",")) : day;
        var inMonths = months.size() == 12
                ? ""
                : ";BYMONTH=" + months.stream().map(String::valueOf).collect(Collectors.joining(","));
        var text = "FREQ=%s;INTERVAL=%d;BYDAY=%s%s"
                .formatted(kind.toUpperCase(java.util.Locale.ROOT), every, days, inMonths);
        try {
            return new RecurrenceRule(text);
        } catch (InvalidRecurrenceRuleException e) {
            throw new IllegalStateException("The table of bodies holds a rhythm that is none: " + text, e);
        }
    }
}
