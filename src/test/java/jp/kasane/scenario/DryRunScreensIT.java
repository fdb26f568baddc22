package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.LocatorAssertions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jp.kasane.KasaneServer;
import jp.kasane.model.OwnStepDiagram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager tries a draft before she asks for its release: what it changes is told on a page, which follows by itself. */
class DryRunScreensIT {

    private static final LocatorAssertions.ContainsTextOptions PATIENTLY = new LocatorAssertions.ContainsTextOptions()
            .setTimeout(Duration.ofMinutes(4).toMillis());

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

    private static String imported(String file, String name) {
        var answer = kasane.as("manager")
                .upload("/api/v1/models/drafts/import?fileName=" + name, file.getBytes(StandardCharsets.UTF_8));
        return answer.at("/id").asText();
    }

    @Test
    void whatADraftChangesIsToldForEachScenarioAndBesideTheRelease() {
        imported(OwnStepDiagram.BUDGET_FORM, "budget-check.form");
        var draft = imported(OwnStepDiagram.plan(), "plan.bpmn");
        var page = browser.as("manager");
        browser.open(page, "/models/drafts/" + draft);
        page.getByText("試し運転をする").click();
        page.waitForURL("**/model-dry-runs/*");
        assertThat(page.locator("h1")).containsText("試し運転");
        // The page comes anew by itself.
        assertThat(page.locator("h1 .tag")).containsText("終わり", PATIENTLY);
        Locator story = page.locator("li[data-scenario=hachioji-c1]");
        assertThat(story.locator(".tag")).hasText("別の道");
        assertThat(story).containsText("のあとから道が変わります");
        assertThat(story).containsText("新しく通る：予算の確認");
        assertThat(story).containsText("新しい作業「予算の確認」は、済んだものとして先へ進めました");
        var run = page.url().substring(page.url().indexOf("/model-dry-runs"));

        browser.open(page, "/models/drafts/" + draft + "/release");
        assertThat(page.locator("main")).containsText("いままでと別の道を行きます");

        var auditor = browser.inAnEnglishBrowserAs("auditor");
        browser.open(auditor, run + "?lang=en");
        assertThat(auditor.locator("li[data-scenario=hachioji-c1]")).containsText("Now passes: 予算の確認");
    }

    @Test
    void whatTheEngineRefusesIsSaid() throws IOException {
        var draft = imported(
                Files.readString(Path.of("processes", "plan.bpmn"))
                        .replace("=meetingType = \"support\"", "=meetingType = = \"support\""),
                "plan.bpmn");
        var page = browser.as("manager");
        browser.open(page, "/models/drafts/" + draft);
        page.getByText("試し運転をする").click();
        page.waitForURL("**/model-dry-runs/*");
        assertThat(page.locator("h1 .tag")).containsText("図が受けつけられない", PATIENTLY);
        assertThat(page.locator(".engine-says")).containsText("meetingType");
    }
}
