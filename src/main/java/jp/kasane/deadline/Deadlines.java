package jp.kasane.deadline;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.EngineTask;
import jp.kasane.engine.EngineTasks;
import jp.kasane.engine.TasksChanged;
import jp.kasane.foundation.Ids;
import jp.kasane.notification.Notices;
import jp.kasane.worker.EscalateDeadline;
import jp.kasane.worker.EscalateDeadlineWorker;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.SweepDeadlines;
import jp.kasane.worker.SweepDeadlinesWorker;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * A deadline is opened when its task appears, settled when the task is gone, and in between climbs a ladder: 1 remind (whoever
 * has the task), 2 due (the accompanying agency's coordinators), 3 escalated (the section). Each rung is told once.
 */
@Component
class Deadlines implements SweepDeadlines, EscalateDeadline {

    private static final ZoneId JAPAN = ZoneId.of("Asia/Tokyo");
    /** Deadlines fall at the end of the office day. */
    private static final LocalTime END_OF_DAY = LocalTime.of(17, 15);

    private static final String RUNG_REACHED =
            "case when l.escalate_at <= :now then 3 when l.due_at <= :now then 2 when l.remind_at <= :now then 1 else 0 end";

    private final JdbcClient jdbc;
    private final EngineTasks tasks;
    private final EngineOrders engine;
    private final Streams streams;
    private final Notices notices;
    private final List<PlannedDate> plannedDates;
    private final SystemActor system;

    Deadlines(
            JdbcClient jdbc,
            EngineTasks tasks,
            EngineOrders engine,
            Streams streams,
            Notices notices,
            List<PlannedDate> plannedDates,
            SystemActor system) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.engine = engine;
        this.streams = streams;
        this.notices = notices;
        this.plannedDates = plannedDates;
        this.system = system;
    }

    private record Policy(UUID id, int dueDays, int remindDays, int escalateDays) {}

    @EventListener
    void on(TasksChanged event) {
        system.inTransaction(() -> {
            tasks.withoutDeadline().forEach(this::open);
            jdbc.sql(
                            """
                            update kasane.deadline l set settled_at = coalesce(t.ended_at, now())
                            from engine.user_task t where t.id = l.task_id and l.settled_at is null and t.state <> 'CREATED'
                            """)
                    .update();
        });
    }

    private void open(EngineTask task) {
        var policy = jdbc.sql(
                        """
                        select id, due_days, remind_days, escalate_days from kasane.deadline_policy
                        where municipality_id = :municipality and step = :step
                        """)
                .param("municipality", task.municipalityId())
                .param("step", task.step())
                .query(Policy.class)
                .optional();
        if (policy.isEmpty() || task.instanceKey() == null) {
            return;
        }
        var planned = task.caseId() == null
                ? java.util.Optional.<LocalDate>empty()
                : plannedDates.stream()
                        .filter(date -> date.step().equals(task.step()))
                        .findFirst()
                        .flatMap(date -> date.of(task.caseId()));
        var created = LocalDate.ofInstant(task.createdAt(), JAPAN);
        var due = planned.filter(date -> !date.isBefore(created))
                .orElse(created.plusDays(policy.get().dueDays()));
        var remind = due.minusDays(policy.get().remindDays());
        jdbc.sql(
                        """
                        insert into kasane.deadline (id, municipality_id, stream_id, case_id, consultation_id, task_id, step, instance_key, policy_id,
                            remind_at, due_at, escalate_at, created_at)
                        select :id, s.municipality_id, s.id, :case, :consultation, :task, :step, :instance, :policy, :remind, :due, :escalate, :created
                        from kasane.stream s where s.id = :stream
                        on conflict (task_id) do nothing
                        """)
                .param("id", Ids.next())
                .param("stream", task.streamId())
                .param("case", task.caseId())
                .param("consultation", task.consultationId())
                .param("task", task.id())
                .param("step", task.step())
                .param("instance", task.instanceKey())
                .param("policy", policy.get().id())
                // A reminder that would be due before the task was there waits until its due day begins to end.
                .param("remind", at(remind.isAfter(created) ? remind : due))
                .param("due", at(due))
                .param("escalate", at(due.plusDays(policy.get().escalateDays())))
                .param("created", Timestamp.from(task.createdAt()))
                .update();
    }

    private static Timestamp at(LocalDate date) {
        return Timestamp.from(date.atTime(END_OF_DAY).atZone(JAPAN).toInstant());
    }

    /** Notes the rung each open deadline has reached (not all it has missed) and knocks at its instance until it was told. */
    @Override
    public void sweep(Instant now) {
        record Due(UUID id, UUID streamId, String instanceKey, int reached) {}
        system.inTransaction(() -> {
            var due = jdbc.sql(
                            """
                            select l.id, l.stream_id, l.instance_key, %s as reached
                            from kasane.deadline l
                            where l.settled_at is null and l.remind_at <= :now and %s > l.rung
                              and not exists (select from kasane.outbox o where o.stream_id = l.stream_id and o.done_at is null)
                            order by l.remind_at limit 500
                            for update of l skip locked
                            """
                                    .formatted(RUNG_REACHED, RUNG_REACHED))
                    .param("now", Timestamp.from(now))
                    .query(Due.class)
                    .list();
            for (var deadline : due) {
                jdbc.sql(
                                """
                                insert into kasane.deadline_escalation (deadline_id, municipality_id, rung, reached_at, recorded_at)
                                select id, municipality_id, :rung, :now, now() from kasane.deadline where id = :id on conflict do nothing
                                """)
                        .param("id", deadline.id())
                        .param("rung", deadline.reached())
                        .param("now", Timestamp.from(now))
                        .update();
                engine.deadlineReached(deadline.streamId(), deadline.instanceKey());
            }
        });
    }

    /** Tells the highest rung that was noted and not told yet, for each open deadline of the instance that was knocked at. */
    @Override
    public void escalate(JobContext job) {
        record Reached(
                UUID id,
                UUID streamId,
                UUID municipalityId,
                UUID caseId,
                UUID consultationId,
                UUID taskId,
                String step,
                int reached,
                Instant reachedAt) {}
        if (job.instanceKey() == null) {
            throw new UnknownReference("変数「instanceKey」がありません。");
        }
        system.inTransaction(() -> {
            var reached = jdbc.sql(
                            """
                            select l.id, l.stream_id, l.municipality_id, l.case_id, l.consultation_id, l.task_id, l.step,
                                   max(e.rung) as reached, max(e.reached_at) as reached_at
                            from kasane.deadline l join kasane.deadline_escalation e on e.deadline_id = l.id and e.rung > l.rung
                            where l.instance_key = :instance and l.settled_at is null
                            group by l.id
                            """)
                    .param("instance", job.instanceKey())
                    .query(Reached.class)
                    .list();
            for (var deadline : reached) {
                streams.lock(deadline.streamId());
                int changed = jdbc.sql("update kasane.deadline set rung = :rung where id = :id and rung < :rung")
                        .param("id", deadline.id())
                        .param("rung", deadline.reached())
                        .update();
                if (changed == 0) {
                    continue;
                }
                streams.append(
                        deadline.streamId(),
                        new CaseEvent(
                                "deadline.reached",
                                deadline.reachedAt(),
                                null,
                                deadline.taskId(),
                                null,
                                java.util.Map.of("rung", deadline.reached(), "step", deadline.step())));
                notices.tell(
                        recipients(deadline.municipalityId(), deadline.taskId(), deadline.caseId(), deadline.reached()),
                        "deadline-" + deadline.reached(),
                        "deadline:" + deadline.id() + ":" + deadline.reached(),
                        new Notices.About(deadline.caseId(), deadline.consultationId(), null, deadline.taskId()));
            }
        });
    }

    private List<UUID> recipients(UUID municipality, UUID taskId, UUID caseId, int rung) {
        var people = new ArrayList<UUID>();
        jdbc.sql("select user_id from kasane.task_claim where task_id = :task")
                .param("task", taskId)
                .query(UUID.class)
                .optional()
                .ifPresent(people::add);
        if (people.isEmpty()) {
            // Nobody has taken it: everybody it is addressed to.
            people.addAll(jdbc.sql(
                            """
                            select distinct r.user_id from kasane.role_assignment r join engine.user_task t
                              on t.audience_id = kasane.audience_id(r.municipality_id, r.role, r.agency_id)
                            where t.id = :task and r.agency_id is not null and r.valid_from <= current_date
                              and (r.valid_to is null or r.valid_to >= current_date)
                            """)
                    .param("task", taskId)
                    .query(UUID.class)
                    .list());
        }
        if (rung >= 2 && caseId != null) {
            var coordinating = jdbc.sql("select coordinating_agency_id from kasane.case_file where id = :id")
                    .param("id", caseId)
                    .query(UUID.class)
                    .single();
            people.addAll(notices.holders(municipality, "coordinator", coordinating));
        }
        if (rung >= 3) {
            people.addAll(notices.holders(municipality, "manager", null));
        }
        return people.stream().distinct().toList();
    }

    @Configuration
    static class Workers {
        @Bean
        SweepDeadlinesWorker sweepDeadlines(SweepDeadlines port) {
            return new SweepDeadlinesWorker(port);
        }

        @Bean
        EscalateDeadlineWorker escalateDeadline(EscalateDeadline port) {
            return new EscalateDeadlineWorker(port);
        }
    }
}
