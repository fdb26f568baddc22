package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.camunda.client.CamundaClient;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The administrator's page in a browser. */
class OperationsScreensIT {

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

    private static long stuckOrder() {
        return kasane.sql()
                .sql(
                        """
                        insert into kasane.outbox (municipality_id, lane, kind, payload, created_at, attempts, next_attempt_at, last_error)
                        select id, gen_random_uuid()::text, 'publish-message',
                               '{"name":"nobody-listens","correlationKey":"x","messageId":null,"timeToLive":0,"variables":{},"starts":null}',
                               now() - interval '1 hour', 7, now() + interval '1 hour', 'ClientStatusException: UNAVAILABLE' from kasane.municipality
                        returning id
                        """)
                .query(Long.class)
                .single();
    }

    @Test
    void whatStandsStillIsCountedAndGoesWhenItIsTriedAgain() {
        long id = stuckOrder();
        var page = browser.as("admin");
        browser.open(page, "/tasks");
        page.click("nav a[href='/operations']");
        assertThat(page.locator(".notice.alarm").first().innerText()).contains("件あります");
        var order = page.locator("#order-" + id);
        assertThat(order.innerText()).contains("できごとをエンジンに伝える").contains("試した回数：7");
        browser.picture(page, "operations");
        order.locator("button").click();
        page.locator("[role=status]:has-text('もう一度試すように頼みました')").waitFor();
        browser.reloadUntil(page, "/operations", "main:not(:has(#order-" + id + "))");
        assertThat(page.locator("main").innerText()).contains("いま試した");
    }

    /** A case the database does not know stops at its first job, for good. */
    @Test
    void whereTheEngineStoppedItSaysWhatToDo() {
        var id = UUID.randomUUID().toString();
        kasane.bean(CamundaClient.class)
                .newPublishMessageCommand()
                .messageName("case-opened")
                .correlationKey(id)
                .timeToLive(Duration.ofMinutes(1))
                .variables(Map.of("caseId", id, "instanceKey", id))
                .send()
                .join();
        var page = browser.as("admin");
        var stopped = browser.reloadUntil(page, "/operations", "article:has(form[action*='" + id + "'])");
        assertThat(stopped.innerText())
                .contains("支援ケースの「")
                .contains("もう試していません")
                .contains("できること：");
        stopped.locator("summary:has-text('いまの段階から始め直す')").click();
        stopped.locator("summary:has-text('エンジンの言葉')").click();
        assertThat(stopped.locator("details").last().innerText()).contains("JOB_NO_RETRIES");
        browser.picture(page, "operations-stopped");
        // Nothing has changed: it stops again, as another incident.
        stopped.locator("button:has-text('もう一度試す')").click();
        page.locator("[role=status]:has-text('もう一度試すように頼みました')").waitFor();
    }

    @Test
    void itIsReadInEnglishAndOnAPhone() {
        long id = stuckOrder();
        var page = browser.as("auditor");
        browser.open(page, "/operations?lang=en");
        page.setViewportSize(375, 800);
        assertThat(page.locator("#order-" + id).innerText()).contains("Tell the engine of an event");
        assertThat(page.locator("main").innerText()).doesNotContain("??");
        assertThat((Integer) page.evaluate("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(375);
        assertThat(page.locator("main button").count()).isZero();
        browser.picture(page, "operations-phone");
        browser.open(page, "/operations?lang=ja");
        kasane.as("admin").post("/api/v1/operations/orders/" + id + "/retry", "");
    }
}
