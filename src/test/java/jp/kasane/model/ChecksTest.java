package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.foundation.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every check with a diagram that passes it (as shipped) and one that does not (the same with one part replaced). */
class ChecksTest {

    private static final Path PROCESSES = Path.of("processes");
    private static final Surroundings SHIPPED = Surroundings.shipped().withSteps(steps());
    private static final Checks CHECKS = new Checks(SHIPPED);

    private static Properties words(String file) {
        try (var reader = Files.newBufferedReader(Path.of("src/main/resources", file))) {
            var words = new Properties();
            words.load(reader);
            return words;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> steps() {
        return words("messages.properties").stringPropertyNames().stream()
                .filter(key -> key.startsWith("step.Task_"))
                .map(key -> key.substring("step.".length()))
                .collect(Collectors.toSet());
    }

    static Stream<Path> diagrams() throws IOException {
        return below(PROCESSES, ".bpmn");
    }

    static Stream<Path> tables() throws IOException {
        return below(PROCESSES.resolve("decisions"), ".dmn");
    }

    private static Stream<Path> below(Path folder, String ending) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
        }
    }

    private static String source(String process) {
        try {
            return Files.readString(PROCESSES.resolve(process + (process.contains("/") ? ".dmn" : ".bpmn")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String replaced(String process, String found, String replacement) {
        var source = source(process);
        assertThat(source).contains(found);
        return source.replace(found, replacement);
    }

    private static List<Finding> of(String source) {
        return CHECKS.of(Diagram.read(source.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Finding> ofTable(String source) {
        return CHECKS.ofTable(source.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("diagrams")
    void everyShippedDiagramPasses(Path file) throws IOException {
        var diagram = Diagram.read(Files.readAllBytes(file));
        assertThat(file.getFileName().toString()).isEqualTo(diagram.processId() + ".bpmn");
        assertThat(CHECKS.of(diagram)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyShippedTablePassesAndIsCheckedWhole(Path file) throws IOException {
        assertThat(CHECKS.ofTable(Files.readAllBytes(file))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            process.executable     | plan           | plan | isExecutable="true" | isExecutable="false"
            process.deadline       | plan           | plan | isInterrupting="false" | isInterrupting="true"
            element.kind           | plan           | Activity_StartRoles | <bpmn:serviceTask id="Activity_StartRoles" name="役割分担を先に始める"> | (a script task)
            label.missing          | plan           | End_PlanDecided | name="プラン決定" | name=""
            id.meaning             | monitoring     | Activity_0abc123 | "Activity_PersistReview" | "Activity_0abc123"
            variable.unknown       | support-case   | ? | target="caseId" | target="householdName"
            variable.unknown       | plan           | Flow_PlanDecision_to_AllocateRoles | =decision = "decided" | =story = "decided"
            variable.unknown       | plan           | Message_DeadlineReached | correlationKey="=instanceKey" | correlationKey="=personName"
            variable.unknown       | plan           | Decision_MeetingType | resultVariable="meetingType" | resultVariable="anything"
            feel.unreadable        | plan           | Flow_PlanDecision_to_AllocateRoles | =decision = "decided" | =decision = = "decided"
            feel.condition         | plan           | Flow_PlanDecision_to_AllocateRoles | =decision = "decided" | decision
            flow.condition         | plan           | Flow_Step_to_DraftPlan | default="Flow_Step_to_DraftPlan" | x="y"
            flow.loose             | plan           | Flow_Plan_to_ReadFacts | <bpmn:incoming>Flow_Plan_to_ReadFacts</bpmn:incoming> | <!-- -->
            drawn.missing          | closure        | End_Closed | bpmnElement="End_Closed" | bpmnElement="End_Elsewhere"
            flow.unreachable       | plan           | Event_BackToDraft | <bpmn:linkEventDefinition id="Event_BackToDraft_Link" name="plan-to-revise" /> | <bpmn:linkEventDefinition id="Event_BackToDraft_Link" name="other" />
            flow.link              | plan           | Event_PlanToRevise | <bpmn:linkEventDefinition id="Event_BackToDraft_Link" name="plan-to-revise" /> | <bpmn:linkEventDefinition id="Event_BackToDraft_Link" name="other" />
            flow.deadEnd           | plan           | Activity_AllocateRoles | <bpmn:sequenceFlow id="Flow_AllocateRoles_to_EndPlanDecided" sourceRef="Activity_AllocateRoles" targetRef="End_PlanDecided" /> | <!-- -->
            flow.endless           | deadline-sweep | Event_OneMinute | <bpmn:process id="deadline-sweep" | <bpmn:process id="other-sweep"
            flow.spin              | plan           | Gateway_Step | sourceRef="Gateway_Step" targetRef="Task_DecidePlan" | sourceRef="Gateway_Step" targetRef="Gateway_Step"
            timer.cycle            | deadline-sweep | Event_OneMinute | <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1M</bpmn:timeDuration> | <bpmn:timeCycle xsi:type="bpmn:tFormalExpression">R/PT1M</bpmn:timeCycle>
            timer.unreadable       | deadline-sweep | Event_OneMinute | PT1M | 一分
            timer.none             | deadline-sweep | Event_OneMinute | <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1M</bpmn:timeDuration> | <!-- -->
            message.unknown        | plan           | Start_DeadlineReached | name="deadline-reached" | name="somebody-called"
            message.none           | plan           | Start_DeadlineReached | messageRef="Message_DeadlineReached" | messageRef="Message_Nowhere"
            message.key            | plan           | Start_DeadlineReached | correlationKey="=instanceKey" | correlationKey=""
            error.unknown          | referral   | ? | errorCode="NOBODY_REACHED" | errorCode="NEVER_THROWN"
            task.native            | plan           | Task_DraftPlan | <zeebe:userTask /> | <!-- -->
            task.form              | plan           | Task_DraftPlan | <zeebe:formDefinition formId="plan-draft" bindingType="deployment" /> | <!-- -->
            task.formUnknown       | plan           | Task_DraftPlan | formId="plan-draft" | formId="nowhere"
            task.formBinding       | plan           | Task_DraftPlan | formId="plan-draft" bindingType="deployment" | formId="plan-draft" bindingType="latest"
            task.group             | plan           | Task_DraftPlan | <zeebe:assignmentDefinition candidateGroups="coordinator" /> | <!-- -->
            task.groupUnknown      | plan           | Task_DraftPlan | candidateGroups="coordinator" | candidateGroups="everybody"
            task.persist           | plan           | Task_DraftPlan | key="step" value="Task_DraftPlan" | key="step" value="Task_Other"
            task.documentation     | plan           | Task_DecidePlan | 支援プランを決定（先に始めたものは追認）する、または案に戻す（002, L5820-5822、L5856-5858）。 | <!-- -->
            task.deadline          | plan           | Task_Unheard | "Task_DecidePlan" | "Task_Unheard"
            form.code | plan | Flow_PlanDecision_to_AllocateRoles | =decision = "decided" | =decision = "granted"
            job.none               | plan           | Activity_StartRoles | <zeebe:taskDefinition type="allocate-roles" retries="10" /> | <!-- -->
            job.unknown            | deadline-sweep | Activity_SweepDeadlines | sweep-deadlines | sweep-the-floor
            job.header             | plan           | Activity_RecordMeetingType | key="decision" value="meeting-type" | key="decision" value=""
            job.choice             | consultation   | ? | value="urgent-consultation" | value="good-morning"
            call.unknown           | plan           | CallActivity_CoordinationMeeting | processId="support-meeting" | processId="tea-party"
            call.everything        | plan           | CallActivity_CoordinationMeeting | propagateAllParentVariables="false" | propagateAllParentVariables="true"
            call.binding           | plan           | CallActivity_CoordinationMeeting | processId="support-meeting" bindingType="latest" | processId="support-meeting" bindingType="deployment"
            decision.unknown       | plan           | Decision_MeetingType | decisionId="meeting-type" | decisionId="by-chance"
            decision.binding       | plan           | Decision_MeetingType | resultVariable="meetingType" bindingType="latest" | resultVariable="meetingType" bindingType="deployment"
            decision.recorded      | plan           | Decision_MeetingType | key="decision" value="meeting-type" | key="decision" value="owner"
            """)
    void aDiagramThatBreaksARuleIsFound(String code, String process, String element, String found, String broken) {
        assertThat(of(source(process))).noneMatch(finding -> finding.code().equals(code));

        var after = code.equals("element.kind") ? asScriptTask() : replaced(process, found, broken);
        assertThat(of(after))
                .anyMatch(finding -> finding.code().equals(code)
                        && (element.equals("?") || finding.elementId().equals(element)));
    }

    private static String asScriptTask() {
        var source = source("plan");
        int from = source.indexOf("<bpmn:serviceTask id=\"Activity_StartRoles\"");
        int to = source.indexOf("</bpmn:serviceTask>", from);
        return source.substring(0, from)
                + source.substring(from, to).replace("serviceTask", "scriptTask")
                + "</bpmn:scriptTask>"
                + source.substring(to + "</bpmn:serviceTask>".length());
    }

    @Test
    void aFindingNamesItsElementAsTheDiagramDoes() {
        assertThat(of(replaced("plan", "formId=\"plan-draft\"", "formId=\"nowhere\"")))
                .singleElement()
                .isEqualTo(new Finding(
                        "Task_DraftPlan", "支援プラン案の作成", "task.formUnknown", Finding.Severity.ERROR, List.of("nowhere")));
    }

    @Test
    void twoProcessesInOneFileAreFound() {
        assertThat(of(replaced(
                        "plan",
                        "</bpmn:process>",
                        "</bpmn:process><bpmn:process id=\"second\" isExecutable=\"true\" />")))
                .anyMatch(finding -> finding.code().equals("process.one"));
    }

    @Test
    void feelThatIsLongerThanALineIsNotEvenParsed() {
        for (var text : List.of("1 + ".repeat(400) + "1", "(".repeat(5000) + "1" + ")".repeat(5000))) {
            assertThat(of(replaced("plan", "=decision = \"decided\"", "=" + text)))
                    .anyMatch(finding -> finding.code().equals("feel.long"));
        }
    }

    @Test
    void feelThatWouldNeverEndIsReadAndNotRun() {
        for (var text : List.of(
                "count(for i in 1..999999999999 return i) &gt; 0",
                "count(for a in 1..1000, b in -1000..-1 return a) &gt; 0",
                "some i in 1..count(decision) satisfies i = 1")) {
            assertThat(of(replaced("plan", "=decision = \"decided\"", "=" + text)))
                    .as(text)
                    .extracting(Finding::code)
                    .containsOnly("feel.endless");
        }
        // Short loops are refused for the name that nobody knows, as any other.
        assertThat(of(replaced("plan", "=decision = \"decided\"", "=count(for i in 1..10 return i) &gt; 0")))
                .extracting(Finding::code)
                .containsOnly("variable.unknown");
    }

    @Test
    void aTableThatWouldNeverEndIsRefusedWithItsRow() {
        assertThat(ofTable(replaced(
                        "decisions/owner",
                        "<text>\"city\"</text>",
                        "<text>string(count(for i in 1..999999999 return i))</text>")))
                .extracting(Finding::code)
                .contains("dmn.endless");
    }

    @Test
    void aFieldThatTheWorkBehindAFormNeedsIsMissed() {
        var form = (ObjectNode) SHIPPED.forms().get("plan-decision").deepCopy();
        assertThat(new Checks(SHIPPED.withForm("plan-decision", form))
                        .of(Diagram.read(source("plan").getBytes(StandardCharsets.UTF_8))))
                .isEmpty();

        form.withArray("components").removeAll();
        assertThat(new Checks(SHIPPED.withForm("plan-decision", form))
                        .of(Diagram.read(source("plan").getBytes(StandardCharsets.UTF_8))))
                .anyMatch(finding -> finding.code().equals("form.lost")
                        && finding.elementId().equals("Task_DecidePlan")
                        && finding.args().equals(List.of("plan-decision", "decision")));
    }

    // ── forms ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private static List<Finding> ofForm(String source, String... asking) {
        return CHECKS.of(
                Form.read(source.getBytes(StandardCharsets.UTF_8)),
                Stream.of(asking)
                        .map(process -> Diagram.read(source(process).getBytes(StandardCharsets.UTF_8)))
                        .toList());
    }

    private static String formReplaced(String form, String found, String replacement) throws IOException {
        var source = Files.readString(Path.of("forms", form + ".form"));
        assertThat(source).contains(found);
        return source.replace(found, replacement);
    }

    /** Only of the shipped ones: {@code FormSubsetTest}. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            form.version      | plan-decision      | "schemaVersion": 16          | "schemaVersion": 19
            form.type         | plan-decision      | "type": "textfield"          | "type": "html"
            form.key          | plan-decision      | "key": "documentNo"          | "key": "document-no"
            form.twice        | plan-decision      | "key": "documentNo"          | "key": "decision"
            form.label        | plan-decision      | "label": "文書番号"           | "label": ""
            form.template     | plan-decision      | "label": "文書番号"           | "label": "=1 + 1"
            form.part         | plan-decision      | "label": "文書番号"           | "label": "文書番号", "defaultValue": "1"
            form.validation   | plan-decision      | "maxLength": 200           | "validationType": "phone"
            form.pattern      | plan-decision      | "maxLength": 200           | "pattern": "("
            form.pattern      | plan-decision      | "maxLength": 200           | "pattern": "^(a+)+$"
            form.options      | consent            | "valuesKey": "agencyOptions" | "valuesKey": "everybodyOptions"
            form.choice       | plan-decision      | "value": "decided"           | "value": ""
            form.choiceTwice  | plan-decision      | "value": "returned"          | "value": "decided"
            form.inList       | gather-information | "key": "relation",           | "key": "relation", "conditional": { "hide": "=relation = 1" },
            form.condition    | plan-decision      | "hide": "=decision != \\"returned\\"" | "hide": "=count(for i in 1..999999999 return i) > 1"
            form.condition    | plan-decision      | "hide": "=decision != \\"returned\\"" | "hide": "=matches(decision, \\"x\\")"
            form.unknownField | plan-decision      | "hide": "=decision != \\"returned\\"" | "hide": "=nobody = 1"
            feel.condition    | plan-decision      | "hide": "=decision != \\"returned\\"" | "hide": "decision"
            feel.unreadable   | plan-decision      | "hide": "=decision != \\"returned\\"" | "hide": "=decision ="
            form.needed       | plan-decision      | "key": "decidedOn"           | "key": "decidedAt"
            form.changed      | plan-decision      | "type": "radio"              | "type": "textarea"
            form.optional     | plan-decision      | "required": true             | "required": false
            form.code         | plan-decision      | "value": "returned"          | "value": "back"
            """)
    void whatIsWrongWithAFormIsFound(String code, String form, String found, String replacement) throws IOException {
        var asking = new String[] {"plan"};
        assertThat(ofForm(Files.readString(Path.of("forms", form + ".form")), asking))
                .isEmpty();
        assertThat(ofForm(formReplaced(form, found, replacement), asking))
                .extracting(Finding::code)
                .contains(code);
    }

    @Test
    void anAnswerThatAGatewayAsksForIsMissedAtItsField() throws IOException {
        assertThat(ofForm(formReplaced("plan-decision", "\"value\": \"returned\"", "\"value\": \"back\""), "plan"))
                .filteredOn(finding -> finding.code().equals("form.code"))
                .isNotEmpty()
                .allMatch(finding -> finding.elementId().equals("Field_decision"));
    }

    @Test
    void aFormWithNothingToFillInIsOne() {
        assertThat(ofForm("{\"id\":\"empty\",\"components\":[]}"))
                .extracting(Finding::code)
                .containsExactly("form.empty");
        assertThat(CHECKS.of(Form.read(Form.blank("new-one", "見出し")), List.of()))
                .extracting(Finding::code)
                .containsExactly("form.empty");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {                                                          | JSON として読めません
            []                                                         | 部品の並び
            {"id":"a"}                                                 | 部品の並び
            {"components":[]}                                          | 英小文字
            {"id":"Form_1","components":[]}                            | 英小文字
            {"id":"a-","components":[]}                                | 英小文字
            {"id":"a","components":[null]}                             | 種類
            {"id":"a","components":[{"type":"group","components":1}]}  | 種類
            {"id":"a","id":"b","components":[]}                        | JSON として読めません
            {"id":"a","components":[]} x                               | JSON として読めません
            """)
    void whatIsNoFormIsRefusedInASentence(String source, String sentence) {
        assertThatThrownBy(() -> Form.read(source.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.sentences().toString()).contains(sentence));
    }

    @Test
    void aFormIsReadUpToOneMegabyteAndSixtyLevels() {
        assertThatThrownBy(() -> Form.read(new byte[Form.MOST_BYTES + 1])).isInstanceOf(Refusal.Invalid.class);
        var deep = "{\"id\":\"a\",\"components\":" + "[{\"type\":\"group\",\"components\":".repeat(40) + "[]"
                + "}]".repeat(40) + "}";
        assertThatThrownBy(() -> Form.read(deep.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Refusal.Invalid.class);
    }

    @Test
    void aFormThatIsStillADraftIsToldAndNotMissed() {
        var drawn = SHIPPED.withFormDraft(
                "home-visit", Form.read(Form.blank("home-visit", "訪問")).schema());
        var diagram = replaced("plan", "formId=\"plan-draft\"", "formId=\"home-visit\"");
        assertThat(of(diagram)).extracting(Finding::code).containsExactly("task.formUnknown");
        assertThat(new Checks(drawn).of(Diagram.read(diagram.getBytes(StandardCharsets.UTF_8))))
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.code()).isEqualTo("task.formDraft");
                    assertThat(note.severity()).isEqualTo(Finding.Severity.NOTE);
                });
    }

    // ── decision tables ────────────────────────────────────────────────────────────────────────────────────────────

    private static String without(String source, String rule) {
        int from = source.indexOf("<rule id=\"" + rule + "\"");
        int to = source.indexOf("</rule>", from) + "</rule>".length();
        return source.substring(0, from) + source.substring(to);
    }

    @Test
    void aGapIsFoundWithAnExample() {
        assertThat(ofTable(without(source("decisions/owner"), "Rule_Intervention")))
                .singleElement()
                .matches(finding -> finding.code().equals("dmn.gap")
                        && finding.args().getLast().equals("2")
                        && finding.elementId().equals("owner"));
    }

    @Test
    void anOverlapIsFoundWithItsRows() {
        assertThat(ofTable(replaced(
                        "decisions/meeting-type",
                        "<inputEntry id=\"Entry_PlanWithoutConsent_phase\">\n          <text>\"plan\"</text>",
                        "<inputEntry id=\"Entry_PlanWithoutConsent_phase\">\n          <text></text>")))
                .singleElement()
                .matches(finding -> finding.code().equals("dmn.overlap")
                        && finding.args().getLast().equals("1"));
    }

    @Test
    void aCodeThatIsCollectedTwiceIsFound() {
        assertThat(ofTable(replaced("decisions/members", "<text>\"coordination\"</text>", "<text></text>")))
                .anyMatch(finding -> finding.code().equals("dmn.overlap"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            dmn.hitPolicy    | "UNIQUE" | "FIRST"
            variable.unknown | <text>abuse</text> | <text>story</text>
            dmn.unreadable   | <text>"city"</text> | <text>"city" +</text>
            dmn.unchecked    | inputValues | otherValues
            dmn.unchecked    | <text>"normal","soon"</text> | <text>count(for i in 1..9 return i) = 1</text>
            """)
    void aTableThatBreaksARuleIsFound(String code, String found, String broken) {
        assertThat(ofTable(source("decisions/owner"))).isEmpty();
        assertThat(ofTable(replaced("decisions/owner", found, broken)))
                .anyMatch(finding -> finding.code().equals(code));
    }

    private static String numbers(String... cells) {
        var rules = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            rules.append(
                    "<rule id=\"Rule_%d\"><inputEntry><text>%s</text></inputEntry><outputEntry><text>\"city\"</text></outputEntry></rule>"
                            .formatted(i, cells[i]));
        }
        return """
                <definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
                <decision id="by-number" name="数"><decisionTable hitPolicy="UNIQUE">
                <input label="人数"><inputExpression typeRef="number"><text>step</text></inputExpression></input>
                <output name="owner" typeRef="string" />%s</decisionTable></decision></definitions>
                """
                .formatted(rules);
    }

    @Test
    void numbersAreTriedAtBetweenAndBeyondWhatTheRulesName() {
        assertThat(ofTable(numbers("&lt; 3", "[3..5]", "&gt; 5"))).isEmpty();
        assertThat(ofTable(numbers("&lt; 3", "]3..5]", "&gt; 5")))
                .singleElement()
                .matches(finding -> finding.code().equals("dmn.gap")
                        && finding.args().getFirst().equals("人数 = 3"));
        assertThat(ofTable(numbers("&lt;= 3", "[3..5]", "&gt; 5")))
                .singleElement()
                .matches(finding -> finding.code().equals("dmn.overlap"));
        assertThat(ofTable(numbers("not(3, 4)", "3,4"))).isEmpty();
    }

    // ── what is no diagram ─────────────────────────────────────────────────────────────────────────────────────────

    private static final String LAUGHS =
            "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><l>&b;</l>";
    private static final String ELSEWHERE = "<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><l>&a;</l>";

    @ParameterizedTest
    @ValueSource(strings = {LAUGHS, ELSEWHERE})
    void aDoctypeIsRefused(String xml) {
        assertRefused(xml.getBytes(StandardCharsets.UTF_8), "DOCTYPE");
    }

    @Test
    void whatIsNoDiagramIsRefusedInASentence() {
        assertRefused(new byte[0], "が空です。");
        assertRefused("<a>\n<b></a>".getBytes(StandardCharsets.UTF_8), "XML として読めません（2 行目）");
        assertRefused("<a/>".getBytes(StandardCharsets.UTF_8), "BPMN の図ではありません");
        assertRefused(source("plan").getBytes(StandardCharsets.UTF_16), "UTF-8");
        assertRefused(new byte[SafeXml.MOST_BYTES + 1], "5 MB まで");
        assertRefused(("<a>".repeat(5000) + "</a>".repeat(5000)).getBytes(StandardCharsets.UTF_8), "入れ子が深すぎます");
        assertRefused(
                "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"/>".getBytes(StandardCharsets.UTF_8),
                "プロセスがありません");
    }

    private static void assertRefused(byte[] xml, String sentence) {
        assertThatThrownBy(() -> Diagram.read(xml))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aDiagramAsLargeAsTheyMayBeIsCheckedInSeconds() {
        var tasks = new StringBuilder();
        for (int i = 0; tasks.length() < 4_900_000; i++) {
            tasks.append(
                    """
                    <serviceTask id="Activity_%1$d" name="n"><incoming>Flow_%1$d</incoming><outgoing>Flow_%2$d</outgoing></serviceTask>
                    <sequenceFlow id="Flow_%2$d" sourceRef="Activity_%1$d" targetRef="Activity_%2$d" />
                    """
                            .formatted(i, i + 1));
        }
        var xml =
                "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><process id=\"large\" isExecutable=\"true\">"
                        + tasks + "</process></definitions>";
        assertTimeout(Duration.ofSeconds(30), () -> assertThat(of(xml)).isNotEmpty());
    }

    // ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void everyFindingHasASentenceInBothLanguages() throws IOException {
        var codes = new ArrayList<String>();
        var code = java.util.regex.Pattern.compile("\"([a-z]+\\.[a-zA-Z]+)\"");
        for (var file : List.of("DiagramRules", "FormRules", "TableRules")) {
            code.matcher(Files.readString(Path.of("src/main/java/jp/kasane/model", file + ".java")))
                    .results()
                    .forEach(found -> codes.add("model.finding." + found.group(1)));
        }
        assertThat(codes).hasSizeGreaterThan(40);
        for (var file : List.of("messages.properties", "messages_en.properties")) {
            assertThat(words(file).stringPropertyNames()).containsAll(codes);
        }
    }
}
