package jp.kasane.support;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseMoved;
import jp.kasane.deadline.StandingDeadlines;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The watch over silence: support that breaks off unnoticed is the failure to prevent (001, L12407-12411). While a case is reached
 * out to or supported, the time since the last contact runs; it wakes the coordinators, then the section. The days are the
 * municipality's setting.
 */
@Component
class Silence {

    private static final String STEP = "Watch_Silence";
    private static final Set<String> WATCHED = Set.of("outreach", "plan", "monitoring");

    private final JdbcClient jdbc;
    private final StandingDeadlines deadlines;
    private final Clock clock;

    Silence(JdbcClient jdbc, StandingDeadlines deadlines, Clock clock) {
        this.jdbc = jdbc;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    /** Somebody was in touch with the household; only the latest time counts. */
    void heardOf(UUID caseId, Instant at) {
        var phase = jdbc.sql("select phase from kasane.case_file where id = :id")
                .param("id", caseId)
                .query(String.class)
                .single();
        if (WATCHED.contains(phase)) {
            deadlines.keep(caseId, STEP, caseId + ":" + phase, latest(caseId, at));
        }
    }

    /** That contact was at another time, or never: what is known beside it counts. */
    void notHeardOf(UUID caseId, Instant then) {
        var since = jdbc.sql(
                        """
                        select f.opened_at from kasane.case_file f
                        where f.id = :id and exists (select from kasane.deadline l where l.case_id = f.id and l.step = :step
                                                     and l.settled_at is null and l.from_at = :then)
                        """)
                .param("id", caseId)
                .param("step", STEP)
                .param("then", Timestamp.from(then))
                .query(Timestamp.class)
                .optional();
        since.ifPresent(opened -> heardOf(caseId, opened.toInstant()));
    }

    /** That contact was at another time than was recorded; a later one than is counted from counts. */
    void heardAtAnotherTime(UUID caseId, Instant then, Instant now) {
        if (then.equals(now)) {
            return;
        }
        notHeardOf(caseId, then);
        boolean later = jdbc.sql(
                        """
                        select exists (select from kasane.deadline where case_id = :id and step = :step and settled_at is null and from_at < :now)
                        """)
                .param("id", caseId)
                .param("step", STEP)
                .param("now", Timestamp.from(now))
                .query(Boolean.class)
                .single();
        if (later) {
            heardOf(caseId, now);
        }
    }

    @EventListener
    void on(CaseMoved moved) {
        if (WATCHED.contains(moved.phase())) {
            deadlines.keep(
                    moved.caseId(),
                    STEP,
                    moved.caseId() + ":" + moved.phase(),
                    latest(moved.caseId(), clock.instant()));
        } else {
            deadlines.settle(moved.caseId(), STEP);
        }
    }

    private Instant latest(UUID caseId, Instant at) {
        var known = jdbc.sql(
                        """
                        select greatest(:at, (select max(occurred_at) from kasane.contact where case_id = :id and voided_at is null))
                        """)
                .param("at", Timestamp.from(at))
                .param("id", caseId)
                .query(Timestamp.class)
                .single()
                .toInstant();
        return known.isAfter(clock.instant()) ? clock.instant() : known;
    }
}
