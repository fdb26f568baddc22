package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;

/** Everybody in a window of their own, by what they see and click. */
final class ByMouse implements OnTheScreens.Hands {

    private final Browser browser;
    private final String baseUrl;

    ByMouse(Browser browser, String baseUrl) {
        this.browser = browser;
        this.baseUrl = baseUrl;
    }

    @Override
    public String register(Scenario.Step step, JsonNode data) {
        var page = browser.as(step.as());
        page.click("a[href='/consultations/new'] >> nth=0");
        browser.fillAndSubmit(page, data);
        browser.left(page, url -> url.contains("/consultations/") && !url.endsWith("/new"));
        return path(page);
    }

    /** Opens the task from the case's own page, as somebody does who knows which case it is about. */
    @Override
    public String work(Scenario.Step step, String here, JsonNode data) {
        var page = browser.as(step.as());
        var label = Browser.word("step." + step.task());
        // Several agencies may be asked the same: one's own is the button that stands out.
        browser.reloadUntil(page, here, "main a.button.primary:has-text('" + label + "')")
                .click();
        page.locator("h1:has-text('" + label + "')").waitFor();
        browser.fillAndSubmit(page, data);
        if (step.refused() != null) {
            // Either the form itself says what is missing, at its field, or the server does.
            page.locator("#form-errors:not([hidden])").waitFor();
            assertThat(page.url()).contains("/tasks/");
            return here;
        }
        browser.left(page, url -> !url.contains("/tasks/"));
        var next = path(page);
        if (next.startsWith("/consultations/")) {
            var toCase = page.locator("main a[href^='/cases/']");
            return toCase.count() > 0 ? toCase.first().getAttribute("href") : next;
        }
        return next;
    }

    @Override
    public void record(Scenario.Step step, String here, JsonNode data) {
        var page = browser.as(step.as());
        browser.open(page, here);
        page.click("summary:has-text('" + Browser.word("record.title") + "')");
        page.click("text=" + Browser.word("record." + step.record()));
        browser.fillAndSubmit(page, data);
        browser.left(page, url -> url.endsWith(here));
        assertThat(page.content()).contains(data.get("content").asText());
    }

    /** The phase as its page shows it; of what is asked from the API, the words. */
    @Override
    public void expect(Scenario.Step step, String here) {
        var expected = step.expect();
        if (expected.has("phase")) {
            OnTheScreens.shows(browser, step, here);
        }
        if (expected.has("says")) {
            var page = browser.as(step.as());
            browser.open(page, here);
            // What is asked of a consultation that has become a case stands on its own page still.
            if (expected.path("of").asText().contains("{consultation}") && here.startsWith("/cases/")) {
                page.locator("#consultations > summary").click();
                page.locator("#consultations a[href^='/consultations/']").click();
                page.waitForURL(url -> url.contains("/consultations/"));
            }
            assertThat(page.locator("main").textContent())
                    .contains(expected.get("says").asText());
        }
    }

    private String path(Page page) {
        return page.url().substring(baseUrl.length());
    }
}
