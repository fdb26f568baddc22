package jp.kasane.process;

import static io.camunda.process.test.api.assertions.UserTaskSelectors.byElementId;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.response.ProcessInstanceEvent;
import io.camunda.process.test.api.CamundaAssert;
import io.camunda.process.test.api.CamundaProcessTestContext;
import io.camunda.process.test.api.CamundaProcessTestExtension;
import io.camunda.process.test.api.assertions.UserTaskAssert;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What every process test needs: the diagrams deployed as the application deploys them, and workers that say what the
 * database would say. The diagrams are real, the workers are not; those are tested in their own module.
 */
abstract class ProcessScenario {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** What the database always says to a process that asks a decision table; a test says what differs. */
    private static final Map<String, Map<String, Object>> WHAT_TABLES_ASK = Map.of(
            "consultation",
            Map.of(
                    "complaint", "clear",
                    "sections", "one",
                    "thirdParty", false,
                    "standstill", "none"),
            "referral",
            Map.of("complaint", "clear", "sections", "one", "thirdParty", false, "standstill", "none"),
            "support-case",
            Map.of(
                    "consentSufficient", false,
                    "owner", "council",
                    "urgency", "normal",
                    "abuse", false,
                    "intervention", false),
            "plan",
            Map.of("phase", "plan", "consentSufficient", true),
            "support-meeting",
            Map.of("householdKnown", true, "targetGroup", "other"));

    @RegisterExtension
    static final CamundaProcessTestExtension CAMUNDA = LocalCamunda.extension();

    /** Set by Camunda Process Test before each test. */
    CamundaClient client;

    CamundaProcessTestContext camunda;

    final String caseId = UUID.randomUUID().toString();

    /** Messages that {@code notify} was asked to send, keys of those who invite or allocate, escalated deadlines, sweeps: in order. */
    final List<String> notified = new CopyOnWriteArrayList<>();

    /** What the tables said, as it was recorded: {@code owner {owner=city}}. */
    final List<String> decided = new CopyOnWriteArrayList<>();

    final List<String> invited = new CopyOnWriteArrayList<>();
    final List<String> assigned = new CopyOnWriteArrayList<>();
    final List<String> allocated = new CopyOnWriteArrayList<>();
    final List<String> escalated = new CopyOnWriteArrayList<>();
    final List<String> sweeps = new CopyOnWriteArrayList<>();
    final List<String> persisted = new CopyOnWriteArrayList<>();

    /** The message that finds nobody of the agency it is meant for. */
    volatile String nobodyReachedBy;

    private final Map<String, Deque<Map<String, Object>>> answers = new ConcurrentHashMap<>();

    @BeforeEach
    void startWorkers() {
        CamundaAssert.setAssertionTimeout(PATIENCE);
        work("read-case-facts", job -> {
            var facts = new HashMap<>(WHAT_TABLES_ASK.getOrDefault(job.getBpmnProcessId(), Map.of()));
            facts.putAll(next("facts of " + job.getBpmnProcessId()));
            return withCutoff(job.getBpmnProcessId(), facts);
        });
        work("persist-submission", job -> {
            var step = job.getCustomHeaders().get("step");
            persisted.add(step + " " + job.getVariable("submissionId"));
            return withCutoff(job.getBpmnProcessId(), next(step));
        });
        camunda.mockJobWorker("notify").withHandler((jobs, job) -> {
            var message = job.getCustomHeaders().get("message");
            notified.add(message);
            if (message.equals(nobodyReachedBy)) {
                jobs.newThrowErrorCommand(job)
                        .errorCode("NOBODY_REACHED")
                        .send()
                        .join();
            } else {
                jobs.newCompleteCommand(job).send().join();
            }
        });
        work("record-decision", job -> {
            for (var decision : job.getCustomHeaders().get("decision").split(",")) {
                var codes = new TreeMap<String, Object>();
                DecisionTable.named(decision)
                        .outputs()
                        .forEach(output ->
                                codes.put(output.name(), job.getVariablesAsMap().get(output.name())));
                decided.add(decision + " " + codes);
            }
            return Map.of();
        });
        work("invite-members", job -> {
            invited.add((String) job.getVariable("instanceKey"));
            return Map.of();
        });
        work("assign-sitting", job -> {
            assigned.add((String) job.getVariable("instanceKey"));
            return next("assign-sitting");
        });
        work("close-agenda", job -> next("close-agenda"));
        work("deploy-model", job -> next("deploy-model"));
        work("allocate-roles", job -> {
            allocated.add((String) job.getVariable("instanceKey"));
            return Map.of();
        });
        work("escalate-deadline", job -> {
            escalated.add((String) job.getVariable("instanceKey"));
            return Map.of();
        });
        work("sweep-deadlines", job -> {
            sweeps.add((String) job.getVariable("sweepAt"));
            return Map.of();
        });
    }

    /** What the database says about the case when an instance of this process asks, in turn; the last answer stays. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final void factsOf(String processId, Map<String, Object>... facts) {
        answers.put("facts of " + processId, new ArrayDeque<>(List.of(facts)));
    }

    /** What the submissions of this task lead to, in turn; the last answer stays. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final void submissionsOf(String task, Map<String, Object>... facts) {
        answers.put(task, new ArrayDeque<>(List.of(facts)));
    }

    /** What the database answers to a job of this type, in turn; the last answer stays. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final void answer(String jobType, Map<String, Object>... facts) {
        answers.put(jobType, new ArrayDeque<>(List.of(facts)));
    }

    /** Each process in a bundle of its own, with its own forms (DESIGN §6). */
    void deploy(String... processes) {
        for (var id : processes) {
            var diagram = Diagram.named(id);
            diagram.decisions().forEach(this::deployTable);
            var deployment = client.newDeployResourceCommand()
                    .addResourceStringUtf8(diagram.source(), "processes/" + id + ".bpmn");
            for (var form : diagram.forms()) {
                deployment.addResourceStringUtf8(
                        Diagram.resource("forms/" + form + ".form"), "forms/" + form + ".form");
            }
            deployment.send().join();
        }
    }

    /** A table as the application deploys it: alone, and before the diagrams that ask it. */
    private void deployTable(String decision) {
        client.newDeployResourceCommand()
                .addResourceStringUtf8(DecisionTable.named(decision).source(), decision + ".dmn")
                .send()
                .join();
    }

    /** A phase on its own, as its call activity starts it. */
    ProcessInstanceEvent start(String process, Map<String, Object> more) {
        var variables = new HashMap<String, Object>(Map.of("caseId", caseId, "instanceKey", caseId + ":" + process));
        variables.putAll(more);
        return client.newCreateInstanceCommand()
                .bpmnProcessId(process)
                .latestVersion()
                .variables(variables)
                .send()
                .join();
    }

    ProcessInstanceEvent start(String process) {
        return start(process, Map.of());
    }

    /** Somebody fills in the form: the engine hears the submission's id and nothing else (DESIGN §8). */
    void submit(String task) {
        var submission = UUID.randomUUID().toString();
        var before = persisted.size();
        camunda.completeUserTask(task, Map.of("submissionId", submission));
        Awaitility.await("persist-submission of " + task)
                .atMost(PATIENCE)
                .until(() -> persisted.subList(before, persisted.size()).contains(task + " " + submission));
    }

    void deadlineReached(String instanceKey) {
        knock("deadline-reached", instanceKey);
        Awaitility.await("escalate-deadline for " + instanceKey)
                .atMost(PATIENCE)
                .until(() -> escalated.contains(instanceKey));
    }

    /** A message without content (DESIGN §6). */
    void knock(String message, String instanceKey) {
        client.newPublishMessageCommand()
                .messageName(message)
                .correlationKey(instanceKey)
                .timeToLive(Duration.ofMinutes(1))
                .send()
                .join();
    }

    /** An instance that is started by a message of its own: an invitation, a role. */
    void send(String message, String instanceKey, Map<String, Object> more) {
        var variables = new HashMap<String, Object>(Map.of("caseId", caseId, "instanceKey", instanceKey));
        variables.putAll(more);
        client.newPublishMessageCommand()
                .messageName(message)
                .correlationKey(instanceKey)
                .messageId(instanceKey + UUID.randomUUID())
                .timeToLive(Duration.ofHours(1))
                .variables(variables)
                .send()
                .join();
    }

    /** A time as the database hands it to a timer, on the engine's clock. */
    String after(Duration time) {
        return camunda.getCurrentTime().plus(time).toString();
    }

    UserTaskAssert task(String elementId) {
        return CamundaAssert.assertThat(byElementId(elementId));
    }

    private void work(String type, Answer answer) {
        camunda.mockJobWorker(type).withHandler((jobs, job) -> jobs.newCompleteCommand(job)
                .variables(answer.to(job))
                .send()
                .join());
    }

    /** A meeting is always told when to look at its sitting again; a test that does not care has it far ahead. */
    private Map<String, Object> withCutoff(String process, Map<String, Object> facts) {
        if (!process.equals("support-meeting")) {
            return facts;
        }
        var all = new HashMap<String, Object>(Map.of("sittingCheckAt", after(Duration.ofDays(365))));
        all.putAll(facts);
        return all;
    }

    private Map<String, Object> next(String question) {
        var queue = answers.getOrDefault(question, new ArrayDeque<>());
        synchronized (queue) {
            return queue.isEmpty() ? Map.of() : queue.size() == 1 ? queue.peek() : queue.poll();
        }
    }

    private interface Answer {
        Map<String, Object> to(ActivatedJob job);
    }
}
