package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.io.IOException;
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
        OnTheScreens.play(kasane.baseUrl(), "hachioji-c1", "画面", new ByMouse(browser, kasane.baseUrl()));
        browser.picture(browser.as("coordinator"), "case-closed");
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
