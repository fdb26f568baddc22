package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class AllocateRolesWorker extends KasaneWorker {

    private final AllocateRoles port;

    public AllocateRolesWorker(AllocateRoles port) {
        super("allocate-roles");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        required(job, "caseId");
        port.allocate(JobContext.of(job));
        return Map.of();
    }
}
