package jp.kasane.notification.internal;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.notification.DigestTime;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * One mail a day for what a person wants in the digest, at the municipality's hour, and none on a day without news. What came
 * after that hour waits for the next day. A server that was down at that hour sends it when it is back, if it is the same day;
 * a person has one row per day, so it is never two.
 */
@Component
class Digests {

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Outbox outbox;
    private final Postman postman;
    private final Clock clock;

    Digests(JdbcClient jdbc, SystemActor system, Outbox outbox, Postman postman, Clock clock) {
        this.jdbc = jdbc;
        this.system = system;
        this.outbox = outbox;
        this.postman = postman;
        this.clock = clock;
    }

    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT5S")
    void look() {
        if (postman.employed()) {
            send(clock.instant());
        }
    }

    private record Waiting(UUID userId, UUID municipalityId, LocalTime at) {}

    /** @return how many digests were ordered */
    int send(Instant now) {
        var today = JapaneseTime.dayOf(now);
        return system.inTransaction(() -> {
            int sent = 0;
            var waiting = jdbc.sql(
                            """
                            select distinct n.user_id, n.municipality_id, coalesce(t.at, :ours) as at
                            from kasane.notification n left join kasane.digest_time t on t.municipality_id = n.municipality_id
                            where n.mail = 'digest' and n.digest_id is null
                            """)
                    .param("ours", DigestTime.OURS)
                    .query(Waiting.class)
                    .list();
            for (var person : waiting) {
                var hour = today.atTime(person.at()).atZone(JapaneseTime.ZONE).toInstant();
                if (!now.isBefore(hour) && order(person, today, hour, now)) {
                    sent++;
                }
            }
            return sent;
        });
    }

    private boolean order(Waiting person, LocalDate today, Instant hour, Instant now) {
        var id = Ids.next();
        int first = jdbc.sql(
                        """
                        insert into kasane.digest (id, municipality_id, user_id, day, created_at)
                        select :id, :municipality, :user, :day, :now
                        where exists (select from kasane.notification
                                      where user_id = :user and mail = 'digest' and digest_id is null and created_at < :hour)
                        on conflict (user_id, day) do nothing
                        """)
                .param("id", id)
                .param("municipality", person.municipalityId())
                .param("user", person.userId())
                .param("day", today)
                .param("now", Timestamp.from(now))
                .param("hour", Timestamp.from(hour))
                .update();
        if (first == 0) {
            return false;
        }
        jdbc.sql(
                        """
                        update kasane.notification set digest_id = :id
                        where user_id = :user and mail = 'digest' and digest_id is null and created_at < :hour
                        """)
                .param("id", id)
                .param("user", person.userId())
                .param("hour", Timestamp.from(hour))
                .update();
        outbox.addAside(person.municipalityId(), "mail:" + id, "mail", MailOrder.ofDigest(person.userId(), id));
        return true;
    }
}
