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

/** 役割の実施: one instance per role of an agency (002, L4881-4885, L938-942). */
class RoleIT extends ProcessScenario {

    private static final ProcessInstanceSelector ROLE = byProcessId("role");

    private final String role = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("role");
        factsOf("role", Map.of("step", "accept"));
    }

    @Test
    void anAgencyAcceptsItsRoleAndReportsUntilItIsDone() {
        submissionsOf("Task_AcceptRole", Map.of("outcome", "accepted", "reportAt", after(Duration.ofDays(30))));
        submissionsOf(
                "Task_ReportRole",
                Map.of("outcome", "continue", "reportAt", after(Duration.ofDays(60))),
                Map.of("outcome", "difficult", "reportAt", after(Duration.ofDays(90))),
                Map.of("outcome", "done"));

        allocate();
        task("Task_AcceptRole").isCreated().hasCandidateGroups(List.of("member"));
        submit("Task_AcceptRole");
        assertThat(ROLE).hasActiveElements("Event_ReportDue").hasNotActivatedElements("Task_ReportRole");
        for (int i = 0; i < 3; i++) {
            camunda.increaseTime(Duration.ofDays(30).plusMinutes(1));
            submit("Task_ReportRole");
        }

        assertThat(ROLE)
                .isCompleted()
                .hasCompletedElement("Task_ReportRole", 3)
                .hasCompletedElements("Activity_NotifyTrouble", "End_RoleDone");
        assertThat(notified).containsExactly("role-allocated", "role-trouble");
    }

    @Test
    void anAgencyWithoutPeopleIsCalledByWhoAccompaniesTheCase() {
        nobodyReachedBy = "role-allocated";

        allocate();

        task("Task_AcceptRole").isCreated();
        assertThat(ROLE).hasCompletedElements("Event_NobodyReached", "Activity_NotifyAccompanying");
        assertThat(notified).containsExactly("role-allocated", "role-by-hand");
    }

    @Test
    void aRoleThatIsDeclinedIsToldToWhoAccompaniesTheCase() {
        submissionsOf("Task_AcceptRole", Map.of("outcome", "declined"));

        allocate();
        submit("Task_AcceptRole");

        assertThat(ROLE).isCompleted().hasCompletedElements("Activity_NotifyDeclined", "End_RoleDeclined");
        assertThat(notified).containsExactly("role-allocated", "role-trouble");
    }

    @Test
    void aReseatedRoleThatWasAcceptedWaitsForItsReport() {
        factsOf("role", Map.of("step", "carry", "reportAt", after(Duration.ofDays(-1))));

        allocate();

        task("Task_ReportRole").isCreated();
        assertThat(ROLE).hasNotActivatedElements("Task_AcceptRole");
        assertThat(notified).isEmpty();
    }

    @Test
    void aRoleThatIsNoLongerNeededEndsWhereverItStands() {
        allocate();
        task("Task_AcceptRole").isCreated();

        knock("role-ended", role);

        assertThat(ROLE).isCompleted().hasCompletedElements("End_RoleEnded");
        task("Task_AcceptRole").isCanceled();
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        allocate();
        task("Task_AcceptRole").isCreated();

        deadlineReached(role);

        assertThat(ROLE)
                .isActive()
                .hasCompletedElements("End_DeadlineEscalated")
                .hasActiveElements("Task_AcceptRole");
    }

    private void allocate() {
        send("role-allocated", role, Map.of());
    }
}
