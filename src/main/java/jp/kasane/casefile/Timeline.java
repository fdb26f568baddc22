package jp.kasane.casefile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The history of a case in order, its consultations included: who, when, which step, under which version of the diagram. */
@Component
@Transactional(readOnly = true)
public class Timeline {

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Timeline(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * @param actor who did it; null when it was done outside of Kasane and nobody knows
     * @param step element id in the diagram, where it was a step
     * @param processVersion version of the diagram under which the step was done
     */
    public record Entry(
            UUID streamId,
            long seq,
            String kind,
            Instant occurredAt,
            Instant recordedAt,
            String actor,
            String onBehalfOf,
            String step,
            String processId,
            Integer processVersion,
            UUID submissionId,
            Correction correction,
            JsonNode refs) {

        /** Recorded noticeably later than it happened. */
        public boolean late() {
            return recordedAt.isAfter(occurredAt.plusSeconds(3600));
        }
    }

    /**
     * What became of what was recorded.
     *
     * @param state valid, corrected (訂正前), voided (取消), or hidden from the acting user
     * @param reason why, where it was voided
     */
    public record Correction(String state, String by, Instant at, String reason) {
        public boolean voided() {
            return state.equals("voided");
        }

        public boolean corrected() {
            return state.equals("corrected");
        }
    }

    public List<Entry> ofCase(UUID caseId) {
        // By stream: "or" would have the rules of row-level security asked of every event there is.
        return entries(
                "e.stream_id = any (array(select :id::uuid union all select c.id from kasane.consultation c where c.case_id = :id))",
                caseId);
    }

    public List<Entry> ofConsultation(UUID consultationId) {
        return entries("e.consultation_id = :id", consultationId);
    }

    public List<Entry> ofMatter(UUID matterId) {
        return entries("e.matter_id = :id", matterId);
    }

    private List<Entry> entries(String where, UUID id) {
        return jdbc.sql(
                        """
                        select e.stream_id, e.seq, e.kind, e.occurred_at, e.recorded_at, a.display_name as actor, b.display_name as behalf,
                               coalesce(t.element_id, s.step) as step, t.process_id, d.version, e.submission_id, e.refs::text as refs,
                               case when s.voided_at is not null then 'voided' when n.id is not null then 'corrected'
                                    when s.id is not null then 'valid' else 'hidden' end as state,
                               coalesce(v.display_name, w.display_name) as changed_by, coalesce(s.voided_at, n.recorded_at) as changed_at,
                               s.void_reason
                        from kasane.case_event e
                        left join kasane.app_user a on a.id = e.actor_id
                        left join kasane.app_user b on b.id = e.on_behalf_of
                        left join engine.user_task t on t.id = e.task_id
                        left join engine.process_definition d on d.epoch = t.epoch and d.key = t.definition_key
                        left join kasane.submission s on s.id = e.submission_id
                        left join kasane.submission n on n.corrects = s.id
                        left join kasane.app_user v on v.id = s.voided_by
                        left join kasane.app_user w on w.id = n.submitted_by
                        where %s
                        order by e.recorded_at, e.consultation_id is null, e.stream_id, e.seq
                        """
                                .formatted(where))
                .param("id", id)
                .query((row, n) -> new Entry(
                        row.getObject("stream_id", UUID.class),
                        row.getLong("seq"),
                        row.getString("kind"),
                        row.getTimestamp("occurred_at").toInstant(),
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("actor"),
                        row.getString("behalf"),
                        row.getString("step"),
                        row.getString("process_id"),
                        row.getObject("version", Integer.class),
                        row.getObject("submission_id", UUID.class),
                        row.getObject("submission_id") == null
                                ? null
                                : new Correction(
                                        row.getString("state"),
                                        row.getString("changed_by"),
                                        row.getTimestamp("changed_at") == null
                                                ? null
                                                : row.getTimestamp("changed_at").toInstant(),
                                        row.getString("void_reason")),
                        read(row.getString("refs"))))
                .list();
    }

    private JsonNode read(String refs) {
        try {
            return json.readTree(refs);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("References of an event are not JSON", e);
        }
    }
}
