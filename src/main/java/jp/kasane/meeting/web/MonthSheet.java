package jp.kasane.meeting.web;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.chrono.JapaneseChronology;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.meeting.Sitting;

/**
 * A month of sittings as a calendar on the wall has it: whole weeks that begin on Sunday, in Japanese time.
 *
 * @param weeks seven days each; those of the months beside it have no sittings here
 */
record MonthSheet(YearMonth month, List<List<Day>> weeks) {

    /** @param within whether the day is of this month */
    record Day(LocalDate date, boolean within, List<Sitting> sittings) {}

    static MonthSheet of(YearMonth month, List<Sitting> sittings) {
        var byDay = sittings.stream().collect(Collectors.groupingBy(each -> JapaneseTime.dayOf(each.startsAt())));
        var weeks = new ArrayList<List<Day>>();
        var first = month.atDay(1).with(TemporalAdjusters.previousOrSame(DayOfWeek.SUNDAY));
        for (var sunday = first; !sunday.isAfter(month.atEndOfMonth()); sunday = sunday.plusWeeks(1)) {
            var week = new ArrayList<Day>();
            for (int i = 0; i < 7; i++) {
                var date = sunday.plusDays(i);
                week.add(new Day(date, YearMonth.from(date).equals(month), byDay.getOrDefault(date, List.of())));
            }
            weeks.add(List.copyOf(week));
        }
        return new MonthSheet(month, List.copyOf(weeks));
    }

    public YearMonth previous() {
        return month.minusMonths(1);
    }

    public YearMonth next() {
        return month.plusMonths(1);
    }

    /** 令和8年: Japanese pages count years so. */
    public String era() {
        return DateTimeFormatter.ofPattern("Gy年", Locale.JAPANESE)
                .withChronology(JapaneseChronology.INSTANCE)
                .format(month.atDay(1));
    }

    public LocalDate first() {
        return month.atDay(1);
    }

    /** The days on which something is, for the list a phone shows. */
    public List<Day> busy() {
        return weeks.stream()
                .flatMap(List::stream)
                .filter(day -> !day.sittings().isEmpty())
                .toList();
    }
}
