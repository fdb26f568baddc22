package jp.kasane.deadline;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import jp.kasane.calendar.Calendars;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Deadlines without a task: what watches over a case so that nobody is lost while there is nothing to do (no contact for a time,
 * a plan started and not ratified, a case that was closed). One at a time per case and step. Their rungs are told to the
 * accompanying agency's coordinators, then to the lead agency too, then to the section, whether or not a diagram listens.
 *
 * <p>All of it happens in the caller's transaction and takes the case's lock. The steps are {@code Watch_Silence},
 * {@code Watch_Ratification} and {@code Watch_AfterClosure}; a step needs a policy
 * ({@link IllegalArgumentException} otherwise). A policy that is switched off still keeps the row: it is silent, not gone.
 */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class StandingDeadlines {

    private final JdbcClient jdbc;
    private final Streams streams;
    private final Calendars calendars;
    private final Clock clock;

    StandingDeadlines(JdbcClient jdbc, Streams streams, Calendars calendars, Clock clock) {
        this.jdbc = jdbc;
        this.streams = streams;
        this.calendars = calendars;
        this.clock = clock;
    }

    /**
     * Counts the policy's days from now on from here. Whoever watches for silence gives the latest contact: an earlier time moves
     * the deadline back. Moved forward after somebody was told, it is a new deadline and will be told anew; else the rungs already
     * told stay told.
     *
     * @param instanceKey of the instance that is knocked at as well
     */
    public void keep(UUID caseId, String step, String instanceKey, Instant from) {
        keep(caseId, step, instanceKey, from, null);
    }

    /** The same for a date people have agreed on; a date that is over counts as today. */
    public void keepOn(UUID caseId, String step, String instanceKey, LocalDate on) {
        var today = JapaneseTime.dayOf(clock.instant());
        keep(caseId, step, instanceKey, clock.instant(), on.isBefore(today) ? today : on);
    }

    /** There is nothing to watch for any more; nothing happens if there was not. */
    public void settle(UUID caseId, String step) {
        streams.lock(caseId);
        DeadlineSettingsLock.shared(jdbc);
        jdbc.sql(
                        """
                        update kasane.deadline set settled_at = :now
                        where case_id = :case and step = :step and task_id is null and settled_at is null
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("case", caseId)
                .param("step", step)
                .update();
    }

    private record Open(UUID id, int rung, Instant dueAt) {}

    private void keep(UUID caseId, String step, String instanceKey, Instant from, LocalDate planned) {
        streams.lock(caseId);
        DeadlineSettingsLock.shared(jdbc);
        var municipality = jdbc.sql("select municipality_id from kasane.stream where id = :case")
                .param("case", caseId)
                .query(UUID.class)
                .single();
        var policy = jdbc.sql(
                        """
                        select step, active, due_days, unit, remind_days, lead_days, escalate_days, origin
                        from kasane.deadline_policy where municipality_id = :municipality and step = :step
                        """)
                .param("municipality", municipality)
                .param("step", step)
                .query(DeadlinePolicy.class)
                .optional()
                .orElseThrow(() -> new IllegalArgumentException("There is no deadline policy for " + step));
        var rungs = Rungs.of(from, planned, policy, calendars.of(municipality));
        var open = jdbc.sql(
                        """
                        select id, rung, due_at from kasane.deadline
                        where case_id = :case and step = :step and task_id is null and settled_at is null
                        """)
                .param("case", caseId)
                .param("step", step)
                .query(Open.class)
                .optional();
        if (open.isPresent()
                && (open.get().rung() == 0 || !rungs.dueAt().isAfter(open.get().dueAt()))) {
            move(open.get().id(), instanceKey, from, planned, rungs);
            return;
        }
        open.ifPresent(told -> settle(caseId, step));
        jdbc.sql(
                        """
                        insert into kasane.deadline (id, municipality_id, stream_id, case_id, step, instance_key, policy_id, remind_at, due_at,
                            lead_at, escalate_at, from_at, planned_on, created_at)
                        select :id, :municipality, :case, :case, :step, :instance, p.id, :remind, :due, :lead, :escalate, :from, :planned, :now
                        from kasane.deadline_policy p where p.municipality_id = :municipality and p.step = :step
                        """)
                .param("id", Ids.next())
                .param("municipality", municipality)
                .param("case", caseId)
                .param("step", step)
                .param("instance", instanceKey)
                .param("remind", rungs.remind())
                .param("due", rungs.due())
                .param("lead", rungs.lead())
                .param("escalate", rungs.escalate())
                .param("from", Timestamp.from(from))
                .param("planned", planned, java.sql.Types.DATE)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private void move(UUID id, String instanceKey, Instant from, LocalDate planned, Rungs rungs) {
        jdbc.sql(
                        """
                        update kasane.deadline set instance_key = :instance, from_at = :from, planned_on = :planned,
                            remind_at = :remind, due_at = :due, lead_at = :lead, escalate_at = :escalate
                        where id = :id
                        """)
                .param("id", id)
                .param("instance", instanceKey)
                .param("from", Timestamp.from(from))
                .param("planned", planned, java.sql.Types.DATE)
                .param("remind", rungs.remind())
                .param("due", rungs.due())
                .param("lead", rungs.lead())
                .param("escalate", rungs.escalate())
                .update();
        jdbc.sql(
                        """
                        delete from kasane.deadline_escalation e using kasane.deadline l
                        where l.id = e.deadline_id and l.id = :id and e.rung > l.rung
                        """)
                .param("id", id)
                .update();
    }
}
