package jp.kasane.operations;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Everything that stands still at one moment; of each kind the oldest {@value Operations#MOST} are listed.
 *
 * @param exporter how far the read model has come
 * @param engine whether the broker answers and the workers are open
 */
public record Standstill(
        Instant at,
        int count,
        List<StoppedAt> incidents,
        List<StuckOrder> orders,
        List<StuckJob> jobs,
        List<RejectedRecord> rejected,
        List<FailingMail> mails,
        List<NotTaken> models,
        int webhookCalls,
        Exporter exporter,
        Engine engine,
        List<Operation> lately) {

    /**
     * An incident.
     *
     * @param caseNumber null for a consultation that is no case yet
     * @param message what was said, without the parts that could quote anybody
     */
    public record StoppedAt(
            long key,
            String errorType,
            String message,
            String processId,
            String elementId,
            String elementName,
            UUID streamId,
            UUID caseId,
            String caseNumber,
            Instant since,
            Instant retryAsked) {

        private static final Set<String> OF_THE_WORK =
                Set.of("JOB_NO_RETRIES", "EXECUTION_LISTENER_NO_RETRIES", "UNKNOWN");

        /** What to do, in this order: {@code retry}, {@code diagram} or {@code reseat}. */
        public List<String> advice() {
            return OF_THE_WORK.contains(errorType) ? List.of("retry", "reseat") : List.of("diagram", "retry");
        }
    }

    public record StuckOrder(
            long id,
            String kind,
            UUID streamId,
            UUID caseId,
            String caseNumber,
            Instant since,
            int attempts,
            Instant nextAttempt,
            boolean givenUp,
            String error) {}

    public record StuckJob(
            String processId,
            String elementId,
            String elementName,
            String heard,
            UUID streamId,
            UUID caseId,
            String caseNumber,
            Instant since) {}

    public record RejectedRecord(
            UUID epoch,
            int partition,
            long position,
            Instant at,
            String valueType,
            String intent,
            String sqlState,
            Instant rejectedAt) {}

    public record FailingMail(UUID userId, String login, Instant failedAt, String reason, long givenUp) {}

    /**
     * A diagram or a table of the municipality's own that the engine did not take when the server started.
     *
     * @param instead stays, standard or nothing: what is in force
     * @param version in force; null for none
     * @param message what the engine said
     */
    public record NotTaken(String id, String instead, Integer version, String message, Instant since) {}

    /**
     * @param heardAt when the last record came; null when none ever did
     * @param position the furthest of the broker's partitions
     */
    public record Exporter(Instant heardAt, long position, long secondsAgo, boolean lagging) {}

    /** @param reason why it is not ready; null when it is */
    public record Engine(boolean ready, String reason) {}

    public record Operation(Instant at, String login, String kind, String target) {}
}
