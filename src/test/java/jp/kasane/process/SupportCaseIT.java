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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 支援ケース: the thin parent that may start at any phase (DESIGN §2). */
class SupportCaseIT extends ProcessScenario {

    private static final ProcessInstanceSelector CASE = byProcessId("support-case");

    @BeforeEach
    void deploy() {
        deploy("assessment", "support-meeting", "outreach", "plan", "monitoring", "closure", "support-case");
    }

    /** 八王子, no consent at first (002, L2291-2295, L2458-2464, L2083-2084). The end is the test's own: no document tells one. */
    @Test
    void aCaseIsCarriedFromAssessmentThroughOutreachAndConsentToClosure() {
        factsOf(
                "support-case",
                Map.of("phase", "assessment"),
                Map.of("phase", "meeting", "meetingType", "support"),
                Map.of("phase", "outreach"),
                Map.of("phase", "plan", "consentSufficient", true),
                Map.of("phase", "monitoring"),
                Map.of("phase", "closure"),
                Map.of("phase", "closed"));
        submissionsOf("Task_WriteAssessment", Map.of("route", "meeting"));
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "outreach"), Map.of("outcome", "approved"));
        submissionsOf("Task_RecordContact", Map.of("outcome", "continue"), Map.of("outcome", "consent"));
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided"));
        submissionsOf("Task_Review", Map.of("decision", "continue"), Map.of("decision", "close"));
        submissionsOf("Task_EvaluateClosure", Map.of("decision", "handover"));
        submissionsOf("Task_AcknowledgeHandover", Map.of("outcome", "accepted"));
        submissionsOf("Task_DecideClosure", Map.of("decision", "closed"));

        open();
        submit("Task_GatherInformation");
        submit("Task_WriteAssessment");
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");
        submit("Task_DraftOutreachPlan");
        submit("Task_RecordContact");
        submit("Task_RecordContact");
        submit("Task_RecordConsent");
        submit("Task_DraftPlan");
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");
        submit("Task_DecidePlan");
        submit("Task_Review");
        submit("Task_Review");
        submit("Task_EvaluateClosure");
        submit("Task_AcknowledgeHandover");
        submit("Task_DecideClosure");

        assertThat(CASE)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "CallActivity_Assessment",
                        "CallActivity_Meeting",
                        "CallActivity_Outreach",
                        "CallActivity_Plan",
                        "CallActivity_Monitoring",
                        "CallActivity_Closure",
                        "End_Closed")
                .hasCompletedElement("Activity_ReadFacts", 7);
        assertThat(notified)
                .containsExactly("meeting-invitation", "meeting-invitation", "role-allocated", "handover-requested");
    }

    @ParameterizedTest
    @CsvSource({
        "assessment, CallActivity_Assessment, assessment,      :assessment, Task_GatherInformation",
        "meeting,    CallActivity_Meeting,    support-meeting, :meeting,    Task_ProposeMembers",
        "outreach,   CallActivity_Outreach,   outreach,        :outreach,   Task_DraftOutreachPlan",
        "plan,       CallActivity_Plan,       plan,            :plan,       Task_DraftPlan",
        "monitoring, CallActivity_Monitoring, monitoring,      :monitoring, Task_Review",
        "closure,    CallActivity_Closure,    closure,         :closure,    Task_EvaluateClosure",
    })
    void aCaseStartsAtThePhaseWhereItStands(
            String phase, String call, String process, String suffix, String firstTask) {
        factsOf("support-case", Map.of("phase", phase, "meetingType", "support"));

        open();

        task(firstTask).isCreated();
        assertThat(CASE).isActive().hasActiveElementsExactly(call).hasNoActiveIncidents();
        assertThat(byProcessId(process))
                .isActive()
                .hasVariable("caseId", caseId)
                .hasVariable("instanceKey", caseId + suffix);
    }

    @Test
    void aClosedCaseEndsAtOnce() {
        factsOf("support-case", Map.of("phase", "closed"));

        open();

        assertThat(CASE)
                .isCompleted()
                .hasCompletedElementsInOrder("Start_CaseOpened", "Activity_ReadFacts", "Gateway_Phase", "End_Closed");
    }

    @Test
    void aPhaseHearsOnlyTheIdsItNeedsAndTellsTheParentNothing() {
        factsOf("support-case", Map.of("phase", "monitoring", "meetingType", "support"), Map.of("phase", "closed"));
        submissionsOf("Task_Review", Map.of("decision", "close"));

        open();
        task("Task_Review").isCreated();
        assertThat(variablesOf("monitoring")).containsExactlyInAnyOrder("caseId", "instanceKey");
        submit("Task_Review");

        assertThat(CASE).isCompleted();
        assertThat(variablesOf("support-case"))
                .containsExactlyInAnyOrder("caseId", "instanceKey", "phase", "meetingType");
    }

    @Test
    void anUnknownPhaseIsSeenByPeople() {
        factsOf("support-case", Map.of("phase", "somewhere else"));

        open();

        assertThat(CASE).isActive().hasActiveIncidents();
    }

    @Test
    void aDeadlineReachesThePhaseAndNotItsParent() {
        factsOf("support-case", Map.of("phase", "monitoring"));
        open();
        task("Task_Review").isCreated();

        deadlineReached(caseId + ":monitoring");

        assertThat(byProcessId("monitoring")).isActive().hasCompletedElements("End_DeadlineEscalated");
        assertThat(CASE).isActive().hasActiveElementsExactly("CallActivity_Monitoring");
    }

    private void open() {
        client.newPublishMessageCommand()
                .messageName("case-opened")
                .correlationKey(caseId)
                .messageId(caseId + UUID.randomUUID())
                .timeToLive(Duration.ofHours(1))
                .variables(Map.of("caseId", caseId, "instanceKey", caseId))
                .send()
                .join();
    }

    private List<String> variablesOf(String process) {
        var instance = client.newProcessInstanceSearchRequest()
                .filter(filter -> filter.processDefinitionId(process))
                .send()
                .join()
                .items()
                .getFirst()
                .getProcessInstanceKey();
        return client
                .newVariableSearchRequest()
                .filter(filter -> filter.processInstanceKey(instance).scopeKey(instance))
                .send()
                .join()
                .items()
                .stream()
                .map(variable -> variable.getName())
                .toList();
    }
}
