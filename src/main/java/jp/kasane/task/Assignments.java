package jp.kasane.task;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.deadline.AgreedDates;
import jp.kasane.engine.EngineTask;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Who does a task, and by when: taken, given back, given to a colleague, moved to another day, one by one or many at once. Nobody's
 * task is taken over without a word: what a page showed is what must still be so.
 */
@Component
public class Assignments {

    private final JdbcClient jdbc;
    private final Tasks tasks;
    private final Streams streams;
    private final AgreedDates dates;
    private final Notices notices;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Assignments(
            JdbcClient jdbc,
            Tasks tasks,
            Streams streams,
            AgreedDates dates,
            Notices notices,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.streams = streams;
        this.dates = dates;
        this.notices = notices;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** @throws Refusal.Conflict naming who was faster */
    public void claim(String id) {
        transaction.executeWithoutResult(tx -> {
            var task = tasks.workable(id);
            tasks.requireFree(task);
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
            tasks.requireFree(task);
        });
    }

    public void release(String id) {
        transaction.executeWithoutResult(tx -> {
            var task = tasks.workable(id);
            tasks.requireFree(task);
            jdbc.sql("delete from kasane.task_claim where task_id = :task")
                    .param("task", task.id())
                    .update();
        });
    }

    /** Somebody a task can be given to. {@code until}: away until that day, with somebody standing in. */
    public record Candidate(UUID id, String login, String name, LocalDate until, String deputy) {}

    /** Who may do at least one of the acting user's groups' tasks; for a manager everybody who does any. */
    public List<Candidate> candidates() {
        return transaction.execute(tx -> jdbc.sql(
                        """
                        select distinct u.id, u.login, u.display_name as name, a.to_on as until, d.display_name as deputy
                        from kasane.app_user u join kasane.role_assignment r on r.user_id = u.id
                        left join lateral (select b.to_on, b.deputy_id from kasane.absence b
                                           where b.user_id = u.id and b.ended_at is null and kasane.today() between b.from_on and b.to_on
                                           order by b.to_on desc limit 1) a on true
                        left join kasane.app_user d on d.id = a.deputy_id
                        where u.kind = 'person' and u.active and r.agency_id is not null
                          and r.role in ('reception', 'coordinator', 'member', 'manager')
                          and r.valid_from <= kasane.today() and (r.valid_to is null or r.valid_to >= kasane.today())
                          and ((select kasane.has_role('manager')) or kasane.audience_id(r.municipality_id, r.role, r.agency_id) = any ((select kasane.workable_audiences())::uuid[]))
                        order by name, login
                        """)
                .query(Candidate.class)
                .list());
    }

    /** One of the tasks that were chosen. {@code holder}: who had it on the page it was chosen on, null for nobody. */
    public record Chosen(UUID task, UUID holder) {}

    /** What became of many: how many were done, and for the others a sentence each. */
    public record Outcome(int done, Map<UUID, String> refused) {}

    /**
     * Gives tasks to a colleague, each on its own: one that cannot be given keeps no other from being given.
     *
     * @throws Refusal.Invalid if there is no such colleague
     */
    public Outcome assign(List<Chosen> chosen, String login) {
        var to = transaction.execute(
                tx -> jdbc.sql("select id from kasane.app_user where login = :login and kind = 'person' and active")
                        .param("login", login)
                        .query(UUID.class)
                        .optional()
                        .orElseThrow(() -> new Refusal.Invalid(
                                List.of(new Refusal.FieldError("assignee", "担当にする人", "を選んでください。")))));
        return each(chosen, one -> assign(one, to));
    }

    private void assign(Chosen one, UUID to) {
        var task = toChange(one);
        boolean able = jdbc.sql("select kasane.may_work(:user, :audience)")
                .param("user", to)
                .param("audience", task.audienceId())
                .query(Boolean.class)
                .single();
        if (!able) {
            throw new Refusal.Conflict("選んだ人は、この作業を担当できる役割・機関ではありません。");
        }
        jdbc.sql(
                        """
                        insert into kasane.task_claim (task_id, municipality_id, user_id, claimed_at, assigned_by)
                        values (:task, :municipality, :user, :now, kasane.acting_user())
                        on conflict (task_id) do update set user_id = excluded.user_id, claimed_at = excluded.claimed_at, assigned_by = excluded.assigned_by
                        """)
                .param("task", task.id())
                .param("municipality", task.municipalityId())
                .param("user", to)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                task.streamId(),
                new CaseEvent(
                        "task.assigned",
                        clock.instant(),
                        null,
                        task.id(),
                        null,
                        Map.of("step", task.step(), "to", to.toString())));
        if (!to.equals(Acting.required().id())) {
            notices.tell(
                    List.of(to),
                    "task-assigned",
                    "assigned:" + task.id() + ":" + Ids.next(),
                    new Notices.About(task.caseId(), task.consultationId(), null, task.id(), task.matterId()));
        }
    }

    /**
     * Moves the due dates of tasks to a day that was agreed on.
     *
     * @param on not before today; null: the setting counts again
     * @param reason why; stands in the case's history
     * @throws Refusal.Invalid for a day that is over, or without a reason
     */
    public Outcome due(List<Chosen> chosen, LocalDate on, String reason) {
        var wrong = new ArrayList<Refusal.FieldError>();
        if (on != null && on.isBefore(JapaneseTime.dayOf(clock.instant()))) {
            wrong.add(new Refusal.FieldError("dueOn", "新しい期限", "は今日以降の日にしてください。"));
        }
        if (on != null && on.isAfter(JapaneseTime.dayOf(clock.instant()).plusYears(10))) {
            wrong.add(new Refusal.FieldError("dueOn", "新しい期限", "が十年より先です。"));
        }
        if (reason == null || reason.isBlank()) {
            wrong.add(new Refusal.FieldError("reason", "理由", "を入力してください。"));
        } else if (reason.length() > 500) {
            wrong.add(new Refusal.FieldError("reason", "理由", "は500字までで入力してください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        return each(chosen, one -> {
            var task = toChange(one);
            if (!dates.agree(task.id(), on)) {
                throw new Refusal.Conflict("この作業には期限がありません。");
            }
            var refs = new HashMap<String, Object>(Map.of("step", task.step(), "reason", reason.strip()));
            if (on != null) {
                refs.put("on", on.toString());
            }
            streams.append(
                    task.streamId(), new CaseEvent("deadline.agreed", clock.instant(), null, task.id(), null, refs));
        });
    }

    /** What became of a task that was handed over. */
    public enum HandedOver {
        /** The colleague has it. */
        PASSED,
        /** The group has it: there is no colleague, or one who may not do it. */
        FREED,
        /** It was done, or somebody else has it by now. */
        GONE
    }

    /**
     * 引継ぎ: what somebody has taken goes to a colleague, or back to the group it is addressed to. Who may order that is the caller's to
     * know; the history says so, the colleague is told by the caller.
     *
     * @param to null: the group
     */
    public HandedOver handOver(UUID taskId, UUID from, UUID to) {
        return transaction.execute(tx -> {
            var task = tasks.required(taskId.toString());
            streams.lock(task.streamId());
            var held = jdbc.sql("select user_id from kasane.task_claim where task_id = :task for update")
                    .param("task", taskId)
                    .query(UUID.class)
                    .optional();
            if (tasks.whyClosed(task) != null || !held.equals(Optional.of(from))) {
                return HandedOver.GONE;
            }
            boolean able = to != null
                    && jdbc.sql("select kasane.may_work(:user, :audience)")
                            .param("user", to)
                            .param("audience", task.audienceId())
                            .query(Boolean.class)
                            .single();
            jdbc.sql(
                            able
                                    ? "update kasane.task_claim set user_id = :to, claimed_at = :now, assigned_by = kasane.acting_user() where task_id = :task"
                                    : "delete from kasane.task_claim where task_id = :task")
                    .param("task", taskId)
                    .param("to", to)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            streams.append(
                    task.streamId(),
                    new CaseEvent(
                            able ? "task.assigned" : "task.freed",
                            clock.instant(),
                            null,
                            taskId,
                            null,
                            able ? Map.of("step", task.step(), "to", to.toString()) : Map.of("step", task.step())));
            return able ? HandedOver.PASSED : HandedOver.FREED;
        });
    }

    /** Under the lock of its stream: what is read from here on holds. */
    private EngineTask toChange(Chosen one) {
        var id = one.task().toString();
        var task = tasks.required(id);
        var closed = tasks.whyClosed(task);
        if (closed != null) {
            throw new Refusal.Conflict(closed);
        }
        boolean mine = jdbc.sql("select :audience = any (kasane.workable_audiences()) or kasane.has_role('manager')")
                .param("audience", task.audienceId())
                .query(Boolean.class)
                .single();
        if (!mine) {
            throw new Refusal.Forbidden("この作業の担当ではないため、操作できません。");
        }
        streams.lock(task.streamId());
        requireAsSeen(one);
        return task;
    }

    private void requireAsSeen(Chosen one) {
        record Holder(UUID userId, String name, java.time.Instant claimedAt) {}
        var holder = jdbc.sql(
                        """
                        select c.user_id, u.display_name as name, c.claimed_at from kasane.task_claim c join kasane.app_user u on u.id = c.user_id
                        where c.task_id = :task for update of c
                        """)
                .param("task", one.task())
                .query(Holder.class)
                .optional();
        if (holder.isPresent() && !holder.get().userId().equals(one.holder())) {
            throw new Refusal.Conflict("この作業は「" + holder.get().name() + "」さんが"
                    + WrittenDates.hour(holder.get().claimedAt(), Locale.JAPANESE) + "から担当しています。");
        }
    }

    private interface Doing {
        void with(Chosen one);
    }

    private Outcome each(List<Chosen> chosen, Doing doing) {
        if (chosen.isEmpty()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("tasks", "作業", "を一つ以上選んでください。")));
        }
        if (chosen.size() > 500) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("tasks", "作業", "は一度に500件までです。")));
        }
        int done = 0;
        var refused = new HashMap<UUID, String>();
        for (var one : chosen) {
            try {
                transaction.executeWithoutResult(tx -> doing.with(one));
                done++;
            } catch (Refusal refusal) {
                refused.put(one.task(), refusal.getMessage());
            }
        }
        return new Outcome(done, refused);
    }
}
