package jp.kasane.web;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.BiFunction;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.WrittenDates;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** {@link WrittenDates} in the language of the page; nothing for what is not known. */
@Component("times")
class Times {

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern(":ss").withZone(JapaneseTime.ZONE);

    private final Clock clock;

    Times(Clock clock) {
        this.clock = clock;
    }

    public String dateTime(Instant time) {
        return write(time, WrittenDates::dateAndHour);
    }

    /** To the second, where the order of things is asked about. */
    public String moment(Instant time) {
        return time == null ? "" : dateTime(time) + SECONDS.format(time);
    }

    public String date(LocalDate date) {
        return write(date, WrittenDates::date);
    }

    public String birth(LocalDate date) {
        return write(date, WrittenDates::birth);
    }

    public String day(Instant time) {
        return write(time, WrittenDates::day);
    }

    public String hour(Instant time) {
        return write(time, WrittenDates::hour);
    }

    public boolean past(Instant time) {
        return time != null && time.isBefore(clock.instant());
    }

    /** Within three days. */
    public boolean near(Instant time) {
        return time != null && time.isBefore(clock.instant().plusSeconds(3 * 86_400));
    }

    private static <T> String write(T time, BiFunction<T, Locale, String> style) {
        return time == null ? "" : style.apply(time, LocaleContextHolder.getLocale());
    }
}
