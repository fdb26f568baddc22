package jp.kasane.dryrun;

import io.camunda.zeebe.client.ZeebeClient;
import io.camunda.zeebe.client.api.command.ClientStatusException;
import io.camunda.zeebe.client.api.response.ActivatedJob;
import io.camunda.zeebe.process.test.api.ZeebeTestEngine;
import io.camunda.zeebe.process.test.engine.EngineFactory;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * Plays one recording in an engine of its own: what came from outside comes again, in the same order and at the same distance in
 * time. What the diagrams ask for and the recording does not know is a new step; it counts as done, so that one sees what follows.
 */
final class Player implements AutoCloseable {

    private static final String NEVER_QUIET = "NEVER_QUIET";
    private static final Duration LONG = Duration.ofDays(3650);
    /** For the engine to become quiet; past it a diagram goes in circles. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** How long is waited at once. */
    private static final Duration GLANCE = Duration.ofMillis(500);
    /** Of the engine after one event from outside; the longest of the catalogue leads to some hundreds. */
    private static final int MOST_RECORDS = 10_000;
    /** New steps one after the other without anything from the recording in between: a circle. */
    private static final int MOST_NEW_STEPS = 200;

    private final ZeebeTestEngine engine;
    private final ZeebeClient client;
    private final Track track;
    private final Diagrams diagrams;
    private final Map<String, Set<String>> known;
    private final Map<String, String> choices;
    private final Elsewhere elsewhere;
    /** What the diagrams ask for now, in the order in which they asked. */
    private final List<ActivatedJob> asked = new ArrayList<>();

    private final List<Answer.Step> unanswered = new ArrayList<>();
    private final List<Answer.Step> unheard = new ArrayList<>();
    private final Map<String, Long> timers = new HashMap<>();
    private final Instant began = Instant.now();
    private Duration passed = Duration.ZERO;
    private Instant recorded;
    private boolean quiet = true;

    /** What the engine has against the files. */
    static final class FilesRefused extends RuntimeException {
        private static final long serialVersionUID = 1;

        FilesRefused(String message) {
            super(message);
        }
    }

    /** A diagram that goes in circles, or an expression that never ends. */
    private static final class NeverQuiet extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * @param known what the recordings were made under
     * @param elsewhere what workers answer in other stories, for ways that this one did not take
     * @param choices of {@link Plan.Models}
     * @throws FilesRefused if the engine does not take them
     */
    Player(Diagrams diagrams, Map<String, Set<String>> known, Elsewhere elsewhere, Map<String, String> choices) {
        this.diagrams = diagrams;
        this.elsewhere = elsewhere;
        this.known = known;
        this.choices = choices == null ? Map.of() : choices;
        engine = EngineFactory.create();
        engine.start();
        client = engine.createClient();
        track = new Track(engine.getRecordStreamSource());
        try {
            diagrams.bundles().forEach(this::deploy);
        } catch (ClientStatusException refused) {
            close();
            if (refused.getStatusCode() != Status.Code.INVALID_ARGUMENT) {
                throw refused;
            }
            throw new FilesRefused(refused.getMessage());
        }
    }

    private void deploy(Plan.Bundle bundle) {
        var first = bundle.files().getFirst();
        var command = client.newDeployResourceCommand().addResourceStringUtf8(first.content(), first.name());
        for (var file : bundle.files().subList(1, bundle.files().size())) {
            command = command.addResourceStringUtf8(file.content(), file.name());
        }
        command.requestTimeout(PATIENCE).send().join();
    }

    Answer play(Plan.Recording recording) {
        recorded = OffsetDateTime.parse(recording.at()).toInstant();
        var rest = new ArrayList<>(recording.events());
        try {
            while (!rest.isEmpty()) {
                var event = rest.removeFirst();
                timeIs(event.at());
                if (!happens(event, rest)) {
                    unheard.add(step(event));
                }
            }
            settle(rest);
        } catch (NeverQuiet circle) {
            quiet = false;
        }
        var stops = track.stops();
        if (!quiet) {
            stops.add(new Answer.Stop(null, null, null, NEVER_QUIET, null));
        }
        return new Answer(recording.id(), null, track.way(), unanswered, unheard, stops);
    }

    /** @return false if the engine does not come to rest; then it cannot be stopped either */
    boolean quiet() {
        return quiet;
    }

    /** @return false if nobody waited for it */
    private boolean happens(Plan.Event event, List<Plan.Event> rest) {
        return switch (event.kind()) {
            case "job", "task" ->
                awaited(event, rest)
                        .map(job -> complete(job, event.variables()))
                        .isPresent();
            case "error" -> awaited(event, rest).map(job -> fail(job, event)).isPresent();
            case "canceled" -> {
                // Its worker was too late: here, too, nobody answers.
                asked(event);
                yield true;
            }
            default -> {
                settle(rest);
                yield comes(event);
            }
        };
    }

    private boolean comes(Plan.Event event) {
        return switch (event.kind()) {
            case "start" -> start(event);
            case "message" -> publish(event);
            case "timer" -> timer(event);
            case "cancel" -> cancel(event);
            default -> throw new IllegalArgumentException("Unknown kind of event: " + event.kind());
        };
    }

    /** To see that the engine is at rest takes a while: it is only waited for where the job is not there yet. */
    private Optional<ActivatedJob> awaited(Plan.Event event, List<Plan.Event> rest) {
        var there = asked(event);
        if (there.isEmpty()) {
            ask();
            there = asked(event);
        }
        if (there.isEmpty()) {
            var still = new ArrayList<>(rest);
            still.addFirst(event);
            settle(still);
            there = asked(event);
        }
        return there;
    }

    private boolean start(Plan.Event event) {
        var command = client.newCreateInstanceCommand()
                .bpmnProcessId(event.process())
                .latestVersion()
                .variables(shifted(event.variables()));
        if (event.element() != null) {
            command = command.startBeforeElement(event.element());
        }
        try {
            command.send().join();
            return true;
        } catch (ClientStatusException refused) {
            unlessOver(refused);
            return false;
        }
    }

    private boolean publish(Plan.Event event) {
        client.newPublishMessageCommand()
                .messageName(event.name())
                .correlationKey(event.instance() == null ? "" : event.instance())
                .timeToLive(Duration.ofMillis(event.timeToLive()))
                .variables(shifted(event.variables()))
                .send()
                .join();
        return true;
    }

    private Optional<ActivatedJob> asked(Plan.Event event) {
        var job = asked.stream().filter(one -> answers(event, one)).findFirst();
        job.ifPresent(asked::remove);
        return job;
    }

    private static boolean answers(Plan.Event event, ActivatedJob job) {
        return Set.of("job", "task", "error", "canceled").contains(event.kind())
                && job.getBpmnProcessId().equals(event.process())
                && job.getElementId().equals(event.element())
                && Objects.equals(job.getVariablesAsMap().get("instanceKey"), event.instance());
    }

    /** Somebody ended it, or it is in another state meanwhile: then nobody waited for the answer. */
    private ActivatedJob complete(ActivatedJob job, Map<String, Object> variables) {
        try {
            client.newCompleteCommand(job).variables(shifted(variables)).send().join();
            return job;
        } catch (ClientStatusException over) {
            unlessOver(over);
            return null;
        }
    }

    private ActivatedJob fail(ActivatedJob job, Plan.Event event) {
        try {
            client.newThrowErrorCommand(job)
                    .errorCode(event.name())
                    .variables(shifted(event.variables()))
                    .send()
                    .join();
            return job;
        } catch (ClientStatusException over) {
            unlessOver(over);
            return null;
        }
    }

    /** An engine that has no time is not one that has no use for it. */
    private static void unlessOver(ClientStatusException refused) {
        switch (refused.getStatusCode()) {
            case NOT_FOUND, FAILED_PRECONDITION, INVALID_ARGUMENT -> {
                // What was to be answered is over, or not there.
            }
            default -> throw refused;
        }
    }

    private boolean timer(Plan.Event event) {
        var name = event.process() + " " + event.instance() + " " + event.element();
        long before = timers.getOrDefault(name, 0L);
        for (int look = 0; look < 50; look++) {
            rest();
            if (track.timers(event.process(), event.instance(), event.element()) > before) {
                timers.put(name, before + 1);
                return true;
            }
            pass(Duration.ofMillis(200));
            sleep(Duration.ofMillis(20));
        }
        return false;
    }

    private boolean cancel(Plan.Event event) {
        return track.running(event.process(), event.instance())
                .map(key -> {
                    client.newCancelInstanceCommand(key).send().join();
                    return key;
                })
                .isPresent();
    }

    /**
     * Up to where only the recording can go on. What it never answers is done here: new steps, and jobs of workers on a way that it
     * did not take. A person's known task that it does not do stays open.
     */
    private void settle(List<Plan.Event> rest) {
        for (int round = 0; true; round++) {
            rest();
            ask();
            var open = asked.stream()
                    .filter(job -> rest.stream().noneMatch(event -> answers(event, job)))
                    .filter(job -> !job.getType().equals(Diagrams.USER_TASK) || isNew(job))
                    .findFirst();
            if (open.isEmpty()) {
                return;
            }
            if (round == MOST_NEW_STEPS) {
                throw new NeverQuiet();
            }
            var job = open.get();
            asked.remove(job);
            complete(job, answerTo(job));
            unanswered.add(new Answer.Step(
                    job.getType().equals(Diagrams.USER_TASK) ? "task" : "job",
                    job.getBpmnProcessId(),
                    (String) job.getVariablesAsMap().get("instanceKey"),
                    job.getElementId(),
                    job.getType()));
        }
    }

    /** A step that nothing was recorded of. */
    private boolean isNew(ActivatedJob job) {
        return !known.getOrDefault(job.getBpmnProcessId(), Set.of()).contains(job.getElementId());
    }

    /** The step that is persisted is named in a header; its form may ask how it went. */
    private Map<String, Object> answerTo(ActivatedJob job) {
        if (job.getType().equals(Diagrams.USER_TASK)) {
            return Map.of("submissionId", UUID.randomUUID().toString());
        }
        var choice = isNew(job) ? choices.get(job.getCustomHeaders().getOrDefault("step", "")) : null;
        return choice == null ? elsewhere.of(job) : Map.of("outcome", choice);
    }

    private void ask() {
        boolean more = true;
        while (more) {
            var answers = diagrams.jobTypes().stream()
                    .map(type -> client.newActivateJobsCommand()
                            .jobType(type)
                            .maxJobsToActivate(100)
                            .timeout(LONG)
                            .requestTimeout(PATIENCE)
                            .send())
                    .toList();
            more = false;
            for (var answer : answers) {
                more |= asked.addAll(answer.join().getJobs());
            }
        }
        asked.sort(Comparator.comparingLong(ActivatedJob::getKey));
    }

    // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────

    private void timeIs(String at) {
        var due = Duration.between(recorded, OffsetDateTime.parse(at).toInstant());
        var ahead = due.minus(passed).minus(Duration.between(began, Instant.now()));
        if (ahead.toMillis() > 0) {
            pass(ahead);
        }
    }

    private void pass(Duration time) {
        engine.increaseTime(time);
        passed = passed.plus(time);
    }

    /** Points in time that were recorded lie as far from the beginning as they did. */
    private Map<String, Object> shifted(Map<String, Object> variables) {
        var moved = new LinkedHashMap<String, Object>();
        if (variables != null) {
            variables.forEach((name, value) -> moved.put(name, value instanceof String text ? shifted(text) : value));
        }
        return moved;
    }

    private String shifted(String text) {
        try {
            return OffsetDateTime.parse(text)
                    .plus(Duration.between(recorded, began))
                    .toString();
        } catch (DateTimeParseException otherText) {
            return text;
        }
    }

    private void rest() {
        int before = track.records();
        var late = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                engine.waitForIdleState(GLANCE);
                return;
            } catch (TimeoutException busy) {
                // A circle fills the memory, in which the engine has its log, long before patience ends.
                if (Instant.now().isAfter(late) || track.records() - before > MOST_RECORDS) {
                    throw new NeverQuiet();
                }
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(ended);
            }
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ended);
        }
    }

    private static Answer.Step step(Plan.Event event) {
        return new Answer.Step(event.kind(), event.process(), event.instance(), event.element(), event.name());
    }

    @Override
    public void close() {
        client.close();
        engine.stop();
    }
}
