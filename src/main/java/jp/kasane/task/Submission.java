package jp.kasane.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What somebody filled in, checked against its form.
 *
 * @param instanceKey ours: the key of the engine's instance whose task this was; null for a form that belongs to no task
 */
public record Submission(
        UUID id,
        UUID streamId,
        UUID caseId,
        UUID consultationId,
        UUID taskId,
        String instanceKey,
        String step,
        String formId,
        ObjectNode data,
        UUID submittedBy,
        UUID onBehalfOf,
        Instant occurredAt,
        Instant recordedAt) {

    /** The matter it belongs to, where that is neither a case nor a consultation. */
    public UUID matterId() {
        return caseId == null && consultationId == null ? streamId : null;
    }

    /** The field's text, or null where it was left empty. */
    public String text(String field) {
        return text(data, field);
    }

    public static String text(JsonNode data, String field) {
        return data.hasNonNull(field) ? data.get(field).asText() : null;
    }

    public boolean flag(String field) {
        return data.path(field).asBoolean(false);
    }

    public List<String> list(String field) {
        return list(data, field);
    }

    public static List<String> list(JsonNode data, String field) {
        var values = new ArrayList<String>();
        data.path(field).forEach(value -> values.add(value.asText()));
        return values;
    }

    public LocalDate date(String field) {
        var text = text(field);
        return text == null ? null : LocalDate.parse(text);
    }

    /** The id that the instance of an invitation or a role is known by. */
    public UUID instanceId() {
        return UUID.fromString(instanceKey);
    }

    public Instant time(String field) {
        var text = text(field);
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
    }
}
