package jp.kasane.outbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;

/**
 * One thing to be done outside, as it was written in the transaction that decided it.
 *
 * @param streamId null for what belongs to no case, like a mail
 */
public record Order(long id, UUID streamId, String kind, JsonNode payload, Instant createdAt, int attempts) {}
