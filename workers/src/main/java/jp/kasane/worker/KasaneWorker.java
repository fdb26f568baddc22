package jp.kasane.worker;

import io.camunda.client.api.CamundaFuture;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.worker.JobClient;
import io.camunda.client.api.worker.JobHandler;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job worker as Kasane has them: what it returns becomes the job's variables. An {@link UnknownReference} fails the job at
 * once with its sentence, since trying again would not help; a {@link BusinessError} is thrown into the diagram, which catches
 * it; anything else is tried again after a growing pause, and is an incident when the diagram's retries are used up.
 *
 * <p>An engine that does not answer in time is told again: else the job would rest until the engine takes it back from us, a
 * minute in which the case stands still for nothing.
 *
 * <p>The engine hears the kind of a failure and never its message: a database's message may quote a row.
 */
public abstract class KasaneWorker implements JobHandler {

    private static final Logger LOG = LoggerFactory.getLogger(KasaneWorker.class);
    /** Retries as the diagrams and the element templates give them: about four minutes before somebody has to look. */
    private static final int RETRIES = 10;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 6;

    /** With the client's ten seconds each this stays within the minute for which a job is ours. */
    private static final int TOLD_AT_MOST = 4;

    private static final Duration BEFORE_TELLING_AGAIN = Duration.ofMillis(100);
    private static final Set<Status.Code> PASSING =
            Set.of(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);

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
            tell(() -> client.newFailCommand(job)
                    .retries(0)
                    .errorMessage(unknown.getMessage())
                    .send());
            return;
        } catch (BusinessError expected) {
            tell(() -> client.newThrowErrorCommand(job)
                    .errorCode(expected.code())
                    .errorMessage(expected.getMessage())
                    .send());
            return;
        } catch (RuntimeException technical) {
            int retries = Math.max(0, job.getRetries() - 1);
            LOG.warn(
                    "Job {} ({}) failed, {} retries left: {}",
                    job.getKey(),
                    jobType,
                    retries,
                    technical.getClass().getName());
            tell(() -> client.newFailCommand(job)
                    .retries(retries)
                    .retryBackoff(pause(RETRIES - job.getRetries()))
                    .errorMessage(technical.getClass().getSimpleName())
                    .send());
            return;
        }
        tell(() -> client.newCompleteCommand(job).variables(variables).send());
    }

    private void tell(Supplier<CamundaFuture<?>> answer) {
        for (int told = 1; ; told++) {
            try {
                answer.get().join();
                return;
            } catch (ClientStatusException refused) {
                // It was heard the time before, and only the engine's answer was lost.
                if (told > 1 && refused.getStatusCode() == Status.Code.NOT_FOUND) {
                    return;
                }
                if (told == TOLD_AT_MOST || !PASSING.contains(refused.getStatusCode())) {
                    throw refused;
                }
                LOG.warn(
                        "The engine did not take a {} job's answer ({}); telling it again",
                        jobType,
                        refused.getStatusCode());
                rest(BEFORE_TELLING_AGAIN.multipliedBy(1L << told));
            }
        }
    }

    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Stopped while telling the engine", stopped);
        }
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
