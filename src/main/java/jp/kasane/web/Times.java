package jp.kasane.web;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Component;

/** Dates as people read them, in Japanese time. */
@Component("times")
class Times {

    private static final ZoneId JAPAN = ZoneId.of("Asia/Tokyo");

    private final Clock clock;

    Times(Clock clock) {
        this.clock = clock;
    }

    public String dateTime(Instant time) {
        return format(time == null ? null : time.atZone(JAPAN), "yyyy年M月d日(E) H:mm", "EEE d MMM yyyy, HH:mm");
    }

    public String date(LocalDate date) {
        return format(date, "yyyy年M月d日(E)", "EEE d MMM yyyy");
    }

    public String day(Instant time) {
        return format(time == null ? null : time.atZone(JAPAN), "M月d日(E)", "EEE d MMM");
    }

    public String hour(Instant time) {
        return format(time == null ? null : time.atZone(JAPAN), "H:mm", "HH:mm");
    }

    public boolean past(Instant time) {
        return time != null && time.isBefore(clock.instant());
    }

    /** Within three days. */
    public boolean near(Instant time) {
        return time != null && time.isBefore(clock.instant().plusSeconds(3 * 86_400));
    }

    private static String format(TemporalAccessor time, String japanese, String english) {
        if (time == null) {
            return "";
        }
        return LocaleContextHolder.getLocale().getLanguage().equals("en")
                ? DateTimeFormatter.ofPattern(english, Locale.ENGLISH).format(time)
                : DateTimeFormatter.ofPattern(japanese, Locale.JAPANESE).format(time);
    }
}
