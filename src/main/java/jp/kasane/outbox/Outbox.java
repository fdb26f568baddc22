package jp.kasane.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    /** Adds an order to the stream, in the caller's transaction: it is done if, and only if, that commits. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void add(UUID streamId, String kind, Object payload) {
        jdbc.sql(
                        """
                        insert into kasane.outbox (municipality_id, stream_id, kind, payload)
                        select municipality_id, id, :kind, :payload::jsonb from kasane.stream where id = :stream
                        """)
                .param("stream", streamId)
                .param("kind", kind)
                .param("payload", write(payload))
                .update();
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
