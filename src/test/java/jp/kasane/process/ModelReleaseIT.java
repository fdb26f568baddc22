package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;
import static org.assertj.core.api.Assertions.assertThat;

import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 図の公開: one asks, another one reviews, and it is in force at once or at the time that was set. */
class ModelReleaseIT extends ProcessScenario {

    private static final ProcessInstanceSelector RELEASE = byProcessId("model-release");
    private static final Duration WEEK = Duration.ofDays(7);

    private final String releaseId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("model-release");
    }

    private void begin(Map<String, Object> facts) {
        factsOf("model-release", facts);
        send("model-release-started", releaseId, Map.of("matterId", releaseId));
    }

    @Test
    void whatIsApprovedIsDeployedAtItsTime() {
        begin(Map.of("step", "review"));
        submissionsOf("Task_ReviewRelease", Map.of("outcome", "approved", "releaseAt", after(WEEK)));
        answer("deploy-model", Map.of("outcome", "deployed"));
        task("Task_ReviewRelease").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_ReviewRelease");

        assertThat(RELEASE).isActive().hasActiveElements("Event_ReleaseAt");
        assertThat(notified).isEmpty();
        camunda.increaseTime(WEEK.plusHours(1));

        assertThat(RELEASE).isCompleted().hasCompletedElements("Activity_DeployModel", "End_Released");
        assertThat(notified).containsExactly("release-deployed");
    }

    @Test
    void whatIsReturnedIsTold() {
        begin(Map.of("step", "review"));
        submissionsOf("Task_ReviewRelease", Map.of("outcome", "returned"));
        task("Task_ReviewRelease").isCreated();
        submit("Task_ReviewRelease");

        assertThat(RELEASE).isCompleted().hasCompletedElements("End_Returned");
        assertThat(notified).containsExactly("release-returned");
    }

    @Test
    void whatTheEngineDoesNotTakeIsToldAndNothingIsInForce() {
        begin(Map.of("step", "release", "releaseAt", after(Duration.ofDays(-1))));
        answer("deploy-model", Map.of("outcome", "refused"));

        assertThat(RELEASE).isCompleted().hasCompletedElements("Event_ReleaseAt", "End_Refused");
        assertThat(notified).containsExactly("release-refused");
    }

    @Test
    void whatWasWithdrawnIsNotReviewed() {
        begin(Map.of("step", "over"));

        assertThat(RELEASE).isCompleted().hasCompletedElements("End_Withdrawn");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheReviewStaysOpen() {
        begin(Map.of("step", "review"));
        task("Task_ReviewRelease").isCreated();

        deadlineReached(releaseId);

        assertThat(RELEASE)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_ReviewRelease");
    }
}
