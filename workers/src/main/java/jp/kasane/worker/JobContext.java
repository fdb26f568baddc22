package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;

/**
 * Where in the engine a job stands. Keys are those of the broker; after a wiped broker they start again.
 *
 * @param instanceKey ours: the correlation key of the running instance
 */
public record JobContext(
        String processId,
        long processInstanceKey,
        long elementInstanceKey,
        String caseId,
        String consultationId,
        String instanceKey) {

    /** Whose line of events it belongs to: the case, or the consultation that is none yet; null for neither. */
    public String streamId() {
        return caseId != null ? caseId : consultationId;
    }

    static JobContext of(ActivatedJob job) {
        return new JobContext(
                job.getBpmnProcessId(),
                job.getProcessInstanceKey(),
                job.getElementInstanceKey(),
                KasaneWorker.optional(job, "caseId"),
                KasaneWorker.optional(job, "consultationId"),
                KasaneWorker.optional(job, "instanceKey"));
    }
}
