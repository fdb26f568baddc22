package jp.kasane.decision;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a table said once. Codes only.
 *
 * @param decision the table's id, e.g. {@code triage}
 * @param given what it was asked with
 * @param gives what it answered; empty where no rule did
 */
public record Decided(String decision, Map<String, Object> given, Map<String, Object> gives, Instant madeAt) {

    /** The code of this output, if the table gave one. */
    public Optional<String> code(String output) {
        return Optional.ofNullable(gives.get(output)).map(Object::toString);
    }

    /** The codes of an output of which there may be several. */
    public List<String> codes(String output) {
        return gives.get(output) instanceof List<?> several
                ? several.stream().map(Object::toString).toList()
                : code(output).stream().toList();
    }
}
