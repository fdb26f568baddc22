package jp.kasane.calendar;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The municipalities' calendars as they stand in the tables. */
@Component
@Transactional(readOnly = true)
public class Calendars {

    private final JdbcClient jdbc;
    private final NationalHolidays holidays;

    Calendars(JdbcClient jdbc, NationalHolidays holidays) {
        this.jdbc = jdbc;
        this.holidays = holidays;
    }

    public BusinessCalendar of(UUID municipalityId) {
        return new BusinessCalendar(
                closedWeekdays(municipalityId),
                closures(municipalityId),
                days(municipalityId).stream().collect(Collectors.toMap(SpecialDay::date, Function.identity())),
                holidays.all());
    }

    Set<DayOfWeek> closedWeekdays(UUID municipalityId) {
        return jdbc.sql("select closed_weekdays from kasane.calendar_week where municipality_id = :municipality")
                .param("municipality", municipalityId)
                .query((row, n) -> Arrays.stream((Integer[]) row.getArray(1).getArray())
                        .map(DayOfWeek::of)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(DayOfWeek.class))))
                .optional()
                .map(Set.class::cast)
                .orElse(EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY));
    }

    List<YearlyClosure> closures(UUID municipalityId) {
        return jdbc.sql(
                        """
                        select id, name, from_day, to_day, origin from kasane.calendar_yearly_closure
                        where municipality_id = :municipality order by from_day, name, id
                        """)
                .param("municipality", municipalityId)
                .query((row, n) -> new YearlyClosure(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        MonthDay.parse("--" + row.getString("from_day")),
                        MonthDay.parse("--" + row.getString("to_day")),
                        row.getString("origin")))
                .list();
    }

    List<SpecialDay> days(UUID municipalityId) {
        return jdbc.sql(
                        """
                        select on_date as date, open, name from kasane.calendar_day where municipality_id = :municipality order by on_date
                        """)
                .param("municipality", municipalityId)
                .query((row, n) -> new SpecialDay(
                        row.getObject("date", LocalDate.class), row.getBoolean("open"), row.getString("name")))
                .list();
    }
}
