package jp.kasane.worker;

import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.worker.JobClient;
import io.camunda.client.api.worker.JobHandler;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job worker as Kasane has them: what it returns becomes the job's variables. An {@link UnknownReference} fails the job at
 * once with its sentence, since trying again would not help; a {@link BusinessError} is thrown into the diagram, which catches
 * it; anything else is tried again after a growing pause, and is an incident when the diagram's retries are used up.
 *
 * <p>The engine hears the kind of a failure and never its message: a database's message may quote a row.
 */
public abstract class KasaneWorker implements JobHandler {

    private static final Logger LOG = LoggerFactory.getLogger(KasaneWorker.class);
    /** Retries as the diagrams and the element templates give them: about four minutes before somebody has to look. */
    private static final int RETRIES = 10;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 6;

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
        } catch (BusinessError expected) {
            client.newThrowErrorCommand(job)
                    .errorCode(expected.code())
                    .errorMessage(expected.getMessage())
                    .send()
                    .join();
            return;
        } catch (RuntimeException technical) {
            int retries = Math.max(0, job.getRetries() - 1);
            LOG.warn(
                    "Job {} ({}) failed, {} retries left: {}",
                    job.getKey(),
                    jobType,
                    retries,
                    technical.getClass().getName());
            client.newFailCommand(job)
                    .retries(retries)
                    .retryBackoff(pause(RETRIES - job.getRetries()))
                    .errorMessage(technical.getClass().getSimpleName())
                    .send()
                    .join();
            return;
        }
        client.newCompleteCommand(job).variables(variables).send().join();
    }

    private static Duration pause(int attemptsBefore) {
        return FIRST_PAUSE.multipliedBy(1L << Math.clamp(attemptsBefore, 0, MOST_DOUBLINGS));
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
