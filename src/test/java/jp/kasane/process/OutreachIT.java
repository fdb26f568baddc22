package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** アウトリーチ: repeated until consent, years if need be (002, L235-250, L278-303). */
class OutreachIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("outreach");
    }

    @Test
    void contactsAreRepeatedUntilThereIsConsent() {
        submissionsOf(
                "Task_RecordContact",
                Map.of("outcome", "continue"),
                Map.of("outcome", "continue"),
                Map.of("outcome", "consent"));

        var outreach = start("outreach");
        submit("Task_DraftOutreachPlan");
        submit("Task_RecordContact");
        submit("Task_RecordContact");
        submit("Task_RecordContact");
        submit("Task_RecordConsent");

        assertThat(outreach)
                .isCompleted()
                .hasCompletedElement("Task_DraftOutreachPlan", 1)
                .hasCompletedElement("Task_RecordContact", 3)
                .hasCompletedElements("Task_RecordConsent", "End_Consent")
                .hasNotActivatedElements("End_OtherWay");
    }

    @Test
    void anotherWayIsTakenWhenConsentIsNotTheWay() {
        submissionsOf("Task_RecordContact", Map.of("outcome", "other", "phase", "meeting"));

        var outreach = start("outreach");
        submit("Task_DraftOutreachPlan");
        submit("Task_RecordContact");

        assertThat(outreach)
                .isCompleted()
                .hasCompletedElements("End_OtherWay")
                .hasNotActivatedElements("Task_RecordConsent");
    }

    @Test
    void waitingEndsNothing() {
        factsOf("outreach", Map.of("step", "contact"));
        var outreach = start("outreach");
        task("Task_RecordContact").isCreated();

        camunda.increaseTime(Duration.ofDays(30));

        assertThat(outreach).isActive().hasActiveElements("Task_RecordContact");
        task("Task_RecordContact").isCreated();
    }

    @ParameterizedTest
    @CsvSource({"plan, Task_DraftOutreachPlan", "contact, Task_RecordContact", "consent, Task_RecordConsent"})
    void aReseatedCaseResumesWhereTheOutreachStood(String step, String expected) {
        factsOf("outreach", Map.of("step", step));

        assertThat(start("outreach")).isActive().hasActiveElements(expected).hasNoActiveIncidents();
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var outreach = start("outreach");
        task("Task_DraftOutreachPlan").isCreated();

        deadlineReached(caseId + ":outreach");

        assertThat(outreach)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_DraftOutreachPlan");
    }
}
