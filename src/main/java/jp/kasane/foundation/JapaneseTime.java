package jp.kasane.foundation;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** The one zone: a municipality's day begins at midnight in Japan, wherever the server stands. */
public final class JapaneseTime {

    public static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

    private JapaneseTime() {}

    /** The day it is in Japan at this time. */
    public static LocalDate dayOf(Instant time) {
        return LocalDate.ofInstant(time, ZONE);
    }

    /** Midnight in Japan, with which this day begins. */
    public static Instant beginningOf(LocalDate day) {
        return day.atStartOfDay(ZONE).toInstant();
    }

    /** The fiscal year it is in Japan at this time: from April on it is the calendar's. */
    public static int fiscalYearOf(Instant time) {
        var day = dayOf(time);
        return day.getMonthValue() >= 4 ? day.getYear() : day.getYear() - 1;
    }
}
