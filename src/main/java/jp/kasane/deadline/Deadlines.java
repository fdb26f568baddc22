package jp.kasane.deadline;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.CalendarChanged;
import jp.kasane.calendar.Calendars;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * A deadline is opened when its task appears, settled when the task is gone, and in between climbs a ladder: 1 reminded (whoever
 * has the task), 2 overdue (the accompanying agency's coordinators), 3 escalated (the section). Each rung is told once; after an
 * outage only the highest that was reached.
 *
 * <p>A diagram is knocked at first and tells with {@code escalate-deadline}. What no diagram has told after ten minutes (it does
 * not listen, its instance is gone), and every standing deadline, is told by the sweep itself (docs/adr/0011).
 */
@Component
class Deadlines implements SweepDeadlines, EscalateDeadline, AgreedDates {

    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
    private static final Duration DIAGRAMS_TURN = Duration.ofMinutes(10);
    private static final int PAGE = 500;

    private static final String RUNG_REACHED =
            "case when l.escalate_at <= :now then 3 when l.lead_at <= :now then 2 when l.remind_at <= :now then 1 else 0 end";
    /** Who has submitted is not told that it is due, even while the engine has not heard of it yet. */
    private static final String WATCHED =
            """
            l.settled_at is null and p.active
            and (l.task_id is null or not exists (select from kasane.submission s where s.task_id = l.task_id))
            """;

    private final JdbcClient jdbc;
    private final EngineTasks tasks;
    private final EngineOrders engine;
    private final Streams streams;
    private final Notices notices;
    private final List<PlannedDate> plannedDates;
    private final Calendars calendars;
    private final SystemActor system;
    private final Clock clock;

    Deadlines(
            JdbcClient jdbc,
            EngineTasks tasks,
            EngineOrders engine,
            Streams streams,
            Notices notices,
            List<PlannedDate> plannedDates,
            Calendars calendars,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.engine = engine;
        this.streams = streams;
        this.notices = notices;
        this.plannedDates = plannedDates;
        this.calendars = calendars;
        this.system = system;
        this.clock = clock;
    }

    // ── opened and settled with the task ───────────────────────────────────────────────────────────────────────────

    @EventListener
    void on(TasksChanged event) {
        var changed = system.inTransaction(tasks::notNoted);
        for (int from = 0; from < changed.size(); from += PAGE) {
            noteTogether(changed.subList(from, Math.min(from + PAGE, changed.size())));
        }
    }

    private void noteTogether(List<EngineTask> page) {
        try {
            system.inTransaction(() -> note(page));
        } catch (RuntimeException e) {
            if (page.size() > 1) {
                // A task that cannot be planned must not keep the others from having a deadline.
                page.forEach(task -> noteTogether(List.of(task)));
            } else {
                LOG.error(
                        "No deadline could be opened or settled for task {} ({}); it is tried again",
                        page.getFirst().id(),
                        e.getClass().getName());
            }
        }
    }

    private void note(List<EngineTask> page) {
        DeadlineSettingsLock.shared(jdbc);
        Map<UUID, Settings> settings = new HashMap<>();
        var noted = page.stream()
                .filter(task -> open(task, settings.computeIfAbsent(task.municipalityId(), this::settings)))
                .toList();
        jdbc.sql(
                        """
                        update kasane.deadline l set settled_at = coalesce(t.ended_at, :now)
                        from engine.user_task t
                        where t.id = l.task_id and l.settled_at is null and t.state <> 'CREATED' and l.task_id = any (:tasks)
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("tasks", noted.stream().map(EngineTask::id).toArray(UUID[]::new))
                .update();
        tasks.noted(noted);
    }

    /** @return false: the variables of its instance are not here yet, so one has to look again */
    private boolean open(EngineTask task, Settings settings) {
        var policy = settings.policies().get(task.step());
        if (policy == null || !policy.active()) {
            return true;
        }
        if (task.instanceKey() == null) {
            return false;
        }
        open(task, policy, settings.calendar());
        return true;
    }

    private record Settings(Map<String, DeadlinePolicy> policies, BusinessCalendar calendar) {}

    private Settings settings(UUID municipality) {
        return new Settings(
                jdbc
                        .sql(
                                """
                                select step, active, due_days, unit, remind_days, lead_days, escalate_days, origin
                                from kasane.deadline_policy where municipality_id = :municipality
                                """)
                        .param("municipality", municipality)
                        .query(DeadlinePolicy.class)
                        .stream()
                        .collect(Collectors.toMap(DeadlinePolicy::step, Function.identity())),
                calendars.of(municipality));
    }

    private void open(EngineTask task, DeadlinePolicy policy, BusinessCalendar calendar) {
        var planned = planned(task.step(), task.caseId());
        var rungs = Rungs.of(task.createdAt(), planned, policy, calendar);
        int opened = jdbc.sql(
                        """
                        insert into kasane.deadline (id, municipality_id, stream_id, case_id, consultation_id, matter_id, task_id, step, instance_key, policy_id,
                            remind_at, due_at, lead_at, escalate_at, from_at, planned_on, created_at)
                        select :id, s.municipality_id, s.id, :case, :consultation, :matter, :task, :step, :instance, p.id,
                            :remind, :due, :lead, :escalate, :created, :planned, :created
                        from kasane.stream s left join kasane.deadline_policy p on p.municipality_id = s.municipality_id and p.step = :step
                        where s.id = :stream
                        on conflict (task_id) do nothing
                        """)
                .param("id", Ids.next())
                .param("stream", task.streamId())
                .param("case", task.caseId())
                .param("consultation", task.consultationId())
                .param("matter", task.matterId())
                .param("task", task.id())
                .param("step", task.step())
                .param("instance", task.instanceKey())
                .param("remind", rungs.remind())
                .param("due", rungs.due())
                .param("lead", rungs.lead())
                .param("escalate", rungs.escalate())
                .param("planned", planned, Types.DATE)
                .param("created", Timestamp.from(task.createdAt()))
                .update();
        if (opened == 0) {
            follow(task, rungs, planned);
        }
    }

    /** A migrated task may be another step now. Others are not locked for it: whoever hands one in does not meet us there. */
    private void follow(EngineTask task, Rungs rungs, LocalDate planned) {
        jdbc.sql(
                        """
                        update kasane.deadline l set step = :step, remind_at = :remind, due_at = :due, lead_at = :lead, escalate_at = :escalate,
                            planned_on = :planned,
                            policy_id = (select p.id from kasane.deadline_policy p where p.municipality_id = l.municipality_id and p.step = :step)
                        where l.task_id = :task and l.step <> :step and l.settled_at is null
                        """)
                .param("task", task.id())
                .param("step", task.step())
                .param("remind", rungs.remind())
                .param("due", rungs.due())
                .param("lead", rungs.lead())
                .param("escalate", rungs.escalate())
                .param("planned", planned, Types.DATE)
                .update();
    }

    private LocalDate planned(String step, UUID caseId) {
        return caseId == null
                ? null
                : plannedDates.stream()
                        .filter(date -> date.step().equals(step))
                        .findFirst()
                        .flatMap(date -> date.of(caseId))
                        .orElse(null);
    }

    // ── a setting was changed ──────────────────────────────────────────────────────────────────────────────────────

    @EventListener
    void on(PolicyChanged event) {
        recompute(event.municipalityId(), event.step());
    }

    @EventListener
    void on(CalendarChanged event) {
        recompute(event.municipalityId(), null);
    }

    /**
     * Another day was agreed on for a task that is open. Settings are only read: what is told of the case meanwhile waits for its
     * lock, which whoever corrects holds.
     */
    @EventListener
    void on(PlannedDateChanged event) {
        DeadlineSettingsLock.shared(jdbc);
        system.inThisTransaction(() -> {
            var municipality = jdbc.sql("select municipality_id from kasane.stream where id = :id")
                    .param("id", event.caseId())
                    .query(UUID.class)
                    .single();
            var settings = settings(municipality);
            var open = jdbc.sql(
                            """
                            select l.id, l.step, l.case_id, l.task_id, l.from_at, l.planned_on, l.agreed_on from kasane.deadline l
                            where l.case_id = :case and l.step = :step and l.task_id is not null and l.settled_at is null
                            order by l.id for update of l
                            """)
                    .param("case", event.caseId())
                    .param("step", event.step())
                    .query(Deadlines::open)
                    .list();
            for (var deadline : open) {
                move(deadline, settings);
                jdbc.sql(
                                """
                                delete from kasane.deadline_escalation e using kasane.deadline l
                                where l.id = e.deadline_id and l.id = :id and e.rung > l.rung
                                """)
                        .param("id", deadline.id())
                        .update();
            }
        });
    }

    @Override
    public boolean agree(UUID taskId, LocalDate on) {
        DeadlineSettingsLock.shared(jdbc);
        var changed = jdbc.sql(
                        "update kasane.deadline set agreed_on = :on where task_id = :task and settled_at is null returning municipality_id")
                .param("on", on, Types.DATE)
                .param("task", taskId)
                .query(UUID.class)
                .optional();
        changed.ifPresent(municipality -> {
            var settings = settings(municipality);
            jdbc.sql(
                            """
                            select l.id, l.step, l.case_id, l.task_id, l.from_at, l.planned_on, l.agreed_on from kasane.deadline l where l.task_id = :task
                            """)
                    .param("task", taskId)
                    .query(Deadlines::open)
                    .list()
                    .forEach(deadline -> {
                        move(deadline, settings);
                        toldAnew(deadline);
                    });
        });
        return changed.isPresent();
    }

    /** A rung that lies ahead again is told again when its time comes. */
    private void toldAnew(Open deadline) {
        jdbc.sql(
                        """
                        update kasane.deadline set rung = case when remind_at > :now then 0 when lead_at > :now then least(rung, 1)
                            when escalate_at > :now then least(rung, 2) else rung end
                        where id = :id
                        """)
                .param("id", deadline.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        jdbc.sql(
                        """
                        delete from kasane.deadline_escalation e using kasane.deadline l where l.id = e.deadline_id and l.id = :id and e.rung > l.rung
                        """)
                .param("id", deadline.id())
                .update();
    }

    private record Open(
            UUID id, String step, UUID caseId, UUID taskId, Instant fromAt, LocalDate plannedOn, LocalDate agreedOn) {}

    private static Open open(ResultSet row, int number) throws SQLException {
        return new Open(
                row.getObject("id", UUID.class),
                row.getString("step"),
                row.getObject("case_id", UUID.class),
                row.getObject("task_id", UUID.class),
                row.getTimestamp("from_at").toInstant(),
                row.getObject("planned_on", LocalDate.class),
                row.getObject("agreed_on", LocalDate.class));
    }

    private void move(Open deadline, Settings settings) {
        var policy = settings.policies().get(deadline.step());
        if (policy == null || !policy.active()) {
            return;
        }
        // What people have agreed on may have changed since the task appeared.
        var planned = deadline.agreedOn() != null
                ? deadline.agreedOn()
                : deadline.taskId() == null ? deadline.plannedOn() : planned(deadline.step(), deadline.caseId());
        var rungs = Rungs.of(deadline.fromAt(), planned, policy, settings.calendar());
        jdbc.sql(
                        """
                        update kasane.deadline set remind_at = :remind, due_at = :due, lead_at = :lead, escalate_at = :escalate,
                            planned_on = :planned
                        where id = :id
                        """)
                .param("id", deadline.id())
                .param("remind", rungs.remind())
                .param("due", rungs.due())
                .param("lead", rungs.lead())
                .param("escalate", rungs.escalate())
                .param("planned", planned, Types.DATE)
                .update();
    }

    /**
     * Moves the open deadlines, and opens those of tasks that had none for want of a policy, in the transaction that changed the
     * setting. What was told stays told; a rung that was noted and has moved away again is forgotten. Rows of a policy that is off
     * stay as they are, silent.
     *
     * @param step null: all of them
     */
    private void recompute(UUID municipality, String step) {
        DeadlineSettingsLock.alone(jdbc);
        system.inThisTransaction(() -> {
            var settings = settings(municipality);
            var open = jdbc.sql(
                            """
                            select l.id, l.step, l.case_id, l.task_id, l.from_at, l.planned_on, l.agreed_on from kasane.deadline l
                            where l.municipality_id = :municipality and l.settled_at is null and (:step::text is null or l.step = :step)
                            order by l.id for update of l
                            """)
                    .param("municipality", municipality)
                    .param("step", step, Types.VARCHAR)
                    .query(Deadlines::open)
                    .list();
            open.forEach(deadline -> move(deadline, settings));
            jdbc.sql(
                            """
                            delete from kasane.deadline_escalation e using kasane.deadline l
                            where l.id = e.deadline_id and e.rung > l.rung and l.municipality_id = :municipality and l.settled_at is null
                              and (:step::text is null or l.step = :step)
                            """)
                    .param("municipality", municipality)
                    .param("step", step, Types.VARCHAR)
                    .update();
            tasks.withoutDeadline(municipality).forEach(task -> open(task, settings));
        });
    }

    // ── the sweep ──────────────────────────────────────────────────────────────────────────────────────────────────

    /** Notes the rung each open deadline has reached (not all it has missed) and knocks at its instance until it was told. */
    @Override
    public void sweep(Instant now) {
        // Each knock on its own: an order takes the case's row, which somebody who tells or submits may hold for a
        // moment.
        note(now).forEach(due -> system.inTransaction(() -> engine.deadlineReached(due.streamId(), due.instanceKey())));
        for (var id : toBeToldHere(now)) {
            try {
                system.inTransaction(() -> reached("l.id = :which", id).forEach(this::tell));
            } catch (RuntimeException e) {
                // The others shall hear all the same; this one is tried again with the next sweep.
                LOG.error(
                        "A deadline could not be told: {} ({})",
                        id,
                        e.getClass().getName());
            }
        }
    }

    private record Due(UUID id, UUID streamId, String instanceKey, int reached, boolean waiting) {}

    /** @return those to be knocked for; while something of the case is on its way to the engine, no knocks pile up behind it */
    private List<Due> note(Instant now) {
        return system.inTransaction(() -> {
            var due = jdbc.sql(
                            """
                            select l.id, l.stream_id, l.instance_key, %1$s as reached,
                                exists (select from kasane.outbox o where o.stream_id = l.stream_id and o.done_at is null) as waiting
                            from kasane.deadline l join kasane.deadline_policy p on p.id = l.policy_id
                            where %2$s and l.remind_at <= :now and %1$s > l.rung
                            order by exists (select from kasane.deadline_escalation e where e.deadline_id = l.id and e.rung = %1$s), l.remind_at
                            limit :page for update of l skip locked
                            """
                                    .formatted(RUNG_REACHED, WATCHED))
                    .param("now", Timestamp.from(now))
                    .param("page", PAGE)
                    .query(Due.class)
                    .list();
            for (var deadline : due) {
                jdbc.sql(
                                """
                                insert into kasane.deadline_escalation (deadline_id, municipality_id, rung, reached_at, recorded_at)
                                select id, municipality_id, :rung, :now, :recorded from kasane.deadline where id = :id on conflict do nothing
                                """)
                        .param("id", deadline.id())
                        .param("rung", deadline.reached())
                        .param("now", Timestamp.from(now))
                        .param("recorded", Timestamp.from(clock.instant()))
                        .update();
            }
            return due.stream().filter(deadline -> !deadline.waiting()).toList();
        });
    }

    private List<UUID> toBeToldHere(Instant now) {
        return system.inTransaction(() -> jdbc.sql(
                        """
                        select l.id from kasane.deadline l join kasane.deadline_policy p on p.id = l.policy_id
                        where %s and exists (
                            select from kasane.deadline_escalation e where e.deadline_id = l.id and e.rung > l.rung
                              and (l.task_id is null or e.reached_at <= :waited))
                        order by l.remind_at limit :page
                        """
                                .formatted(WATCHED))
                .param("waited", Timestamp.from(now.minus(DIAGRAMS_TURN)))
                .param("page", PAGE)
                .query(UUID.class)
                .list());
    }

    // ── telling ────────────────────────────────────────────────────────────────────────────────────────────────────

    /** Tells the highest rung that was noted and not told yet, for each open deadline of the instance that was knocked at. */
    @Override
    public void escalate(JobContext job) {
        if (job.instanceKey() == null) {
            throw new UnknownReference("変数「instanceKey」がありません。");
        }
        system.inTransaction(
                () -> reached("l.instance_key = :which", job.instanceKey()).forEach(this::tell));
    }

    private record Reached(
            UUID id,
            UUID streamId,
            UUID municipalityId,
            UUID caseId,
            UUID consultationId,
            UUID matterId,
            UUID taskId,
            String step,
            LocalDate agreedOn,
            int reached,
            Instant reachedAt) {}

    private List<Reached> reached(String condition, Object which) {
        return jdbc.sql(
                        """
                        select distinct on (l.id) l.id, l.stream_id, l.municipality_id, l.case_id, l.consultation_id, l.matter_id, l.task_id, l.step,
                               l.agreed_on, e.rung as reached, e.reached_at
                        from kasane.deadline l
                        join kasane.deadline_policy p on p.id = l.policy_id
                        join kasane.deadline_escalation e on e.deadline_id = l.id and e.rung > l.rung
                        where %s and %s
                        order by l.id, e.rung desc
                        """
                                .formatted(condition, WATCHED))
                .param("which", which)
                .query(Reached.class)
                .list();
    }

    private void tell(Reached deadline) {
        streams.lock(deadline.streamId());
        // Told by somebody else meanwhile, or moved away from the rung: then there is nothing to tell.
        int changed = jdbc.sql(
                        """
                        update kasane.deadline set rung = :rung
                        where id = :id and rung < :rung and settled_at is null
                          and case :rung when 1 then remind_at when 2 then lead_at else escalate_at end <= :reached
                        """)
                .param("id", deadline.id())
                .param("rung", deadline.reached())
                .param("reached", Timestamp.from(deadline.reachedAt()))
                .update();
        if (changed == 0) {
            return;
        }
        streams.append(
                deadline.streamId(),
                new CaseEvent(
                        "deadline.reached",
                        deadline.reachedAt(),
                        null,
                        deadline.taskId(),
                        null,
                        Map.of("rung", deadline.reached(), "step", deadline.step())));
        notices.tell(
                recipients(deadline),
                kind(deadline),
                // Another day was agreed on: its rungs are told, too, even where those of the former day were.
                "deadline:" + deadline.id() + ":" + deadline.reached()
                        + (deadline.agreedOn() == null ? "" : ":" + deadline.agreedOn()),
                new Notices.About(
                        deadline.caseId(), deadline.consultationId(), null, deadline.taskId(), deadline.matterId()));
    }

    /** {@code deadline-2} for a task; for what has no task, what it watches: {@code watch-silence}. */
    private static String kind(Reached deadline) {
        return deadline.taskId() != null
                ? "deadline-" + deadline.reached()
                : switch (deadline.step()) {
                    case "Watch_Silence" -> "watch-silence";
                    case "Watch_Ratification" -> "watch-ratification";
                    case "Watch_AfterClosure" -> "watch-after-closure";
                    default -> "watch-other";
                };
    }

    private List<UUID> recipients(Reached deadline) {
        var people = new LinkedHashSet<UUID>();
        var municipality = deadline.municipalityId();
        int rung = deadline.reached();
        if (deadline.taskId() != null) {
            people.addAll(atTheTask(deadline.taskId()));
        }
        if (deadline.caseId() != null && (rung >= 2 || deadline.taskId() == null)) {
            record Agencies(UUID coordinating, UUID lead) {}
            var agencies = jdbc.sql(
                            """
                            select coordinating_agency_id as coordinating, lead_agency_id as lead from kasane.case_file where id = :id
                            """)
                    .param("id", deadline.caseId())
                    .query(Agencies.class)
                    .single();
            people.addAll(notices.holders(municipality, "coordinator", agencies.coordinating()));
            if (deadline.taskId() == null && rung >= 2) {
                people.addAll(notices.peopleOf(municipality, agencies.lead()));
            }
        }
        // Nobody there to hear it is a reason for the section to hear it.
        if (rung >= 3 || people.isEmpty()) {
            people.addAll(notices.holders(municipality, "manager", null));
        }
        return List.copyOf(people);
    }

    /** Whoever has taken it; while nobody has, everybody it is addressed to. */
    private List<UUID> atTheTask(UUID taskId) {
        var holder = jdbc.sql("select user_id from kasane.task_claim where task_id = :task")
                .param("task", taskId)
                .query(UUID.class)
                .list();
        return holder.isEmpty()
                ? jdbc.sql(
                                """
                                select distinct r.user_id from kasane.role_assignment r join engine.user_task t
                                  on t.audience_id = kasane.audience_id(r.municipality_id, r.role, r.agency_id)
                                where t.id = :task and r.agency_id is not null and r.valid_from <= kasane.today()
                                  and (r.valid_to is null or r.valid_to >= kasane.today())
                                """)
                        .param("task", taskId)
                        .query(UUID.class)
                        .list()
                : holder;
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
