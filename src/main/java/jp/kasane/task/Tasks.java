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
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
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

/** What people have to do: taken, released, drafted and submitted. Found by {@link TaskLists}, given to others by {@link Assignments}. */
@Component
public class Tasks {

    private final JdbcClient jdbc;
    private final TaskRows rows;
    private final EngineTasks engineTasks;
    private final EngineOrders engine;
    private final Streams streams;
    private final Cases cases;
    private final Submissions submissions;
    private final Forms forms;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Tasks(
            JdbcClient jdbc,
            TaskRows rows,
            EngineTasks engineTasks,
            EngineOrders engine,
            Streams streams,
            Cases cases,
            Submissions submissions,
            Forms forms,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.engineTasks = engineTasks;
        this.engine = engine;
        this.streams = streams;
        this.cases = cases;
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
     * @param phase of the case; null where there is none yet
     * @param agency the lead agency's name, or the one that received the consultation
     * @param areas 圏域 of the agencies that hold it, as scheme/code
     * @param concerns codes (○)
     * @param main codes of those that trouble most (◎)
     * @param workable whether the acting user may do it; the others are only seen
     * @param asDeputy taken by somebody the acting user stands in for today
     * @param unconfirmed the consultation came from outside, and nobody has asked its sender yet
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
            String phase,
            String urgency,
            String agency,
            List<String> areas,
            List<String> concerns,
            List<String> main,
            String subject,
            Instant dueAt,
            int rung,
            UUID claimedBy,
            String claimedByName,
            Instant claimedAt,
            boolean workable,
            boolean mine,
            boolean asDeputy,
            boolean unconfirmed) {

        /** Nobody else has it, or somebody the acting user stands in for. */
        public boolean mayBeDone() {
            return workable && (claimedBy == null || mine || asDeputy);
        }
    }

    /**
     * A task with its form, ready to be filled in.
     *
     * @param draftLeft whether what the acting user had typed is still there, although it is not open any more
     * @param goesOnIn the case into which its case was merged, where the acting user sees that; null otherwise
     * @param processVersion of the diagram it came from
     */
    public record Sheet(
            Row task,
            boolean open,
            String closedBecause,
            boolean draftLeft,
            UUID goesOnIn,
            String formId,
            Integer formVersion,
            String step,
            String processId,
            int processVersion,
            JsonNode form,
            Map<String, Object> data,
            List<StepHandler.Remark> remarks) {}

    /** In this order they stand above the list. */
    public enum View {
        /** What I have taken, or somebody I stand in for. */
        MINE,
        /** What nobody has taken and I may. */
        GROUP,
        /** What is past its due date: of my groups, whoever has taken it; for managers and auditors everybody's. */
        OVERDUE,
        /** What others have to do on the cases my agencies hold; for managers and auditors everybody else's. */
        WAITING,
        /** What is to be done on the cases I watch. */
        WATCHED,
        /** Everything I see, others' included. */
        ALL
    }

    /** What is open on a case, a consultation or a matter; of one step, unless that is null. */
    public List<Row> ofStream(UUID streamId, String step, int most) {
        return transaction.execute(tx -> rows.ofStream(streamId, step, most));
    }

    public Sheet sheet(String id) {
        return transaction.execute(tx -> {
            var task = required(id);
            var merged = mergedCase(task);
            var row = rows.of(List.of(task.id())).stream()
                    .filter(open -> merged.isEmpty())
                    .findFirst();
            var typed = draft(task.id());
            var data = submissions.context(task.formId(), task.caseId(), task.instanceKey());
            if (row.isPresent()) {
                data.putAll(submissions
                        .handler(task.formId())
                        .prefill(task.caseId(), task.consultationId(), task.instanceKey()));
            }
            typed.ifPresent(
                    draft -> draft.fields().forEachRemaining(field -> data.put(field.getKey(), field.getValue())));
            return new Sheet(
                    row.orElse(null),
                    row.isPresent(),
                    row.isPresent() ? null : whyClosed(task),
                    row.isEmpty() && typed.isPresent(),
                    merged.filter(file -> file.mergedIntoNumber() != null)
                            .map(CaseFile::mergedInto)
                            .orElse(null),
                    task.formId(),
                    task.formVersion(),
                    task.step(),
                    task.processId(),
                    task.processVersion(),
                    forms.parse(task.formSchema()),
                    data,
                    row.isPresent() ? submissions.handler(task.formId()).remarks(task.instanceKey()) : List.of());
        });
    }

    /** Keeps what was typed so far. It is found again on another machine, and by nobody else. */
    public void saveDraft(String id, ObjectNode data) {
        transaction.executeWithoutResult(tx -> {
            keep(workable(id), data);
        });
    }

    private void keep(EngineTask task, ObjectNode data) {
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
    }

    /**
     * Submits a task: one transaction checks, stores, applies, records and orders the engine to go on (DESIGN §8.2).
     *
     * @throws Refusal.NotFound if there is no such task for the acting user
     * @throws Refusal.Conflict if it is done already, or somebody else has taken it; nothing changed. Where its case was merged meanwhile,
     *     what was entered is kept as a draft: the work was somebody's, and belongs to the other case now
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
                var submission = submissions.ofTask(task, data, inPlaceOf(task, circumstances));
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
        } catch (Refusal.Conflict late) {
            if (entered instanceof ObjectNode data) {
                transaction.executeWithoutResult(tx -> keepOfMerged(id, data));
            }
            throw late;
        }
    }

    private void keepOfMerged(String id, ObjectNode data) {
        var task = required(id);
        boolean mine = !data.isEmpty()
                && jdbc.sql("select :audience = any (kasane.workable_audiences())")
                        .param("audience", task.audienceId())
                        .query(Boolean.class)
                        .single();
        if (mine && mergedCase(task).isPresent()) {
            keep(task, data);
        }
    }

    /** The case the task belongs to, where that was merged and the task never submitted. */
    private Optional<CaseFile> mergedCase(EngineTask task) {
        return task.caseId() == null
                ? Optional.empty()
                : cases.find(task.caseId()).filter(file -> file.mergedInto() != null);
    }

    static String merged(CaseFile file) {
        return "このケースは、" + (file.mergedIntoNumber() == null ? "別のケース" : file.mergedIntoNumber())
                + "に統合されました。続きは統合先のケースに記録してください。";
    }

    /** Whoever stands in for somebody does their tasks on their behalf, without saying so each time. */
    private Submissions.Circumstances inPlaceOf(EngineTask task, Submissions.Circumstances circumstances) {
        return circumstances.onBehalfOf() != null
                ? circumstances
                : jdbc.sql(
                                "select user_id from kasane.task_claim where task_id = :task and user_id = any (kasane.stands_in_for())")
                        .param("task", task.id())
                        .query(UUID.class)
                        .optional()
                        .map(holder -> new Submissions.Circumstances(circumstances.occurredAt(), holder))
                        .orElse(circumstances);
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

    /** @throws Refusal.NotFound */
    EngineTask required(String id) {
        return Ids.parse(id).flatMap(engineTasks::find).orElseThrow(() -> new Refusal.NotFound("作業"));
    }

    /** The task, if it is open and the acting user's to do. */
    EngineTask workable(String id) {
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

    /** A sentence; null while it is open. */
    String whyClosed(EngineTask task) {
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
        var into = mergedCase(task);
        if (into.isPresent()) {
            return merged(into.get()) + "書きかけた内容は、この作業の画面に残ります。";
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

    /** @throws Refusal.Conflict naming whoever else has taken it, and since when; not for whom one stands in for */
    void requireFree(EngineTask task) {
        jdbc.sql(
                        """
                        select u.display_name as name, c.claimed_at from kasane.task_claim c join kasane.app_user u on u.id = c.user_id
                        where c.task_id = :task and c.user_id <> kasane.acting_user()
                          and c.user_id <> all ((select kasane.stands_in_for())::uuid[])
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
