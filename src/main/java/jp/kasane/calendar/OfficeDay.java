package jp.kasane.calendar;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import jp.kasane.foundation.JapaneseTime;

/**
 * The hours of an office day, from 8:30 to 17:15: tasks of a day appear as it opens, deadlines fall as it closes. Both are our
 * default; no document names the hours of an office. Whether a day is an open one, {@link BusinessCalendar} knows.
 */
public final class OfficeDay {

    private static final LocalTime OPENS = LocalTime.of(8, 30);
    private static final LocalTime CLOSES = LocalTime.of(17, 15);

    private OfficeDay() {}

    /** Written as text it is what the engine's timers read. */
    public static OffsetDateTime opens(LocalDate day) {
        return at(day, OPENS);
    }

    public static OffsetDateTime closes(LocalDate day) {
        return at(day, CLOSES);
    }

    private static OffsetDateTime at(LocalDate day, LocalTime hour) {
        return day.atTime(hour).atZone(JapaneseTime.ZONE).toOffsetDateTime();
    }
}
