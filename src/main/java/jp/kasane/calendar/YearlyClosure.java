package jp.kasane.calendar;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.UUID;

/**
 * Days on which the office is closed every year, such as 年末年始.
 *
 * @param to the last closed day; before {@code from}: the closure goes over the new year
 * @param origin ours (a first value of Kasane's) or municipality
 */
public record YearlyClosure(
        UUID id,
        String name,
        @JsonFormat(pattern = "MM-dd") MonthDay from,
        @JsonFormat(pattern = "MM-dd") MonthDay to,
        String origin) {

    public boolean covers(LocalDate date) {
        var day = MonthDay.from(date);
        return from.isAfter(to) ? !day.isBefore(from) || !day.isAfter(to) : !day.isBefore(from) && !day.isAfter(to);
    }
}
