package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What takes more than a moment says so and is not begun twice, however impatient somebody is. */
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
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
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

    @Test
    void aPlainFormSaysThatItIsSentAndIsSentOnceHoweverOftenItIsPressed() {
        var caseId = opened("進み 一");
        var page = browser.as("coordinator");
        browser.open(page, "/cases/" + caseId + "/contact");
        var held = held(page, "/cases/" + caseId + "/contact");
        var said = said(page);
        page.locator("input[name=kind]").first().check();
        page.fill("[name=content]", "二度は書かない記録");
        var save = page.locator("main button.primary");
        save.dblclick(new Locator.DblclickOptions().setNoWaitAfter(true));
        page.waitForCondition(() -> said.contains("送信しています… 1"));
        assertThat(held).hasSize(1);
        held.getFirst().resume();
        browser.left(page, url -> !url.endsWith("/contact"));
        page.unrouteAll();
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.contact where case_id = :case::uuid")
                        .param("case", caseId)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void anUploadSaysThatItIsOnItsWayAndIsSentOnce() {
        var caseId = opened("進み 二");
        var page = browser.as("coordinator");
        var here = "/cases/" + caseId + "/documents";
        browser.open(page, here);
        var held = held(page, here);
        var said = said(page);
        page.setInputFiles(
                "#file",
                new FilePayload("進み.txt", "text/plain", "架空の内容".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        var add = page.locator("form[enctype] button.primary");
        add.dblclick(new Locator.DblclickOptions().setNoWaitAfter(true));
        page.waitForCondition(() -> said.contains("ファイルを送っています… 1"));
        assertThat(held).hasSize(1);
        held.getFirst().resume();
        assertThat(page.locator("main ul.rows li")).hasCount(1);
        assertThat(page.locator(".working")).hasText("");
        page.unrouteAll();
    }

    @Test
    void aPdfSaysThatItIsPreparedIsAskedForOnceAndEndsWhenItHasCome() {
        var meeting = convened("進み 三");
        var page = browser.as("manager");
        browser.open(page, meeting);
        var held = new ArrayList<Route>();
        page.route(url -> url.contains("/paper.pdf"), held::add);
        var said = said(page);
        var paper = page.locator("a[href$='/paper.pdf']");
        paper.dblclick(new Locator.DblclickOptions().setNoWaitAfter(true));
        page.waitForCondition(() -> said.contains("準備しています… 1"));
        assertThat(held).hasSize(1);
        var saved = page.waitForDownload(() -> held.getFirst().resume());
        assertThat(saved.suggestedFilename()).endsWith(".pdf");
        // The page is still there and waits for nothing any more.
        assertThat(page.locator("[aria-busy=true]")).hasCount(0);
        assertThat(page.locator(".working")).hasText("");
        assertThat(paper).hasCount(1);
        page.unrouteAll();
    }

    /**
     * What the page says, and how many of its controls are busy, as it happens: while a page is about to be left, a locator would wait
     * until it is.
     */
    private static List<String> said(Page page) {
        var said = new ArrayList<String>();
        page.onConsoleMessage(message -> said.add(message.text()));
        page.evaluate(
                """
                () => new MutationObserver(() =>
                    console.log(document.querySelector('.working').textContent + ' ' + document.querySelectorAll('[aria-busy=true]').length))
                  .observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-busy'] })""");
        return said;
    }

    private static String opened(String name) {
        return kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %s, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
                        - { as: coordinator, expect: { phase: meeting } }
                        """
                                .formatted(name))
                .caseId();
    }

    /** A meeting's path. */
    private static String convened(String name) {
        var caseId = opened(name);
        var coordinator = kasane.as("coordinator");
        var proposed = coordinator.submit(
                coordinator.task("Task_ProposeMembers", "caseId=" + caseId),
                "{\"purpose\":\"目的\",\"agenda\":\"議題\",\"agencies\":[\"shakyo\",\"anshin\"]}");
        assertThat(proposed.status()).as(proposed.text()).isEqualTo(201);
        var manager = kasane.as("manager");
        var task = manager.task("Task_ConveneMeeting", "caseId=" + caseId);
        var choice =
                manager.get("/api/v1/tasks/" + task).at("/data/sittingOptions").isEmpty()
                        ? ""
                        : "\"sitting\":\"adhoc\",";
        var convened = manager.submit(
                task,
                "{" + choice + "\"scheduledAt\":\""
                        + LocalDate.now(JapaneseTime.ZONE).plusDays(26)
                        + "T14:00:00+09:00\",\"place\":\"会議室\",\"agencies\":[\"shakyo\",\"anshin\"]}");
        assertThat(convened.status()).as(convened.text()).isEqualTo(201);
        return "/meetings/"
                + manager.get("/api/v1/cases/" + caseId).at("/meetings/0/id").asText();
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
