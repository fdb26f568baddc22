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
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        submissionsOf("Task_WriteAssessment", Map.of("route", "meeting"));
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "outreach"), Map.of("outcome", "approved"));
        submissionsOf("Task_RecordContact", Map.of("outcome", "continue"), Map.of("outcome", "consent"));
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided"));
        submissionsOf(
                "Task_Review",
                Map.of("decision", "continue", "reviewAt", after(Duration.ofDays(-1))),
                Map.of("decision", "close"));
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
        assertThat(notified).containsExactly("handover-requested");
        assertThat(invited).containsExactly(caseId + ":meeting", caseId + ":plan-meeting");
        assertThat(allocated).containsExactly(caseId + ":plan");
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
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));

        open();

        task(firstTask).isCreated();
        assertThat(CASE)
                .isActive()
                .hasActiveElementsExactly("SubProcess_Phase", call)
                .hasNoActiveIncidents();
        assertThat(byProcessId(process))
                .isActive()
                .hasVariable("caseId", caseId)
                .hasVariable("instanceKey", caseId + suffix);
    }

    /** Adjustment with no meeting, support before any plan, a visit or a plan at once, back to normal support (002, L2436-2446, L1377-1381). */
    @ParameterizedTest
    @CsvSource({
        "adjustment, monitoring, CallActivity_Monitoring, Task_Review",
        "support,    monitoring, CallActivity_Monitoring, Task_Review",
        "outreach,   outreach,   CallActivity_Outreach,   Task_DraftOutreachPlan",
        "plan,       plan,       CallActivity_Plan,       Task_DraftPlan",
        "normal,     closure,    CallActivity_Closure,    Task_EvaluateClosure",
    })
    void theAssessmentLeadsPastTheMeeting(String route, String phase, String call, String firstTask) {
        factsOf("support-case", Map.of("phase", "assessment"), Map.of("phase", phase));
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        submissionsOf("Task_WriteAssessment", Map.of("route", route));

        open();
        submit("Task_GatherInformation");
        submit("Task_WriteAssessment");

        task(firstTask).isCreated();
        assertThat(CASE)
                .isActive()
                .hasCompletedElements("CallActivity_Assessment")
                .hasNotActivatedElements("CallActivity_Meeting")
                .hasActiveElements(call)
                .hasNoActiveIncidents();
    }

    /** Urgent, intervention, abuse: the city; ties in the community: the council (002, L914-924). Before any phase begins. */
    @ParameterizedTest
    @CsvSource({"urgent, false, city", "normal, true, city", "soon, false, council"})
    void whoTakesACaseUpIsDecidedAsItOpens(String urgency, boolean abuse, String owner) {
        factsOf(
                "support-case",
                Map.of("phase", "assessment", "owner", "undecided", "urgency", urgency, "abuse", abuse),
                Map.of("phase", "closed", "owner", owner));

        open();

        task("Task_GatherInformation").isCreated();
        assertThat(CASE)
                .hasCompletedElementsInOrder("Gateway_TakenUp", "Decision_Owner", "Activity_RecordOwner", "Start_Phase")
                .hasVariable("owner", owner);
        assertThat(decided).containsExactly("owner {owner=" + owner + "}");
    }

    @Test
    void aCaseThatIsSeatedAgainKeepsWhoTookItUp() {
        factsOf("support-case", Map.of("phase", "assessment", "owner", "city"));

        open();

        task("Task_GatherInformation").isCreated();
        assertThat(CASE).hasNotActivatedElements("Decision_Owner");
        assertThat(decided).isEmpty();
    }

    /** Before the plan a meeting is a 支援会議, whether or not there is consent: said by the table, not by the diagram. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whichMeetingItIsSaysTheTable(boolean consentSufficient) {
        factsOf("support-case", Map.of("phase", "meeting", "consentSufficient", consentSufficient));

        open();

        task("Task_ProposeMembers").isCreated();
        assertThat(byProcessId("support-meeting")).hasVariable("meetingType", "support");
        assertThat(decided).first().isEqualTo("meeting-type {meetingType=support}");
    }

    @Test
    void aClosedCaseEndsAtOnce() {
        factsOf("support-case", Map.of("phase", "closed"));

        open();

        assertThat(CASE)
                .isCompleted()
                .hasCompletedElementsInOrder("Start_CaseOpened", "Activity_ReadFacts", "Gateway_CaseOpen", "End_Closed")
                .hasNotActivatedElements("SubProcess_Phase");
    }

    @Test
    void aPhaseHearsOnlyTheIdsItNeedsAndTellsTheParentNothing() {
        factsOf("support-case", Map.of("phase", "monitoring", "meetingType", "support"), Map.of("phase", "closed"));
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        submissionsOf("Task_Review", Map.of("decision", "close"));

        open();
        task("Task_Review").isCreated();
        assertThat(variablesOf("monitoring")).containsExactlyInAnyOrder("caseId", "instanceKey", "reviewAt");
        submit("Task_Review");

        assertThat(CASE).isCompleted();
        assertThat(variablesOf("support-case"))
                .containsExactlyInAnyOrder(
                        "caseId",
                        "instanceKey",
                        "phase",
                        "meetingType",
                        "consentSufficient",
                        "owner",
                        "urgency",
                        "abuse",
                        "intervention");
    }

    /** Consent withdrawn, something urgent, a move: whatever the case waits for, it asks where it stands now. */
    @ParameterizedTest
    @CsvSource({
        "plan,       Task_DraftPlan,          outreach,   Task_DraftOutreachPlan",
        "outreach,   Task_DraftOutreachPlan,  plan,       Task_DraftPlan",
        "monitoring, Task_Review,             meeting,    Task_ProposeMembers",
        "assessment, Task_GatherInformation,  closure,    Task_EvaluateClosure",
        "meeting,    Task_ProposeMembers,     assessment, Task_GatherInformation",
        "watch,      Task_CheckWatch,         monitoring, Task_Review",
    })
    void aChangeFromOutsideTakesTheCaseWhereItStandsNow(String before, String task, String now, String next) {
        factsOf("support-case", Map.of("phase", before), Map.of("phase", now));
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        factsOf(
                "closure",
                before.equals("watch") ? Map.of("step", "watch", "watchAt", after(Duration.ofDays(-1))) : Map.of());
        open();
        task(task).isCreated();

        knock("case-changed", caseId);

        task(next).isCreated();
        task(task).isCanceled();
        assertThat(CASE).isActive().hasCompletedElements("Event_CaseChanged").hasNoActiveIncidents();
    }

    @Test
    void aChangeInsideOfAMeetingOfAPlanEndsThatMeetingToo() {
        factsOf("support-case", Map.of("phase", "plan"), Map.of("phase", "outreach"));
        open();
        submit("Task_DraftPlan");
        task("Task_ProposeMembers").isCreated();

        knock("case-changed", caseId);

        task("Task_DraftOutreachPlan").isCreated();
        assertThat(byProcessId("support-meeting")).isTerminated();
        assertThat(byProcessId("plan")).isTerminated();
    }

    @Test
    void aCaseThatWasClosedMeanwhileEnds() {
        factsOf("support-case", Map.of("phase", "assessment"), Map.of("phase", "closed"));
        open();
        task("Task_GatherInformation").isCreated();

        knock("case-changed", caseId);

        assertThat(CASE).isCompleted();
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
        factsOf("monitoring", Map.of("reviewAt", after(Duration.ofDays(-1))));
        open();
        task("Task_Review").isCreated();

        deadlineReached(caseId + ":monitoring");

        assertThat(byProcessId("monitoring")).isActive().hasCompletedElements("End_DeadlineEscalated");
        assertThat(CASE).isActive().hasActiveElementsExactly("SubProcess_Phase", "CallActivity_Monitoring");
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
