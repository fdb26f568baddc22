package jp.kasane.notification;

import java.net.URI;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The address a municipality's own systems want to be called at, for administrators (row-level security). */
@Component
@Transactional
public class Webhooks {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Outbox outbox;

    Webhooks(JdbcClient jdbc, Clock clock, Outbox outbox) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.outbox = outbox;
    }

    /** @param url null: switched off */
    public record Webhook(String url, Instant failedAt, String failedReason) {}

    @Transactional(readOnly = true)
    public Optional<Webhook> mine() {
        return jdbc.sql(
                        "select url, failed_at, failed_reason from kasane.webhook where municipality_id = kasane.my_municipality()")
                .query(Webhook.class)
                .optional();
    }

    /** Whether this can be called: https, or http on this very machine. */
    public static boolean isCallable(String text) {
        try {
            var url = URI.create(text);
            return url.getHost() != null
                    && url.getUserInfo() == null
                    && ("https".equals(url.getScheme())
                            || "http".equals(url.getScheme())
                                    && List.of("localhost", "127.0.0.1", "[::1]")
                                            .contains(url.getHost()));
        } catch (IllegalArgumentException notOne) {
            return false;
        }
    }

    /**
     * @param url null to switch it off
     * @param secret null to keep the one there is (or to have one made)
     * @return the secret when one was made: it is shown this once
     */
    public Optional<String> set(String url, String secret) {
        boolean make = secret == null && mine().isEmpty();
        var made = make ? random() : secret;
        jdbc.sql(
                        """
                        insert into kasane.webhook as w (municipality_id, url, secret, changed_at, changed_by)
                        values (kasane.my_municipality(), :url, coalesce(:secret, ''), :now, kasane.acting_user())
                        on conflict (municipality_id) do update
                            set url = excluded.url, secret = coalesce(:secret, w.secret), changed_at = excluded.changed_at,
                                changed_by = excluded.changed_by, failed_at = null, failed_reason = null
                        """)
                .param("url", url)
                .param("secret", made)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return make ? Optional.of(made) : Optional.empty();
    }

    private static String random() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Tries once more what was given up in the last two weeks. */
    public int callAgain() {
        var orders = jdbc.sql(
                        "select id from kasane.outbox where result = 'given-up' and kind = 'webhook' and created_at > :after")
                .param("after", Timestamp.from(clock.instant().minusSeconds(14 * 86_400)))
                .query(Long.class)
                .list();
        orders.forEach(outbox::tryAgain);
        return orders.size();
    }
}
