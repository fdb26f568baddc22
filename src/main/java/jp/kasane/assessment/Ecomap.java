package jp.kasane.assessment;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * エコマップ of a case: the household, whoever has to do with it, and the ties between them.
 *
 * @param nodes the members first; of the others those that have a tie
 */
public record Ecomap(List<Node> nodes, List<Tie> ties) {

    /**
     * @param ref how it is named when a tie is added: {@code member:<id>}, {@code agency:<code>} or {@code node:<id>}
     * @param kind member, agency, resource or person
     */
    public record Node(String ref, String kind, String name) {}

    /**
     * @param kind strong, weak or stressful
     * @param direction none, forward (from the first to the second), back, both
     */
    public record Tie(
            UUID id,
            String from,
            String fromName,
            String to,
            String toName,
            String kind,
            String direction,
            String note,
            Instant addedAt,
            String addedBy) {}
}
