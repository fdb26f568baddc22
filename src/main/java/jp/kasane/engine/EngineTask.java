package jp.kasane.engine;

import java.time.Instant;
import java.util.UUID;

/**
 * A user task as the engine has it.
 *
 * @param id ours: unique even after the broker was wiped and counts its keys from the start again
 * @param state CREATED, COMPLETED, CANCELED or LOST (its broker is gone)
 * @param step the element id in the diagram, e.g. {@code Task_Triage}
 */
public record EngineTask(
        UUID id,
        long key,
        String state,
        String step,
        String processId,
        int processVersion,
        long processInstanceKey,
        String instanceKey,
        String formId,
        Integer formVersion,
        String formSchema,
        UUID caseId,
        UUID consultationId,
        UUID matterId,
        UUID municipalityId,
        UUID audienceId,
        Instant createdAt) {

    public UUID streamId() {
        return caseId != null ? caseId : consultationId != null ? consultationId : matterId;
    }

    public boolean open() {
        return "CREATED".equals(state);
    }
}
