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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 地域課題: raised by cases, put to a body, made into something, told back (002, L1205-1209, L4441-4449). */
class CommunityIssueIT extends ProcessScenario {

    private static final ProcessInstanceSelector ISSUE = byProcessId("community-issue");

    private final String issueId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("community-issue");
        factsOf("community-issue", Map.of("step", "sort"));
    }

    @Test
    void anIssueBecomesAResource() {
        submissionsOf("Task_SortIssue", Map.of("outcome", "put"));
        submissionsOf("Task_DeliberateIssue", Map.of("outcome", "resource"));
        submissionsOf("Task_BuildResource", Map.of("outcome", "built"));

        raise();
        task("Task_SortIssue").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_SortIssue");
        task("Task_DeliberateIssue").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_DeliberateIssue");
        submit("Task_BuildResource");

        assertThat(ISSUE).isCompleted().hasCompletedElements("End_FedBack");
        assertThat(notified).containsExactly("issue-fed-back");
    }

    @Test
    void anIssueBecomesAProposal() {
        submissionsOf("Task_SortIssue", Map.of("outcome", "put"));
        submissionsOf("Task_DeliberateIssue", Map.of("outcome", "proposal"));
        submissionsOf("Task_RecordReply", Map.of("outcome", "partly"));

        raise();
        submit("Task_SortIssue");
        submit("Task_DeliberateIssue");
        task("Task_RecordReply").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_RecordReply");

        assertThat(ISSUE).isCompleted().hasCompletedElements("End_FedBack");
    }

    @Test
    void aBodyWantsToKnowMore() {
        submissionsOf("Task_SortIssue", Map.of("outcome", "put"));
        submissionsOf("Task_DeliberateIssue", Map.of("outcome", "more"), Map.of("outcome", "none"));

        raise();
        submit("Task_SortIssue");
        submit("Task_DeliberateIssue");
        submit("Task_SortIssue");
        submit("Task_DeliberateIssue");

        assertThat(ISSUE).isCompleted().hasCompletedElements("Event_ToInquire", "Event_Inquire", "End_FedBack");
    }

    @Test
    void whatIsNotPutToABodyIsToldBackAllTheSame() {
        submissionsOf("Task_SortIssue", Map.of("outcome", "existing"));

        raise();
        submit("Task_SortIssue");

        assertThat(ISSUE).isCompleted().hasCompletedElements("Activity_NotifyFeedback");
        assertThat(notified).containsExactly("issue-fed-back");
    }

    @ParameterizedTest
    @CsvSource({
        "sorted, put, Task_DeliberateIssue",
        "concluded, resource, Task_BuildResource",
        "concluded, proposal, Task_RecordReply",
    })
    void itIsSeatedAgainWhereItIs(String step, String outcome, String task) {
        factsOf("community-issue", Map.of("step", step, "outcome", outcome));

        raise();

        assertThat(ISSUE).isActive().hasActiveElements(task);
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        raise();
        task("Task_SortIssue").isCreated();

        deadlineReached(issueId);

        assertThat(ISSUE)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_SortIssue");
    }

    private void raise() {
        send("community-issue-started", issueId, Map.of("matterId", issueId));
    }
}
