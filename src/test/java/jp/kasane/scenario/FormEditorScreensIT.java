package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager begins a new form and names it in a diagram. */
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
        var form = page.locator(".bio-properties-panel-group-header", new Page.LocatorOptions().setHasText("様式"))
                .first();
        if (!form.getAttribute("class").contains("open")) {
            form.click();
        }
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
