package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

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
