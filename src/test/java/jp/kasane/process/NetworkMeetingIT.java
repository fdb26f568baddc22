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

/** 定例会議: round and round along the calendar, each time with an agenda that closes (002, L4441-4449). */
class NetworkMeetingIT extends ProcessScenario {

    private static final ProcessInstanceSelector NETWORK = byProcessId("network-meeting");
    private static final Duration MONTH = Duration.ofDays(30);

    private final String bodyId = UUID.randomUUID().toString();

    @BeforeEach
    void deploy() {
        deploy("network-meeting");
    }

    private Map<String, Object> waitsFor(Duration time) {
        return Map.of("step", "wait", "agendaAt", after(time));
    }

    @Test
    void aSittingIsAnnouncedHeldToldBackAndTheNextOneIsWaitedFor() {
        factsOf("network-meeting", waitsFor(MONTH), waitsFor(MONTH.multipliedBy(2)));
        answer("close-agenda", Map.of("outcome", "held"));
        submissionsOf("Task_HoldNetwork", Map.of("outcome", "held"));

        begin();
        assertThat(NETWORK).isActive().hasActiveElements("Event_AgendaCutoff");
        camunda.increaseTime(MONTH.plusDays(1));
        task("Task_HoldNetwork").isCreated().hasCandidateGroups(List.of("manager"));
        submit("Task_HoldNetwork");

        assertThat(NETWORK)
                .isActive()
                .hasCompletedElements("Activity_CloseAgenda", "Activity_NotifyAgenda", "Activity_NotifyFeedback")
                .hasActiveElement("Event_AgendaCutoff", 1);
        assertThat(notified).containsExactly("network-agenda", "network-feedback");
    }

    @Test
    void withNothingToSpeakOfTheNextOneIsWaitedFor() {
        factsOf("network-meeting", waitsFor(MONTH), waitsFor(MONTH.multipliedBy(2)));
        answer("close-agenda", Map.of("outcome", "skipped"));

        begin();
        assertThat(NETWORK).isActive().hasActiveElements("Event_AgendaCutoff");
        camunda.increaseTime(MONTH.plusDays(1));

        assertThat(NETWORK).isActive().hasCompletedElement("Gateway_Held", 1).hasActiveElement("Event_AgendaCutoff", 1);
        assertThat(notified).isEmpty();
    }

    @Test
    void aClosedAgendaIsSeatedAgainWhereItIs() {
        factsOf("network-meeting", Map.of("step", "hold", "outcome", "held"));

        begin();

        task("Task_HoldNetwork").isCreated();
    }

    @Test
    void aBodyThatMeetsNoLongerIsNotWaitedFor() {
        factsOf("network-meeting", Map.of("step", "over"));

        begin();

        assertThat(NETWORK).isCompleted().hasCompletedElements("End_NoLonger");
    }

    @Test
    void aDeadlineIsEscalatedWhileTheRecordStaysOpen() {
        factsOf("network-meeting", Map.of("step", "hold", "outcome", "held"));
        begin();
        task("Task_HoldNetwork").isCreated();

        deadlineReached(bodyId);

        assertThat(NETWORK)
                .isActive()
                .hasCompletedElements("SubProcess_Deadline", "Activity_EscalateDeadline", "End_DeadlineEscalated")
                .hasActiveElements("Task_HoldNetwork");
    }

    private void begin() {
        send("network-meeting-started", bodyId, Map.of("matterId", bodyId));
    }
}
