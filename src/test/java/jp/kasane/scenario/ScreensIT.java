package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Four people take a case from the first call to the closure, in a real browser. */
class ScreensIT {

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
    }

    @Test
    void hachiojiC1GoesThroughTheScreensFromConsultationToClosure() throws IOException {
        // Another family than the one of the API's test, which may be playing on the same server.
        var text = Files.readString(Path.of("scenarios/hachioji-c1.yaml"), StandardCharsets.UTF_8)
                .replace("架空", "画面");
        var scenario = new YAMLMapper().readValue(text, Scenario.class);
        String here = null;
        for (var step : scenario.steps()) {
            if (step.expect() != null) {
                expectPhase(step, here);
                continue;
            }
            var page = browser.as(step.as());
            if (step.register() != null) {
                page.click("a[href='/consultations/new'] >> nth=0");
                browser.fillAndSubmit(page, fresh(step.register(), step, null));
                browser.left(page, url -> url.contains("/consultations/") && !url.endsWith("/new"));
                here = path(page);
            } else if (step.task() != null) {
                here = work(page, step, here);
            } else {
                browser.open(page, here);
                page.click("summary:has-text('記録する')");
                page.click("text=" + Browser.word("record." + step.record()));
                browser.fillAndSubmit(page, fresh(step.data(), step, here));
                var home = here;
                browser.left(page, url -> url.endsWith(home));
                assertThat(page.content()).contains(step.data().get("content").asText());
            }
        }
        browser.picture(browser.as("coordinator"), "case-closed");
    }

    /** Opens the task from the case's own page, as somebody does who knows which case it is about. */
    private String work(Page page, Scenario.Step step, String here) {
        var label = Browser.word("step." + step.task());
        // Several agencies may be asked the same: one's own is the button that stands out.
        browser.reloadUntil(page, here, "main a.button.primary:has-text('" + label + "')")
                .click();
        page.locator("h1:has-text('" + label + "')").waitFor();
        browser.fillAndSubmit(page, fresh(step.data(), step, here));
        browser.left(page, url -> !url.contains("/tasks/"));
        var next = path(page);
        if (next.startsWith("/consultations/")) {
            var toCase = page.locator("main a[href^='/cases/']");
            return toCase.count() > 0 ? toCase.first().getAttribute("href") : next;
        }
        return next;
    }

    private static void expectPhase(Scenario.Step step, String here) {
        var page = browser.as(step.as());
        browser.open(page, here);
        assertThat(page.locator(".path li[aria-current]").textContent())
                .isEqualTo(Browser.word("phase." + step.expect().get("phase").asText()));
    }

    private static JsonNode fresh(JsonNode data, Scenario.Step step, String here) {
        // Members are chosen on the screen by their names: only dates are to be made fresh.
        var text = data.toString().replace("\"member:", "\"\\u0000member:");
        try {
            var node = new YAMLMapper().readTree(text);
            return new com.fasterxml.jackson.databind.ObjectMapper()
                    .readTree(new ScenarioPlayer(kasane.baseUrl())
                            .fresh(node, step.as())
                            .toString()
                            .replace("\\u0000member:", "member:"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String path(Page page) {
        return page.url().substring(kasane.baseUrl().length());
    }

    @Test
    void aFormThatIsNotCompleteSaysWhatIsMissingAndKeepsTheDraft() {
        var id = kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"下書きの人","concerns":["food"],"story":"食べるものがない"}""");
        var page = browser.as("reception");
        var label = Browser.word("step.Task_Triage");
        browser.reloadUntil(page, "/consultations/" + id, "main a.button:has-text('" + label + "')")
                .click();
        page.locator("#form textarea").first().fill("途中まで書いた理由");
        page.locator("#form-status:has-text('下書きを保存しました')").waitFor();
        browser.submit(page);
        page.locator(".fjs-form-field-error:has-text('入力してください。')").first().waitFor();
        page.reload();
        assertThat(page.locator("#form textarea").first().inputValue()).isEqualTo("途中まで書いた理由");
    }

    @Test
    void whatSomebodyHasTakenCannotBeTakenByAColleague() {
        kasane.employ("reception2", "受付 次子", "reception", "hachimaru");
        var id = kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"取り合いの人","concerns":["food"],"story":"食べるものがない"}""");
        var mine = browser.as("reception");
        var row = browser.reloadUntil(mine, "/tasks?view=group", "tr:has-text('取り合いの人')");
        row.locator("button").click();
        mine.locator("text=担当になりました。").waitFor();
        var colleague = browser.as("reception2");
        browser.open(colleague, "/tasks?view=all");
        var seen = colleague.locator("tr:has-text('取り合いの人')");
        assertThat(seen.textContent()).contains("受付 花子");
        assertThat(seen.locator("button").count()).isZero();
        seen.locator("a").first().click();
        assertThat(colleague.locator("main").textContent()).contains("「受付 花子」さんが");
        assertThat(colleague.locator("#form-submit").isVisible()).isFalse();
        assertThat(id).isNotBlank();
    }

    @Test
    void everyPageSpeaksEnglishToo() {
        var page = browser.as("auditor");
        browser.open(page, "/tasks?lang=en");
        assertThat(page.locator("h1").textContent()).isEqualTo("Tasks");
        for (var path : new String[] {"/tasks?view=all", "/cases", "/notices"}) {
            browser.open(page, path);
            assertThat(page.locator("nav").first().textContent())
                    .as(path)
                    .contains("Cases")
                    .doesNotContain("作業");
            assertThat(page.locator("main").textContent()).doesNotContain("??");
        }
        browser.open(page, "/tasks?lang=ja");
        assertThat(page.locator("h1").textContent()).isEqualTo("作業の一覧");
    }

    @Test
    void aPageThatDoesNotExistSaysSo() {
        var page = browser.as("auditor");
        browser.open(page, "/cases/00000000-0000-0000-0000-000000000000");
        assertThat(page.locator("[role=alert]").textContent()).isEqualTo("ケースが見つかりません。");
        Locator back = page.locator("main a.button");
        back.click();
        page.waitForURL("**/tasks");
    }
}
