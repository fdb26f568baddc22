package jp.kasane.deadline;

import static java.time.LocalDate.parse;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.Holiday;
import jp.kasane.calendar.YearlyClosure;
import org.junit.jupiter.api.Test;

/** When the rungs of a deadline fall: at 17:15 of a day, counted from the day after. */
class RungsTest {

    private static final BusinessCalendar OFFICE = new BusinessCalendar(
            EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY),
            List.of(new YearlyClosure(
                    UUID.randomUUID(), "年末年始", MonthDay.parse("--12-29"), MonthDay.parse("--01-03"), "ours")),
            Map.of(),
            Stream.of("2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06", "2026-11-23")
                    .map(date -> new Holiday(LocalDate.parse(date), "祝日", "holiday"))
                    .collect(Collectors.toMap(Holiday::date, Function.identity())));

    private static DeadlinePolicy policy(String unit, int due, int remind, int lead, int escalate) {
        return new DeadlinePolicy("Task_X", true, due, unit, remind, lead, escalate, "ours");
    }

    private static Rungs rungs(String from, String planned, DeadlinePolicy policy) {
        return Rungs.of(at(from), planned == null ? null : parse(planned), policy, OFFICE);
    }

    private static Instant at(String time) {
        return OffsetDateTime.parse(time + ":00+09:00").toInstant();
    }

    private static Rungs expected(String remind, String due, String lead, String escalate) {
        return new Rungs(at(remind + "T17:15"), at(due + "T17:15"), at(lead + "T17:15"), at(escalate + "T17:15"));
    }

    @Test
    void calendarDaysCountClosedOnesToo() {
        assertThat(rungs("2026-11-20T10:00", null, policy("calendar", 3, 1, 0, 2)))
                .isEqualTo(expected("2026-11-22", "2026-11-23", "2026-11-23", "2026-11-25"));
    }

    @Test
    void businessDaysSkipWeekendAndHolidayOnBothSidesOfTheDueDate() {
        assertThat(rungs("2026-11-20T10:00", null, policy("business", 3, 1, 1, 2)))
                .isEqualTo(expected("2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"));
    }

    @Test
    void businessDaysGoOverTheTurnOfTheYear() {
        assertThat(rungs("2026-12-25T10:00", null, policy("business", 3, 2, 0, 1)))
                .isEqualTo(expected("2026-12-28", "2027-01-05", "2027-01-05", "2027-01-06"));
    }

    @Test
    void businessDaysGoOverTheHolidaysInMay() {
        assertThat(rungs("2026-05-01T10:00", null, policy("business", 1, 1, 0, 1)))
                .isEqualTo(expected("2026-05-07", "2026-05-07", "2026-05-07", "2026-05-08"));
    }

    @Test
    void aReminderThatWouldComeBeforeTheTaskWaitsForTheDueDate() {
        assertThat(rungs("2026-11-16T10:00", null, policy("calendar", 3, 3, 0, 2))
                        .remindAt())
                .isEqualTo(at("2026-11-19T17:15"));
    }

    @Test
    void thePlannedDateGoesBeforeThePolicysDaysEvenOnAClosedDay() {
        assertThat(rungs("2026-11-16T10:00", "2026-11-28", policy("business", 5, 2, 0, 1)))
                .isEqualTo(expected("2026-11-26", "2026-11-28", "2026-11-28", "2026-11-30"));
    }

    @Test
    void aPlannedDateThatIsOverIsNone() {
        assertThat(rungs("2026-11-16T10:00", "2026-11-15", policy("calendar", 5, 2, 0, 1))
                        .dueAt())
                .isEqualTo(at("2026-11-21T17:15"));
    }

    @Test
    void whatBeginsAfterTheOfficeDayIsNotOverAtOnce() {
        assertThat(rungs("2026-11-20T18:00", null, policy("calendar", 0, 0, 0, 0))
                        .dueAt())
                .isEqualTo(at("2026-11-21T17:15"));
        assertThat(rungs("2026-11-20T18:00", null, policy("business", 0, 0, 0, 0))
                        .dueAt())
                .isEqualTo(at("2026-11-24T17:15"));
        assertThat(rungs("2026-11-20T18:00", "2026-11-20", policy("calendar", 5, 0, 0, 0))
                        .dueAt())
                .isEqualTo(at("2026-11-21T17:15"));
    }

    /** Late in the evening it is the day after in Japan and still today elsewhere. */
    @Test
    void daysAreThoseOfJapan() {
        assertThat(Rungs.of(
                                OffsetDateTime.parse("2026-11-16T15:30:00Z").toInstant(),
                                null,
                                policy("calendar", 1, 0, 0, 0),
                                OFFICE)
                        .dueAt())
                .isEqualTo(at("2026-11-18T17:15"));
    }

    @Test
    void noRungIsReachedBeforeTheOneBelowIt() {
        for (var unit : List.of("calendar", "business")) {
            for (int days = 0; days < 40; days++) {
                for (var begun : List.of("2026-11-20T18:00", "2026-11-21T09:00", "2026-12-28T17:15")) {
                    var rungs = rungs(begun, null, policy(unit, days, days, days, days));
                    assertThat(rungs.remindAt()).isAfter(at(begun)).isBeforeOrEqualTo(rungs.dueAt());
                    assertThat(rungs.leadAt()).isAfterOrEqualTo(rungs.dueAt());
                    assertThat(rungs.escalateAt()).isAfterOrEqualTo(rungs.leadAt());
                }
            }
        }
    }
}
