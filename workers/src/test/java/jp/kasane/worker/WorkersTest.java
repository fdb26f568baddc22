package jp.kasane.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.camunda.client.api.command.ClientStatusException;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker translates between a job's variables and its port, and nothing else. */
class WorkersTest {

    private static final String CASE = "0198a000-0000-7000-8000-000000000001";

    @Nested
    class PersistingASubmission {

        private final List<Object> heard = new ArrayList<>();
        private final PersistSubmissionWorker worker = new PersistSubmissionWorker((job, step, submission) -> {
            heard.addAll(java.util.Arrays.asList(job, step, submission));
            return Map.of("route", "case");
        });

        @Test
        void handsTheStepAndTheSubmissionToThePortAndItsFactsToTheEngine() {
            var job = new JobInHand("consultation")
                    .with("consultationId", "c1")
                    .with("instanceKey", "c1")
                    .with("submissionId", "s1")
                    .header("step", "Task_Triage")
                    .handledBy(worker);

            assertThat(heard)
                    .containsExactly(
                            new JobContext(
                                    "consultation", JobInHand.INSTANCE, JobInHand.ELEMENT, null, "c1", null, "c1"),
                            "Task_Triage",
                            "s1");
            job.isCompletedWith(Map.of("route", "case"));
        }

        @Test
        void asksThePortEvenWhenTheTaskWasCompletedElsewhereAndBroughtNoSubmission() {
            new JobInHand("consultation").header("step", "Task_Triage").handledBy(worker);

            assertThat(heard).last().isNull();
        }

        @Test
        void isGivenUpWhereTheDiagramNamesNoStep() {
            new JobInHand("consultation").handledBy(worker).isGivenUpWith("ヘッダー「step」がありません。");
            assertThat(heard).isEmpty();
        }
    }

    @Nested
    class ReadingFacts {

        private final ReadCaseFactsWorker worker =
                new ReadCaseFactsWorker(job -> Map.of("phase", "plan", "step", job.caseId()));

        @Test
        void handsTheCasesFactsToTheEngine() {
            new JobInHand("plan")
                    .with("caseId", CASE)
                    .handledBy(worker)
                    .isCompletedWith(Map.of("phase", "plan", "step", CASE));
        }

        @Test
        void isGivenUpWithoutACaseOrAConsultation() {
            new JobInHand("plan").handledBy(worker).isGivenUpWith("変数「caseId」「consultationId」「matterId」のどれもありません。");
        }

        @Test
        void readsThoseOfAConsultationThatIsNoCaseYet() {
            new JobInHand("consultation")
                    .with("consultationId", CASE)
                    .handledBy(new ReadCaseFactsWorker(job -> Map.of("step", job.streamId())))
                    .isCompletedWith(Map.of("step", CASE));
        }
    }

    @Nested
    class Notifying {

        private final List<String> sent = new ArrayList<>();
        private final NotifyWorker worker = new NotifyWorker((job, message) -> sent.add(job.caseId() + " " + message));

        @Test
        void tellsThePortWhichNoticeAndTheEngineNothing() {
            new JobInHand("plan")
                    .with("caseId", CASE)
                    .header("message", "role-allocated")
                    .handledBy(worker)
                    .isCompletedWith(Map.of());
            assertThat(sent).containsExactly(CASE + " role-allocated");
        }

        @Test
        void isGivenUpWhereTheDiagramNamesNoMessage() {
            new JobInHand("plan").with("caseId", CASE).handledBy(worker).isGivenUpWith("ヘッダー「message」がありません。");
        }
    }

    @Nested
    class EscalatingADeadline {

        @Test
        void tellsThePortWhichInstanceIsMeant() {
            var heard = new ArrayList<String>();
            new JobInHand("outreach")
                    .with("instanceKey", CASE + ":outreach")
                    .handledBy(new EscalateDeadlineWorker(job -> heard.add(job.instanceKey())))
                    .isCompletedWith(Map.of());
            assertThat(heard).containsExactly(CASE + ":outreach");
        }
    }

    @Nested
    class SweepingDeadlines {

        private final List<Instant> swept = new ArrayList<>();
        private final SweepDeadlinesWorker worker = new SweepDeadlinesWorker(swept::add);

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "2026-11-21T09:00:00Z",
                    "2026-11-21T09:00:00Z[Etc/UTC]",
                    "2026-11-21T09:00:00Z@Etc/UTC",
                    "2026-11-21T18:00:00+09:00[Asia/Tokyo]"
                })
        void looksByTheEnginesClockHoweverItWritesTheTime(String feel) {
            new JobInHand("deadline-sweep")
                    .with("sweepAt", feel)
                    .handledBy(worker)
                    .isCompletedWith(Map.of());
            assertThat(swept).containsExactly(Instant.parse("2026-11-21T09:00:00Z"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"tomorrow", "2026-11-21", ""})
        void isGivenUpWhenTheTimeIsNone(String feel) {
            new JobInHand("deadline-sweep")
                    .with("sweepAt", feel)
                    .handledBy(worker)
                    .isGivenUpWith("変数「sweepAt」が日時ではありません。");
            assertThat(swept).isEmpty();
        }

        @Test
        void isGivenUpWithoutATime() {
            new JobInHand("deadline-sweep").handledBy(worker).isGivenUpWith("変数「sweepAt」がありません。");
        }
    }

    @Nested
    class RecordingADecision {

        private final List<String> recorded = new ArrayList<>();
        private final RecordDecisionWorker worker = new RecordDecisionWorker(
                (job, decision, variables) -> recorded.add(decision + " " + variables.get("owner")));

        @Test
        void handsThePortEachTableThatWasAskedAndTheEngineNothing() {
            new JobInHand("consultation")
                    .with("consultationId", CASE)
                    .with("owner", "city")
                    .header("decision", "triage,owner")
                    .handledBy(worker)
                    .isCompletedWith(Map.of());
            assertThat(recorded).containsExactly("triage city", "owner city");
        }

        @Test
        void isGivenUpWhereTheDiagramNamesNoTable() {
            new JobInHand("consultation").handledBy(worker).isGivenUpWith("ヘッダー「decision」がありません。");
            assertThat(recorded).isEmpty();
        }
    }

    static Stream<KasaneWorker> workersOfAPortThatDoesNotKnow() {
        return all(() -> {
            throw new UnknownReference("このケースはデータベースにありません。");
        });
    }

    @ParameterizedTest
    @MethodSource("workersOfAPortThatDoesNotKnow")
    void anUnknownReferenceLeavesNoRetriesAndASentence(KasaneWorker worker) {
        complete().handledBy(worker).isGivenUpWith("このケースはデータベースにありません。");
    }

    static Stream<KasaneWorker> workersOfAPortWhoseDatabaseIsAway() {
        return all(() -> {
            throw new IllegalStateException("connection refused");
        });
    }

    @ParameterizedTest
    @MethodSource("workersOfAPortWhoseDatabaseIsAway")
    void aTechnicalFailureIsTriedAgainAndTellsTheEngineItsKindOnly(KasaneWorker worker) {
        complete().withRetries(10).handledBy(worker).isTriedAgain(9, Duration.ofSeconds(1), "IllegalStateException");
        complete().withRetries(7).handledBy(worker).isTriedAgain(6, Duration.ofSeconds(8), "IllegalStateException");
        complete().withRetries(1).handledBy(worker).isTriedAgain(0, Duration.ofSeconds(64), "IllegalStateException");
    }

    @Test
    void anEngineThatDoesNotAnswerIsToldAgain() {
        complete()
                .whoseCompletionIsAnsweredWith(Status.DEADLINE_EXCEEDED, Status.UNAVAILABLE)
                .handledBy(facts())
                .isCompletedBySending(3);
    }

    @Test
    void whatTheEngineHeardThoughItsAnswerWasLostIsDone() {
        complete()
                .whoseCompletionIsAnsweredWith(Status.DEADLINE_EXCEEDED, Status.NOT_FOUND)
                .handledBy(facts())
                .isCompletedBySending(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION"})
    void whatTheEngineRefusesIsNotRepeated(String code) {
        var job = complete().whoseCompletionIsAnsweredWith(Status.fromCode(Status.Code.valueOf(code)));
        assertThatThrownBy(() -> job.handledBy(facts())).isInstanceOf(ClientStatusException.class);
        job.isCompletedBySending(1);
    }

    @Test
    void anEngineThatStaysAwayIsLeftToTakeTheJobBack() {
        var silence = Status.DEADLINE_EXCEEDED;
        var job = complete().whoseCompletionIsAnsweredWith(silence, silence, silence, silence, silence);
        assertThatThrownBy(() -> job.handledBy(facts())).isInstanceOf(ClientStatusException.class);
        job.isCompletedBySending(4);
    }

    private static KasaneWorker facts() {
        return new ReadCaseFactsWorker(job -> Map.of());
    }

    static Stream<KasaneWorker> workersWithNewsForTheDiagram() {
        return all(() -> {
            throw new BusinessError(BusinessError.NOBODY_REACHED, "だれにも届きません。");
        });
    }

    @ParameterizedTest
    @MethodSource("workersWithNewsForTheDiagram")
    void whatTheDiagramCatchesIsThrownIntoIt(KasaneWorker worker) {
        complete().handledBy(worker).isThrownIntoTheDiagram("NOBODY_REACHED");
    }

    private static JobInHand complete() {
        return new JobInHand("plan")
                .with("caseId", CASE)
                .with("sweepAt", "2026-11-21T09:00:00Z")
                .header("step", "Task_DraftPlan")
                .header("decision", "members")
                .header("message", "role-allocated");
    }

    private static Stream<KasaneWorker> all(Runnable fails) {
        return Stream.of(
                new PersistSubmissionWorker((job, step, submission) -> {
                    fails.run();
                    return Map.of();
                }),
                new ReadCaseFactsWorker(job -> {
                    fails.run();
                    return Map.of();
                }),
                new NotifyWorker((job, message) -> fails.run()),
                new RecordDecisionWorker((job, decision, variables) -> fails.run()),
                new EscalateDeadlineWorker(job -> fails.run()),
                new SweepDeadlinesWorker(now -> fails.run()));
    }

    @Test
    void everyWorkerHasItsJobType() {
        assertThat(all(() -> {}).map(KasaneWorker::jobType))
                .containsExactly(
                        "persist-submission",
                        "read-case-facts",
                        "notify",
                        "record-decision",
                        "escalate-deadline",
                        "sweep-deadlines");
    }
}
