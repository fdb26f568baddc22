package jp.kasane.calendar;

import static java.time.LocalDate.parse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The holidays of the law as the Cabinet Office lists them, and what a municipality adds and takes away. */
class BusinessCalendarTest {

    private static final NationalHolidays HOLIDAYS = new NationalHolidays(new ObjectMapper());
    private static final Set<DayOfWeek> WEEKEND = EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY);
    private static final YearlyClosure NEW_YEAR = closure("年末年始", "--12-29", "--01-03");

    private static YearlyClosure closure(String name, String from, String to) {
        return new YearlyClosure(UUID.randomUUID(), name, MonthDay.parse(from), MonthDay.parse(to), "ours");
    }

    private static BusinessCalendar office(SpecialDay... days) {
        return new BusinessCalendar(
                WEEKEND,
                List.of(NEW_YEAR),
                Arrays.stream(days).collect(Collectors.toMap(SpecialDay::date, Function.identity())),
                HOLIDAYS.all());
    }

    @Test
    void theHolidaysOf2026AreThoseOfTheCabinetOffice() {
        assertThat(HOLIDAYS.between(parse("2026-01-01"), parse("2026-12-31")).map(day -> day.date() + " " + day.name()))
                .containsExactly(
                        "2026-01-01 元日",
                        "2026-01-12 成人の日",
                        "2026-02-11 建国記念の日",
                        "2026-02-23 天皇誕生日",
                        "2026-03-20 春分の日",
                        "2026-04-29 昭和の日",
                        "2026-05-03 憲法記念日",
                        "2026-05-04 みどりの日",
                        "2026-05-05 こどもの日",
                        "2026-05-06 こどもの日 振替休日",
                        "2026-07-20 海の日",
                        "2026-08-11 山の日",
                        "2026-09-21 敬老の日",
                        "2026-09-22 休日",
                        "2026-09-23 秋分の日",
                        "2026-10-12 スポーツの日",
                        "2026-11-03 文化の日",
                        "2026-11-23 勤労感謝の日");
    }

    /** Days that a calculation by fixed dates or by Mondays alone gets wrong. */
    @ParameterizedTest
    @CsvSource({
        "2024-02-12, true", // 建国記念の日 on a Sunday
        "2024-05-06, true", // こどもの日 on a Sunday, before which are holidays
        "2027-03-22, true", // 春分の日 on a Sunday
        "2032-09-21, true", // 国民の休日 between 敬老の日 and 秋分の日
        "2021-07-22, true", // 海の日, moved for the Olympic Games
        "2021-07-19, false", // where it would have been
        "2026-12-23, false", // 天皇誕生日 until 2018
        "2019-05-01, true", // once, by a law of its own
        "2027-09-22, false" // not between two holidays
    })
    void holidaysThatAreEasilyMissed(LocalDate date, boolean holiday) {
        assertThat(HOLIDAYS.on(date).isPresent()).isEqualTo(holiday);
    }

    @Test
    void theOfficeIsClosedAtWeekendsOnHolidaysAndAtTheTurnOfTheYear() {
        var office = office();
        assertThat(office.isOpen(parse("2026-11-20"))).isTrue();
        assertThat(office.isOpen(parse("2026-11-21"))).isFalse();
        assertThat(office.isOpen(parse("2026-11-23"))).isFalse();
        assertThat(office.isOpen(parse("2026-12-28"))).isTrue();
        assertThat(office.isOpen(parse("2026-12-29"))).isFalse();
        assertThat(office.isOpen(parse("2026-12-31"))).isFalse();
        assertThat(office.isOpen(parse("2027-01-03"))).isFalse();
        assertThat(office.isOpen(parse("2027-01-04"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-28, 1, 2027-01-04", // over the turn of the year
        "2026-12-25, 3, 2027-01-05",
        "2026-05-01, 1, 2026-05-07", // over the holidays in May
        "2026-04-28, 2, 2026-05-01", // 昭和の日 between
        "2026-09-18, 1, 2026-09-24", // five closed days in September
        "2026-11-20, 0, 2026-11-20",
        "2026-11-21, 0, 2026-11-24", // Saturday; Monday is 勤労感謝の日
        "2026-11-21, 1, 2026-11-24",
        "2026-11-13, 5, 2026-11-20"
    })
    void businessDaysAhead(LocalDate from, int days, LocalDate there) {
        assertThat(office().plus(from, days)).isEqualTo(there);
    }

    @ParameterizedTest
    @CsvSource({
        "2027-01-04, 1, 2026-12-28",
        "2026-05-07, 1, 2026-05-01",
        "2026-11-24, 2, 2026-11-19",
        "2026-11-22, 0, 2026-11-20"
    })
    void businessDaysBack(LocalDate from, int days, LocalDate there) {
        assertThat(office().minus(from, days)).isEqualTo(there);
    }

    @Test
    void theMunicipalityAddsAndTakesAwaySingleDays() {
        var office = office(
                new SpecialDay(parse("2026-10-01"), false, "市制記念日"),
                new SpecialDay(parse("2026-11-23"), true, "窓口を開く"),
                new SpecialDay(parse("2026-11-28"), true, "土曜開庁"));
        assertThat(office.isOpen(parse("2026-10-01"))).isFalse();
        assertThat(office.isOpen(parse("2026-11-23"))).isTrue();
        assertThat(office.isOpen(parse("2026-11-28"))).isTrue();
        assertThat(office.plus(parse("2026-11-20"), 1)).isEqualTo(parse("2026-11-23"));
    }

    @Test
    void theNextOpenDayIsTheDayItselfIfItIsOpen() {
        assertThat(office().openOnOrAfter(parse("2026-11-20"))).isEqualTo(parse("2026-11-20"));
        assertThat(office().openOnOrAfter(parse("2026-11-21"))).isEqualTo(parse("2026-11-24"));
    }

    @Test
    void aCalendarThatIsAlwaysClosedDoesNotWaitForEver() {
        var never = new BusinessCalendar(WEEKEND, List.of(closure("誤り", "--01-01", "--12-31")), Map.of(), Map.of());
        assertThat(never.plus(parse("2026-11-20"), 2)).isAfter(parse("2026-11-20"));
    }
}
