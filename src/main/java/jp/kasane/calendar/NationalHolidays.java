package jp.kasane.calendar;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * The national holidays, from {@code @holiday-jp/holiday_jp}, which follows the Cabinet Office's list; the web build writes them
 * to a file (docs/adr/0011). What lies more than about a year ahead is computed by the law as it is: the equinox days are fixed
 * each February for the following year, and the law itself can change (it moved three holidays in 2020 and 2021). The list ends in
 * 2050; later there are no holidays. A municipality corrects single days in its own calendar without waiting for a new version.
 */
@Component
class NationalHolidays {

    private final TreeMap<LocalDate, Holiday> days = new TreeMap<>();

    /** @throws IllegalStateException if the list is missing: without it every deadline would be wrong in silence */
    NationalHolidays(ObjectMapper json) {
        record Entry(String date, String name, String nameEn) {}
        try (var file = new ClassPathResource("static/assets/holidays.json").getInputStream()) {
            Arrays.stream(json.readValue(file, Entry[].class))
                    .map(day -> new Holiday(LocalDate.parse(day.date()), day.name(), day.nameEn()))
                    .forEach(day -> days.put(day.date(), day));
        } catch (IOException e) {
            throw new IllegalStateException("The list of national holidays cannot be read: was web/ built?", e);
        }
    }

    Optional<Holiday> on(LocalDate date) {
        return Optional.ofNullable(days.get(date));
    }

    Stream<Holiday> between(LocalDate first, LocalDate last) {
        return days.subMap(first, true, last, true).values().stream();
    }

    Map<LocalDate, Holiday> all() {
        return java.util.Collections.unmodifiableMap(days);
    }
}
