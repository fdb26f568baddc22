package jp.kasane.meeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.Holiday;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rhythms the documents name (001b, R26; 001, L6406-6414): nth weekday, weekly, every n months, k a year with months left out. */
class RhythmTest {

    private static final List<Integer> ALL_YEAR = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    /** 文化の日, a Tuesday in 2026. */
    private static final LocalDate CULTURE_DAY = LocalDate.of(2026, 11, 3);

    private final BusinessCalendar calendar = new BusinessCalendar(
            EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY),
            List.of(),
            Map.of(),
            Map.of(CULTURE_DAY, new Holiday(CULTURE_DAY, "文化の日", "Culture Day")));

    private List<String> dates(Rhythm rhythm, String from, String until) {
        return rhythm.slots(LocalDate.parse(from), LocalDate.parse(until), calendar).stream()
                .map(slot -> slot.on().toString())
                .toList();
    }

    private static Rhythm monthly(DayOfWeek day, List<Integer> nths, List<Integer> months) {
        return new Rhythm("monthly", 1, null, day, nths, months, "next");
    }

    @Test
    void theThirdWednesday() {
        assertThat(dates(monthly(DayOfWeek.WEDNESDAY, List.of(3), ALL_YEAR), "2026-10-01", "2026-12-31"))
                .containsExactly("2026-10-21", "2026-11-18", "2026-12-16");
    }

    @Test
    void theDayItselfCountsAndTheOneBeforeDoesNot() {
        var rhythm = monthly(DayOfWeek.WEDNESDAY, List.of(3), ALL_YEAR);
        assertThat(dates(rhythm, "2026-10-21", "2026-10-21")).containsExactly("2026-10-21");
        assertThat(dates(rhythm, "2026-10-22", "2026-11-17")).isEmpty();
    }

    @Test
    void twiceAMonthAndTheLast() {
        assertThat(dates(monthly(DayOfWeek.THURSDAY, List.of(1, 3), ALL_YEAR), "2026-12-01", "2026-12-31"))
                .containsExactly("2026-12-03", "2026-12-17");
        assertThat(dates(monthly(DayOfWeek.FRIDAY, List.of(-1), ALL_YEAR), "2026-10-01", "2026-11-30"))
                .containsExactly("2026-10-30", "2026-11-27");
    }

    @Test
    void aFifthWeekdayIsOnlyWhereThereIsOne() {
        assertThat(dates(monthly(DayOfWeek.MONDAY, List.of(5), ALL_YEAR), "2026-10-01", "2027-01-31"))
                .containsExactly("2026-11-30");
    }

    @Test
    void tenOfTwelveMonths() {
        var rhythm = monthly(DayOfWeek.THURSDAY, List.of(1), List.of(1, 2, 3, 4, 5, 6, 7, 9, 10, 11));
        assertThat(dates(rhythm, "2026-07-01", "2027-01-31"))
                .containsExactly("2026-07-02", "2026-09-03", "2026-10-01", "2026-11-05", "2027-01-07");
    }

    @Test
    void everyFourMonthsFromTheMonthItIsCountedFrom() {
        var rhythm =
                new Rhythm("monthly", 4, LocalDate.of(2026, 5, 20), DayOfWeek.WEDNESDAY, List.of(4), ALL_YEAR, "next");
        assertThat(dates(rhythm, "2026-04-01", "2027-06-30"))
                .containsExactly("2026-05-27", "2026-09-23", "2027-01-27", "2027-05-26");
        assertThat(dates(rhythm, "2027-01-28", "2027-06-30")).containsExactly("2027-05-26");
    }

    @Test
    void everyWeekAndEverySecondWeek() {
        var weekly = new Rhythm("weekly", 1, null, DayOfWeek.FRIDAY, List.of(), ALL_YEAR, "next");
        assertThat(dates(weekly, "2026-11-21", "2026-12-12")).containsExactly("2026-11-27", "2026-12-04", "2026-12-11");
        var second = new Rhythm("weekly", 2, LocalDate.of(2026, 11, 11), DayOfWeek.FRIDAY, List.of(), ALL_YEAR, "next");
        assertThat(dates(second, "2026-11-01", "2026-12-12")).containsExactly("2026-11-13", "2026-11-27", "2026-12-11");
        assertThat(dates(second, "2026-11-14", "2026-12-12")).containsExactly("2026-11-27", "2026-12-11");
    }

    @ParameterizedTest
    @CsvSource({"keep, 2026-11-03", "next, 2026-11-04", "previous, 2026-11-02", "skip,"})
    void whatFallsOnAHolidayIsTheMunicipalitysRule(String rule, String held) {
        var rhythm = new Rhythm("monthly", 1, null, DayOfWeek.TUESDAY, List.of(1), ALL_YEAR, rule);
        assertThat(dates(rhythm, "2026-11-01", "2026-11-30")).isEqualTo(held == null ? List.of() : List.of(held));
        assertThat(rhythm.slots(CULTURE_DAY, CULTURE_DAY, calendar).stream().map(Rhythm.Slot::date))
                .isSubsetOf(Set.of(CULTURE_DAY));
    }

    @Test
    void whoMeetsAtNeedHasNoDates() {
        var rhythm = new Rhythm("adhoc", 1, null, null, List.of(), ALL_YEAR, "next");
        assertThat(dates(rhythm, "2026-01-01", "2027-12-31")).isEmpty();
    }
}
