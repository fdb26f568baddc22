package jp.kasane.foundation;

import java.text.Normalizer;
import java.time.DateTimeException;
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
import java.util.Optional;
import java.util.regex.Pattern;

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

    // ── read ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /** The year before the first of each era. */
    private static final Map<String, Integer> BEFORE = Map.of(
            "令和", 2018, "R", 2018, "平成", 1988, "H", 1988, "昭和", 1925, "S", 1925, "大正", 1911, "T", 1911, "明治", 1867);

    private static final Pattern WRITTEN = Pattern.compile(
            "(?:(令和|平成|昭和|大正|明治|[RHSTM])\\s*(元|\\d{1,2})|(\\d{4}))\\s*[年./-]\\s*(\\d{1,2})\\s*[月./-]\\s*(\\d{1,2})\\s*日?");
    private static final Pattern DIGITS = Pattern.compile("(\\d{4})(\\d{2})(\\d{2})");

    /**
     * A date as people have it on paper and in lists: 昭和18年5月1日, S18.5.1, 1943-05-01, 1943/5/1, 19430501, also in full-width
     * characters. A year beyond its era (平成31年6月1日) is the one meant. The forms in the browser read the same (web/src/era.ts).
     *
     * @return empty where it is none of these, or no day of the calendar
     */
    public static Optional<LocalDate> read(String text) {
        var plain = Normalizer.normalize(text, Normalizer.Form.NFKC).strip().toUpperCase(Locale.ROOT);
        var written = WRITTEN.matcher(plain);
        if (written.matches()) {
            int year = written.group(1) == null
                    ? Integer.parseInt(written.group(3))
                    : BEFORE.getOrDefault(written.group(1), 1867)
                            + (written.group(2).equals("元") ? 1 : Integer.parseInt(written.group(2)));
            return day(year, written.group(4), written.group(5));
        }
        var digits = DIGITS.matcher(plain);
        return digits.matches()
                ? day(Integer.parseInt(digits.group(1)), digits.group(2), digits.group(3))
                : Optional.empty();
    }

    private static Optional<LocalDate> day(int year, String month, String day) {
        try {
            return Optional.of(LocalDate.of(year, Integer.parseInt(month), Integer.parseInt(day)));
        } catch (DateTimeException noSuchDay) {
            return Optional.empty();
        }
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
