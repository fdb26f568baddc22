package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class CloseAgendaWorker extends KasaneWorker {

    private final CloseAgenda port;

    public CloseAgendaWorker(CloseAgenda port) {
        super("close-agenda");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        required(job, "matterId");
        return port.close(JobContext.of(job));
    }
}
