package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 申込票 on paper, issued, overtaken by a correction and issued again, as a coordinator sees it. */
class PaperScreensIT {

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
    void anIssuedPaperThatTheCaseHasOvertakenSaysSoAndIsIssuedAgain() {
        var played = kasane.playSteps(
                """
                - as: reception
                  register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 紙 花, concerns: [food], story: はじめの内容 }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                - { as: coordinator, expect: { phase: assessment } }
                """);
        var caseId = played.caseId();
        var page = browser.as("coordinator");
        var here = "/cases/" + caseId + "/papers/application/" + played.consultationId();
        browser.open(page, here);
        press(page, "文書番号を取って発行する");
        assertThat(page.locator("main")).containsText("発行しました");
        assertThat(page.locator("main")).not().containsText("内容が変わっています");

        var submission = kasane.sql()
                .sql(
                        """
                        select id::text from kasane.submission where consultation_id = :id::uuid and form_id = 'consultation'
                        """)
                .param("id", played.consultationId())
                .query(String.class)
                .single();
        var data = (ObjectNode)
                kasane.as("manager").get("/api/v1/submissions/" + submission).at("/versions/0/data");
        data.put("story", "訂正した内容");
        var corrected = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + data + ",\"reason\":\"書き間違い\",\"changePath\":false}");
        assertThat(corrected.status()).as(corrected.text()).isLessThan(300);

        browser.open(page, here);
        assertThat(page.locator(".paper")).containsText("はじめの内容");
        assertThat(page.locator("main")).containsText("発行したあとに、内容が変わっています。");
        browser.picture(page, "paper-changed");
        press(page, "今の内容で、新しい番号を取って発行し直す");
        assertThat(page.locator(".paper")).containsText("訂正した内容");
        assertThat(page.locator("main")).not().containsText("内容が変わっています");

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("前に発行したものを開く"))
                .click();
        assertThat(page.locator(".paper")).containsText("はじめの内容");
        assertThat(page.locator("main")).containsText("この紙は、新しい番号で発行し直されています。");
        browser.open(page, "/cases/" + caseId + "/papers");
        assertThat(page.locator("main")).containsText("差し替え済み");
        browser.open(page, "/cases/" + caseId);
        assertThat(page.locator("main")).containsText("新しい文書番号で、発行し直しました");
    }

    private static void press(Page page, String button) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button))
                .click();
    }
}
