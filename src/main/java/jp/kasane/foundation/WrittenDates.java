package jp.kasane.foundation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.chrono.JapaneseChronology;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Map;

/**
 * Dates as people read them on screens and in mails, in Japanese time: a Japanese year is one of its era (令和8年11月22日(日)), as on
 * everything a municipality writes; an English one is that of the Gregorian calendar. What machines read stays ISO 8601.
 */
public final class WrittenDates {

    /** Before 明治6年 Japan's months were those of another calendar: such a date, a slip of the pen, is written as it was entered. */
    private static final LocalDate FIRST_WITH_AN_ERA = LocalDate.of(1873, 1, 1);

    private static final Style DATE = new Style(era("M月d日(E)"), western("yyyy年M月d日(E)"), english("EEE d MMM yyyy"));
    private static final Style BIRTH = new Style(era("M月d日"), western("yyyy年M月d日"), english("d MMM yyyy"));
    private static final Style DATE_AND_HOUR =
            new Style(era("M月d日(E) H:mm"), western("yyyy年M月d日(E) H:mm"), english("EEE d MMM yyyy, HH:mm"));
    private static final Style DAY = new Style(western("M月d日(E)"), english("EEE d MMM"));
    private static final Style DAY_AND_HOUR = new Style(western("M月d日(E) H:mm"), english("EEE d MMM, HH:mm"));
    private static final Style HOUR = new Style(western("H:mm"), english("HH:mm"));

    private WrittenDates() {}

    /** 令和8年11月22日(日). */
    public static String date(LocalDate date, Locale in) {
        return DATE.write(date, in);
    }

    /** 昭和18年5月1日: on which day of the week somebody was born is of no use. */
    public static String birth(LocalDate date, Locale in) {
        return BIRTH.write(date, in);
    }

    /** 令和8年11月22日(日) 9:30. */
    public static String dateAndHour(Instant time, Locale in) {
        return DATE_AND_HOUR.write(time.atZone(JapaneseTime.ZONE), in);
    }

    /** 11月22日(日), where the year goes without saying. */
    public static String day(Instant time, Locale in) {
        return DAY.write(time.atZone(JapaneseTime.ZONE), in);
    }

    /** 11月22日(日) 9:30. */
    public static String dayAndHour(Instant time, Locale in) {
        return DAY_AND_HOUR.write(time.atZone(JapaneseTime.ZONE), in);
    }

    /** 9:30. */
    public static String hour(Instant time, Locale in) {
        return HOUR.write(time.atZone(JapaneseTime.ZONE), in);
    }

    private record Style(DateTimeFormatter era, DateTimeFormatter western, DateTimeFormatter english) {

        /** Without a year nothing depends on the era. */
        Style(DateTimeFormatter japanese, DateTimeFormatter english) {
            this(japanese, japanese, english);
        }

        String write(TemporalAccessor time, Locale in) {
            if (in.getLanguage().equals("en")) {
                return english.format(time);
            }
            return (LocalDate.from(time).isBefore(FIRST_WITH_AN_ERA) ? western : era).format(time);
        }
    }

    /** The first year of an era has a name, 元年. */
    private static DateTimeFormatter era(String afterTheYear) {
        return new DateTimeFormatterBuilder()
                .appendText(ChronoField.ERA, TextStyle.FULL)
                .appendText(ChronoField.YEAR_OF_ERA, Map.of(1L, "元"))
                .appendLiteral('年')
                .appendPattern(afterTheYear)
                .toFormatter(Locale.JAPANESE)
                .withChronology(JapaneseChronology.INSTANCE);
    }

    private static DateTimeFormatter western(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.JAPANESE);
    }

    private static DateTimeFormatter english(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }
}
