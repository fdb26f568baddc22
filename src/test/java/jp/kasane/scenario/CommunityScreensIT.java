package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import jp.kasane.KasaneServer;
import jp.kasane.worker.CloseAgenda;
import jp.kasane.worker.JobContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 社会資源, 地域課題 and 定例会議 as those who look after an area use them. */
class CommunityScreensIT {

    private static final String BODY =
            """
            {"code":"network-gamen","name":"画面の連携会議","kinds":["network"],"rhythm":"weekly","weekday":"3","every":"1",
             "months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","cutoffDays":"0","cutoffUnit":"calendar","closedDay":"keep",
             "heldWithoutCases":true,"active":true}""";

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void putBack() {
        browser.close();
        for (var statement : new String[] {
            "delete from kasane.network_record where body_id in (select id from kasane.meeting_body where code in ('network-gamen', 'network-kiroku'))",
            "delete from kasane.agenda_item where body_id in (select id from kasane.meeting_body where code in ('network-gamen', 'network-kiroku'))",
            "delete from kasane.sitting where body_id in (select id from kasane.meeting_body where code in ('network-gamen', 'network-kiroku'))",
            "update kasane.meeting_body set active = false where code in ('network-gamen', 'network-kiroku')"
        }) {
            kasane.sql().sql(statement).update();
        }
    }

    @Test
    void aPlaceIsAddedToTheListAndItsMistakesAreShownAtTheirFields() {
        var coordinator = browser.as("coordinator");
        browser.open(coordinator, "/resources");
        coordinator.click("a:has-text('社会資源を加える')");
        coordinator.locator("#hours").fill("毎週木曜の午後");
        coordinator.click("main button.primary");
        assertThat(coordinator.locator("#name-error").textContent()).contains("入力してください");
        assertThat(coordinator.locator("#hours").inputValue()).isEqualTo("毎週木曜の午後");
        coordinator.locator("#name").fill("画面の花壇");
        coordinator.check("[name=kind][value=volunteering]");
        coordinator.check("[name=accepts][value=contributor]");
        coordinator.click("main button.primary");
        var place = coordinator.locator("main .card:has-text('画面の花壇')");
        place.waitFor();
        assertThat(place.textContent()).contains("ボランティア", "活動者として", "毎週木曜の午後");
        browser.picture(coordinator, "resources");

        browser.open(browser.as("member"), "/resources");
        assertThat(browser.as("member").locator("a:has-text('社会資源を加える')").count())
                .isZero();
    }

    @Test
    void anIssueIsRaisedSortedAndStandsOnTheAgendaOfTheRegularMeeting() {
        assertThat(kasane.as("manager").post("/api/v1/settings/meetings", BODY).status())
                .isEqualTo(201);
        var coordinator = browser.as("coordinator");
        browser.open(coordinator, "/community-issues");
        coordinator.click("a:has-text('地域課題を挙げる')");
        browser.fillAndSubmit(
                coordinator, data("{\"issue\":\"new\",\"title\":\"夜に集まれる場がない\",\"description\":\"昼は人目が気になるという声がある\"}"));
        browser.left(coordinator, url -> url.matches(".*/community-issues/[0-9a-f-]{36}"));
        var issue = coordinator.url().substring(kasane.baseUrl().length());
        browser.reloadUntil(coordinator, issue, "main a.button.primary").click();
        browser.fillAndSubmit(
                coordinator,
                data(
                        """
                        {"said":"三つの事例に共通する","outcome":"put","body":"network-gamen","question":"どこでなら夜に開けるか"}"""));
        browser.left(coordinator, url -> !url.contains("/tasks/"));
        browser.reloadUntil(coordinator, issue, ".tag:has-text('会議体で検討中')");
        assertThat(coordinator.locator("main").textContent()).contains("画面の連携会議", "どこでなら夜に開けるか", "三つの事例に共通する");
        browser.picture(coordinator, "community-issue");

        var member = browser.as("member");
        browser.open(member, "/network-meetings");
        member.click("a:has-text('画面の連携会議')");
        assertThat(member.locator("main").textContent()).contains("夜に集まれる場がない", "議題がなくても開きます");
        member.click("main button.primary");
        assertThat(member.locator("#title-error").textContent()).contains("入力してください");
        member.locator("#title").fill("民生委員との顔合わせ");
        member.locator("#detail").fill("月に一度を提案したい");
        member.click("main button.primary");
        member.locator("[role=status]:has-text('議題を出しました')").waitFor();
        browser.picture(member, "network-meeting");
        member.click("button:has-text('取り下げる')");
        member.waitForLoadState();
        assertThat(member.locator("main").textContent()).doesNotContain("民生委員との顔合わせ");
    }

    @Test
    void aRegularMeetingIsRecordedByItsForm() {
        var created = kasane.as("manager")
                .post(
                        "/api/v1/settings/meetings",
                        BODY.replace("network-gamen", "network-kiroku").replace("画面の連携会議", "記録の連携会議"));
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        var body = created.at("/id").asText();
        await("its instance").atMost(Duration.ofSeconds(30)).until(() -> kasane.sql()
                .sql(
                        "select exists (select from engine.process_instance where matter_id = :id::uuid and state = 'ACTIVE')")
                .param("id", body)
                .query(Boolean.class)
                .single());
        for (var title : new String[] {"夜の見守り", "移動の足"}) {
            assertThat(kasane.as("member")
                            .post(
                                    "/api/v1/network-meetings/" + body + "/agenda",
                                    "{\"title\":\"" + title + "\",\"detail\":\"話し合いたい\"}")
                            .status())
                    .isEqualTo(201);
        }
        // The cut-off has come; the engine is told to look.
        kasane.sql()
                .sql(
                        """
                        update kasane.sitting set cutoff_at = now() - interval '1 minute'
                        where id = (select id from kasane.sitting where body_id = :id::uuid and agenda_closed_at is null and starts_at > now()
                                    order by starts_at limit 1)
                        """)
                .param("id", body)
                .update();
        kasane.bean(CloseAgenda.class).close(new JobContext("network-meeting", 1, 1, null, null, body, body));
        var seated = kasane.as("admin").post("/api/v1/operations/streams/" + body + "/re-seat", "{\"reason\":\"試験\"}");
        assertThat(seated.status()).as(seated.text()).isBetween(200, 204);

        var manager = browser.as("manager");
        var here = "/network-meetings/" + body;
        browser.reloadUntil(manager, here, "main a.button.primary").click();
        manager.locator("#form .fjs-form").waitFor();
        browser.picture(manager, "network-record-blank");
        assertThat(manager.getByText("登録番号（自動）").first().isVisible()).isFalse();
        // Half filled in: what is missing is said, and nothing that was typed is lost.
        browser.fillAndSubmit(
                manager,
                data(
                        """
                        {"outcome":"held","happenedOn":"2026-11-20","attendees":["anshin","minsei"],"minutes":"二つの議題を話し合った",
                         "items":[{"title":"夜の見守り","said":"来月から始める"},{"title":"移動の足"},{"title":"冬の灯油","said":"社協が窓口になる"}],
                         "feedback":"見守りの輪を広げる"}"""));
        manager.locator("#form-errors:has-text('「次の開催へ回す」を選んでください（2件目）')").waitFor();
        browser.picture(manager, "network-record-missing");
        browser.fillAndSubmit(manager, data("{\"outcome\":\"held\",\"items\":[{},{\"carried\":true}]}"));
        browser.left(manager, url -> !url.contains("/tasks/"));

        browser.open(browser.as("member"), here);
        var shown = browser.as("member").locator("main").innerText();
        assertThat(shown).contains("開いた", "二つの議題を話し合った", "来月から始める", "冬の灯油", "社協が窓口になる", "見守りの輪を広げる", "移動の足");
        browser.picture(browser.as("member"), "network-recorded");
        var now = kasane.as("member").get("/api/v1/network-meetings/" + body);
        assertThat(now.at("/agenda").findValuesAsText("title")).containsExactly("移動の足");
        assertThat(now.at("/past/0/items").findValuesAsText("title")).containsExactlyInAnyOrder("夜の見守り", "冬の灯油");
    }

    @Test
    void thePagesAreWholeInEnglish() {
        var coordinator = browser.inAnEnglishBrowserAs("coordinator");
        for (var path : new String[] {"/resources", "/community-issues", "/network-meetings", "/resources/new"}) {
            browser.open(coordinator, path + "?lang=en");
            assertThat(coordinator.locator("main").textContent()).as(path).doesNotContain("??");
            assertThat(coordinator.locator("main h1").textContent()).as(path).matches("\\p{ASCII}+");
        }
        browser.open(coordinator, "/resources?lang=ja");
    }

    private static JsonNode data(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
