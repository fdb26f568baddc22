package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class NotifyWorker extends KasaneWorker {

    private final Notify port;

    public NotifyWorker(Notify port) {
        super("notify");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        port.send(JobContext.of(job), header(job, "message"));
        return Map.of();
    }
}
