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
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager draws: begins a draft, adds a step, is told what is missing, mends it; a second one is refused with her name. */
class ModelScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("model-second", "図見 二郎", "manager", "fukushi-seisaku");
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
        kasane.sql()
                .sql("update kasane.model_draft set discarded_at = now(), editor_id = null, editing_until = null")
                .update();
        kasane.dismissEmployed();
    }

    private static void ready(Page page, String how) {
        page.locator(".modeler[data-ready=" + how + "]").waitFor();
    }

    private static Locator finding(Page page, String code) {
        return page.locator(".modeler-findings li[data-code='" + code + "']");
    }

    private static Locator shape(Page page, String id) {
        return page.locator(".modeler-canvas g.djs-shape[data-element-id='" + id + "']");
    }

    private static void saved(Page page, String revision) {
        page.locator(".modeler[data-revision='" + revision + "']").waitFor();
        assertThat(page.locator(".modeler-state")).containsText("に保存しました");
    }

    @Test
    void aManagerAddsAStepIsToldThatItHasNoFormAndGivesItOne() {
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        browser.open(page, "/models");
        assertThat(page.locator("main")).containsText("図の公開");
        page.getByLabel("プラン作成・決定の下書きを始める").click();
        ready(page, "editing");
        var draft = page.url();
        assertThat(page.locator(".modeler-none")).isVisible();
        assertThat(page.locator(".bjs-powered-by")).isVisible();

        // By the keyboard: find the task by its name, append a step to it.
        page.locator("[data-do=find]").click();
        page.locator(".djs-search-input input").fill("支援プラン案の作成");
        // It is searched when a key is let go.
        page.keyboard().press("End");
        page.keyboard().press("Enter");
        assertThat(page.locator(".bio-properties-panel-header-label")).containsText("支援プラン案の作成");
        page.keyboard().press("a");
        page.locator(".djs-popup-search input").fill("人の作業");
        page.keyboard().press("End");
        page.locator(".djs-popup-results .entry", new Page.LocatorOptions().setHasText("人の作業"))
                .first()
                .click();
        // Where it is to be put.
        page.keyboard().press("Escape");
        assertThat(finding(page, "task.form")).hasCount(1);
        var added = finding(page, "task.form").locator("button").getAttribute("data-element");
        assertThat(finding(page, "task.form")).containsText("様式がありません");
        saved(page, "2");

        // A click on the finding selects the element, whose panel takes the form.
        finding(page, "task.form").locator("button").click();
        assertThat(shape(page, added)).hasClass(Pattern.compile(".*selected.*"));
        open(page, "様式");
        page.locator("select[name=formType]").selectOption("camunda-form-linked");
        page.locator("[name=formId]").fill("plan-draft");
        page.locator("[name=formId]").press("Tab");
        assertThat(finding(page, "task.form")).hasCount(0);

        // What is there is what was saved.
        assertThat(page.locator(".modeler-state")).containsText("に保存しました");
        browser.open(page, draft.substring(draft.indexOf("/models")));
        ready(page, "editing");
        assertThat(shape(page, added)).hasCount(1);
        assertThat(finding(page, "task.form")).hasCount(0);

        // Undone by the keyboard, and saved without it.
        var second = browser.as("model-second");
        browser.open(second, draft.substring(draft.indexOf("/models")));
        ready(second, "reading");
        assertThat(second.locator(".modeler-state")).containsText("さんが編集しています");
        assertThat(second.locator(".djs-palette")).hasCount(0);
        assertThat(shape(second, added)).hasCount(1);
        // Once she has left, he can.
        browser.open(page, "/models");
        assertThat(page.locator("main")).containsText("誤り");
        browser.open(second, draft.substring(draft.indexOf("/models")));
        ready(second, "editing");
    }

    private static void open(Page page, String group) {
        var title = page.locator(".bio-properties-panel-group-header", new Page.LocatorOptions().setHasText(group))
                .first();
        if (!title.getAttribute("class").contains("open")) {
            title.click();
        }
    }

    @Test
    void whatWasDoneIsUndoneByTheKeyboardAndForeignPartsOfAFileStay() throws IOException {
        var odd = Files.readString(Path.of("processes/monitoring.bpmn"))
                .replaceFirst(
                        "<zeebe:userTask />",
                        "<zeebe:userTask /><x:odd xmlns:x=\"http://example.org/x\" a=\"1\"><x:b>残る</x:b></x:odd>");
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        browser.open(page, "/models");
        page.setInputFiles(
                "#file", new FilePayload("monitoring.bpmn", "text/xml", odd.getBytes(StandardCharsets.UTF_8)));
        page.locator("button:has-text('取り込む')").click();
        ready(page, "editing");
        shape(page, "Task_Review").click();
        page.keyboard().press("Delete");
        assertThat(shape(page, "Task_Review")).hasCount(0);
        saved(page, "2");
        assertThat(finding(page, "flow.unreachable").first()).isVisible();
        page.keyboard().press("Control+z");
        assertThat(shape(page, "Task_Review")).hasCount(1);
        saved(page, "3");
        assertThat(page.locator(".modeler-none")).isVisible();

        var id = page.locator(".modeler").getAttribute("data-draft");
        assertThat(kasane.as("manager")
                        .get("/api/v1/models/drafts/" + id + "/xml")
                        .text())
                .contains("<x:odd xmlns:x=\"http://example.org/x\" a=\"1\">", "<x:b>残る</x:b>");
    }

    @Test
    void itIsTriedOutWithoutAnythingOfItInTheFile() {
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        var id = kasane.as("manager")
                .post("/api/v1/models/drafts", "{\"processId\":\"closure\"}")
                .at("/id")
                .asText();
        browser.open(page, "/models/drafts/" + id);
        ready(page, "editing");
        assertThat(page.locator(".djs-minimap.open")).isVisible();
        shape(page, "Task_EvaluateClosure").click();
        page.keyboard().press("m");
        assertThat(page.locator(".djs-minimap.open")).hasCount(0);
        page.locator("[data-do=map]").click();
        assertThat(page.locator(".djs-minimap.open")).isVisible();

        page.locator("[data-do=try]").click();
        assertThat(page.locator(".modeler-state")).containsText("動かしてみています");
        assertThat(page.locator("[data-do=try]")).hasAttribute("aria-pressed", "true");
        page.locator(".bts-context-pad[title='ここで起こす・進める']:visible").first().click();
        page.locator(".bts-token, .bts-token-count").first().waitFor();
        // Nothing can be changed meanwhile.
        page.keyboard().press("Delete");
        assertThat(shape(page, "Task_EvaluateClosure")).hasCount(1);
        page.locator("[data-do=try]").click();
        assertThat(page.locator("[data-do=try]")).hasAttribute("aria-pressed", "false");
        assertThat(kasane.as("manager")
                        .get("/api/v1/models/drafts/" + id)
                        .at("/draft/revision")
                        .asInt())
                .isEqualTo(1);

        // A change afterwards is saved, and without the colours of the tokens.
        assertThat(page.locator(".modeler-state")).not().containsText("動かしてみています");
        page.locator("[data-do=fit]").click();
        shape(page, "Task_EvaluateClosure").click();
        page.keyboard().press("ArrowRight");
        saved(page, "2");
        assertThat(kasane.as("manager")
                        .get("/api/v1/models/drafts/" + id + "/xml")
                        .text())
                .doesNotContain("background-color", "border-color", "#212121");

        var auditor = browser.as("auditor");
        browser.open(auditor, "/models/drafts/" + id);
        ready(auditor, "reading");
        auditor.locator("[data-do=try]").click();
        assertThat(auditor.locator(".bts-context-pad").first()).isVisible();
    }

    @Test
    void anAuditorLooksAndAFileThatIsNoDiagramIsRefusedBesideItsField() {
        var page = browser.as("manager");
        browser.open(page, "/models");
        page.setInputFiles(
                "#file", new FilePayload("a.bpmn", "text/xml", "<!DOCTYPE a []><a/>".getBytes(StandardCharsets.UTF_8)));
        page.locator("button:has-text('取り込む')").click();
        assertThat(page.locator("#file-error")).containsText("DOCTYPE");

        var id = kasane.as("manager")
                .post("/api/v1/models/drafts", "{\"processId\":\"closure\"}")
                .at("/id")
                .asText();
        var auditor = browser.as("auditor");
        browser.open(auditor, "/models/drafts/" + id);
        ready(auditor, "reading");
        assertThat(auditor.locator(".modeler-state")).hasText("見るだけです。");
        assertThat(auditor.locator(".modeler-panel")).hasCount(0);
    }
}
