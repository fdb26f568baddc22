package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class DeployModelWorker extends KasaneWorker {

    private final DeployModel port;

    public DeployModelWorker(DeployModel port) {
        super("deploy-model");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        required(job, "matterId");
        return port.deploy(JobContext.of(job));
    }
}
