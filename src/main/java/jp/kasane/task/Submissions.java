package jp.kasane.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineTask;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Everything that was ever submitted. Stored and applied in one transaction; {@code apply} again does nothing. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class Submissions {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Forms forms;
    private final Streams streams;
    private final List<StepHandler> handlers;
    private final Clock clock;

    Submissions(
            JdbcClient jdbc, ObjectMapper json, Forms forms, Streams streams, List<StepHandler> handlers, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.forms = forms;
        this.streams = streams;
        this.handlers = handlers;
        this.clock = clock;
    }

    /** When and for whom something was done, where that differs from now and oneself. */
    public record Circumstances(Instant occurredAt, UUID onBehalfOf) {
        public static final Circumstances HERE_AND_NOW = new Circumstances(null, null);
    }

    /** The module that knows the form; a form of the municipality's own is kept as it was handed in. */
    public StepHandler handler(String formId) {
        return handlers.stream()
                .filter(handler -> handler.formId().equals(formId))
                .findFirst()
                .orElseGet(() -> new OwnStep(formId));
    }

    /** What the form is shown and checked with. */
    public Map<String, Object> context(String formId, UUID caseId, String instanceKey) {
        var context = new HashMap<>(forms.options());
        context.putAll(handler(formId).context(caseId, instanceKey));
        return context;
    }

    /** Stores what was submitted to a task and applies it. The stream must be locked. */
    public Submission ofTask(EngineTask task, ObjectNode data, Circumstances circumstances) {
        return store(
                task.streamId(),
                task.caseId(),
                task.caseId() == null ? task.consultationId() : null,
                task,
                task.step(),
                task.formId(),
                data,
                circumstances);
    }

    /** Stores a form that belongs to no task (a new consultation, a contact). The stream must be locked, or new. */
    public Submission free(
            UUID streamId,
            UUID caseId,
            UUID consultationId,
            String formId,
            ObjectNode data,
            Circumstances circumstances) {
        return store(streamId, caseId, consultationId, null, formId, formId, data, circumstances);
    }

    private Submission store(
            UUID streamId,
            UUID caseId,
            UUID consultationId,
            EngineTask task,
            String step,
            String formId,
            ObjectNode data,
            Circumstances circumstances) {
        var submission = insert(
                new Submission(
                        Ids.next(),
                        streamId,
                        caseId,
                        consultationId,
                        task == null ? null : task.id(),
                        task == null ? null : task.instanceKey(),
                        step,
                        formId,
                        data,
                        Acting.required().id(),
                        circumstances.onBehalfOf(),
                        circumstances.occurredAt() == null ? clock.instant() : circumstances.occurredAt(),
                        clock.instant()),
                task == null ? null : task.processInstanceKey(),
                task == null ? null : task.formVersion(),
                null);
        streams.append(
                streamId,
                new CaseEvent(
                        task == null ? formId + ".recorded" : "step.submitted",
                        submission.occurredAt(),
                        submission.onBehalfOf(),
                        submission.taskId(),
                        submission.id(),
                        Map.of("form", formId)));
        applyOnce(submission);
        return submission;
    }

    /** What makes a submission the correction of another. */
    private record Correcting(UUID corrects, String reason) {}

    private Submission insert(Submission submission, Long instance, Integer formVersion, Correcting correcting) {
        jdbc.sql(
                        """
                        insert into kasane.submission (id, municipality_id, stream_id, case_id, consultation_id, task_id, instance_key, step,
                            process_instance_key, form_id, form_version, data, concealed, submitted_by, on_behalf_of, occurred_at, recorded_at,
                            corrects, correction_reason, original, meeting_id, matter_id)
                        values (:id, kasane.my_municipality(), :stream, :case, :consultation, :task, :key, :step, :instance, :form, :version,
                            :data::jsonb, :concealed, :by, :behalf, :occurred, :recorded, :corrects, :reason,
                            (select coalesce(o.original, o.id) from kasane.submission o where o.id = :corrects),
                            (select o.meeting_id from kasane.submission o where o.id = :corrects),
                            (select x.id from kasane.stream x where x.id = :stream and x.kind not in ('case', 'consultation')))
                        """)
                .param("id", submission.id())
                .param("stream", submission.streamId())
                .param("case", submission.caseId())
                .param("consultation", submission.consultationId())
                .param("task", submission.taskId())
                .param("key", submission.instanceKey())
                .param("step", submission.step())
                .param("instance", instance)
                .param("form", submission.formId())
                .param("version", formVersion)
                .param("data", submission.data().toString())
                .param(
                        "concealed",
                        submission.data().findValues("addressConcealed").stream()
                                .anyMatch(JsonNode::asBoolean))
                .param("by", submission.submittedBy())
                .param("behalf", submission.onBehalfOf())
                .param("occurred", Timestamp.from(submission.occurredAt()))
                .param("recorded", Timestamp.from(submission.recordedAt()))
                .param("corrects", correcting == null ? null : correcting.corrects(), java.sql.Types.OTHER)
                .param("reason", correcting == null ? null : correcting.reason())
                .update();
        return submission;
    }

    /** Stores a corrected version beside the one it corrects; it belongs to no task of its own. Not applied yet. */
    Submission correcting(Submission before, ObjectNode data, String reason, Circumstances circumstances) {
        return insert(
                new Submission(
                        Ids.next(),
                        before.streamId(),
                        before.caseId(),
                        before.consultationId(),
                        null,
                        before.instanceKey(),
                        before.step(),
                        before.formId(),
                        data,
                        Acting.required().id(),
                        circumstances.onBehalfOf(),
                        circumstances.occurredAt() == null ? before.occurredAt() : circumstances.occurredAt(),
                        clock.instant()),
                null,
                null,
                new Correcting(before.id(), reason));
    }

    /** The corrected version says the same to the engine as the one before. */
    void takeOverFacts(UUID before, UUID after) {
        jdbc.sql(
                        """
                        update kasane.submission set applied_at = :now, facts = (select facts from kasane.submission where id = :before)
                        where id = :after
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("before", before)
                .param("after", after)
                .update();
    }

    void applyOnce(Submission submission) {
        applied(submission, handler(submission.formId()).apply(submission));
    }

    /** Applies a corrected version that leads another way. */
    void applyAnew(Recorded before, Submission after) {
        applied(after, handler(after.formId()).applyAnew(before, after));
    }

    private void applied(Submission submission, Map<String, Object> facts) {
        jdbc.sql("update kasane.submission set applied_at = :now, facts = :facts::jsonb where id = :id")
                .param("id", submission.id())
                .param("now", Timestamp.from(clock.instant()))
                .param("facts", write(facts))
                .update();
    }

    /** A submission as the gate needs it. */
    record Gate(
            Submission submission,
            Long processInstanceKey,
            boolean applied,
            UUID gateEpoch,
            Long gateKey,
            Map<String, Object> facts) {}

    Optional<Gate> find(UUID id) {
        return jdbc.sql(
                        """
                        select id, stream_id, case_id, consultation_id, task_id, instance_key, step, form_id, data::text as data, submitted_by, on_behalf_of,
                               occurred_at, recorded_at, process_instance_key, applied_at, gate_epoch, gate_key, facts::text as facts
                        from kasane.submission where id = :id
                        """)
                .param("id", id)
                .query((row, n) -> new Gate(
                        new Submission(
                                row.getObject("id", UUID.class),
                                row.getObject("stream_id", UUID.class),
                                row.getObject("case_id", UUID.class),
                                row.getObject("consultation_id", UUID.class),
                                row.getObject("task_id", UUID.class),
                                row.getString("instance_key"),
                                row.getString("step"),
                                row.getString("form_id"),
                                (ObjectNode) forms.parse(row.getString("data")),
                                row.getObject("submitted_by", UUID.class),
                                row.getObject("on_behalf_of", UUID.class),
                                row.getTimestamp("occurred_at").toInstant(),
                                row.getTimestamp("recorded_at").toInstant()),
                        row.getObject("process_instance_key", Long.class),
                        row.getTimestamp("applied_at") != null,
                        row.getObject("gate_epoch", UUID.class),
                        row.getObject("gate_key", Long.class),
                        facts(row.getString("facts"))))
                .optional();
    }

    /** Passes the gate: applies what is not applied yet, and remembers which job took it to the engine. */
    Map<String, Object> pass(Gate gate, UUID epoch, long elementInstanceKey) {
        if (!gate.applied()) {
            applyOnce(gate.submission());
        }
        jdbc.sql("update kasane.submission set gate_epoch = :epoch, gate_key = :key where id = :id")
                .param("id", gate.submission().id())
                .param("epoch", epoch)
                .param("key", elementInstanceKey)
                .update();
        return gate.applied()
                ? gate.facts()
                : find(gate.submission().id()).orElseThrow().facts();
    }

    private Map<String, Object> facts(String text) {
        var facts = new HashMap<String, Object>();
        forms.parse(text)
                .fields()
                .forEachRemaining(fact -> facts.put(
                        fact.getKey(),
                        fact.getValue().isBoolean()
                                ? fact.getValue().asBoolean()
                                : fact.getValue().asText()));
        return facts;
    }

    private String write(Map<String, Object> facts) {
        try {
            return json.writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Facts cannot be written as JSON", e);
        }
    }
}
