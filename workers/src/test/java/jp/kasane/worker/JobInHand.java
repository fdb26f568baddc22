package jp.kasane.worker;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyMap;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.camunda.client.api.CamundaFuture;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.command.CompleteJobCommandStep1;
import io.camunda.client.api.command.FailJobCommandStep1;
import io.camunda.client.api.command.ThrowErrorCommandStep1;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.response.CompleteJobResponse;
import io.camunda.client.api.response.FailJobResponse;
import io.camunda.client.api.response.ThrowErrorResponse;
import io.camunda.client.api.worker.JobClient;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** A job as the engine hands it over, and what became of it. */
final class JobInHand {

    static final long INSTANCE = 2251799813685249L;
    static final long ELEMENT = 2251799813685260L;

    private final ActivatedJob job = mock(ActivatedJob.class);
    private final JobClient client = mock(JobClient.class);
    private final CompleteJobCommandStep1 complete = mock(CompleteJobCommandStep1.class);
    private final FailJobCommandStep1 fail = mock(FailJobCommandStep1.class);
    private final FailJobCommandStep1.FailJobCommandStep2 failWith =
            mock(FailJobCommandStep1.FailJobCommandStep2.class);
    private final ThrowErrorCommandStep1 error = mock(ThrowErrorCommandStep1.class);
    private final ThrowErrorCommandStep1.ThrowErrorCommandStep2 errorWith =
            mock(ThrowErrorCommandStep1.ThrowErrorCommandStep2.class);
    private final Map<String, Object> variables = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();

    JobInHand(String processId) {
        when(job.getBpmnProcessId()).thenReturn(processId);
        when(job.getProcessInstanceKey()).thenReturn(INSTANCE);
        when(job.getElementInstanceKey()).thenReturn(ELEMENT);
        when(job.getVariablesAsMap()).thenReturn(variables);
        when(job.getCustomHeaders()).thenReturn(headers);
        when(client.newCompleteCommand(job)).thenReturn(complete);
        when(complete.variables(anyMap())).thenReturn(complete);
        CamundaFuture<CompleteJobResponse> completed = future();
        when(complete.send()).thenReturn(completed);
        when(client.newFailCommand(job)).thenReturn(fail);
        when(fail.retries(anyInt())).thenReturn(failWith);
        when(failWith.errorMessage(any())).thenReturn(failWith);
        when(failWith.retryBackoff(any())).thenReturn(failWith);
        when(client.newThrowErrorCommand(job)).thenReturn(error);
        when(error.errorCode(any())).thenReturn(errorWith);
        when(errorWith.errorMessage(any())).thenReturn(errorWith);
        CamundaFuture<ThrowErrorResponse> thrown = future();
        when(errorWith.send()).thenReturn(thrown);
        CamundaFuture<FailJobResponse> failed = future();
        when(failWith.send()).thenReturn(failed);
    }

    @SuppressWarnings("unchecked")
    private static <T> CamundaFuture<T> future() {
        return mock(CamundaFuture.class);
    }

    JobInHand with(String variable, Object value) {
        variables.put(variable, value);
        return this;
    }

    JobInHand header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    JobInHand handledBy(KasaneWorker worker) {
        worker.handle(client, job);
        return this;
    }

    void isCompletedWith(Map<String, Object> expected) {
        verify(complete).variables(expected);
        verify(complete).send();
        verify(client, never()).newFailCommand(any(ActivatedJob.class));
    }

    /** The engine answers like this before it takes the job's completion. */
    JobInHand whoseCompletionIsAnsweredWith(Status... answers) {
        var futures = new ArrayDeque<CamundaFuture<CompleteJobResponse>>();
        for (var answer : answers) {
            CamundaFuture<CompleteJobResponse> refused = future();
            when(refused.join()).thenThrow(new ClientStatusException(answer, null));
            futures.add(refused);
        }
        CamundaFuture<CompleteJobResponse> taken = future();
        when(complete.send()).thenAnswer(call -> futures.isEmpty() ? taken : futures.poll());
        return this;
    }

    void isCompletedBySending(int times) {
        verify(complete, times(times)).send();
        verify(client, never()).newFailCommand(any(ActivatedJob.class));
    }

    void isGivenUpWith(String sentence) {
        verify(fail).retries(0);
        verify(failWith).errorMessage(sentence);
        verify(failWith).send();
        verify(client, never()).newCompleteCommand(any(ActivatedJob.class));
    }

    JobInHand withRetries(int retries) {
        when(job.getRetries()).thenReturn(retries);
        return this;
    }

    void isTriedAgain(int retriesLeft, Duration after, String kind) {
        verify(fail).retries(retriesLeft);
        verify(failWith).retryBackoff(after);
        verify(failWith).errorMessage(kind);
        verify(failWith).send();
        verify(client, never()).newCompleteCommand(any(ActivatedJob.class));
    }

    void isThrownIntoTheDiagram(String code) {
        verify(error).errorCode(code);
        verify(errorWith).send();
        verify(client, never()).newFailCommand(any(ActivatedJob.class));
        verify(client, never()).newCompleteCommand(any(ActivatedJob.class));
    }
}
