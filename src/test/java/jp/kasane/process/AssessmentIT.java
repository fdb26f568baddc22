package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** アセスメント: what is gathered becomes one 世帯課題 (002, L2079-2081). */
class AssessmentIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("assessment");
    }

    @Test
    void informationIsGatheredThenTheSheetIsWritten() {
        submissionsOf("Task_GatherInformation", Map.of("step", "assess"));
        submissionsOf("Task_WriteAssessment", Map.of("route", "meeting", "phase", "meeting"));

        var assessment = start("assessment");
        task("Task_GatherInformation").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_GatherInformation");
        submit("Task_WriteAssessment");

        assertThat(assessment)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Activity_ReadFacts",
                        "Gateway_Step",
                        "Task_GatherInformation",
                        "Activity_PersistGatherInformation",
                        "Task_WriteAssessment",
                        "Activity_PersistWriteAssessment",
                        "End_Assessed");
    }

    /** 西東京 L5797-5807: needs explaining, not everybody takes to it; so it is asked for, never demanded. */
    @Test
    void theNineCellSheetIsWrittenWhereSomebodyWantsIt() {
        submissionsOf("Task_GatherInformation", Map.of("outcome", "strengths"));

        var assessment = start("assessment");
        submit("Task_GatherInformation");
        task("Task_WriteStrengthSheet").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_WriteStrengthSheet");
        submit("Task_WriteAssessment");

        assertThat(assessment).isCompleted();
    }

    @Test
    void aReseatedCaseResumesAtTheNineCellSheet() {
        factsOf("assessment", Map.of("step", "strengths"));

        assertThat(start("assessment"))
                .hasActiveElements("Task_WriteStrengthSheet")
                .hasNotActivatedElements("Task_GatherInformation");
    }

    @Test
    void aReseatedCaseResumesAtTheSheet() {
        factsOf("assessment", Map.of("step", "assess"));

        var assessment = start("assessment");
        submit("Task_WriteAssessment");

        assertThat(assessment).isCompleted().hasNotActivatedElements("Task_GatherInformation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gather", "a step nobody knows"})
    void anythingElseBeginsAtTheBeginning(String step) {
        factsOf("assessment", Map.of("step", step));

        assertThat(start("assessment"))
                .hasActiveElements("Task_GatherInformation")
                .hasNoActiveIncidents();
    }

    @Test
    void aCaseWithoutAStepBeginsAtTheBeginning() {
        assertThat(start("assessment"))
                .hasActiveElements("Task_GatherInformation")
                .hasNoActiveIncidents();
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var assessment = start("assessment");
        task("Task_GatherInformation").isCreated();

        deadlineReached(caseId + ":assessment");

        assertThat(assessment)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_GatherInformation");
    }
}
