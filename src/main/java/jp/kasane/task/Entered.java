package jp.kasane.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A filled-in form as the API receives it.
 *
 * @param occurredAt when it happened, if that is not now
 * @param onBehalfOf login of the colleague in whose place it is recorded
 */
public record Entered(JsonNode data, Instant occurredAt, String onBehalfOf) {

    /** @throws jp.kasane.foundation.Refusal.Invalid if there is no such colleague */
    public Submissions.Circumstances circumstances(People people) {
        return new Submissions.Circumstances(occurredAt, people.byLogin(onBehalfOf));
    }
}
