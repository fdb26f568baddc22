package jp.kasane.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.EngineTask;
import jp.kasane.engine.EngineTasks;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** What people have to do: found, taken, released, drafted and submitted. */
@Component
public class Tasks {

    private static final String SELECT =
            """
            select t.id, t.element_id as step, t.process_id, t.created_at, t.case_id, t.consultation_id, t.matter_id,
                   f.number as case_number, f.urgency, coalesce(h.name, k.subject_name, k.subject_label, kasane.matter_title(t.matter_id)) as subject,
                   l.due_at, coalesce(l.rung, 0) as rung, c.user_id as claimed_by, u.display_name as claimed_by_name, c.claimed_at,
                   t.audience_id = any ((select kasane.workable_audiences())::uuid[]) as workable,
                   coalesce(c.user_id = kasane.acting_user(), false) as mine
            from engine.user_task t
            left join kasane.case_file f on f.id = t.case_id
            left join kasane.household h on h.case_id = t.case_id
            left join kasane.consultation k on k.id = t.consultation_id
                or (t.consultation_id is null and h.case_id is null and k.case_id = t.case_id)
            left join kasane.deadline l on l.task_id = t.id
            left join kasane.task_claim c on c.task_id = t.id
            left join kasane.app_user u on u.id = c.user_id
            where t.state = 'CREATED' and not exists (select from kasane.submission s where s.task_id = t.id)
            """;

    private final JdbcClient jdbc;
    private final EngineTasks engineTasks;
    private final EngineOrders engine;
    private final Streams streams;
    private final Submissions submissions;
    private final Forms forms;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Tasks(
            JdbcClient jdbc,
            EngineTasks engineTasks,
            EngineOrders engine,
            Streams streams,
            Submissions submissions,
            Forms forms,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.engineTasks = engineTasks;
        this.engine = engine;
        this.streams = streams;
        this.submissions = submissions;
        this.forms = forms;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * A row of the task list.
     *
     * @param subject the household's name, or what the person is called until a household is known
     * @param rung the deadline's highest rung so far: 0 none, 1 reminded, 2 due, 3 escalated
     * @param workable whether the acting user may do it; the others are only seen
     */
    public record Row(
            UUID id,
            String step,
            String processId,
            Instant createdAt,
            UUID caseId,
            UUID consultationId,
            UUID matterId,
            String caseNumber,
            String urgency,
            String subject,
            Instant dueAt,
            int rung,
            UUID claimedBy,
            String claimedByName,
            Instant claimedAt,
            boolean workable,
            boolean mine) {}

    /** A task with its form, ready to be filled in. */
    public record Sheet(
            Row task,
            boolean open,
            String closedBecause,
            String formId,
            Integer formVersion,
            JsonNode form,
            Map<String, Object> data) {}

    public enum View {
        /** What I have taken. */
        MINE,
        /** What nobody has taken and I may. */
        GROUP,
        /** Everything I see, others' included. */
        ALL
    }

    public List<Row> list(View view, UUID streamId, String step, int most) {
        return transaction.execute(tx -> jdbc.sql(
                        SELECT
                                + """
                          and (t.audience_id = any ((select kasane.audiences())::uuid[]) or t.case_id = :stream or t.matter_id = :stream)
                          and (:view <> 'MINE' or c.user_id = kasane.acting_user())
                          and (:view <> 'GROUP' or (c.user_id is null and t.audience_id = any ((select kasane.workable_audiences())::uuid[])))
                          and (:stream::uuid is null or t.case_id = :stream or t.consultation_id = :stream or t.matter_id = :stream)
                          and (:step::text is null or t.element_id = :step)
                        order by l.due_at nulls last, t.created_at, t.id
                        limit :most
                        """)
                .param("view", view.name())
                .param("stream", streamId, java.sql.Types.OTHER)
                .param("step", step, java.sql.Types.VARCHAR)
                .param("most", most)
                .query(Row.class)
                .list());
    }

    public Sheet sheet(String id) {
        return transaction.execute(tx -> {
            var task = required(id);
            var row = jdbc.sql(SELECT + " and t.id = :id")
                    .param("id", task.id())
                    .query(Row.class)
                    .optional();
            var data = submissions.context(task.formId(), task.caseId(), task.instanceKey());
            if (row.isPresent()) {
                data.putAll(submissions
                        .handler(task.formId())
                        .prefill(task.caseId(), task.consultationId(), task.instanceKey()));
                draft(task.id()).ifPresent(draft -> draft.fields()
                        .forEachRemaining(field -> data.put(field.getKey(), field.getValue())));
            }
            return new Sheet(
                    row.orElse(null),
                    row.isPresent(),
                    row.isPresent() ? null : whyClosed(task),
                    task.formId(),
                    task.formVersion(),
                    forms.parse(task.formSchema()),
                    data);
        });
    }

    public void claim(String id) {
        transaction.executeWithoutResult(tx -> {
            var task = workable(id);
            requireFree(task);
            jdbc.sql(
                            """
                            insert into kasane.task_claim (task_id, municipality_id, user_id, claimed_at)
                            values (:task, :municipality, kasane.acting_user(), :now) on conflict (task_id) do nothing
                            """)
                    .param("task", task.id())
                    .param("municipality", task.municipalityId())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            // Somebody may have been faster by a moment.
            requireFree(task);
        });
    }

    public void release(String id) {
        transaction.executeWithoutResult(tx -> {
            var task = workable(id);
            requireFree(task);
            jdbc.sql("delete from kasane.task_claim where task_id = :task and user_id = kasane.acting_user()")
                    .param("task", task.id())
                    .update();
        });
    }

    /** Keeps what was typed so far. It is found again on another machine, and by nobody else. */
    public void saveDraft(String id, ObjectNode data) {
        transaction.executeWithoutResult(tx -> {
            var task = workable(id);
            jdbc.sql(
                            """
                            insert into kasane.draft (task_id, user_id, municipality_id, data, saved_at)
                            values (:task, kasane.acting_user(), :municipality, :data::jsonb, :now)
                            on conflict (task_id, user_id) do update set data = excluded.data, saved_at = excluded.saved_at
                            """)
                    .param("task", task.id())
                    .param("municipality", task.municipalityId())
                    .param("data", data.toString().replace("\\u0000", ""))
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        });
    }

    /**
     * Submits a task: one transaction checks, stores, applies, records and orders the engine to go on (DESIGN §8.2).
     *
     * @throws Refusal.NotFound if there is no such task for the acting user
     * @throws Refusal.Conflict if it is done already, or somebody else has taken it; nothing changed
     * @throws Refusal.Forbidden if it is seen, but not the acting user's to do
     * @throws Refusal.Invalid if a field cannot be accepted; what was entered is kept as a draft
     */
    public UUID submit(String id, JsonNode entered, Submissions.Circumstances circumstances) {
        try {
            return transaction.execute(tx -> {
                // Asked before the lock too: whoever may only look cannot take the lock, and is to hear why.
                streams.lock(workable(id).streamId());
                // Under the lock nobody else can be submitting: what is read now holds.
                var task = workable(id);
                requireFree(task);
                var context = submissions.context(task.formId(), task.caseId(), task.instanceKey());
                var data = forms.accept(task.formSchema(), entered, context);
                var submission = submissions.ofTask(task, data, circumstances);
                jdbc.sql("delete from kasane.draft where task_id = :task and user_id = kasane.acting_user()")
                        .param("task", task.id())
                        .update();
                engine.completeTask(task, submission.id());
                return submission.id();
            });
        } catch (Refusal.Invalid invalid) {
            if (entered instanceof ObjectNode data) {
                saveDraft(id, data);
            }
            throw invalid;
        }
    }

    /**
     * Submits a task that is not the acting user's: whoever calls has made sure by other means (a signed link) that it may be done, and
     * has named the database an actor who sees the case. In the caller's transaction; no draft is kept, and whoever has taken the task
     * keeps nobody from answering for themselves.
     *
     * @throws Refusal.Conflict if it is done already
     * @throws Refusal.Invalid if a field cannot be accepted
     */
    public UUID submitByLink(UUID id, JsonNode entered) {
        var seen = required(id.toString());
        streams.lock(seen.streamId());
        var task = required(id.toString());
        if (whyClosed(task) != null) {
            throw new Refusal.Conflict(whyClosed(task));
        }
        var context = submissions.context(task.formId(), task.caseId(), task.instanceKey());
        var data = forms.accept(task.formSchema(), entered, context);
        var submission = submissions.ofTask(task, data, Submissions.Circumstances.HERE_AND_NOW);
        engine.completeTask(task, submission.id());
        return submission.id();
    }

    private Optional<ObjectNode> draft(UUID taskId) {
        return jdbc.sql("select data::text from kasane.draft where task_id = :task and user_id = kasane.acting_user()")
                .param("task", taskId)
                .query(String.class)
                .optional()
                .map(text -> (ObjectNode) forms.parse(text));
    }

    private EngineTask required(String id) {
        return Ids.parse(id).flatMap(engineTasks::find).orElseThrow(() -> new Refusal.NotFound("作業"));
    }

    /** The task, if it is open and the acting user's to do. */
    private EngineTask workable(String id) {
        var task = required(id);
        if (whyClosed(task) != null) {
            throw new Refusal.Conflict(whyClosed(task));
        }
        boolean allowed = jdbc.sql("select :audience = any (kasane.workable_audiences())")
                .param("audience", task.audienceId())
                .query((row, n) -> row.getBoolean(1))
                .single();
        if (!allowed) {
            throw new Refusal.Forbidden("この作業の担当ではないため、操作できません。");
        }
        return task;
    }

    private String whyClosed(EngineTask task) {
        var submitted = jdbc.sql(
                        """
                        select u.display_name as name, s.recorded_at from kasane.submission s join kasane.app_user u on u.id = s.submitted_by
                        where s.task_id = :task
                        """)
                .param("task", task.id())
                .query((row, n) -> "この作業は「" + row.getString("name") + "」さんが"
                        + WrittenDates.hour(row.getTimestamp("recorded_at").toInstant(), Locale.JAPANESE) + "に提出しました。")
                .optional();
        if (submitted.isPresent()) {
            return submitted.get();
        }
        boolean elsewhere = jdbc.sql(
                        """
                        select exists (select from kasane.case_event where stream_id = :stream
                                       and kind in ('submission.corrected', 'submission.voided') and jsonb_exists(refs -> 'closedTasks', :task))
                        """)
                .param("stream", task.streamId())
                .param("task", task.id().toString())
                .query(Boolean.class)
                .single();
        if (elsewhere) {
            return "前の記録が訂正され、ケースの道が変わりました。新しい作業を開いてください。";
        }
        return task.open() ? null : "この作業は終わっています。ケースはすでに先へ進んでいます。";
    }

    private void requireFree(EngineTask task) {
        jdbc.sql(
                        """
                        select u.display_name as name, c.claimed_at from kasane.task_claim c join kasane.app_user u on u.id = c.user_id
                        where c.task_id = :task and c.user_id <> kasane.acting_user()
                        """)
                .param("task", task.id())
                .query((row, n) -> "この作業は「" + row.getString("name") + "」さんが"
                        + WrittenDates.hour(row.getTimestamp("claimed_at").toInstant(), Locale.JAPANESE) + "から担当しています。")
                .optional()
                .ifPresent(sentence -> {
                    throw new Refusal.Conflict(sentence);
                });
    }
}
