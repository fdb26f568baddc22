package jp.kasane.regroup;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.household.Household;
import jp.kasane.task.Tasks;

/**
 * What both cases have, and what would become of it: to be read before two cases are made one.
 *
 * @param obstacles why they cannot be merged, in sentences; empty where nothing stands against it
 * @param tasks open ones of the case that ends, which are taken back
 * @param seesMore agencies that sit on the case that stays only: they will see those who join
 * @param staysBehind agencies that sit on the case that ends only: they go on seeing that one, and not the other
 */
public record MergeSheet(
        CaseFile ends,
        CaseFile stays,
        List<String> obstacles,
        List<Person> people,
        List<Person> there,
        List<Tasks.Row> tasks,
        List<Due> deadlines,
        List<Role> roles,
        List<Meeting> meetings,
        List<Place> participations,
        List<String> seesMore,
        List<String> staysBehind) {

    /**
     * @param agencies names of those the consent in force names
     * @param same for whom of the case that stays the person is held; null: somebody who joins
     * @param differences what the two cases know otherwise of that one person
     */
    public record Person(Household.Member member, Consent consent, UUID same, List<Difference> differences) {}

    public record Consent(String state, List<String> scope, List<String> agencies, LocalDate occurredOn) {}

    /**
     * @param field name, kana, label, relation, birthDate or address
     * @param ends what the case that ends says
     */
    public record Difference(String field, String ends, String stays) {}

    public record Due(String step, Instant dueAt) {}

    public record Role(String agency, String role, String status) {}

    public record Meeting(String type, Instant scheduledAt, String status) {}

    public record Place(String member, String need) {}

    /**
     * What whoever merges says.
     *
     * @param into the case that stays
     * @param on since when it is known
     * @param next asis or assessment: how the case that stays goes on
     * @param people everybody of the case that ends
     */
    public record Entered(String into, String on, String reason, String next, List<Pair> people) {}

    /**
     * @param same the same person in the case that stays; null or empty: somebody who joins
     * @param values per field in which the two differ, whose is right: {@code ends} or {@code stays}
     */
    public record Pair(String member, String same, Map<String, String> values) {}
}
