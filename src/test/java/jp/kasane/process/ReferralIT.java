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

/** つなぎ: taken, or back with a 提案 (002, L5572-5580, L5739-5771). */
class ReferralIT extends ProcessScenario {

    private static final ProcessInstanceSelector REFERRAL = byProcessId("referral");

    private final String consultationId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("referral");
        factsOf("referral", Map.of("step", "answer", "passedAround", false));
    }

    @Test
    void whoeverIsAskedTakesItAndTheWindowHears() {
        submissionsOf("Task_AnswerReferral", Map.of("outcome", "accepted"));

        send();
        task("Task_AnswerReferral")
                .isCreated()
                .hasCandidateGroups(List.of("member"))
                .hasName("つなぎへの回答");
        submit("Task_AnswerReferral");

        assertThat(REFERRAL)
                .isCompleted()
                .hasCompletedElementsInOrder(
                        "Activity_NotifyReferral",
                        "Task_AnswerReferral",
                        "Gateway_ReferralAnswer",
                        "Activity_NotifyAccepted",
                        "End_Accepted");
        assertThat(notified).containsExactly("referral-sent", "referral-accepted");
    }

    @Test
    void whatComesBackIsTriedAndAppliedForAgain() {
        submissionsOf(
                "Task_AnswerReferral",
                Map.of("outcome", "returned", "standstill", "stuck"),
                Map.of("outcome", "accepted"));
        submissionsOf("Task_ConsiderProposal", Map.of("outcome", "again"));

        send();
        submit("Task_AnswerReferral");
        task("Task_ConsiderProposal").isCreated().hasCandidateGroups(List.of("reception"));
        // It came back: the table advises anew (002, L5070-5074).
        assertThat(decided).containsExactly("triage {advice=needed, caseClass=class3}");
        submit("Task_ConsiderProposal");
        submit("Task_AnswerReferral");

        assertThat(REFERRAL).isCompleted().hasCompletedElements("End_Accepted");
        assertThat(notified)
                .containsExactly("referral-sent", "referral-returned", "referral-sent", "referral-accepted");
    }

    @Test
    void theWindowDecidesOtherwise() {
        submissionsOf("Task_AnswerReferral", Map.of("outcome", "returned"));
        submissionsOf("Task_ConsiderProposal", Map.of("outcome", "settled"));

        send();
        submit("Task_AnswerReferral");
        submit("Task_ConsiderProposal");

        assertThat(REFERRAL).isCompleted().hasCompletedElementsInOrder("Gateway_Next", "End_TakenBack");
    }

    @Test
    void aThirdAgencyIsToldToTheManagers() {
        factsOf("referral", Map.of("step", "answer", "passedAround", true));

        send();

        task("Task_AnswerReferral").isCreated();
        assertThat(notified).containsExactly("passed-around", "referral-sent");
    }

    @Test
    void anAgencyOffTheListIsCalledByTheWindow() {
        nobodyReachedBy = "referral-sent";

        send();

        task("Task_AnswerReferral").isCreated();
        assertThat(REFERRAL).isActive().hasCompletedElements("Activity_NotifyWindow");
        assertThat(notified).containsExactly("referral-sent", "referral-by-hand");
    }

    @Test
    void oneThatIsBackIsSeatedAgainWhereItIs() {
        factsOf("referral", Map.of("step", "consider", "passedAround", true));

        send();

        task("Task_ConsiderProposal").isCreated();
        assertThat(notified).isEmpty();
    }

    @Test
    void aDeadlineIsEscalatedWhileTheAnswerStaysOpen() {
        send();
        task("Task_AnswerReferral").isCreated();

        deadlineReached(consultationId + ":referral");

        assertThat(REFERRAL)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_AnswerReferral");
    }

    private void send() {
        client.newCreateInstanceCommand()
                .bpmnProcessId("referral")
                .latestVersion()
                .variables(Map.of("consultationId", consultationId, "instanceKey", consultationId + ":referral"))
                .send()
                .join();
    }
}
