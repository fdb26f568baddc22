package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WaysTest {

    private static Ways.Instance instance(String process, String... elements) {
        return new Ways.Instance(process, "c1", "COMPLETED", List.of(elements), List.of());
    }

    private static Ways.Way way(Ways.Instance... instances) {
        return new Ways.Way(List.of(instances), null, null, null);
    }

    @Test
    void branchesInAnotherOrderAreTheSameWay() {
        var difference = Ways.between(way(instance("plan", "A", "B", "C")), way(instance("plan", "A", "C", "B")));
        assertThat(difference.verdict()).isEqualTo("same");
        assertThat(difference.turns()).isEmpty();
    }

    @Test
    void whatComesAndWhatGoesIsToldFromTheLastCommonElementOn() {
        var difference =
                Ways.between(way(instance("plan", "A", "B", "C", "D")), way(instance("plan", "A", "B", "X", "D")));
        assertThat(difference.verdict()).isEqualTo("other");
        assertThat(difference.turns()).containsExactly(new Ways.Turn("plan", "B", List.of("C"), List.of("X")));
    }

    @Test
    void whatOnlyMovesIsNotToldBesideWhatIsNew() {
        var difference = Ways.between(way(instance("plan", "A", "B", "C")), way(instance("plan", "A", "X", "C", "B")));
        assertThat(difference.turns()).containsExactly(new Ways.Turn("plan", "A", List.of(), List.of("X")));
    }

    @Test
    void aProcessThatIsNotCalledAnyMoreAndOneThatIsNowAreTold() {
        var difference = Ways.between(
                way(instance("plan", "A"), instance("role", "R")), way(instance("plan", "A"), instance("watch", "W")));
        assertThat(difference.turns())
                .containsExactlyInAnyOrder(
                        new Ways.Turn("role", null, List.of("R"), List.of()),
                        new Ways.Turn("watch", null, List.of(), List.of("W")));
    }

    @Test
    void theSecondRunOfAProcessIsComparedWithTheSecond() {
        var difference = Ways.between(
                way(instance("plan", "A"), instance("plan", "A", "B")),
                way(instance("plan", "A"), instance("plan", "A")));
        assertThat(difference.turns()).containsExactly(new Ways.Turn("plan", "A", List.of("B"), List.of()));
    }

    @Test
    void aStopCountsOnlyIfItDidNotStopThereBefore() {
        var stop = new Ways.Stop("plan", "c1", "G", "CONDITION_ERROR", "no");
        var stopped = new Ways.Way(List.of(instance("plan", "A")), null, null, List.of(stop));
        assertThat(Ways.between(way(instance("plan", "A")), stopped).verdict()).isEqualTo("stopped");
        assertThat(Ways.between(stopped, stopped).verdict()).isEqualTo("same");
    }

    @Test
    void whatStaysOpenOnTheSameWayIsTold() {
        var before = new Ways.Way(
                List.of(new Ways.Instance("plan", "c1", "COMPLETED", List.of("A", "B"), List.of())), null, null, null);
        var after = new Ways.Way(
                List.of(new Ways.Instance("plan", "c1", "ACTIVE", List.of("A", "B"), List.of("B"))), null, null, null);
        assertThat(Ways.between(before, after).verdict()).isEqualTo("other");
        assertThat(Ways.between(before, after).turns())
                .containsExactly(new Ways.Turn("plan", null, List.of(), List.of(), List.of("B"), List.of()));
        assertThat(Ways.between(after, before).turns())
                .containsExactly(new Ways.Turn("plan", null, List.of(), List.of(), List.of(), List.of("B")));
    }

    @Test
    void stepsOfTheStoryWhoseTurnNeverComesAreToldOnce() {
        var step = new Ways.Step("task", "plan", "c1", "T", null);
        var after = new Ways.Way(List.of(instance("plan", "A")), null, List.of(step, step), null);
        var difference = Ways.between(way(instance("plan", "A")), after);
        assertThat(difference.verdict()).isEqualTo("other");
        assertThat(difference.missing()).containsExactly(step);
    }
}
