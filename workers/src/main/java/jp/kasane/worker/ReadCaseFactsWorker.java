package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import java.util.Map;

public final class ReadCaseFactsWorker extends KasaneWorker {

    private final ReadCaseFacts port;

    public ReadCaseFactsWorker(ReadCaseFacts port) {
        super("read-case-facts");
        this.port = port;
    }

    @Override
    protected Map<String, Object> work(ActivatedJob job) {
        var context = JobContext.of(job);
        if (context.streamId() == null) {
            throw new UnknownReference("変数「caseId」「consultationId」「matterId」のどれもありません。");
        }
        return port.facts(context);
    }
}
