package jp.kasane.meeting;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.UUID;

/**
 * 会議体: a body that meets, with its rhythm and its rules.
 *
 * @param kinds support and/or coordination: which meetings it holds, one sitting may serve both (001b, L18580); network or policy:
 *     it takes no case
 * @param rhythm adhoc, weekly or monthly
 * @param every n weeks or months, 1 to 52
 * @param countsFrom from where they are counted; null if n is 1
 * @param weekday 1 Monday … 7 Sunday, null for a body that meets at need
 * @param nths which of the month's weekdays, -1 the last
 * @param months in which it meets
 * @param cutoffDays before the sitting, 0 to 60: until then a case may be put to it
 * @param cutoffUnit calendar or business
 * @param closedDay keep, next, previous or skip: what happens when it falls on a closed day
 * @param quorum agencies that must attend, or null: nobody asks
 * @param heldWithoutCases held even with nothing on its agenda, as 中野's 連携会議 (002, L4441-4449)
 * @param origin ours (a first value of Kasane's) or municipality
 */
public record MeetingBody(
        UUID id,
        String code,
        String name,
        List<String> kinds,
        String rhythm,
        int every,
        LocalDate countsFrom,
        Integer weekday,
        List<Integer> nths,
        List<Integer> months,
        LocalTime starts,
        String place,
        int cutoffDays,
        String cutoffUnit,
        String closedDay,
        Integer quorum,
        boolean heldWithoutCases,
        boolean active,
        String origin) {

    Rhythm rhythmOf() {
        return new Rhythm(
                rhythm, every, countsFrom, weekday == null ? null : DayOfWeek.of(weekday), nths, months, closedDay);
    }
}
