package jp.kasane.municipality.internal;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * {@code profiles/<municipality>.yaml}, after it was checked; what each value means stands in {@code profiles/profile.schema.json}.
 * What a profile may leave out is never null here. Every {@code source} is a line of the documents or {@code ours}.
 */
record Profile(
        String code,
        String name,
        String source,
        Named coordinatingAgency,
        Named responsibleAgency,
        Map<String, Word> titles,
        Map<String, Word> names,
        List<Scheme> areas,
        List<AgencyEntry> agencies,
        List<MeetingEntry> meetings,
        List<ConcernEntry> concerns,
        Intake intake,
        Plan plan,
        Closure closure,
        Counting counting,
        Deadlines deadlines,
        Calendar calendar,
        LocalUsers localUsers) {

    Profile {
        titles = titles == null ? Map.of() : titles;
        names = names == null ? Map.of() : names;
        areas = orEmpty(areas);
        agencies = orEmpty(agencies);
        meetings = orEmpty(meetings);
        concerns = orEmpty(concerns);
        intake = intake == null ? new Intake(null, null, null) : intake;
        plan = plan == null ? new Plan(null, null) : plan;
        closure = closure == null ? new Closure(null, null) : closure;
        counting = counting == null ? new Counting(null, null, null) : counting;
        deadlines = deadlines == null ? new Deadlines(null, null) : deadlines;
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    /** The code of an agency, or of one of a few answers. */
    record Named(String code, String source) {}

    record Word(String name, String source) {}

    record Flag(boolean value, String source) {}

    record Choice(String value, String source) {}

    record Scheme(String code, String name, String source, List<AreaEntry> areas) {}

    record AreaEntry(String code, String name, String parent, List<String> districts, String source) {
        AreaEntry {
            districts = orEmpty(districts);
        }
    }

    record AgencyEntry(String code, String name, String field, List<String> areas, String source) {
        AgencyEntry {
            areas = orEmpty(areas);
        }
    }

    /** A body that meets; what is not said is a first value of ours (see the table {@code meeting_body}). */
    record MeetingEntry(
            String code,
            String name,
            List<String> kinds,
            String slot,
            String convener,
            List<String> decides,
            String pledge,
            boolean heldWithoutCases,
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
            String source,
            List<String> ours) {
        MeetingEntry {
            decides = orEmpty(decides);
            ours = orEmpty(ours);
        }
    }

    /** Where {@code field} is not said no section answers as a matter of course, and {@code targetGroup} then is {@code other}. */
    record ConcernEntry(String concern, String field, String targetGroup, String source) {}

    record Intake(Flag citizenOpensCase, ReferralSheet referralSheet, List<Way> ways) {
        Intake {
            ways = orEmpty(ways);
        }
    }

    record ReferralSheet(String name, boolean consentFirst, boolean application, String source) {}

    record Way(String code, String name, String agency, String source) {}

    record Plan(Named drafter, Choice decider) {}

    record Closure(Flag handoverCounts, List<ClosureCode> codes) {
        Closure {
            codes = orEmpty(codes);
        }
    }

    record ClosureCode(String code, String name, String source) {}

    record Counting(Flag participationWithoutPlan, Flag informationOnly, Choice closureRateOf) {}

    /** No document gives a deadline (002 §0), so every value so far is a default of ours. */
    record Deadlines(String source, List<DeadlineEntry> steps) {
        Deadlines {
            steps = orEmpty(steps);
        }
    }

    /**
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

    /** What is closed besides the national holidays; null where nothing is said: ours. */
    record Calendar(String source, List<Integer> closedWeekdays, List<YearlyClosure> closures) {}

    /** Every year, e.g. from 12-29 to 01-03. */
    record YearlyClosure(String name, String from, String to) {}

    record LocalUsers(String source, List<UserEntry> users) {}

    /**
     * A login of the local default; its password is its name.
     *
     * @param demo only where the demo is played
     */
    record UserEntry(String login, String name, String role, String agency, boolean demo) {}
}
