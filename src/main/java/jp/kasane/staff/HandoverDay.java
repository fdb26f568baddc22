package jp.kasane.staff;

import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.JapaneseTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Carries out what was prepared, from its day on. It looks more often than once a day so that a server that was down at midnight is not a
 * day late; each hand-over is carried out once.
 */
@Component
class HandoverDay {

    private static final Logger LOG = LoggerFactory.getLogger(HandoverDay.class);

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Handovers handovers;
    private final Clock clock;

    HandoverDay(JdbcClient jdbc, SystemActor system, Handovers handovers, Clock clock) {
        this.jdbc = jdbc;
        this.system = system;
        this.handovers = handovers;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "PT15M", initialDelayString = "PT1M")
    void look() {
        carryOut(clock.instant());
    }

    /** @return how many were carried out */
    int carryOut(Instant now) {
        var due = system.inTransaction(() -> jdbc.sql(
                        "select id from kasane.handover where status = 'draft' and effective_on <= :today order by effective_on, id")
                .param("today", JapaneseTime.dayOf(now))
                .query(UUID.class)
                .list());
        int done = 0;
        for (var id : due) {
            try {
                system.named(() -> handovers.carry(id));
                done++;
            } catch (RuntimeException fault) {
                // The next look tries again; the others do not wait for this one.
                LOG.error(
                        "Hand-over {} was not carried out: {}",
                        id,
                        fault.getClass().getName());
            }
        }
        return done;
    }
}
