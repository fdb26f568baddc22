package jp.kasane.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.outbox.internal.Relay;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@Component
public class Outbox {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Relay relay;

    Outbox(JdbcClient jdbc, ObjectMapper json, Relay relay) {
        this.jdbc = jdbc;
        this.json = json;
        this.relay = relay;
    }

    /**
     * An order that is not done, or was given up.
     *
     * @param error the last one, without personal data
     */
    public record Waiting(
            long id,
            UUID streamId,
            String kind,
            Instant createdAt,
            int attempts,
            Instant nextAttemptAt,
            Instant givenUpAt,
            String error) {}

    /** Adds an order to the stream, in the caller's transaction: it is done if, and only if, that commits. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void add(UUID streamId, String kind, Object payload) {
        jdbc.sql(
                        """
                        insert into kasane.outbox (municipality_id, stream_id, lane, kind, payload)
                        select municipality_id, id, id::text, :kind, :payload::jsonb from kasane.stream where id = :stream
                        """)
                .param("stream", streamId)
                .param("kind", kind)
                .param("payload", write(payload))
                .update();
        wakeAfterCommit();
    }

    /**
     * Adds one order of the same kind to each of many streams, which may take their time: orders of other streams that come in meanwhile
     * are done before them. Within a stream the order stays.
     *
     * @param payloads by stream
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void addUnhurried(String kind, Map<UUID, ?> payloads) {
        jdbc.sql(
                        """
                        insert into kasane.outbox (municipality_id, stream_id, lane, kind, payload, unhurried)
                        select s.municipality_id, s.id, s.id::text, :kind, x.payload::jsonb, true
                        from unnest(:streams::uuid[], :payloads::text[]) with ordinality as x (stream, payload, n) join kasane.stream s on s.id = x.stream
                        order by x.n
                        """)
                .param("kind", kind)
                .param("streams", payloads.keySet().toArray(UUID[]::new))
                .param("payloads", payloads.values().stream().map(this::write).toArray(String[]::new))
                .update();
        jdbc.sql("select kasane.count_orders()").query().listOfRows();
        wakeAfterCommit();
    }

    /** Adds an order that belongs to no stream: it waits for the older ones of its lane, and no case waits for it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void addAside(UUID municipalityId, String lane, String kind, Object payload) {
        jdbc.sql(
                        """
                        insert into kasane.outbox (municipality_id, lane, kind, payload)
                        values (:municipality, :lane, :kind, :payload::jsonb)
                        """)
                .param("municipality", municipalityId)
                .param("lane", lane)
                .param("kind", kind)
                .param("payload", write(payload))
                .update();
        wakeAfterCommit();
    }

    /** Open orders that were tried so often or are so old, the oldest first; seen by administrators and auditors. */
    @Transactional(readOnly = true)
    public List<Waiting> stuck(int attempts, Instant before, int most) {
        return waiting(
                "done_at is null and (attempts >= :attempts or created_at < :before)",
                Map.of("attempts", attempts, "before", Timestamp.from(before)),
                most);
    }

    /** Orders that were given up after this time, the oldest first; seen by administrators and auditors. */
    @Transactional(readOnly = true)
    public List<Waiting> givenUp(Instant after, int most) {
        return waiting("result = 'given-up' and done_at > :after", Map.of("after", Timestamp.from(after)), most);
    }

    private List<Waiting> waiting(String condition, Map<String, ?> params, int most) {
        return jdbc.sql("select id, stream_id, kind, created_at, attempts, next_attempt_at, done_at as given_up_at,"
                        + " last_error as error from kasane.outbox where " + condition + " order by id limit " + most)
                .params(params)
                .query(Waiting.class)
                .list();
    }

    /**
     * Lets an order that waits, or was given up, be tried at once. For administrators; the database refuses it to others.
     *
     * @return whether there was one
     */
    @Transactional
    public boolean tryAgain(long id) {
        wakeAfterCommit();
        return jdbc.sql("select kasane.order_again(:id)")
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    /** Something was put back by other means: it is looked at once this transaction commits. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void wakeAfterCommit() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                relay.wake();
            }
        });
    }

    private String write(Object payload) {
        try {
            return json.writeValueAsString(payload);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Payload cannot be written as JSON", e);
        }
    }
}
