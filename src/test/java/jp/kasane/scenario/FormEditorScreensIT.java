package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager changes a form: adds a field, removes one the work behind it needs and is told, begins a new form and names it in a diagram. */
class FormEditorScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
        kasane.sql()
                .sql("update kasane.model_draft set discarded_at = now(), editor_id = null, editing_until = null")
                .update();
    }

    private static void ready(Page page, String how) {
        page.locator(".modeler[data-ready=" + how + "]").waitFor();
    }

    private static Locator finding(Page page, String code) {
        return page.locator(".modeler-findings li[data-code='" + code + "']");
    }

    private static Locator field(Page page, String id) {
        return page.locator(".fjs-element[data-id='" + id + "']").first();
    }

    private static void saved(Page page, int revision) {
        page.locator(".modeler[data-revision='" + revision + "']").waitFor();
    }

    private static String file(Page page) {
        return kasane.as("manager")
                .get("/api/v1/models/drafts/" + page.locator(".modeler").getAttribute("data-draft") + "/xml")
                .text();
    }

    private static Page begin(String formId) {
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        var id = kasane.as("manager")
                .post("/api/v1/models/drafts", "{\"formId\":\"" + formId + "\"}")
                .at("/id")
                .asText();
        browser.open(page, "/models/drafts/" + id);
        ready(page, "editing");
        return page;
    }

    @Test
    void aFieldIsAddedByTheKeyboardNamedAndStandsInTheFile() {
        var page = begin("plan-decision");
        assertThat(page.locator(".modeler-none")).isVisible();
        page.locator("button.fjs-palette-field[data-field-type=textfield]").focus();
        page.keyboard().press("Enter");
        saved(page, 2);
        // form-js gives a key that says nothing.
        assertThat(finding(page, "form.key")).hasCount(1);
        finding(page, "form.key").locator("button").click();
        group(page, "基本");
        panel(page, "label").fill("決定に立ち会った人");
        panel(page, "key").fill("witness");
        panel(page, "key").press("Tab");
        assertThat(finding(page, "form.key")).hasCount(0);
        assertThat(page.locator(".modeler-none")).isVisible();
        assertThat(page.locator(".modeler-state")).containsText("に保存しました");
        assertThat(file(page))
                .contains("\"key\": \"witness\"", "\"label\": \"決定に立ち会った人\"", "\"schemaVersion\": 16")
                .contains("\"executionPlatformVersion\": \"8.6.0\"");
        // Undone from outside of a field of the panel.
        page.locator("[data-do=undo]").click();
        page.locator("[data-do=undo]").click();
        page.locator("[data-do=undo]").click();
        assertThat(page.locator(".fjs-form-editor")).not().containsText("決定に立ち会った人");
    }

    /** A field of the panel, in its open group. */
    private static Locator panel(Page page, String name) {
        return page.locator("[data-entry-id='" + name + "']")
                .locator("input, [contenteditable=true]")
                .first();
    }

    private static void group(Page page, String name) {
        var header = page.locator(".bio-properties-panel-group-header", new Page.LocatorOptions().setHasText(name))
                .first();
        if (!header.getAttribute("class").contains("open")) {
            header.click();
        }
    }

    @Test
    void aFieldThatTheWorkNeedsIsRemovedAndMissedUntilItIsBack() {
        var page = begin("plan-decision");
        field(page, "Field_decidedOn").click();
        page.keyboard().press("Delete");
        assertThat(finding(page, "form.needed")).containsText("decidedOn");
        assertThat(page.locator(".modeler-state")).containsText("に保存しました");
        page.keyboard().press("Control+z");
        assertThat(finding(page, "form.needed")).hasCount(0);
        assertThat(field(page, "Field_decidedOn")).isVisible();

        var auditor = browser.as("auditor");
        browser.open(auditor, "/models/drafts/" + page.locator(".modeler").getAttribute("data-draft"));
        ready(auditor, "reading");
        assertThat(auditor.locator(".modeler-panel")).hasCount(0);
        assertThat(auditor.locator(".fjs-palette")).hasCount(0);
        // What a condition would hide, too.
        assertThat(auditor.locator(".modeler-canvas")).containsText("戻す理由");
    }

    @Test
    void aNewFormIsBegunWhereADiagramMissesIt() {
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        browser.open(page, "/models?new=form&id=home-visit");
        page.locator("#title").fill("自宅の訪問");
        page.locator("#formId").fill("Home Visit");
        page.locator("#new-form button[type=submit]").click();
        assertThat(page.locator("#formId-error")).containsText("英小文字");
        assertThat(page.locator("#title")).hasValue("自宅の訪問");
        page.locator("#formId").fill("home-visit");
        page.locator("#new-form button[type=submit]").click();
        ready(page, "editing");
        assertThat(page.locator("h1")).hasText("自宅の訪問");
        assertThat(finding(page, "form.empty")).hasCount(1);

        var diagram = kasane.as("manager")
                .post("/api/v1/models/drafts", "{\"processId\":\"plan\"}")
                .at("/id")
                .asText();
        browser.open(page, "/models/drafts/" + diagram);
        ready(page, "editing");
        page.locator(".modeler-canvas g.djs-shape[data-element-id=Task_DraftPlan]")
                .click();
        group(page, "様式");
        var id = page.locator(".modeler-panel [name=formId]");
        assertThat(page.locator("#modeler-forms option[value=home-visit]")).hasAttribute("label", "自宅の訪問（下書き）");
        assertThat(id).hasAttribute("list", "modeler-forms");
        id.fill("home-visits");
        id.press("Tab");
        assertThat(finding(page, "task.formUnknown").locator("a")).hasText("「home-visits」の様式を新しくつくる");
        id.fill("home-visit");
        id.press("Tab");
        assertThat(finding(page, "task.formDraft")).containsText("まだ下書きです");
        assertThat(finding(page, "task.formUnknown")).hasCount(0);
    }
}
