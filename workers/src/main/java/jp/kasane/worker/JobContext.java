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
        String matterId,
        String instanceKey) {

    /** Whose line of events it belongs to: the case, the consultation that is none yet, or a matter; null for none of them. */
    public String streamId() {
        return caseId != null ? caseId : consultationId != null ? consultationId : matterId;
    }

    static JobContext of(ActivatedJob job) {
        return new JobContext(
                job.getBpmnProcessId(),
                job.getProcessInstanceKey(),
                job.getElementInstanceKey(),
                KasaneWorker.optional(job, "caseId"),
                KasaneWorker.optional(job, "consultationId"),
                KasaneWorker.optional(job, "matterId"),
                KasaneWorker.optional(job, "instanceKey"));
    }
}
