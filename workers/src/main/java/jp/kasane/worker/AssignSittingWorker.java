package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class AssignSittingWorker extends KasaneWorker {

    private final AssignSitting port;

    public AssignSittingWorker(AssignSitting port) {
        super("assign-sitting");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        required(job, "caseId");
        return port.assign(JobContext.of(job));
    }
}
