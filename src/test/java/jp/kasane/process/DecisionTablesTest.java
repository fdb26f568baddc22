package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule of every decision table has an example of its own ({@code decisions.yaml}), asked of Camunda's own DMN engine; gaps and
 * overlaps fail the build.
 */
class DecisionTablesTest {

    private static final Set<String> VARIABLES = ProcessVariablesTest.variables();
    private static final Map<String, Map<String, Example>> EXAMPLES = examples();

    record Example(Map<String, Object> given, Object gives) {}

    static Stream<DecisionTable> tables() {
        return DecisionTable.all();
    }

    static Stream<Arguments> rules() {
        return DecisionTable.all().flatMap(table -> table.rules().stream().map(rule -> Arguments.of(table, rule.id())));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyTableKeepsTheRules(DecisionTable table) {
        assertThat(DecisionRules.findings(table, VARIABLES)).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rules")
    void everyRuleAnswersItsExample(DecisionTable table, String rule) {
        var example = EXAMPLES.getOrDefault(table.id(), Map.of()).get(rule);
        assertThat(example).as("the example of " + rule).isNotNull();

        assertThat(table.matching(List.of(example.given())).getFirst()).contains(rule);
        assertThat(table.decide(example.given())).isEqualTo(example.gives());
    }

    @Test
    void everyExampleIsThatOfARule() {
        EXAMPLES.forEach((id, examples) -> assertThat(
                        DecisionTable.named(id).rules().stream().map(DecisionTable.Rule::id))
                .containsExactlyInAnyOrderElementsOf(examples.keySet()));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyTableIsListedAmongTheProcesses(DecisionTable table) throws IOException {
        assertThat(Files.readString(Path.of("processes/README.md")))
                .contains("[`" + table.id() + "`](decisions/" + table.id() + ".dmn)");
    }

    // ── each rule of the house, broken ─────────────────────────────────────────────────────────────────────────────

    @Test
    void aGapIsFound() {
        assertThat(findings(DecisionTable.named("owner").without("Rule_Intervention")))
                .containsExactly(
                        "gap: nothing answers {urgency=normal, abuse=false, intervention=true}",
                        "gap: nothing answers {urgency=soon, abuse=false, intervention=true}");
    }

    @Test
    void anOverlapIsFound() {
        var table = DecisionTable.named("meeting-type");
        var doubled = table.with(
                "<inputEntry id=\"Entry_PlanWithoutConsent_phase\">\n          <text>\"plan\"</text>",
                "<inputEntry id=\"Entry_PlanWithoutConsent_phase\">\n          <text></text>");
        assertThat(findings(doubled))
                .containsExactly("overlap: {phase=meeting, consentSufficient=false} is answered by"
                        + " [Rule_BeforeThePlan, Rule_PlanWithoutConsent]");
    }

    @Test
    void aCodeThatIsCollectedTwiceIsFound() {
        var doubled = DecisionTable.named("members").with("<text>\"coordination\"</text>", "<text></text>");
        assertThat(findings(doubled))
                .contains("overlap: {meetingType=support, householdKnown=false} gets the same code twice");
    }

    @Test
    void aCodeThatNeverComesIsFound() {
        var misspelt = DecisionTable.named("owner")
                .with("<text>\"normal\",\"soon\"</text>", "<text>\"normal\",\"soon\",\"never\"</text>");
        assertThat(findings(misspelt)).contains("Rule_Abuse asks for \"never\", which urgency never is");
    }

    @Test
    void aWordThatIsNoCodeIsFound() {
        var computed = DecisionTable.named("owner").with("<text>\"city\"</text>", "<text>string(urgency)</text>");
        assertThat(findings(computed)).contains("Rule_Urgent answers string(urgency), which is no code");
    }

    @Test
    void aCodeNobodyDeclaredIsFound() {
        var unknown = DecisionTable.named("owner").with("<text>\"council\"</text>", "<text>\"counsel\"</text>");
        assertThat(findings(unknown)).contains("Rule_Community answers \"counsel\", which owner never is");
    }

    @Test
    void anInputWithoutItsCodesIsFound() {
        var open = DecisionTable.named("owner").with("inputValues", "otherValues");
        assertThat(findings(open)).contains("urgency does not say which codes there are");
    }

    @Test
    void anotherLanguageThanFeelIsFound() {
        var juel = DecisionTable.named("owner")
                .with(
                        "<inputExpression id=\"Expression_abuse\"",
                        "<inputExpression expressionLanguage=\"juel\" id=\"Expression_abuse\"");
        assertThat(findings(juel)).contains("an expression is written in juel, not in FEEL");
    }

    @Test
    void aHitPolicyWhoseAnswerDependsOnTheOrderOfTheRowsIsFound() {
        assertThat(findings(DecisionTable.named("owner").with("\"UNIQUE\"", "\"FIRST\"")))
                .contains("the hit policy must be UNIQUE or COLLECT");
    }

    @Test
    void anInputThatTheEngineMayNotKnowIsFound() {
        assertThat(findings(DecisionTable.named("owner").with("<text>abuse</text>", "<text>story</text>")))
                .contains("story is not in variables.yaml");
    }

    @Test
    void aRuleWithoutAReasonIsFound() {
        assertThat(findings(DecisionTable.named("owner").with("緊急性が高い（002, L914-920、L1229-1231）", "urgent")))
                .contains("Rule_Urgent does not say in Japanese why, and where it comes from");
    }

    private static List<String> findings(DecisionTable table) {
        return DecisionRules.findings(table, VARIABLES);
    }

    private static Map<String, Map<String, Example>> examples() {
        try {
            return new YAMLMapper()
                    .readValue(
                            Diagram.resource("jp/kasane/process/decisions.yaml"),
                            new TypeReference<Map<String, Map<String, Example>>>() {});
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
