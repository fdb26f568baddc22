package jp.kasane.casefile;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Which agencies have to do with the case, and why: whoever sits on it sees it. */
@Component
@Transactional(readOnly = true)
class CaseAgencies implements CaseSection {

    private final JdbcClient jdbc;

    CaseAgencies(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param reasons lead, coordinating, receiving, reported, meeting, role: the first three first
     * @param roles what it has taken on or is asked to, in the words of the plan
     * @param since when it came to the case
     */
    public record Seat(String code, String agency, List<String> reasons, List<String> roles, Instant since) {}

    @Override
    public List<Seat> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select a.code, a.name, min(s.since) as since,
                               array_agg(s.reason order by array_position(array['lead', 'coordinating', 'receiving', 'role', 'meeting', 'reported'], s.reason)) as reasons,
                               (select coalesce(array_agg(r.role order by r.position), '{}') from kasane.role_allocation r
                                join kasane.plan p on p.id = r.plan_id and p.voided_at is null and p.status in ('decided', 'started')
                                where r.case_id = :id and r.agency_id = a.id and r.status in ('planned', 'asked', 'accepted')) as roles
                        from kasane.case_seat s join kasane.agency a on a.id = s.agency_id
                        where s.case_id = :id and s.until is null
                        group by a.id, a.code, a.name, a.position
                        order by bool_or(s.reason = 'lead') desc, bool_or(s.reason = 'coordinating') desc, a.position
                        """)
                .param("id", caseId)
                .query((row, n) -> new Seat(
                        row.getString("code"),
                        row.getString("name"),
                        List.of((String[]) row.getArray("reasons").getArray()),
                        List.of((String[]) row.getArray("roles").getArray()),
                        row.getTimestamp("since").toInstant()))
                .list();
    }

    @Override
    public String key() {
        return "agencies";
    }

    @Override
    public int order() {
        return 22;
    }
}
