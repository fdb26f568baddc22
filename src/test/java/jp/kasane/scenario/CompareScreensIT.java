package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two versions beside each other: what is new, gone, changed and moved stands on both diagrams and in sentences. */
class CompareScreensIT {

    private static final String DRAFTS = "/api/v1/models/drafts";
    private static final List<String> made = new ArrayList<>();
    private static KasaneServer kasane;
    private static Browser browser;
    /** {@code plan} with one of everything that can be different. */
    private static String changed;

    @BeforeAll
    static void open() throws IOException {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
        changed = draft(
                "plan",
                new Change(file("processes/plan.bpmn"))
                        // Added, with its shape.
                        .put(
                                "<bpmn:userTask id=\"Task_DraftPlan\"",
                                "<bpmn:userTask id=\"Task_Confirm\" name=\"家族に確かめる\"><bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId=\"plan-decision\" bindingType=\"deployment\" /></bpmn:extensionElements></bpmn:userTask><bpmn:userTask id=\"Task_DraftPlan\"")
                        .put(
                                "<bpmndi:BPMNShape ",
                                "<bpmndi:BPMNShape id=\"Task_Confirm_di\" bpmnElement=\"Task_Confirm\"><dc:Bounds x=\"300\" y=\"700\" width=\"100\" height=\"80\" /></bpmndi:BPMNShape><bpmndi:BPMNShape ")
                        // Removed.
                        .cut("\\s*<bpmn:sequenceFlow id=\"Flow_PlanPath_to_DecidePlan\"[\\s\\S]*?</bpmn:sequenceFlow>")
                        .cut("<bpmn:incoming>Flow_PlanPath_to_DecidePlan</bpmn:incoming>")
                        .cut("<bpmn:outgoing>Flow_PlanPath_to_DecidePlan</bpmn:outgoing>")
                        .cut(
                                "<bpmndi:BPMNEdge[^>]*bpmnElement=\"Flow_PlanPath_to_DecidePlan\"[\\s\\S]*?</bpmndi:BPMNEdge>")
                        // Changed.
                        .put("name=\"支援プラン案の作成\"", "name=\"プランの案をつくる\"")
                        .put("candidateGroups=\"manager\"", "candidateGroups=\"coordinator\"")
                        .swap(
                                "(id=\"Flow_PlanPath_to_StartRoles\"[\\s\\S]*?<bpmn:conditionExpression[^>]*>)[^<]*",
                                "$1=urgency = \"high\"")
                        .put(
                                "type=\"allocate-roles\" retries=\"10\" />",
                                "type=\"allocate-roles\" retries=\"10\" /><x:odd xmlns:x=\"http://example.org/x\" a=\"1\" />")
                        // Moved.
                        .swap("(bpmnElement=\"Gateway_PlanDecision\"[^>]*>\\s*<dc:Bounds x=\")\\d+", "$112")
                        .text);
    }

    @AfterAll
    static void close() {
        browser.close();
        made.forEach(id -> kasane.as("manager").delete(DRAFTS + "/" + id));
    }

    /** Replacements that must find their place. */
    private record Change(String text) {

        Change put(String part, String other) {
            assertThat(text).contains(part);
            return new Change(text.replaceFirst(Pattern.quote(part), java.util.regex.Matcher.quoteReplacement(other)));
        }

        Change swap(String pattern, String other) {
            assertThat(text).containsPattern(pattern);
            return new Change(text.replaceFirst(pattern, other));
        }

        Change cut(String pattern) {
            return swap(pattern, "");
        }
    }

    private static String file(String path) throws IOException {
        return Files.readString(Path.of(path), StandardCharsets.UTF_8);
    }

    private static String draft(String process, String xml) {
        var id = kasane.as("manager")
                .post(DRAFTS, "{\"processId\":\"" + process + "\"}")
                .at("/id")
                .asText();
        made.add(id);
        var saved = kasane.as("manager")
                .replace(DRAFTS + "/" + id + "/xml?revision=1", xml.getBytes(StandardCharsets.UTF_8));
        assertThat(saved.status()).as(saved.toString()).isEqualTo(200);
        kasane.as("manager").delete(DRAFTS + "/" + id + "/lock");
        return id;
    }

    private static int inForce(String of) {
        return kasane.as("manager")
                .get("/api/v1/models/" + of + "/versions")
                .at("/versions/0/version")
                .asInt();
    }

    private static Page compare(String login, String query) {
        var page = browser.as(login);
        page.setViewportSize(1280, 900);
        browser.open(page, "/models/compare?" + query);
        page.locator(".compare[data-ready]").waitFor();
        return page;
    }

    private static Locator sentences(Page page) {
        return page.locator(".compare-list").first().locator("li");
    }

    private static Locator marked(Page page, String side, String kind, String element) {
        return page.locator(
                ".compare-side[data-of=" + side + "] .compare-" + kind + "[data-element-id='" + element + "']");
    }

    private static Locator viewport(Page page, String side) {
        return page.locator(".compare-side[data-of=" + side + "] .viewport");
    }

    /** Which part of the diagram is shown and how large, to a tenth. */
    private static List<Long> view(Page page, String side) {
        return Pattern.compile("-?[\\d.]+")
                .matcher(viewport(page, side).getAttribute("transform"))
                .results()
                .map(number -> Math.round(Double.parseDouble(number.group()) * 10))
                .toList();
    }

    @Test
    void aDraftIsComparedWithTheVersionItIsBasedOn() {
        var page = browser.as("manager");
        browser.open(page, "/models/drafts/" + changed);
        page.getByText("もとの版とくらべる").click();
        page.locator(".compare[data-drawn]").waitFor();
        assertThat(sentences(page)).containsText(new String[] {
            "作業「家族に確かめる」が増えました",
            "作業「家族に確かめる」のCamunda のユーザータスク: はい",
            "作業「家族に確かめる」の様式: plan-decision",
            "作業「家族に確かめる」の様式の版の選び方: deployment",
            "作業「プランの案をつくる」の名前: 支援プラン案の作成 → プランの案をつくる",
            "ジョブの作業「役割分担を先に始める」の拡張要素 x:odd › @a: なし → 1",
            "作業「プランの決定・追認」の候補グループ: manager → coordinator",
            "の道筋の条件: ",
            "への矢印「会議を省く」がなくなりました"
        });
        assertThat(page.locator(".compare-state")).containsText("違いが 7 件あります（増えた 1、なくなった 1、変わった 5）");
        assertThat(page.locator(".compare-state")).containsText("配置などの違いが 1 件");

        // On the diagrams: what is new only on the right, what is gone only on the left.
        assertThat(marked(page, "to", "added", "Task_Confirm")).hasCount(1);
        assertThat(marked(page, "from", "removed", "Flow_PlanPath_to_DecidePlan"))
                .hasCount(1);
        for (var side : List.of("from", "to")) {
            assertThat(marked(page, side, "changed", "Task_DecidePlan")).hasCount(1);
            assertThat(marked(page, side, "moved", "Gateway_PlanDecision")).hasCount(1);
        }
        assertThat(page.locator(".compare-side[data-of=to] .compare-sign.added"))
                .hasText("＋");
        assertThat(page.locator(".compare-side[data-of=from] .compare-sign.removed"))
                .hasText("−");

        // Only drawn elsewhere: apart, and closed.
        var moved = page.locator(".compare-moved");
        assertThat(moved.locator("> summary")).hasText("配置などの違い（1 件）");
        assertThat(moved.locator("li")).not().isVisible();
        moved.locator("> summary").click();
        assertThat(moved.locator("li")).containsText("判断「決定の結果」の位置と大きさが変わりました");

        // The same in English.
        var english = compare(
                "auditor", "kind=process&id=plan&from=" + inForce("plan") + "&to=draft:" + changed + "&lang=en");
        assertThat(sentences(english).first()).containsText("Task “家族に確かめる” is new");
        assertThat(english.locator(".compare-list").first())
                .containsText("Task “プランの決定・追認”, candidate groups: manager → coordinator");
        assertThat(english.locator(".compare-state")).containsText("7 differences (1 new, 1 gone, 5 changed)");
        browser.open(english, "/models?lang=ja");
    }

    @Test
    void bothDiagramsAreMovedAndZoomedTogetherAndAllIsReachedByTheKeyboard() {
        var page = compare("manager", "kind=process&id=plan&from=shipped&to=draft:" + changed);
        page.locator(".compare[data-drawn]").waitFor();
        var all = view(page, "to");
        assertThat(view(page, "from")).isEqualTo(all);
        page.locator("[data-do=in]").click();
        assertThat(view(page, "to")).isNotEqualTo(all);
        assertThat(view(page, "from")).isEqualTo(view(page, "to"));

        // By the wheel on the one, the other goes along.
        page.locator(".compare-side[data-of=from] .diagram-canvas").hover();
        var before = viewport(page, "to").getAttribute("transform");
        page.mouse().wheel(120, 60);
        assertThat(viewport(page, "to")).not().hasAttribute("transform", before);
        assertThat(view(page, "from")).isEqualTo(view(page, "to"));

        var first = sentences(page).first().locator("button");
        first.focus();
        page.keyboard().press("Enter");
        assertThat(first).hasAttribute("aria-current", "true");
        assertThat(marked(page, "to", "current", "Task_Confirm")).hasCount(1);
        var there = view(page, "to");
        for (int i = 0; i < 4; i++) {
            page.keyboard().press("ArrowDown");
        }
        var fifth = sentences(page).nth(4).locator("button");
        assertThat(fifth).isFocused();
        assertThat(fifth).hasAttribute("aria-current", "true");
        assertThat(marked(page, "to", "current", "Task_DraftPlan")).hasCount(1);
        assertThat(marked(page, "from", "current", "Task_DraftPlan")).hasCount(1);
        assertThat(view(page, "to")).isNotEqualTo(there);
        page.keyboard().press("ArrowUp");
        assertThat(sentences(page).nth(3).locator("button")).isFocused();
        page.locator("[data-do=next]").click();
        assertThat(fifth).hasAttribute("aria-current", "true");
        browser.picture(page, "compare");
    }

    @Test
    void whatIsTheSameIsSaidToBeTheSame() {
        var page = compare("manager", "kind=process&id=plan&from=shipped&to=" + inForce("plan"));
        assertThat(page.locator(".compare-state")).hasText("違いはありません。二つの版は同じです。");
        assertThat(sentences(page)).hasCount(0);
        assertThat(page.locator(".compare-side .diagram-canvas svg").first()).isVisible();
        compare("manager", "kind=form&id=plan-draft&from=shipped&to=" + inForce("forms/plan-draft"));
        assertThat(page.locator(".compare-state")).hasText("違いはありません。二つの版は同じです。");
        compare("manager", "kind=decision&id=triage&from=shipped&to=" + inForce("decisions/triage"));
        assertThat(page.locator(".compare-state")).hasText("違いはありません。二つの版は同じです。");
        // From the list of diagrams it is one step.
        browser.open(page, "/models");
        page.locator("a[href*='/models/compare?kind=process&id=closure']").click();
        page.locator(".compare[data-ready]").waitFor();
        assertThat(page.locator("h1")).containsText("版をくらべる");
    }

    @Test
    void aFormAndATableAreComparedWithAFileThatIsNotSent() throws IOException {
        var form = file("forms/plan-draft.form")
                .replaceFirst("(\"label\": \"長期の目標\"[\\s\\S]*?\"required\": )true", "$1false")
                .replaceFirst("当面の目標", "今の目標");
        var page = browser.as("manager");
        browser.open(page, "/models/compare?kind=form&id=plan-draft&to=file");
        assertThat(page.locator(".compare-state")).hasText("ファイルを選んでください。");
        page.setInputFiles("#file-to", new FilePayload("a.form", "application/json", form.getBytes()));
        assertThat(sentences(page)).hasText(new String[] {
            "様式「plan-draft」: 項目「長期の目標」が必須でなくなりました", "様式「plan-draft」: 項目「今の目標」の見出し: 当面の目標 → 今の目標"
        });
        assertThat(page.locator(".compare-state")).containsText("違いが 2 件あります");

        var table = file("processes/decisions/triage.dmn")
                .replaceFirst("(Entry_ClearAndAnswered_complaint\">\\s*<text>)\"clear\"", "$1\"many\"");
        browser.open(page, "/models/compare?kind=decision&id=triage&to=file&lang=en");
        page.setInputFiles("#file-to", new FilePayload("a.dmn", "text/xml", table.getBytes(StandardCharsets.UTF_8)));
        assertThat(sentences(page)).hasText("Row 1 of Table “事例の区分と多機関協働の目安”, “主訴”: \"clear\" → \"many\"");

        // What is no table is refused with a sentence, and another file can be chosen.
        browser.open(page, "/models/compare?kind=decision&id=triage&to=file&lang=ja");
        page.setInputFiles("#file-to", new FilePayload("a.dmn", "text/xml", "<a/>".getBytes()));
        assertThat(page.locator(".compare-state")).hasText("ファイルを読めませんでした。");
        page.setInputFiles(
                "#file-to",
                new FilePayload("a.dmn", "text/xml", ("<!DOCTYPE a [<!ENTITY b \"c\">]>" + table).getBytes()));
        assertThat(page.locator(".compare-state")).hasText("DOCTYPE のあるファイルは使えません。");
        page.setInputFiles("#file-to", new FilePayload("a.dmn", "text/xml", table.getBytes(StandardCharsets.UTF_8)));
        assertThat(sentences(page)).hasCount(1);
    }

    @Test
    void whatThereIsNotIsNotFoundAndWhoMayNotLookIsRefused() {
        var page = browser.as("manager");
        for (var query : List.of(
                "kind=process&id=plan&from=99999",
                "kind=process&id=plan&to=draft:00000000-0000-0000-0000-000000000000",
                "kind=process&id=closure&to=draft:" + changed,
                "kind=process&id=none",
                "kind=other&id=plan")) {
            var answer = page.navigate(kasane.baseUrl() + "/models/compare?" + query);
            assertThat(answer.status()).as(query).isEqualTo(404);
            assertThat(page.locator("main")).containsText("見つかりません");
        }
        var other = browser.as("coordinator");
        var refused = other.navigate(kasane.baseUrl() + "/models/compare?kind=process&id=plan");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(other.locator("main")).containsText("所管課と監査の担当者だけ");
    }
}
