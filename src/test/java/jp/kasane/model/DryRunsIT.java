package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.Test;

/** 試し運転: which recorded scenarios would go another way under a draft; nothing that a draft holds can do harm with it. */
class DryRunsIT {

    private static final String DRAFTS = "/api/v1/models/drafts";
    private static final String RUNS = "/api/v1/models/dry-runs/";

    private static final KasaneServer kasane = KasaneServer.shared();

    private static KasaneServer.User manager() {
        return kasane.as("manager");
    }

    private static String shipped(String path) {
        try {
            return Files.readString(Path.of("processes", path));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String replaced(String text, String part, String by) {
        assertThat(text).contains(part);
        return text.replace(part, by);
    }

    private static String imported(String file, String name) {
        var answer = manager().upload(DRAFTS + "/import?fileName=" + name, file.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/id").asText();
    }

    private static KasaneServer.Answer begin(String draft) {
        return manager().post(DRAFTS + "/" + draft + "/dry-runs", "{}");
    }

    private static JsonNode over(KasaneServer.Answer begun) {
        assertThat(begun.status()).as(begun.text()).isEqualTo(201);
        var run = RUNS + begun.at("/id").asText();
        await("the dry run").atMost(Duration.ofMinutes(5)).until(() -> !List.of("waiting", "running")
                .contains(manager().get(run).at("/status").asText()));
        return manager().get(run).body();
    }

    private static JsonNode run(String draft) {
        try {
            return over(begin(draft));
        } finally {
            manager().delete(DRAFTS + "/" + draft);
        }
    }

    private static JsonNode told(JsonNode run, String scenario) {
        return StreamSupport.stream(run.get("told").spliterator(), false)
                .filter(one -> one.get("scenario").asText().equals(scenario))
                .findFirst()
                .orElseThrow(() -> new AssertionError(scenario + " is not told of: " + run));
    }

    private static List<String> verdicts(JsonNode run) {
        return run.get("told").findValuesAsText("verdict").stream().distinct().toList();
    }

    @Test
    void aDraftInWhichOnlyALabelDiffersGoesTheSameWay() {
        var run = run(imported(replaced(shipped("plan.bpmn"), "支援プラン案の作成", "プランの案を作る"), "plan.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("done");
        assertThat(run.get("total").asInt()).isEqualTo(run.get("told").size()).isGreaterThanOrEqualTo(4);
        assertThat(run.get("untouched").asInt()).isGreaterThan(15);
        assertThat(verdicts(run)).containsExactly("same");
        assertThat(run.get("others").asInt()).isZero();
    }

    @Test
    void aStepOfTheMunicipalitysOwnIsTakenAsDoneAndTold() {
        var form = imported(OwnStepDiagram.BUDGET_FORM, "budget-check.form");
        var run = run(imported(OwnStepDiagram.plan(), "plan.bpmn"));
        manager().delete(DRAFTS + "/" + form);
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("done");
        var c1 = told(run, "hachioji-c1");
        assertThat(c1.get("verdict").asText()).as(c1.toString()).isEqualTo("other");
        assertThat(c1.at("/turns/0/process/id").asText()).isEqualTo("plan");
        assertThat(c1.at("/turns/0/after/id").asText()).isEqualTo("Activity_PersistDraftPlan");
        assertThat(c1.at("/turns/0/come").findValuesAsText("name")).contains("予算の確認");
        assertThat(c1.at("/turns/0/gone")).isEmpty();
        assertThat(c1.at("/assumed").findValuesAsText("id")).containsExactly("Task_Budget");
        assertThat(c1.at("/missing")).isEmpty();
    }

    @Test
    void aStepWithoutItsFormStopsThere() {
        var run = run(imported(OwnStepDiagram.plan(), "plan.bpmn"));
        var c1 = told(run, "hachioji-c1");
        assertThat(c1.get("verdict").asText()).isEqualTo("stopped");
        assertThat(c1.at("/stops/0/at/name").asText()).isEqualTo("予算の確認");
        assertThat(c1.at("/stops/0/type").asText()).isEqualTo("FORM_NOT_FOUND");
    }

    @Test
    void anotherRuleInATableSendsStoriesAnotherWay() {
        var table = replaced(
                shipped("decisions/meeting-type.dmn"),
                "<outputEntry id=\"Entry_PlanWithConsent_meetingType\">\n          <text>\"coordination\"</text>",
                "<outputEntry id=\"Entry_PlanWithConsent_meetingType\">\n          <text>\"support\"</text>");
        var run = run(imported(table, "meeting-type.dmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("done");
        assertThat(run.get("others").asInt()).as(run.toString()).isPositive();
        assertThat(told(run, "hachioji-c1").get("verdict").asText()).isNotEqualTo("same");
    }

    @Test
    void aGatewayWithoutAWayOutIsNamedWithWhatTheEngineSays() {
        var diagram = replaced(shipped("closure.bpmn"), "=decision = \"closed\"", "=decision = \"shut\"");
        var run = run(imported(diagram, "closure.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("done");
        var c1 = told(run, "hachioji-c1");
        assertThat(c1.get("verdict").asText()).isEqualTo("stopped");
        assertThat(c1.at("/stops/0/at/id").asText()).startsWith("Gateway_");
        assertThat(c1.at("/stops/0/message").asText()).contains("condition");
    }

    @Test
    void aDiagramThatGoesInCirclesIsEnded() {
        var diagram = replaced(
                shipped("closure.bpmn"),
                "sourceRef=\"Gateway_Step\" targetRef=\"Task_EvaluateClosure\"",
                "sourceRef=\"Gateway_Step\" targetRef=\"Gateway_Step\"");
        var run = run(imported(diagram, "closure.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("broken");
        assertThat(run.get("reason").asText()).isEqualTo("circle");
        assertThat(run.at("/told/0/verdict").asText()).isEqualTo("stopped");
        assertThat(run.at("/told/0/stops/0/type").asText()).isEqualTo("NEVER_QUIET");
    }

    @Test
    void anExpressionThatEatsAllMemoryEndsItsProgramAndNothingElse() {
        var diagram = replaced(
                shipped("closure.bpmn"), "=decision = \"closed\"", "=count(for i in 1..2000000000 return i) &gt; 0");
        var run = run(imported(diagram, "closure.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("broken");
        assertThat(manager().get("/api/v1/models/drafts").status()).isEqualTo(200);
    }

    @Test
    void whatTheEngineDoesNotTakeIsToldInItsWords() {
        var diagram = replaced(shipped("closure.bpmn"), "=decision = \"closed\"", "=decision = = \"closed\"");
        var run = run(imported(diagram, "closure.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("refused");
        assertThat(run.get("reason").asText()).contains("decision = =");
    }

    @Test
    void whatNoStoryComesPastIsAtLeastShownToTheEngine() {
        var run = run(imported(shipped("community-issue.bpmn"), "community-issue.bpmn"));
        assertThat(run.get("status").asText()).as(run.toString()).isEqualTo("done");
        assertThat(run.get("total").asInt()).isZero();
        var wrong = run(imported(
                replaced(shipped("community-issue.bpmn"), "=outcome = \"", "=outcome = = \""), "community-issue.bpmn"));
        assertThat(wrong.get("status").asText()).as(wrong.toString()).isEqualTo("refused");
    }

    @Test
    void theOneOfWhatIsReleasedStandsBesideTheRelease() {
        var file = replaced(shipped("plan.bpmn"), "支援プラン案の作成", "プランの案を作る");
        var draft = imported(file, "plan.bpmn");
        var tried = over(begin(draft)).get("id").asText();
        var release = manager()
                .post(DRAFTS + "/" + draft + "/release", "{\"versionTag\":\"dry-1\",\"note\":\"言い方を改める\"}")
                .at("/id")
                .asText();
        try {
            var saved = manager()
                    .replace(
                            DRAFTS + "/" + draft + "/xml?revision=1",
                            file.replace("プランの案を作る", "案を作る").getBytes(StandardCharsets.UTF_8));
            assertThat(saved.status()).as(saved.text()).isEqualTo(200);
            var later = over(begin(draft)).get("id").asText();
            assertThat(manager().get("/model-releases/" + release).text())
                    .contains("/model-dry-runs/" + tried)
                    .doesNotContain("/model-dry-runs/" + later);
        } finally {
            manager().post("/api/v1/models/releases/" + release + "/withdraw", "");
            manager().delete(DRAFTS + "/" + draft);
        }
    }

    @Test
    void managersBeginOneAtATimeAndNotOfForms() {
        var draft = imported(shipped("plan.bpmn"), "plan.bpmn");
        var first = begin(draft);
        var second = begin(draft);
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text()).contains("まだ終わっていません");
        assertThat(kasane.as("coordinator")
                        .post(DRAFTS + "/" + draft + "/dry-runs", "{}")
                        .status())
                .isIn(403, 404);
        assertThat(kasane.as("auditor")
                        .post(DRAFTS + "/" + draft + "/dry-runs", "{}")
                        .status())
                .isEqualTo(403);
        var run = over(first);
        assertThat(kasane.as("auditor").get(RUNS + run.get("id").asText()).status())
                .isEqualTo(200);
        assertThat(kasane.as("coordinator").get(RUNS + run.get("id").asText()).status())
                .isEqualTo(404);
        manager().delete(DRAFTS + "/" + draft);
        var form = imported(OwnStepDiagram.FORM, "call-back.form");
        var refused = begin(form);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("様式だけでは");
        manager().delete(DRAFTS + "/" + form);
    }
}
