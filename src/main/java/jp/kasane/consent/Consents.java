package jp.kasane.consent;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional(readOnly = true)
public class Consents implements CaseSection {

    private final JdbcClient jdbc;
    private final Clock clock;

    Consents(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * @param state given, narrowed or withdrawn
     * @param until last day on which it holds, or null
     * @param expired that day is over
     * @param inForce a person's latest row is
     * @param carried said in another case, from which the person came
     */
    public record Consent(
            UUID id,
            String member,
            String state,
            List<String> scope,
            List<String> agencies,
            String evidence,
            String note,
            LocalDate occurredOn,
            LocalDate until,
            boolean expired,
            Instant recordedAt,
            String recordedBy,
            boolean inForce,
            boolean carried) {}

    /** What a person's latest statement allows. */
    private record InForce(UUID memberId, boolean subject, String state, List<String> scope, List<UUID> agencies) {}

    private List<InForce> inForce(UUID caseId) {
        return jdbc.sql(
                        """
                        select m.id, m.subject, case when c.until < :today then 'expired' else coalesce(c.state, 'none') end as state, coalesce(c.scope, '{}') as scope, coalesce(c.agency_ids, '{}') as agencies
                        from kasane.household_member m
                        left join lateral (select * from kasane.consent k where k.member_id = m.id and k.voided_at is null
                                           order by k.recorded_at desc, k.id desc limit 1) c on true
                        where m.case_id = :id and m.left_at is null
                        """)
                .param("id", caseId)
                .param("today", JapaneseTime.dayOf(clock.instant()))
                .query((row, n) -> new InForce(
                        row.getObject("id", UUID.class),
                        row.getBoolean("subject"),
                        row.getString("state"),
                        List.of((String[]) row.getArray("scope").getArray()),
                        List.of((UUID[]) row.getArray("agencies").getArray())))
                .list();
    }

    /** Those whose consent decides: the persons at the centre, or everybody where nobody is marked as such. */
    private List<InForce> deciding(UUID caseId) {
        var all = inForce(caseId);
        var subjects = all.stream().filter(InForce::subject).toList();
        return subjects.isEmpty() ? all : subjects;
    }

    /**
     * Whether consent lets the case go to 重層的支援会議 and a plan: every person at the centre of it agrees that a plan is made
     * (002, L1190-92). Members of a household may disagree; a 支援会議 never needs this.
     */
    public boolean sufficient(UUID caseId) {
        var deciding = deciding(caseId);
        return !deciding.isEmpty()
                && deciding.stream().allMatch(one -> allows(one) && one.scope().contains("plan"));
    }

    /** Agencies with which every person at the centre lets information be shared; empty without consent. */
    public List<UUID> covered(UUID caseId) {
        var deciding = deciding(caseId);
        if (deciding.isEmpty()) {
            return List.of();
        }
        return deciding.getFirst().agencies().stream()
                .filter(agency -> deciding.stream()
                        .allMatch(one -> allows(one) && one.agencies().contains(agency)))
                .toList();
    }

    /** The same for one agency; the accompanying one and the responsible section work on every case. */
    public boolean covers(UUID caseId, UUID agencyId) {
        return covered(caseId).contains(agencyId)
                || jdbc.sql(
                                """
                                select :agency in (f.coordinating_agency_id, m.responsible_agency_id)
                                from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id where f.id = :id
                                """)
                        .param("agency", agencyId)
                        .param("id", caseId)
                        .query(Boolean.class)
                        .single();
    }

    private static boolean allows(InForce one) {
        return one.state().equals("given") || one.state().equals("narrowed");
    }

    @Override
    public Object of(UUID caseId) {
        return jdbc.sql(
                        """
                        select c.id, coalesce(m.name, m.label) as member, c.state, c.scope, c.evidence, c.note, c.occurred_on, c.until, coalesce(c.until < :today, false) as expired, c.recorded_at,
                               u.display_name as recorded_by, c.carried_from is not null as carried,
                               row_number() over (partition by c.member_id order by c.recorded_at desc, c.id desc) = 1 as in_force,
                               (select array_agg(a.name order by a.position) from kasane.agency a where a.id = any (c.agency_ids)) as agencies
                        from kasane.consent c join kasane.household_member m on m.id = c.member_id
                        left join kasane.app_user u on u.id = c.recorded_by
                        where c.case_id = :id and c.voided_at is null order by c.recorded_at, m.position
                        """)
                .param("id", caseId)
                .param("today", JapaneseTime.dayOf(clock.instant()))
                .query((row, n) -> new Consent(
                        row.getObject("id", UUID.class),
                        row.getString("member"),
                        row.getString("state"),
                        List.of((String[]) row.getArray("scope").getArray()),
                        row.getArray("agencies") == null
                                ? List.of()
                                : List.of((String[]) row.getArray("agencies").getArray()),
                        row.getString("evidence"),
                        row.getString("note"),
                        row.getObject("occurred_on", LocalDate.class),
                        row.getObject("until", LocalDate.class),
                        row.getBoolean("expired"),
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("recorded_by"),
                        row.getBoolean("in_force"),
                        row.getBoolean("carried")))
                .list();
    }

    @Override
    public String key() {
        return "consents";
    }

    @Override
    public int order() {
        return 20;
    }
}
