package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;

import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 名簿訪問: one person of a list, visited until somebody was there (001, L16051-16055, L11002-11006). */
class RosterOutreachIT extends ProcessScenario {

    private static final ProcessInstanceSelector VISITS = byProcessId("roster-outreach");
    private static final Duration MONTH = Duration.ofDays(30);

    private final String personId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("roster-outreach");
        factsOf("roster-outreach", Map.of("step", "visit"));
    }

    @Test
    void somebodyIsMet() {
        submissionsOf("Task_VisitPerson", Map.of("outcome", "met"));

        begin();
        task("Task_VisitPerson").isCreated().hasCandidateGroups(List.of("coordinator"));
        submit("Task_VisitPerson");

        assertThat(VISITS).isCompleted().hasCompletedElements("End_Visited");
    }

    @Test
    void whoIsNotThereIsVisitedAgainAndAgain() {
        submissionsOf(
                "Task_VisitPerson",
                Map.of("outcome", "absent", "followAt", after(MONTH)),
                Map.of("outcome", "absent", "followAt", after(MONTH.multipliedBy(2))),
                Map.of("outcome", "met"));

        begin();
        submit("Task_VisitPerson");
        assertThat(VISITS).isActive().hasActiveElements("Event_VisitAgain");
        camunda.increaseTime(MONTH.plusDays(1));
        submit("Task_VisitPerson");
        assertThat(VISITS).isActive().hasActiveElements("Event_VisitAgain");
        camunda.increaseTime(MONTH.plusDays(1));
        submit("Task_VisitPerson");

        assertThat(VISITS).isCompleted().hasCompletedElements("End_Visited");
    }

    @Test
    void whatIsAmissBecomesAConsultation() {
        submissionsOf("Task_VisitPerson", Map.of("outcome", "concern"));

        begin();
        submit("Task_VisitPerson");

        assertThat(VISITS).isCompleted().hasCompletedElements("End_BecameConsultation");
    }

    @Test
    void whoRefusesOrIsGoneIsVisitedNoMore() {
        submissionsOf("Task_VisitPerson", Map.of("outcome", "refused"));

        begin();
        submit("Task_VisitPerson");

        assertThat(VISITS).isCompleted().hasCompletedElements("End_NotVisitable");
    }

    @Test
    void oneWhoWaitsIsSeatedAgainWhereTheyAre() {
        factsOf("roster-outreach", Map.of("step", "wait", "followAt", after(MONTH)));

        begin();

        assertThat(VISITS).isActive().hasActiveElements("Event_VisitAgain");
    }

    @Test
    void oneWhoIsDoneWithIsNotVisitedOnceMore() {
        factsOf("roster-outreach", Map.of("step", "over"));

        begin();

        assertThat(VISITS).isCompleted().hasCompletedElements("End_Over");
    }

    @Test
    void itEndsForWhoIsTakenOffTheList() {
        begin();
        task("Task_VisitPerson").isCreated();

        knock("roster-outreach-ended", personId);

        assertThat(VISITS).isCompleted().hasCompletedElements("SubProcess_RosterOver", "End_RosterOver");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheTaskStaysOpen() {
        begin();
        task("Task_VisitPerson").isCreated();

        deadlineReached(personId);

        assertThat(VISITS)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_VisitPerson");
    }

    private void begin() {
        send("roster-outreach-started", personId, Map.of());
    }
}
