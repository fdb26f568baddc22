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

/** 会議: one process, two legal bases (002, L1150-1211, L2279-2291). */
class SupportMeetingIT extends ProcessScenario {

    @BeforeEach
    void deploy() {
        deploy("support-meeting");
    }

    @ParameterizedTest
    @CsvSource({"support, manager, outreach", "coordination, coordinator, approved"})
    void whoConvenesDependsOnTheLegalBasis(String meetingType, String convener, String outcome) {
        submissionsOf("Task_HoldMeeting", Map.of("outcome", outcome));

        var meeting = start("support-meeting", Map.of("meetingType", meetingType));
        task("Task_ProposeMembers").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_ProposeMembers");
        task("Task_ConveneMeeting").isCreated().hasCandidateGroups(List.of(convener));
        submit("Task_ConveneMeeting");
        task("Task_HoldMeeting").isCreated().hasCandidateGroups(List.of(convener));
        assertThat(invited).containsExactly(caseId + ":support-meeting");
        submit("Task_HoldMeeting");

        assertThat(meeting)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Task_ProposeMembers",
                        "Task_ConveneMeeting",
                        "Activity_InviteMembers",
                        "Task_HoldMeeting",
                        "Gateway_MeetingOutcome",
                        "End_MeetingHeld");
    }

    /** 狛江's bodies by whom they are for, and whom to call where little is known of the household (002, L6808-6818, L6848-6856). */
    @ParameterizedTest
    @CsvSource({
        "support,      true,  elderly, 'current, needed, accompanying, past, reporting, responsible', elderly",
        "coordination, true,  other,   'current, needed, accompanying',                               coordination",
        "coordination, false, child,   'current, needed, accompanying, past, reporting',              child",
    })
    void theTablesSayWhomToCallAndWhoseMeetingItIs(
            String meetingType, boolean householdKnown, String targetGroup, String members, String slot) {
        factsOf("support-meeting", Map.of("householdKnown", householdKnown, "targetGroup", targetGroup));

        var meeting = start("support-meeting", Map.of("meetingType", meetingType));

        task("Task_ProposeMembers").isCreated();
        assertThat(meeting)
                .hasCompletedElementsInOrder(
                        "Decision_Members", "Decision_MeetingBody", "Activity_RecordMeetingDecisions")
                .hasNoActiveIncidents();
        assertThat(decided)
                .containsExactly("members {memberGroups=[" + members + "]}", "meeting-body {bodySlot=" + slot + "}");
    }

    @Test
    void aPostponedMeetingIsConvenedAgain() {
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "postponed"), Map.of("outcome", "adjustment"));

        var meeting = start("support-meeting", Map.of("meetingType", "support"));
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");
        assertThat(meeting).hasCompletedElement("Task_ConveneMeeting", 1).hasActiveElements("Task_ConveneMeeting");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");

        assertThat(meeting)
                .isCompleted()
                .hasCompletedElement("Task_ProposeMembers", 1)
                .hasCompletedElement("Task_ConveneMeeting", 2)
                .hasCompletedElement("Task_HoldMeeting", 2);
        assertThat(invited).hasSize(2);
    }

    @Test
    void aMeetingThatIsCalledOffEnds() {
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "cancelled"));

        var meeting = start("support-meeting", Map.of("meetingType", "support"));
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");

        assertThat(meeting)
                .isCompleted()
                .hasCompletedElements("End_MeetingCancelled")
                .hasNotActivatedElements("End_MeetingHeld");
    }

    @ParameterizedTest
    @CsvSource({"propose, Task_ProposeMembers", "convene, Task_ConveneMeeting", "hold, Task_HoldMeeting"})
    void aReseatedCaseResumesWhereTheMeetingStood(String step, String expected) {
        factsOf("support-meeting", Map.of("step", step, "meetingType", "support"));

        var meeting = start("support-meeting", Map.of("meetingType", "support"));

        assertThat(meeting).isActive().hasActiveElements(expected).hasNoActiveIncidents();
        assertThat(invited).isEmpty();
    }

    /** What misses a cut-off goes to the next sitting, as often as that happens; the task stays with the convener (001, L6406-6414). */
    @Test
    void eachMissedCutoffPutsTheCaseToTheNextSittingAndTheTaskStays() {
        submissionsOf("Task_ProposeMembers", Map.of("sittingCheckAt", after(Duration.ofDays(10))));
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "outreach"));
        answer(
                "assign-sitting",
                Map.of("route", "waiting", "sittingCheckAt", after(Duration.ofDays(40))),
                Map.of("route", "waiting", "sittingCheckAt", after(Duration.ofDays(70))));

        var meeting = start("support-meeting", Map.of("meetingType", "support"));
        submit("Task_ProposeMembers");
        task("Task_ConveneMeeting").isCreated();
        assertThat(assigned).isEmpty();
        camunda.increaseTime(Duration.ofDays(11));
        assertThat(meeting).hasCompletedElement("Activity_AssignSitting", 1).hasActiveElements("Event_NextCutoff");
        camunda.increaseTime(Duration.ofDays(30));
        assertThat(meeting).hasCompletedElement("Activity_AssignSitting", 2).hasActiveElements("Task_ConveneMeeting");
        assertThat(assigned).containsOnly(caseId + ":support-meeting");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");

        assertThat(meeting)
                .isCompleted()
                .hasCompletedElement("Task_ConveneMeeting", 1)
                .hasCompletedElements("End_MeetingHeld");
    }

    @Test
    void onceConvenedNoCutoffIsWaitedFor() {
        submissionsOf("Task_ProposeMembers", Map.of("sittingCheckAt", after(Duration.ofDays(10))));
        answer(
                "assign-sitting",
                Map.of("route", "waiting", "sittingCheckAt", after(Duration.ofDays(40))),
                Map.of("route", "convened"));

        var meeting = start("support-meeting", Map.of("meetingType", "support"));
        submit("Task_ProposeMembers");
        task("Task_ConveneMeeting").isCreated();
        camunda.increaseTime(Duration.ofDays(11));
        assertThat(meeting).hasActiveElements("Event_NextCutoff");
        submit("Task_ConveneMeeting");
        task("Task_HoldMeeting").isCreated();
        camunda.increaseTime(Duration.ofDays(30));

        assertThat(meeting)
                .isActive()
                .hasCompletedElements("End_Convened")
                .hasActiveElements("Task_HoldMeeting")
                .hasNoActiveIncidents();
    }

    @ParameterizedTest
    @CsvSource({"support", "coordination"})
    void aSittingThatIsCalledOffTakesItsCasesBackToTheConvening(String meetingType) {
        factsOf(
                "support-meeting",
                Map.of("step", "propose", "meetingType", meetingType),
                Map.of("step", "convene", "meetingType", meetingType));
        submissionsOf("Task_HoldMeeting", Map.of("outcome", "cancelled"));

        var meeting = start("support-meeting", Map.of("meetingType", meetingType));
        submit("Task_ProposeMembers");
        submit("Task_ConveneMeeting");
        task("Task_HoldMeeting").isCreated();
        knock("meeting-changed", caseId + ":support-meeting");

        assertThat(meeting)
                .hasTerminatedElements("Task_HoldMeeting")
                .hasCompletedElements("Event_SittingChanged")
                .hasCompletedElement("Task_ConveneMeeting", 1)
                .hasActiveElements("Task_ConveneMeeting");
        submit("Task_ConveneMeeting");
        submit("Task_HoldMeeting");
        assertThat(meeting).isCompleted();
        assertThat(invited).hasSize(2);
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        var meeting = start("support-meeting", Map.of("meetingType", "support"));
        task("Task_ProposeMembers").isCreated();

        deadlineReached(caseId + ":support-meeting");

        assertThat(meeting)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_ProposeMembers");
    }
}
