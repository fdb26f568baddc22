package jp.kasane.consent;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What people said about consent goes with them to another case: their own statements only, word for word, with the day, the scope and
 * the agencies they named, and never as more than they said (002, L1180-1211). Nobody else's statement speaks for them there.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class CarriedConsents {

    private final JdbcClient jdbc;
    private final Consents consents;
    private final WhatRestsOnConsent resting;
    private final Clock clock;

    CarriedConsents(JdbcClient jdbc, Consents consents, WhatRestsOnConsent resting, Clock clock) {
        this.jdbc = jdbc;
        this.consents = consents;
        this.resting = resting;
        this.clock = clock;
    }

    /** What a person's latest statement says. */
    public record Said(String state, List<String> scope, List<UUID> agencies, String evidence, LocalDate occurredOn) {

        boolean withdrawn() {
            return state.equals("withdrawn");
        }

        private boolean sameAs(Said other) {
            return scope.containsAll(other.scope)
                    && other.scope.containsAll(scope)
                    && agencies.containsAll(other.agencies)
                    && other.agencies.containsAll(agencies);
        }
    }

    public Optional<Said> saidBy(UUID member) {
        return jdbc.sql(
                        """
                        select state, scope, agency_ids, evidence, occurred_on from kasane.consent
                        where member_id = :member and voided_at is null order by recorded_at desc, id desc limit 1
                        """)
                .param("member", member)
                .query((row, n) -> new Said(
                        row.getString("state"),
                        List.of((String[]) row.getArray("scope").getArray()),
                        List.of((UUID[]) row.getArray("agency_ids").getArray()),
                        row.getString("evidence"),
                        row.getObject("occurred_on", LocalDate.class)))
                .optional();
    }

    /** Whether one of the two statements of a person takes back what the other gives: then it is for the person to say which holds. */
    public boolean contradict(UUID member, UUID with) {
        var one = saidBy(member);
        var other = saidBy(with);
        return one.isPresent()
                && other.isPresent()
                && one.get().withdrawn() != other.get().withdrawn();
    }

    /** @param people who each is in that case */
    public void carry(Map<UUID, UUID> people, UUID to) {
        people.forEach((from, there) -> carry(from, there, to));
    }

    /**
     * The two are one person, who said something in both cases. Both histories stand; in force is what both statements allow, and where
     * that is less than the later one, it stands as a narrowed statement of today which says where it is from.
     *
     * @param note of that statement, for those who read it later
     */
    public void unite(UUID from, UUID there, UUID to, String note, UUID recordedBy) {
        var before = saidBy(there);
        var carried = saidBy(from);
        carry(from, there, to);
        if (before.isEmpty() || carried.isEmpty() || before.get().sameAs(carried.get())) {
            return;
        }
        var both = new Said(
                "narrowed",
                before.get().scope().stream()
                        .filter(carried.get().scope()::contains)
                        .toList(),
                before.get().agencies().stream()
                        .filter(carried.get().agencies()::contains)
                        .toList(),
                null,
                null);
        var latest = saidBy(there).orElseThrow();
        if (latest.sameAs(both)) {
            return;
        }
        jdbc.sql(
                        """
                        insert into kasane.consent (id, municipality_id, case_id, member_id, state, scope, agency_ids, evidence, note,
                            occurred_on, until, recorded_at, recorded_by)
                        select :id, f.municipality_id, f.id, :member, 'narrowed', :scope, :agencies, :evidence, :note, :on,
                               -- The earlier one holds: of each person's latest statement.
                               (select min(x.until) from kasane.household_member m cross join lateral (
                                    select k.until from kasane.consent k where k.member_id = m.id and k.voided_at is null
                                    order by k.recorded_at desc, k.id desc limit 1) x where m.id in (:member, :from)), :now, :by
                        from kasane.case_file f where f.id = :to
                        """)
                .param("id", Ids.next())
                .param("member", there)
                .param("from", from)
                .param("to", to)
                .param("scope", both.scope().toArray(String[]::new))
                .param("agencies", both.agencies().toArray(UUID[]::new))
                .param("evidence", latest.evidence())
                .param("note", note)
                .param("on", latest.occurredOn())
                .param("now", Timestamp.from(clock.instant()))
                .param("by", recordedBy)
                .update();
    }

    private void carry(UUID from, UUID there, UUID to) {
        record Row(UUID id, Instant recordedAt) {}
        jdbc.sql(
                        "select id, recorded_at from kasane.consent where member_id = :from and voided_at is null order by recorded_at, id")
                .param("from", from)
                .query(Row.class)
                .list()
                .forEach(row -> jdbc.sql(
                                """
                                insert into kasane.consent (id, municipality_id, case_id, member_id, state, scope, agency_ids, evidence, note,
                                    occurred_on, until, recorded_at, recorded_by, carried_from)
                                select :id, c.municipality_id, :to, :member, c.state, c.scope, c.agency_ids, c.evidence, c.note, c.occurred_on, c.until,
                                       c.recorded_at, c.recorded_by, c.id
                                from kasane.consent c where c.id = :row
                                """)
                        .param("id", Ids.next())
                        .param("to", to)
                        .param("member", there)
                        .param("row", row.id())
                        .update());
    }

    /** What a case allowed before its household changed. */
    public record Allowed(CaseFile file, boolean sufficient, List<UUID> covered) {}

    public Allowed allowed(CaseFile file) {
        return new Allowed(file, consents.sufficient(file.id()), consents.covered(file.id()));
    }

    /** Other people decide now than before: what rests on consent that is not there any more stops, as if it had been withdrawn. */
    public List<ConsentDependent.Stopped> follow(Allowed before) {
        boolean less = before.sufficient() && !consents.sufficient(before.file().id())
                || !consents.covered(before.file().id()).containsAll(before.covered());
        return resting.follow(before.file(), before.sufficient(), less);
    }
}
