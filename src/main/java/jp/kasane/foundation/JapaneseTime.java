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
}
