package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.util.ArrayList;
import java.util.List;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A form of a task that is on its way says so and is not sent twice, however impatient somebody is. */
class ProgressScreensIT {

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
    void aFormOfATaskIsSentOnce() {
        var page = browser.as("coordinator");
        browser.open(page, "/community-issues/new");
        page.locator("#form .fjs-form").waitFor();
        var held = held(page, "/api/v1/community-issues");
        browser.fill(page, json("{\"issue\":\"new\",\"title\":\"進みの課題\",\"description\":\"説明\"}"));
        page.locator("#form-submit").focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("#form-status")).hasText("送信しています…");
        assertThat(page.locator("#form-submit")).hasAttribute("aria-busy", "true");
        page.keyboard().press("Enter");
        assertThat(held).hasSize(1);
        held.getFirst().resume();
        browser.left(page, url -> !url.endsWith("/new"));
    }

    /** The requests that would change something are kept until they are let go. */
    private static List<Route> held(Page page, String path) {
        var held = new ArrayList<Route>();
        page.route(kasane.baseUrl() + path, route -> {
            if (route.request().method().equals("POST")) {
                held.add(route);
            } else {
                route.resume();
            }
        });
        return held;
    }

    private static com.fasterxml.jackson.databind.JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
