package jp.kasane.casefile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The streams of cases, consultations and matters. The stream's row is the lock under which everything of a case is written. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class Streams {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Clock clock;

    Streams(JdbcClient jdbc, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** @param kind case, consultation, or what kind of matter it is: the id of the process that carries it */
    public void open(UUID id, String kind) {
        jdbc.sql("insert into kasane.stream (id, municipality_id, kind) values (:id, kasane.my_municipality(), :kind)")
                .param("id", id)
                .param("kind", kind)
                .update();
    }

    /** Opens many at once, each with the same first event: a list of thousands is no thousand statements. */
    public void openAll(List<UUID> ids, String kind, CaseEvent event) {
        jdbc.sql(
                        """
                        insert into kasane.stream (id, municipality_id, kind, last_seq)
                        select x.id, kasane.my_municipality(), :kind, 1 from unnest(:ids::uuid[]) as x (id)
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("kind", kind)
                .update();
        jdbc.sql(
                        """
                        insert into kasane.case_event (stream_id, seq, municipality_id, kind, occurred_at, recorded_at, actor_id, refs, matter_id)
                        select x.id, 1, kasane.my_municipality(), :kind, :occurred, :recorded, :actor, :refs::jsonb, x.id
                        from unnest(:ids::uuid[]) as x (id)
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("kind", event.kind())
                .param("occurred", Timestamp.from(event.occurredAt()))
                .param("recorded", Timestamp.from(clock.instant()))
                .param("actor", Acting.required().id())
                .param("refs", write(event))
                .update();
    }

    /** Waits until nobody else writes to the stream; the lock is held until the transaction ends. Rows that only refer to it go in. */
    public void lock(UUID id) {
        jdbc.sql("select id from kasane.stream where id = :id for no key update")
                .param("id", id)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("ケース"));
        if (jdbc.sql("select exists (select from audit.erased where stream_id = :id)")
                .param("id", id)
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Conflict("このケースの記録は消去されています。新しい記録は加えられません。");
        }
    }

    /** A matter is over, or begins again: it is seated anew only while it is not. */
    public void over(UUID matterId, boolean over) {
        jdbc.sql("update kasane.stream set over_at = case when :over then :now::timestamptz end where id = :id")
                .param("id", matterId)
                .param("over", over)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /**
     * What kind of matter it is.
     *
     * @throws Refusal.NotFound if the acting user sees no such matter
     */
    @Transactional(propagation = Propagation.REQUIRED, readOnly = true)
    public String kindOfMatter(UUID id) {
        return jdbc.sql(
                        "select kind from kasane.stream where id = :id and kind not in ('case', 'consultation') and kasane.sees_matter(id)")
                .param("id", id)
                .query(String.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("案件"));
    }

    public boolean exists(UUID id) {
        return jdbc.sql("select exists (select from kasane.stream where id = :id)")
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    public void append(UUID streamId, CaseEvent event) {
        append(streamId, event, Acting.required().id());
    }

    /** For what somebody did outside of Kasane: the actor is not known, and nobody is named in their place. */
    public void appendOfUnknown(UUID streamId, CaseEvent event) {
        append(streamId, event, null);
    }

    private void append(UUID streamId, CaseEvent event, UUID actor) {
        jdbc.sql(
                        """
                        with next as (
                            update kasane.stream set last_seq = last_seq + 1 where id = :stream returning id, municipality_id, kind, last_seq)
                        insert into kasane.case_event (stream_id, seq, municipality_id, case_id, consultation_id, kind, occurred_at,
                            recorded_at, actor_id, on_behalf_of, task_id, submission_id, refs, matter_id)
                        select id, last_seq, municipality_id, case when kind = 'case' then id end, case when kind = 'consultation' then id end,
                            :kind, :occurred, :recorded, :actor, :behalf, :task, :submission, :refs::jsonb,
                            case when kind not in ('case', 'consultation') then id end
                        from next
                        """)
                .param("stream", streamId)
                .param("kind", event.kind())
                .param("occurred", Timestamp.from(event.occurredAt()))
                .param("recorded", Timestamp.from(clock.instant()))
                .param("actor", actor)
                .param("behalf", event.onBehalfOf())
                .param("task", event.taskId())
                .param("submission", event.submissionId())
                .param("refs", write(event))
                .update();
    }

    private String write(CaseEvent event) {
        try {
            return json.writeValueAsString(event.refs());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("References of an event cannot be written as JSON", e);
        }
    }
}
