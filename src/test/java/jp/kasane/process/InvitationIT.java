package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;
import static org.assertj.core.api.Assertions.assertThat;

import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 会議への招集: one instance per member, from being asked to the answer and 誓約書 (002, L5079-5081). */
class InvitationIT extends ProcessScenario {

    private static final ProcessInstanceSelector INVITATION = byProcessId("invitation");

    private final String invitation = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("invitation");
    }

    @Test
    void anAgencyIsToldAndAnswers() {
        invite();
        task("Task_AnswerInvitation").isCreated().hasCandidateGroups(List.of("member"));
        assertThat(notified).containsExactly("meeting-invitation");
        submit("Task_AnswerInvitation");

        assertThat(INVITATION).isCompleted().hasCompletedElements("End_Answered");
    }

    /** 湯沢 (001, L6488): who is not on the list is called by the section. */
    @Test
    void anAgencyWithoutPeopleIsCalledByTheConvener() {
        nobodyReachedBy = "meeting-invitation";

        invite();
        submit("Task_AnswerInvitation");

        assertThat(INVITATION).isCompleted().hasCompletedElements("Event_NobodyReached", "Activity_NotifyConvener");
        assertThat(notified).containsExactly("meeting-invitation", "invitation-by-hand");
    }

    @Test
    void nobodyAnswersAMeetingThatIsOver() {
        invite();
        task("Task_AnswerInvitation").isCreated();

        knock("invitation-closed", invitation);

        assertThat(INVITATION).isCompleted().hasCompletedElements("End_NoAnswerNeeded");
        task("Task_AnswerInvitation").isCanceled();
    }

    @Test
    void anInvitationNobodyAnswersIsEscalated() {
        invite();
        task("Task_AnswerInvitation").isCreated();

        deadlineReached(invitation);

        assertThat(INVITATION)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_AnswerInvitation");
    }

    private void invite() {
        send(
                "invitation-sent",
                invitation,
                Map.of("meetingId", UUID.randomUUID().toString(), "meetingType", "support"));
    }
}
