package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** プラン作成・決定: one drafts, the meeting reviews, another decides (002, L5820-5822, L1205-1209). */
class PlanIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("support-meeting", "plan");
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "approved"));
    }

    @Test
    void aPlanIsDraftedReviewedAndDecided() {
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided", "phase", "monitoring"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        assertThat(decided).first().isEqualTo("meeting-type {meetingType=coordination}");
        holdTheMeeting();
        task("Task_DecidePlan").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_DecidePlan");

        assertThat(plan)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Task_DraftPlan",
                        "CallActivity_CoordinationMeeting",
                        "Task_DecidePlan",
                        "Gateway_PlanDecision",
                        "Activity_AllocateRoles",
                        "End_PlanDecided")
                .hasNotActivatedElements("Activity_StartRoles");
        assertThat(invited).containsExactly(caseId + ":plan-meeting");
        assertThat(allocated).containsExactly(caseId + ":plan");
    }

    @Test
    void supportThatCannotWaitIsStartedAtOnceAndRatifiedByTheNextMeeting() {
        submissionsOf("Task_DraftPlan", Map.of("route", "start"));
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        task("Task_ProposeMembers").isCreated();
        assertThat(allocated).containsExactly(caseId + ":plan");
        holdTheMeeting();
        submit("Task_DecidePlan");

        assertThat(plan)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Activity_StartRoles",
                        "CallActivity_CoordinationMeeting",
                        "Task_DecidePlan",
                        "Activity_AllocateRoles",
                        "End_PlanDecided");
    }

    /** The body it is put to decides plans (立川; 002, L3849-3855): nobody is asked a second time. */
    @Test
    void aPlanThatTheMeetingDecidedIsInForceAtOnce() {
        factsOf("plan", Map.of("step", "draft"), Map.of("phase", "monitoring", "step", "support"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        holdTheMeeting();

        assertThat(plan)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "CallActivity_CoordinationMeeting",
                        "Event_DecidedInMeeting",
                        "Event_PlanInForce",
                        "Activity_AllocateRoles",
                        "End_PlanDecided")
                .hasNotActivatedElements("Task_DecidePlan");
        assertThat(allocated).containsExactly(caseId + ":plan");
    }

    /** Only a 支援会議 may talk about it without consent (002, L1180-1211): the case goes there, the plan is not decided. */
    @Test
    void aPlanWithoutConsentGoesToASupportMeeting() {
        factsOf("plan", Map.of("consentSufficient", false));

        var plan = start("plan");
        submit("Task_DraftPlan");

        assertThat(plan)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Decision_MeetingType",
                        "Activity_RecordMeetingType",
                        "Gateway_MeetingType",
                        "End_ToSupportMeeting")
                .hasNotActivatedElements("CallActivity_CoordinationMeeting", "Task_DecidePlan");
        assertThat(decided).containsExactly("meeting-type {meetingType=support}");
    }

    @Test
    void aMeetingMayBeSkipped() {
        submissionsOf("Task_DraftPlan", Map.of("route", "skip"));
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        submit("Task_DecidePlan");

        assertThat(plan)
                .isCompleted()
                .hasNotActivatedElements("CallActivity_CoordinationMeeting", "Activity_StartRoles");
    }

    @Test
    void aPlanThatTheMeetingWantsRevisedGoesBackToItsDraft() {
        factsOf("plan", Map.of("step", "draft"), Map.of("step", "draft"), Map.of("step", "decide"));
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "revise"), Map.of("outcome", "approved"));
        submissionsOf("Task_DecidePlan", Map.of("decision", "decided"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        holdTheMeeting();
        assertThat(plan)
                .hasCompletedElements("Event_PlanToRevise", "Event_BackToDraft")
                .hasActiveElements("Task_DraftPlan")
                .hasNotActivatedElements("Task_DecidePlan");
        submit("Task_DraftPlan");
        holdTheMeeting();
        submit("Task_DecidePlan");

        assertThat(plan).isCompleted().hasCompletedElement("Task_DraftPlan", 2);
    }

    @Test
    void itsMeetingIsACoordinationMeetingWithAKeyOfItsOwn() {
        start("plan");
        submit("Task_DraftPlan");

        task("Task_ProposeMembers").isCreated();
        assertThat(byProcessId("support-meeting"))
                .isActive()
                .hasVariable("meetingType", "coordination")
                .hasVariable("caseId", caseId)
                .hasVariable("instanceKey", caseId + ":plan-meeting");
    }

    @Test
    void theMeetingOfAPlanHearsItsOwnDeadline() {
        var plan = start("plan");
        submit("Task_DraftPlan");
        task("Task_ProposeMembers").isCreated();

        deadlineReached(caseId + ":plan-meeting");

        assertThat(byProcessId("support-meeting")).isActive().hasCompletedElements("Activity_EscalateDeadline");
        assertThat(plan).isActive().hasNotActivatedElements("Activity_EscalateDeadline");
    }

    @Test
    void aReturnedPlanIsDraftedAndReviewedAgain() {
        submissionsOf("Task_DecidePlan", Map.of("decision", "returned"), Map.of("decision", "decided"));

        var plan = start("plan");
        submit("Task_DraftPlan");
        holdTheMeeting();
        submit("Task_DecidePlan");
        assertThat(plan).hasActiveElements("Task_DraftPlan");
        submit("Task_DraftPlan");
        holdTheMeeting();
        submit("Task_DecidePlan");

        assertThat(plan)
                .isCompleted()
                .hasCompletedElement("Task_DraftPlan", 2)
                .hasCompletedElement("CallActivity_CoordinationMeeting", 2)
                .hasCompletedElement("Activity_AllocateRoles", 1);
    }

    @Test
    void aReseatedCaseResumesAtTheDraft() {
        factsOf("plan", Map.of("step", "draft"));

        assertThat(start("plan")).isActive().hasActiveElements("Task_DraftPlan");
    }

    @Test
    void aReseatedCaseResumesAtTheMeeting() {
        factsOf("plan", Map.of("step", "meeting"));

        assertThat(start("plan"))
                .isActive()
                .hasActiveElements("CallActivity_CoordinationMeeting")
                .hasNotActivatedElements("Task_DraftPlan");
        task("Task_ProposeMembers").isCreated();
    }

    @Test
    void aReseatedCaseResumesAtTheDecision() {
        factsOf("plan", Map.of("step", "decide"));

        assertThat(start("plan"))
                .isActive()
                .hasActiveElements("Task_DecidePlan")
                .hasNotActivatedElements("Task_DraftPlan", "CallActivity_CoordinationMeeting");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var plan = start("plan");
        task("Task_DraftPlan").isCreated();

        deadlineReached(caseId + ":plan");

        assertThat(plan)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_DraftPlan");
    }

    private void holdTheMeeting() {
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");
    }
}
