package jp.kasane.casefile;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Something that happened, to be appended to a stream. Ids and codes only: what was said stands in the module's tables.
 *
 * @param kind e.g. {@code consultation.received}, {@code step.submitted}
 * @param occurredAt when it happened, which may be long before it was recorded
 */
public record CaseEvent(
        String kind, Instant occurredAt, UUID onBehalfOf, UUID taskId, UUID submissionId, Map<String, Object> refs) {

    public static CaseEvent now(String kind, Instant at, Map<String, Object> refs) {
        return new CaseEvent(kind, at, null, null, null, refs);
    }
}
