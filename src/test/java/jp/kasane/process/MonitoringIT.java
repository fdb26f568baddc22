package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 支援・モニタリング: roles carried out, reviewed again and again (002, L4884-4885, L1205-1207). */
class MonitoringIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("monitoring");
    }

    @ParameterizedTest
    @CsvSource({"replan, End_Replan", "close, End_ToClosure"})
    void supportGoesOnUntilAReviewSaysOtherwise(String decision, String end) {
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(90))));
        submissionsOf(
                "Task_Review",
                Map.of("decision", "continue", "reviewAt", after(Duration.ofDays(180))),
                Map.of("decision", "continue", "reviewAt", after(Duration.ofDays(270))),
                Map.of("decision", decision));

        var monitoring = start("monitoring");
        assertThat(monitoring).hasActiveElements("Gateway_ReviewDueOrAsked").hasNotActivatedElements("Task_Review");
        camunda.increaseTime(Duration.ofDays(90).plusMinutes(1));
        task("Task_Review").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_Review");
        assertThat(monitoring).hasActiveElements("Gateway_ReviewDueOrAsked").hasNoActiveElements("Task_Review");
        camunda.increaseTime(Duration.ofDays(90));
        submit("Task_Review");
        camunda.increaseTime(Duration.ofDays(90));
        submit("Task_Review");

        assertThat(monitoring)
                .isCompleted()
                .hasCompletedElement("Task_Review", 3)
                .hasCompletedElements(end);
    }

    @Test
    void aReviewMayBeAskedForBeforeItsDay() {
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(90))));
        var monitoring = start("monitoring");
        assertThat(monitoring).hasActiveElements("Gateway_ReviewDueOrAsked");

        knock("review-asked", caseId + ":monitoring");

        assertThat(monitoring).hasActiveElements("Task_Review").hasCompletedElements("Event_ReviewAsked");
    }

    @Test
    void aReseatedCaseWhoseReviewIsDueComesToItAtOnce() {
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-3))));

        assertThat(start("monitoring")).isActive().hasActiveElements("Task_Review");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        var monitoring = start("monitoring");
        task("Task_Review").isCreated();

        deadlineReached(caseId + ":monitoring");

        assertThat(monitoring)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_Review");
    }
}
