package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import java.util.HashMap;
import java.util.Map;

/** Everybody in a window of their own, with keys alone. A task is gone to by its case's address, as somebody does who noted it down. */
final class ByKeyboard implements OnTheScreens.Hands {

    private final Browser browser;
    private final String baseUrl;

    private final Map<String, Page> people = new HashMap<>();

    ByKeyboard(Browser browser, String baseUrl) {
        this.browser = browser;
        this.baseUrl = baseUrl;
    }

    private Page as(String login) {
        return people.computeIfAbsent(login, name -> {
            var page = browser.atTheDoor(name);
            browser.open(page, "/login");
            var keys = new Keyboard(page);
            keys.to(Browser.word("login.name"));
            keys.type(name);
            keys.press("Tab");
            keys.to(Browser.word("login.password"));
            keys.type(name);
            keys.to(Browser.word("login.enter"));
            keys.press("Enter");
            page.waitForURL(url -> !url.endsWith("/login"));
            return page;
        });
    }

    @Override
    public String register(Scenario.Step step, JsonNode data) {
        var page = as(step.as());
        var keys = new Keyboard(page);
        keys.to(Browser.word("nav.consultation"));
        keys.press("Enter");
        page.waitForURL(url -> url.endsWith("/consultations/new"));
        keys.skip();
        keys.fillForm(data);
        keys.submitForm();
        browser.left(page, url -> url.matches(".*/consultations/[0-9a-f-]{36}"));
        return path(page);
    }

    @Override
    public String work(Scenario.Step step, String here, JsonNode data) {
        var page = as(step.as());
        var keys = new Keyboard(page);
        var label = Browser.word("step." + step.task());
        browser.reloadUntil(page, here, "main a.button.primary:has-text('" + label + "')");
        keys.skip();
        keys.to(
                "「" + label + "」",
                place -> place.name().contains(label) && place.classes().contains("primary"));
        keys.press("Enter");
        page.locator("h1:has-text('" + label + "')").waitFor();
        keys.skip();
        keys.fillForm(data);
        keys.submitForm();
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
        var page = as(step.as());
        var keys = new Keyboard(page);
        browser.open(page, here);
        keys.skip();
        keys.to(Browser.word("record.title"));
        keys.press("Enter");
        keys.to(Browser.word("record." + step.record()));
        keys.press("Enter");
        browser.left(page, url -> url.contains("/records/"));
        keys.skip();
        keys.fillForm(data);
        keys.submitForm();
        browser.left(page, url -> url.endsWith(here));
        assertThat(page.content()).contains(data.get("content").asText());
    }

    @Override
    public void expect(Scenario.Step step, String here) {
        var page = as(step.as());
        browser.open(page, here);
        assertThat(page.locator(".path li[aria-current]").textContent())
                .isEqualTo(Browser.word("phase." + step.expect().get("phase").asText()));
    }

    private String path(Page page) {
        return page.url().substring(baseUrl.length());
    }
}
