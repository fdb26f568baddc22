package jp.kasane.municipality.internal;

import java.time.LocalDate;
import java.util.List;

/** {@code profiles/<municipality>.yaml}. An unknown key is a mistake, not a comment. */
record Profile(
        String code,
        String name,
        String coordinatingAgency,
        String responsibleAgency,
        List<AgencyEntry> agencies,
        List<MeetingEntry> meetings,
        List<DeadlineEntry> deadlines,
        CalendarEntry calendar,
        List<UserEntry> localUsers) {

    record AgencyEntry(String code, String name, String field, String source) {}

    /**
     * No document gives a deadline (002 §0), so every value is a default of ours.
     *
     * @param leadDays after the due date: the accompanying agency's coordinators hear of it; 0 if not said
     * @param escalateDays after the due date: the section hears of it
     * @param unit calendar (if not said) or business
     * @param active false: the step has a policy that is switched off; true if not said
     */
    record DeadlineEntry(
            String step,
            int dueDays,
            int remindDays,
            Integer leadDays,
            int escalateDays,
            String unit,
            Boolean active) {}

    /**
     * What is closed besides the national holidays; ours where it is not said.
     *
     * @param closedWeekdays 1 Monday … 7 Sunday
     */
    record CalendarEntry(List<Integer> closedWeekdays, List<ClosureEntry> closures) {}

    /**
     * A body that meets; what is not said is a first value of ours (see the table {@code meeting_body}).
     *
     * @param kinds support, coordination
     * @param rhythm adhoc, weekly or monthly
     * @param every n weeks or months, counted from {@code countsFrom}
     * @param weekday 1 Monday … 7 Sunday
     * @param nths of a month: 1 to 5, -1 the last
     * @param closedDay keep, next, previous or skip
     */
    record MeetingEntry(
            String code,
            String name,
            List<String> kinds,
            String rhythm,
            Integer every,
            LocalDate countsFrom,
            Integer weekday,
            List<Integer> nths,
            List<Integer> months,
            String starts,
            String place,
            Integer cutoffDays,
            String cutoffUnit,
            String closedDay,
            Integer quorum,
            String source) {}

    /** Every year, e.g. from 12-29 to 01-03. */
    record ClosureEntry(String name, String from, String to) {}

    /** A login of the local default; its password is its name. */
    record UserEntry(String login, String name, String role, String agency) {}
}
