package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class RecordDecisionWorker extends KasaneWorker {

    private final RecordDecision port;

    public RecordDecisionWorker(RecordDecision port) {
        super("record-decision");
        this.port = port;
    }

    /** Tables that are asked one after the other are recorded by one job: {@code decision} names them all. */
    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        for (var decision : header(job, "decision").split(",")) {
            port.record(JobContext.of(job), decision.strip(), job.getVariablesAsMap());
        }
        return Map.of();
    }
}
