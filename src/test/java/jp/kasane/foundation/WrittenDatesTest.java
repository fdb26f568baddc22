package jp.kasane.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates as a municipality writes them. */
class WrittenDatesTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-22, 令和8年11月22日(日)",
        "2020-01-01, 令和2年1月1日(水)",
        "2019-12-31, 令和元年12月31日(火)",
        "2019-05-01, 令和元年5月1日(水)",
        "2019-04-30, 平成31年4月30日(火)",
        "1989-01-08, 平成元年1月8日(日)",
        "1989-01-07, 昭和64年1月7日(土)",
        "1943-05-01, 昭和18年5月1日(土)",
        "1926-12-25, 昭和元年12月25日(土)",
        "1926-12-24, 大正15年12月24日(金)",
        "1912-07-29, 明治45年7月29日(月)",
        "1873-01-01, 明治6年1月1日(水)",
    })
    void aYearIsOneOfItsEra(LocalDate date, String written) {
        assertThat(WrittenDates.date(date, Locale.JAPANESE)).isEqualTo(written);
        assertThat(WrittenDates.date(date, Locale.JAPAN)).isEqualTo(written);
    }

    @Test
    void aDateFromBeforeTheCalendarOfTodayIsWrittenAsItWasEntered() {
        assertThat(WrittenDates.date(LocalDate.of(1872, 12, 31), Locale.JAPANESE))
                .isEqualTo("1872年12月31日(火)");
        assertThat(WrittenDates.birth(LocalDate.of(1192, 4, 1), Locale.JAPANESE))
                .isEqualTo("1192年4月1日");
    }

    @Test
    void aDateOfBirthHasNoDayOfTheWeek() {
        var date = LocalDate.of(1943, 5, 1);
        assertThat(WrittenDates.birth(date, Locale.JAPANESE)).isEqualTo("昭和18年5月1日");
        assertThat(WrittenDates.birth(date, Locale.ENGLISH)).isEqualTo("1 May 1943");
    }

    @Test
    void aMomentIsThatOfJapan() {
        var lastMinute = at("2019-04-30T14:59Z");
        assertThat(WrittenDates.dateAndHour(lastMinute, Locale.JAPANESE)).isEqualTo("平成31年4月30日(火) 23:59");
        var nextMinute = at("2019-04-30T15:00Z");
        assertThat(WrittenDates.dateAndHour(nextMinute, Locale.JAPANESE)).isEqualTo("令和元年5月1日(水) 0:00");
        assertThat(WrittenDates.day(nextMinute, Locale.JAPANESE)).isEqualTo("5月1日(水)");
        assertThat(WrittenDates.dayAndHour(nextMinute, Locale.JAPANESE)).isEqualTo("5月1日(水) 0:00");
        assertThat(WrittenDates.hour(nextMinute, Locale.JAPANESE)).isEqualTo("0:00");
    }

    @Test
    void englishKeepsTheGregorianYear() {
        var time = at("2026-11-22T00:30Z");
        assertThat(WrittenDates.date(LocalDate.of(2026, 11, 22), Locale.ENGLISH))
                .isEqualTo("Sun 22 Nov 2026");
        assertThat(WrittenDates.dateAndHour(time, Locale.ENGLISH)).isEqualTo("Sun 22 Nov 2026, 09:30");
        assertThat(WrittenDates.dayAndHour(time, Locale.ENGLISH)).isEqualTo("Sun 22 Nov, 09:30");
        assertThat(WrittenDates.day(time, Locale.ENGLISH)).isEqualTo("Sun 22 Nov");
        assertThat(WrittenDates.hour(time, Locale.ENGLISH)).isEqualTo("09:30");
    }

    @ParameterizedTest
    @CsvSource({
        "昭和18年5月1日, 1943-05-01",
        "昭和１８年５月１日, 1943-05-01",
        "S18.5.1, 1943-05-01",
        "s18/5/1, 1943-05-01",
        "令和元年5月1日, 2019-05-01",
        "平成31年6月1日, 2019-06-01",
        "M45.7.29, 1912-07-29",
        "1943-05-01, 1943-05-01",
        "1943/5/1, 1943-05-01",
        "1943年5月1日, 1943-05-01",
        "19430501, 1943-05-01",
    })
    void aDateIsReadAsPeopleWriteIt(String written, LocalDate date) {
        assertThat(WrittenDates.read(written)).contains(date);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "昨日", "昭和18年", "1943-02-30", "1943-13-01", "43-5-1", "慶応3年1月1日", "99999999", "5/1/1943"})
    void whatIsNoDateIsNone(String written) {
        assertThat(WrittenDates.read(written)).isEmpty();
    }

    private static Instant at(String time) {
        return OffsetDateTime.parse(time).toInstant();
    }
}
