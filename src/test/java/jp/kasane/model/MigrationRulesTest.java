package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What goes over from one version of a diagram to another, and what is in the way. */
class MigrationRulesTest {

    private static final Diagram PLAN = diagram(shipped("plan"));

    private static String shipped(String process) {
        try {
            return Files.readString(Path.of("processes", process + ".bpmn"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Diagram diagram(String xml) {
        return Diagram.read(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static MigrationRules rules(Diagram to, Map<String, String> chosen) {
        return new MigrationRules(PLAN, to, chosen);
    }

    @Test
    void whatIsTheSameGoesOver() {
        var rules = rules(PLAN, Map.of());
        assertThat(rules.obstacles(List.of("Task_DraftPlan", "Task_DecidePlan")))
                .isEmpty();
        assertThat(rules.mapping(List.of()))
                .containsEntry("Task_DraftPlan", "Task_DraftPlan")
                .containsEntry("Start_DeadlineReached", "Start_DeadlineReached")
                .allSatisfy((from, to) -> assertThat(from).isEqualTo(to));
    }

    @Test
    void whatIsGoneIsMappedByWhoeverKnows() {
        var renamed = diagram(shipped("plan").replace("Task_DraftPlan", "Task_WritePlan"));
        var rules = rules(renamed, Map.of());
        assertThat(rules.obstacles(List.of("Task_DraftPlan")))
                .containsExactly(new MigrationRules.Obstacle("Task_DraftPlan", "支援プラン案の作成", "gone"));
        assertThat(rules.candidates("Task_DraftPlan"))
                .containsEntry("Task_WritePlan", "支援プラン案の作成")
                .doesNotContainKey("Activity_ReadFacts");

        var chosen = rules(renamed, Map.of("Task_DraftPlan", "Task_WritePlan"));
        assertThat(chosen.obstacles(List.of("Task_DraftPlan"))).isEmpty();
        assertThat(chosen.mapping(List.of())).containsEntry("Task_DraftPlan", "Task_WritePlan");
    }

    @Test
    void whatIsOfAnotherKindDoesNotGoOver() {
        var other = diagram(shipped("plan")
                .replaceAll(
                        "(<bpmn:userTask id=\"Task_DraftPlan\")",
                        "<bpmn:manualTask id=\"Task_Other\" /><bpmn:receiveTask id=\"Task_DraftPlan\"")
                .replaceFirst(
                        "(?s)(<bpmn:receiveTask id=\"Task_DraftPlan\".*?)</bpmn:userTask>", "$1</bpmn:receiveTask>"));
        assertThat(rules(other, Map.of()).obstacles(List.of("Task_DraftPlan")))
                .extracting(MigrationRules.Obstacle::code)
                .containsExactly("kind");
        assertThat(rules(other, Map.of()).mapping(List.of())).doesNotContainKey("Task_DraftPlan");
        assertThat(rules(other, Map.of("Task_DraftPlan", "Activity_ReadFacts")).mapping(List.of()))
                .doesNotContainKey("Task_DraftPlan");
    }

    @Test
    void whatIsInAnotherSubProcessDoesNotGoOver() {
        var moved = diagram(shipped("plan")
                .replaceFirst(
                        "<bpmn:userTask id=\"Task_DraftPlan\"",
                        "<bpmn:subProcess id=\"SubProcess_New\"><bpmn:userTask id=\"Task_DraftPlan\"")
                .replaceFirst("(?s)(id=\"Task_DraftPlan\".*?</bpmn:userTask>)", "$1</bpmn:subProcess>"));
        assertThat(rules(moved, Map.of()).obstacles(List.of("Task_DraftPlan")))
                .extracting(MigrationRules.Obstacle::code)
                .containsExactly("scope");
    }

    @Test
    void aTimerInWhichATokenStandsIsEnteredAnew() {
        var from = diagram(shipped("network-meeting"));
        var to = diagram(shipped("network-meeting").replace("=agendaAt", "=sittingCheckAt"));
        var rules = new MigrationRules(from, to, Map.of());
        assertThat(rules.timers(List.of("Event_AgendaCutoff"))).containsExactly("Event_AgendaCutoff");
        assertThat(rules.standingInTimers()).contains("Event_AgendaCutoff");
        // A token has to have somewhere to go.
        assertThat(rules.mapping(List.of())).containsKey("Event_AgendaCutoff");
        assertThat(rules.obstacles(List.of("Event_AgendaCutoff"))).isEmpty();
        var same = new MigrationRules(from, from, Map.of());
        assertThat(same.timers(List.of("Event_AgendaCutoff"))).isEmpty();
        assertThat(same.standingInTimers()).isEmpty();
    }

    /** Left out of the mapping the engine sets it from the new diagram. */
    @Test
    void aTimerAtATasksBorderIsLeftToTheEngineUnlessItsTimeHasCome() {
        var from = diagram(shipped("support-meeting"));
        var to = diagram(shipped("support-meeting").replace("=sittingCheckAt", "=dueAt"));
        var rules = new MigrationRules(from, to, Map.of());
        assertThat(rules.listeners())
                .containsExactly(new MigrationRules.Listener("Event_CutoffReached", "Task_ConveneMeeting"));
        assertThat(rules.timers(List.of("Task_ConveneMeeting"))).containsExactly("Event_CutoffReached");
        assertThat(rules.timers(List.of("Task_HoldMeeting"))).isEmpty();
        assertThat(rules.mapping(List.of()))
                .doesNotContainKey("Event_CutoffReached")
                .containsKey("Task_ConveneMeeting");
        assertThat(rules.mapping(List.of("Event_CutoffReached"))).containsKey("Event_CutoffReached");
    }

    @Test
    void aTimerBehindAGatewayIsLeftToTheEngineAsWell() {
        var from = diagram(shipped("monitoring"));
        var to = diagram(shipped("monitoring").replace("=reviewAt", "=now() + duration(\"P7D\")"));
        var rules = new MigrationRules(from, to, Map.of());
        assertThat(rules.timers(List.of("Gateway_ReviewDueOrAsked"))).containsExactly("Event_ReviewDue");
        assertThat(rules.mapping(List.of()))
                .doesNotContainKey("Event_ReviewDue")
                .containsKeys("Gateway_ReviewDueOrAsked", "Event_ReviewAsked");
    }
}
