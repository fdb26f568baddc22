package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager changes a cell of a decision table and is told of what two rows answer, and of what none does. */
class TableEditorScreensIT {

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

    private static Locator finding(Page page, String code) {
        return page.locator(".modeler-findings li[data-code='" + code + "']");
    }

    @Test
    void aCellIsChangedAndTheGapAndTheOverlapAreNamed() {
        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        browser.open(page, "/models");
        page.getByLabel("会議を担う会議体の下書きを始める").click();
        page.locator(".modeler[data-ready=editing]").waitFor();
        assertThat(page.locator(".modeler-none")).isVisible();
        assertThat(page.locator(".dmn-decision-table-container")).containsText("対象者");
        assertThat(page.locator(".bjs-powered-by").first()).isVisible();

        var cell = page.locator(".dmn-decision-table-container td[data-element-id=Entry_Elderly_targetGroup]");
        cell.click();
        cell.locator(".cm-content").fill("\"needy\"");
        page.locator("h1").click();
        assertThat(finding(page, "dmn.overlap")).containsText("1, 2");
        assertThat(finding(page, "dmn.gap")).containsText("elderly");
        assertThat(page.locator(".modeler-state")).containsText("に保存しました");

        page.locator("[data-do=undo]").click();
        assertThat(finding(page, "dmn.overlap")).hasCount(0);
        assertThat(finding(page, "dmn.gap")).hasCount(0);
        var id = page.locator(".modeler").getAttribute("data-draft");
        assertThat(kasane.as("manager")
                        .get("/api/v1/models/drafts/" + id + "/xml")
                        .text())
                .contains("Rule_Elderly", "modeler:executionPlatformVersion=\"8.6.0\"");

        var auditor = browser.as("auditor");
        browser.open(auditor, "/models/drafts/" + id);
        auditor.locator(".modeler[data-ready=reading]").waitFor();
        assertThat(auditor.locator(".dmn-decision-table-container")).containsText("対象者");
        assertThat(auditor.locator("[contenteditable=true]")).hasCount(0);
    }
}
