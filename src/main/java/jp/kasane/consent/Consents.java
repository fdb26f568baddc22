package jp.kasane.consent;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional(readOnly = true)
public class Consents implements CaseSection {

    private final JdbcClient jdbc;

    Consents(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param state given, narrowed or withdrawn; a person's latest row is in force */
    public record Consent(
            UUID id,
            String member,
            String state,
            List<String> scope,
            List<String> agencies,
            String evidence,
            String note,
            LocalDate occurredOn,
            Instant recordedAt,
            String recordedBy) {}

    @Override
    public Object of(UUID caseId) {
        return jdbc.sql(
                        """
                        select c.id, coalesce(m.name, m.label) as member, c.state, c.scope, c.evidence, c.note, c.occurred_on, c.recorded_at,
                               u.display_name as recorded_by,
                               (select array_agg(a.name order by a.position) from kasane.agency a where a.id = any (c.agency_ids)) as agencies
                        from kasane.consent c join kasane.household_member m on m.id = c.member_id
                        left join kasane.app_user u on u.id = c.recorded_by
                        where c.case_id = :id order by c.recorded_at, m.position
                        """)
                .param("id", caseId)
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
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("recorded_by")))
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
