package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;

import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 参加支援: need ↔ place, settled, followed (002, L4838-4844, L4977-4995, L5885-5887). */
class ParticipationIT extends ProcessScenario {

    private static final ProcessInstanceSelector PARTICIPATION = byProcessId("participation");
    private static final Duration MONTH = Duration.ofDays(30);

    private final String participationId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("participation");
        factsOf("participation", Map.of("step", "match"));
    }

    @Test
    void aPlaceIsFoundSettledAndFollowed() {
        submissionsOf("Task_MatchPlace", Map.of("outcome", "found", "followAt", after(MONTH)));
        submissionsOf(
                "Task_FollowPlace",
                Map.of("outcome", "continue", "followAt", after(MONTH.multipliedBy(2))),
                Map.of("outcome", "ended"));

        begin();
        task("Task_MatchPlace").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_MatchPlace");
        assertThat(PARTICIPATION).isActive().hasActiveElements("Event_FollowDue");
        camunda.increaseTime(MONTH.plusDays(1));
        task("Task_FollowPlace").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_FollowPlace");
        camunda.increaseTime(MONTH.plusDays(1));
        submit("Task_FollowPlace");

        assertThat(PARTICIPATION).isCompleted().hasCompletedElements("End_MovedOn");
    }

    @Test
    void whoFindsNoneLooksAgain() {
        submissionsOf(
                "Task_MatchPlace", Map.of("outcome", "seeking", "followAt", after(MONTH)), Map.of("outcome", "stop"));

        begin();
        submit("Task_MatchPlace");
        assertThat(PARTICIPATION).isActive().hasActiveElements("Event_SeekAgain");
        camunda.increaseTime(MONTH.plusDays(1));
        submit("Task_MatchPlace");

        assertThat(PARTICIPATION).isCompleted().hasCompletedElements("End_Stopped");
    }

    @Test
    void aPlaceThatDoesNotFitIsExchanged() {
        submissionsOf("Task_MatchPlace", Map.of("outcome", "found", "followAt", after(MONTH)));
        submissionsOf("Task_FollowPlace", Map.of("outcome", "elsewhere"));

        begin();
        submit("Task_MatchPlace");
        camunda.increaseTime(MONTH.plusDays(1));
        submit("Task_FollowPlace");

        assertThat(PARTICIPATION).isActive().hasActiveElements("Task_MatchPlace");
    }

    @Test
    void oneThatIsLookedAfterIsSeatedAgainWhereItIs() {
        factsOf("participation", Map.of("step", "follow", "followAt", after(MONTH)));

        begin();

        assertThat(PARTICIPATION).isActive().hasActiveElements("Event_FollowDue");
    }

    @Test
    void itEndsWhenItIsNotWantedAnyMore() {
        begin();
        task("Task_MatchPlace").isCreated();

        knock("participation-ended", participationId);

        assertThat(PARTICIPATION)
                .isCompleted()
                .hasCompletedElements("SubProcess_ParticipationOver", "End_ParticipationOver");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        begin();
        task("Task_MatchPlace").isCreated();

        deadlineReached(participationId);

        assertThat(PARTICIPATION)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_MatchPlace");
    }

    private void begin() {
        send("participation-started", participationId, Map.of());
    }
}
