package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class PersistSubmissionWorker extends KasaneWorker {

    private final PersistSubmission port;

    public PersistSubmissionWorker(PersistSubmission port) {
        super("persist-submission");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        return port.persist(JobContext.of(job), header(job, "step"), optional(job, "submissionId"));
    }
}
