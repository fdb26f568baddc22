package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 終結: nobody is let go before somebody else holds them (002, L3039-3043, L4944-4951). */
class ClosureIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("closure");
        submissionsOf("Task_DecideClosure", Map.of("decision", "closed", "phase", "closed"));
    }

    @Test
    void withoutAHandoverTheManagerDecides() {
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "none"));

        var closure = start("closure");
        submit("Task_EvaluateClosure");
        task("Task_DecideClosure").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_DecideClosure");

        assertThat(closure)
                .isCompleted()
                .hasCompletedElements("End_Closed")
                .hasNotActivatedElements("Activity_NotifyHandover", "Task_AcknowledgeHandover");
        assertThat(notified).isEmpty();
    }

    @Test
    void aHandoverIsDecidedOnlyAfterTheOtherAgencyAccepts() {
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "handover"));
        submissionsOf("Task_AcknowledgeHandover", Map.of("outcome", "accepted"));

        var closure = start("closure");
        submit("Task_EvaluateClosure");
        task("Task_AcknowledgeHandover").isCreated().hasCandidateGroups(List.of("member"));
        assertThat(notified).containsExactly("handover-requested");
        submit("Task_AcknowledgeHandover");
        submit("Task_DecideClosure");

        assertThat(closure)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Task_EvaluateClosure",
                        "Activity_NotifyHandover",
                        "Task_AcknowledgeHandover",
                        "Gateway_HandoverAnswer",
                        "Task_DecideClosure",
                        "End_Closed");
    }

    @Test
    void aDeclinedHandoverGoesBackToTheEvaluation() {
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "handover"), Map.of("decision", "none"));
        submissionsOf("Task_AcknowledgeHandover", Map.of("outcome", "declined"));

        var closure = start("closure");
        submit("Task_EvaluateClosure");
        submit("Task_AcknowledgeHandover");
        assertThat(closure)
                .hasCompletedElements("Event_HandoverDeclined", "Event_BackToEvaluation")
                .hasActiveElements("Task_EvaluateClosure")
                .hasNotActivatedElements("Task_DecideClosure");
        submit("Task_EvaluateClosure");
        submit("Task_DecideClosure");

        assertThat(closure).isCompleted().hasCompletedElement("Task_EvaluateClosure", 2);
    }

    @Test
    void aReturnedClosureIsEvaluatedAgain() {
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "none"));
        submissionsOf("Task_DecideClosure", Map.of("decision", "returned"), Map.of("decision", "closed"));

        var closure = start("closure");
        submit("Task_EvaluateClosure");
        submit("Task_DecideClosure");
        submit("Task_EvaluateClosure");
        submit("Task_DecideClosure");

        assertThat(closure)
                .isCompleted()
                .hasCompletedElement("Task_EvaluateClosure", 2)
                .hasCompletedElement("Task_DecideClosure", 2);
    }

    /** 大潟 (001, L7168-7172): many new issues come up after closure, so they go on looking. */
    @Test
    void aWatchedCaseIsLookedAtOnItsDaysUntilSomebodyEndsIt() {
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "none"));
        submissionsOf(
                "Task_DecideClosure",
                Map.of("decision", "closed", "outcome", "watch", "watchAt", after(Duration.ofDays(90))));
        submissionsOf(
                "Task_CheckWatch",
                Map.of("outcome", "continue", "watchAt", after(Duration.ofDays(180))),
                Map.of("outcome", "end"));

        var closure = start("closure");
        submit("Task_EvaluateClosure");
        submit("Task_DecideClosure");
        assertThat(closure).hasActiveElements("Event_WatchDue").hasNotActivatedElements("Task_CheckWatch");
        camunda.increaseTime(Duration.ofDays(90).plusMinutes(1));
        submit("Task_CheckWatch");
        assertThat(closure).hasActiveElements("Event_WatchDue");
        camunda.increaseTime(Duration.ofDays(90));
        submit("Task_CheckWatch");

        assertThat(closure).isCompleted().hasCompletedElements("End_WatchEnded");
    }

    @Test
    void aWatchMayWakeUp() {
        factsOf("closure", Map.of("step", "watch", "watchAt", after(Duration.ofDays(-1))));
        submissionsOf("Task_CheckWatch", Map.of("outcome", "reopen"));

        var closure = start("closure");
        submit("Task_CheckWatch");

        assertThat(closure)
                .isCompleted()
                .hasCompletedElements("End_Reopened")
                .hasNotActivatedElements("Task_EvaluateClosure");
    }

    @ParameterizedTest
    @CsvSource({"evaluate, Task_EvaluateClosure", "acknowledge, Task_AcknowledgeHandover", "decide, Task_DecideClosure"
    })
    void aReseatedCaseResumesWhereTheClosureStood(String step, String expected) {
        factsOf("closure", Map.of("step", step));

        assertThat(start("closure")).isActive().hasActiveElements(expected).hasNoActiveIncidents();
        assertThat(notified).isEmpty();
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var closure = start("closure");
        task("Task_EvaluateClosure").isCreated();

        deadlineReached(caseId + ":closure");

        assertThat(closure)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_EvaluateClosure");
    }
}
