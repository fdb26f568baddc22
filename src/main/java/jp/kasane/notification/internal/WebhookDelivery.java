package jp.kasane.notification.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import jp.kasane.foundation.Ids;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderGivenUp;
import jp.kasane.outbox.OrderRefused;
import jp.kasane.outbox.Patience;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Calls a municipality's own system about an event: ids and codes, signed. {@code X-Kasane-Signature} is {@code sha256=} and the
 * hex HMAC-SHA-256, with the secret, of {@code X-Kasane-Timestamp}, a full stop and the body; {@code X-Kasane-Delivery} is the
 * same for a call that comes twice.
 */
@Component
class WebhookDelivery implements Delivery {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final MailSettings settings;
    private final Clock clock;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    WebhookDelivery(JdbcClient jdbc, ObjectMapper json, MailSettings settings, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "webhook";
    }

    @Override
    public boolean aside() {
        return true;
    }

    /** As patient as mail. */
    @Override
    public Patience patience() {
        return new Patience(settings.attempts(), settings.firstPause(), settings.longestPause());
    }

    /** The body of a call. */
    record Event(
            UUID id,
            String kind,
            UUID caseId,
            UUID consultationId,
            UUID meetingId,
            UUID taskId,
            UUID matterId,
            Instant createdAt) {}

    private record Target(UUID municipalityId, String url, String secret) {}

    @Override
    public Result deliver(Order order) {
        var id = eventOf(order);
        var target = jdbc.sql(
                        """
                        select w.municipality_id, w.url, w.secret from kasane.webhook w
                        join kasane.webhook_event e on e.municipality_id = w.municipality_id where e.id = :id and w.url is not null
                        """)
                .param("id", id)
                .query(Target.class)
                .optional();
        if (target.isEmpty()) {
            return Result.SUPERSEDED;
        }
        var event = jdbc.sql(
                        """
                        select id, kind, case_id, consultation_id, meeting_id, task_id, matter_id, created_at from kasane.webhook_event where id = :id
                        """)
                .param("id", id)
                .query(Event.class)
                .single();
        call(target.get(), event);
        note(id, null);
        return Result.DONE;
    }

    private void call(Target target, Event event) {
        try {
            var body = json.writeValueAsString(event);
            var timestamp = Long.toString(clock.instant().getEpochSecond());
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(target.url()))
                            .timeout(Duration.ofSeconds(10))
                            .header("Content-Type", "application/json")
                            .header("X-Kasane-Event", event.kind())
                            .header("X-Kasane-Delivery", event.id().toString())
                            .header("X-Kasane-Timestamp", timestamp)
                            .header(
                                    "X-Kasane-Signature",
                                    "sha256=" + signature(target.secret(), timestamp + "." + body))
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            int status = answer.statusCode();
            if (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429) {
                throw new OrderRefused("http " + status);
            }
            if (status < 200 || status >= 300) {
                throw new Postman.NotDelivered("http " + status);
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An event cannot be written as JSON", e);
        } catch (IOException e) {
            throw new Postman.NotDelivered("connection");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Postman.NotDelivered("stopping");
        }
    }

    static String signature(String secret, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @EventListener
    void on(OrderGivenUp given) {
        if (given.order().kind().equals(kind())) {
            note(eventOf(given.order()), given.reason());
        }
    }

    private void note(UUID event, String reason) {
        jdbc.sql(
                        """
                        update kasane.webhook w set failed_reason = :reason, failed_at = case when :reason::text is not null then :now::timestamptz end
                        from kasane.webhook_event e
                        where e.id = :event and e.municipality_id = w.municipality_id and (:reason::text is not null or w.failed_at is not null)
                        """)
                .param("event", event)
                .param("reason", reason)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private static UUID eventOf(Order order) {
        return Ids.parse(order.payload().get("eventId").asText()).orElseThrow();
    }
}
