package jp.kasane.process;

import static io.camunda.process.test.api.CamundaAssert.assertThat;
import static io.camunda.process.test.api.assertions.ProcessInstanceSelectors.byProcessId;
import static org.assertj.core.api.Assertions.assertThat;

import io.camunda.process.test.api.assertions.ProcessInstanceSelector;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 期限の見回り: driven by the engine's clock, so time is moved here and never slept (DESIGN §8a). */
class DeadlineSweepIT extends ProcessScenario {

    private static final ProcessInstanceSelector SWEEP = byProcessId("deadline-sweep");

    @BeforeEach
    void deploy() {
        deploy("deadline-sweep");
        client.newPublishMessageCommand()
                .messageName("deadline-sweep-start")
                .correlationKey("deadline-sweep")
                .messageId(UUID.randomUUID().toString())
                .timeToLive(Duration.ofMinutes(1))
                .send()
                .join();
        assertThat(SWEEP).isActive().hasActiveElements("Event_OneMinute");
    }

    @Test
    void nothingIsSweptBeforeAMinuteHasPassed() {
        assertThat(SWEEP).hasNotActivatedElements("Activity_SweepDeadlines");
        assertThat(sweeps).isEmpty();
    }

    @Test
    void everyMinuteTheDeadlinesAreSwept() {
        camunda.increaseTime(Duration.ofMinutes(1));
        assertThat(SWEEP).hasCompletedElement("Activity_SweepDeadlines", 1).hasActiveElements("Event_OneMinute");

        camunda.increaseTime(Duration.ofMinutes(1));
        assertThat(SWEEP).hasCompletedElement("Activity_SweepDeadlines", 2).hasActiveElements("Event_OneMinute");
    }

    @Test
    void aJumpOfTwentyDaysIsOneTurn() {
        camunda.increaseTime(Duration.ofDays(20));

        assertThat(SWEEP)
                .hasCompletedElement("Activity_SweepDeadlines", 1)
                .hasCompletedElement("Event_OneMinute", 1)
                .hasActiveElements("Event_OneMinute");
    }

    @Test
    void theSweepIsToldTheTimeOfTheEngine() {
        camunda.increaseTime(Duration.ofDays(2));
        assertThat(SWEEP).hasCompletedElement("Activity_SweepDeadlines", 1);

        var sweptAt = ZonedDateTime.parse(sweeps.getFirst()).toInstant();
        assertThat(Duration.between(sweptAt, camunda.getCurrentTime())).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(SWEEP).hasLocalVariableNames("Activity_SweepDeadlines", "sweepAt");
    }
}
