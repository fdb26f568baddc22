package jp.kasane.casefile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What came from outside and changed, or might have changed, the case's way; and what stopped because of it. */
@Component
@Transactional
public class CaseChanges implements CaseSection {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final ObjectMapper json;
    private final Clock clock;

    CaseChanges(JdbcClient jdbc, Cases cases, Streams streams, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.json = json;
        this.clock = clock;
    }

    /**
     * @param kind consent, urgent, moving, member, reopening
     * @param stopped codes and ids of what it stopped
     */
    public record Change(
            UUID id,
            String kind,
            LocalDate occurredOn,
            String note,
            String phaseBefore,
            String phaseAfter,
            JsonNode stopped,
            Instant recordedAt,
            String recordedBy) {}

    /** To be called when the case has been moved on already. */
    public void add(
            UUID submissionId,
            CaseFile before,
            String kind,
            LocalDate occurredOn,
            String note,
            List<Map<String, Object>> stopped,
            Map<String, Object> refs) {
        var after = cases.required(before.id()).phase();
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.case_change (id, municipality_id, case_id, submission_id, kind, occurred_on, note, phase_before, phase_after,
                            stopped, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission, :kind, :on, :note, :before, :after, :stopped::jsonb, :now,
                            kasane.acting_user())
                        """)
                .param("id", id)
                .param("case", before.id())
                .param("submission", submissionId)
                .param("kind", kind)
                .param("on", occurredOn)
                .param("note", note)
                .param("before", before.phase())
                .param("after", after)
                .param("stopped", write(stopped))
                .param("now", Timestamp.from(clock.instant()))
                .update();
        var all = new HashMap<String, Object>(refs);
        all.put("changeId", id);
        all.put("phaseBefore", before.phase());
        all.put("stepBefore", before.step());
        all.put("phaseAfter", after);
        all.put("stopped", stopped);
        streams.append(before.id(), CaseEvent.now("change." + kind, clock.instant(), all));
    }

    /** The same change, told better. */
    public void correct(UUID before, UUID after, LocalDate occurredOn, String note) {
        jdbc.sql(
                        "update kasane.case_change set occurred_on = :on, note = :note, submission_id = :after where submission_id = :before")
                .param("before", before)
                .param("after", after)
                .param("on", occurredOn)
                .param("note", note)
                .update();
    }

    /** It did not happen; what it stopped stays stopped. */
    public void withdraw(UUID submission) {
        jdbc.sql("update kasane.case_change set voided_at = :now where submission_id = :id")
                .param("id", submission)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /** @param step null for what was recorded before it was noted */
    public record CameFrom(String phase, String step) {}

    /** Where a change took the case away from, as long as the case still stands in the phase it was taken to. */
    @Transactional(readOnly = true)
    public Optional<CameFrom> cameFrom(UUID submission) {
        return jdbc.sql(
                        """
                        select c.phase_before as phase, (
                            select e.refs ->> 'stepBefore' from kasane.case_event e
                            where e.stream_id = c.case_id and e.kind = 'change.' || c.kind and e.refs ->> 'changeId' = c.id::text) as step
                        from kasane.case_change c join kasane.case_file f on f.id = c.case_id
                        where c.submission_id = :id and c.phase_before <> c.phase_after and f.phase = c.phase_after
                        """)
                .param("id", submission)
                .query(CameFrom.class)
                .optional();
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Cannot be written as JSON", e);
        }
    }

    @Override
    @Transactional(readOnly = true)
    public List<Change> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select c.id, c.kind, c.occurred_on, c.note, c.phase_before, c.phase_after, c.recorded_at,
                               (select coalesce(jsonb_agg(x || jsonb_build_object('agency', a.name) order by n), '[]')
                                from jsonb_array_elements(c.stopped) with ordinality s (x, n)
                                left join kasane.agency a on a.id::text = x ->> 'agencyId')::text as stopped,
                               u.display_name as recorded_by
                        from kasane.case_change c left join kasane.app_user u on u.id = c.recorded_by
                        where c.case_id = :id and c.voided_at is null order by c.recorded_at desc
                        """)
                .param("id", caseId)
                .query((row, n) -> new Change(
                        row.getObject("id", UUID.class),
                        row.getString("kind"),
                        row.getObject("occurred_on", LocalDate.class),
                        row.getString("note"),
                        row.getString("phase_before"),
                        row.getString("phase_after"),
                        read(row.getString("stopped")),
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("recorded_by")))
                .list();
    }

    private JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not JSON", e);
        }
    }

    @Override
    public String key() {
        return "changes";
    }

    @Override
    public int order() {
        return 15;
    }
}
