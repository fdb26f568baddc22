package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;

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
        submissionsOf(
                "Task_Review",
                Map.of("decision", "continue"),
                Map.of("decision", "continue"),
                Map.of("decision", decision));

        var monitoring = start("monitoring");
        task("Task_Review").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_Review");
        submit("Task_Review");
        assertThat(monitoring).isActive();
        submit("Task_Review");

        assertThat(monitoring)
                .isCompleted()
                .hasCompletedElement("Task_Review", 3)
                .hasCompletedElements(end);
    }

    @Test
    void aReseatedCaseResumesAtTheReview() {
        factsOf("monitoring", Map.of("step", "review"));

        assertThat(start("monitoring")).isActive().hasActiveElements("Task_Review");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var monitoring = start("monitoring");
        task("Task_Review").isCreated();

        deadlineReached(caseId + ":monitoring");

        assertThat(monitoring)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_Review");
    }
}
