package jp.kasane.task;

import java.util.Map;
import java.util.UUID;

/** What a module does with a form that was submitted. One handler per form id. */
public interface StepHandler {

    String formId();

    /** Options and routing codes the form needs beside the municipality's own (e.g. the household's members). */
    default Map<String, Object> context(UUID caseId, String instanceKey) {
        return Map.of();
    }

    /** What is known already and must not be typed again. */
    default Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        return Map.of();
    }

    /**
     * Writes the submission to the module's tables and moves the case on; called once per submission, in the transaction that
     * stored it and under the lock of its stream.
     *
     * @return codes for the next gateway; only names of {@code processes/variables.yaml}
     * @throws jp.kasane.foundation.Refusal.Invalid for what the form alone cannot check
     */
    Map<String, Object> apply(Submission submission);
}
