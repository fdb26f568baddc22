package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.worker.JobClient;
import io.camunda.client.api.worker.JobHandler;
import java.util.Map;

/**
 * A job worker as Kasane has them: what it returns becomes the job's variables. An {@link UnknownReference} fails the job at
 * once with its sentence, since trying again would not help; any other exception is the engine's to retry.
 */
public abstract class KasaneWorker implements JobHandler {

    private final String jobType;

    protected KasaneWorker(String jobType) {
        this.jobType = jobType;
    }

    public final String jobType() {
        return jobType;
    }

    /** @return variables for the engine; only names listed in {@code processes/variables.yaml} */
    protected abstract Map<String, Object> work(ActivatedJob job);

    @Override
    public final void handle(JobClient client, ActivatedJob job) {
        Map<String, Object> variables;
        try {
            variables = work(job);
        } catch (UnknownReference unknown) {
            client.newFailCommand(job)
                    .retries(0)
                    .errorMessage(unknown.getMessage())
                    .send()
                    .join();
            return;
        }
        client.newCompleteCommand(job).variables(variables).send().join();
    }

    /** @throws UnknownReference if the variable is missing: the diagram does not fit the worker */
    protected static String required(ActivatedJob job, String variable) {
        var value = job.getVariablesAsMap().get(variable);
        if (value == null) {
            throw new UnknownReference("変数「" + variable + "」がありません。");
        }
        return value.toString();
    }

    /** @throws UnknownReference if the header is missing: the diagram does not fit the worker */
    protected static String header(ActivatedJob job, String name) {
        var value = job.getCustomHeaders().get(name);
        if (value == null) {
            throw new UnknownReference("ヘッダー「" + name + "」がありません。");
        }
        return value;
    }

    protected static String optional(ActivatedJob job, String variable) {
        var value = job.getVariablesAsMap().get(variable);
        return value == null ? null : value.toString();
    }
}
