package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class EscalateDeadlineWorker extends KasaneWorker {

    private final EscalateDeadline port;

    public EscalateDeadlineWorker(EscalateDeadline port) {
        super("escalate-deadline");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        port.escalate(JobContext.of(job));
        return Map.of();
    }
}
