package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.time.LocalDate;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The calendar, a meeting while it is held, and the pages for people without an account, as they are used. */
class MeetingScreensIT {

    private static final String CONVENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo, anshin, minsei] }
            - { as: coordinator, expect: { phase: meeting } }
            """;

    private static final LocalDate DAY = LocalDate.now(JapaneseTime.ZONE).plusDays(25);

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
        kasane.as("manager").delete("/api/v1/settings/sheet-link");
    }

    /** The meeting's path. */
    private static String convened(String name) {
        var caseId = kasane.playSteps(CONVENED.formatted(name)).caseId();
        var manager = kasane.as("manager");
        var task = manager.task("Task_ConveneMeeting", "caseId=" + caseId);
        var choice =
                manager.get("/api/v1/tasks/" + task).at("/data/sittingOptions").isEmpty()
                        ? ""
                        : "\"sitting\":\"adhoc\",";
        var answer = manager.submit(
                task,
                "{" + choice + "\"scheduledAt\":\"" + DAY
                        + "T14:00:00+09:00\",\"place\":\"会議室\",\"agencies\":[\"shakyo\",\"anshin\",\"minsei\"]}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        manager.task("Task_HoldMeeting", "caseId=" + caseId);
        return "/meetings/"
                + manager.get("/api/v1/cases/" + caseId).at("/meetings/0/id").asText();
    }

    @Test
    void aMonthShowsItsSittingsAndAPhoneAList() {
        convened("暦 一郎");
        var manager = browser.as("manager");
        browser.open(manager, "/sittings?view=month&month=" + DAY.toString().substring(0, 7));
        assertThat(manager.locator("table.month td:has(time[datetime='" + DAY + "'])")
                        .textContent())
                .contains("14:00", "件付議");
        manager.click("a[rel=next]");
        assertThat(manager.url())
                .contains("month=" + DAY.plusMonths(1).toString().substring(0, 7));
        manager.click("a[rel=prev]");
        browser.picture(manager, "sittings-month");
        manager.setViewportSize(375, 800);
        assertThat(manager.locator("table.month").isVisible()).isFalse();
        assertThat(manager.locator(".month-agenda").innerText()).contains("14:00");
        manager.setViewportSize(1280, 900);
        browser.open(manager, "/sittings?view=month&month=nonsense&lang=en");
        assertThat(manager.locator("main").textContent())
                .contains("Previous month")
                .doesNotContain("??");
        browser.open(manager, "/sittings?lang=ja");
    }

    @Test
    void minutesAreKeptWhileTheyAreWrittenAndTheRecordStartsTheNextStep() {
        var hold = convened("進行 花子") + "/hold";
        var one = browser.as("manager");
        browser.open(one, hold);
        one.fill("#minutes", "はじめの発言");
        one.locator("#hold-status:has-text('保存しました')").waitFor();
        // Another machine finds it again, and writes on.
        var two = browser.inAnEnglishBrowserAs("manager");
        browser.open(two, hold);
        assertThat(two.inputValue("#minutes")).isEqualTo("はじめの発言");
        two.fill("#minutes", "はじめの発言。二人目");
        two.locator("#hold-status:has-text('保存しました')").waitFor();
        one.fill("#minutes", "はじめの発言。一人目");
        one.locator("#hold-conflict:has-text('はじめの発言。二人目')").waitFor();
        assertThat(one.inputValue("#minutes")).isEqualTo("はじめの発言。一人目");
        browser.picture(one, "hold-conflict");
        one.click("#hold-conflict button");
        one.fill("#minutes", "はじめの発言。一人目と二人目");

        one.check("[name='at-shakyo'][value=present]");
        one.check("[name='at-anshin'][value=substitute]");
        one.fill("#sub-anshin", "代理 次郎");
        one.check("[name='outcome'][value=outreach]");
        one.click("button[value=submit]");
        one.locator("[role=alert]:has-text('支援の方針')").waitFor();
        assertThat(one.inputValue("#minutes")).isEqualTo("はじめの発言。一人目と二人目");
        one.fill("#approach", "訪ねて話を聞く");
        one.click("button[value=submit]");
        one.locator("[role=alert]:has-text('誓約書がありません')").waitFor();
        browser.picture(one, "hold-pledges");
        one.check("#pledge-shakyo");
        one.check("#pledge-anshin");
        one.click("button[value=submit]");
        one.locator("[role=status]:has-text('記録を提出しました')").waitFor();
        assertThat(one.locator("main").textContent()).contains("代理 次郎", "訪ねて話を聞く", "会議録を印刷する");
        browser.reloadUntil(one, hold.replace("/hold", ""), "a:has-text('アウトリーチプラン')");
        browser.picture(one, "meeting-held");
    }

    @Test
    void anInvitationAndASheetAreAnsweredOnAPhoneWithoutScripts() {
        var meeting = convened("電話 三郎");
        var manager = browser.as("manager");
        browser.open(manager, meeting);
        manager.click("[aria-label='民生委員・児童委員のリンクをつくる']");
        var link = path(manager.inputValue("#made-url"));
        var phone = browser.strangerWithAPhone();
        browser.open(phone, link);
        fits(phone);
        phone.check("[name=outcome][value=attend]");
        phone.check("[name=pledge]");
        phone.click("button[type=submit]");
        assertThat(phone.locator("[role=status]").textContent()).contains("回答を受け取りました");
        browser.open(phone, link);
        assertThat(phone.locator("main").textContent()).contains("もう回答をいただいています");

        browser.open(manager, "/settings/sheets");
        manager.selectOption("#agency", "hachimaru");
        manager.click("main form.plain button[type=submit]");
        var sheet = path(manager.inputValue("#sheet-url"));
        browser.open(phone, sheet);
        fits(phone);
        phone.click("button[type=submit]");
        assertThat(phone.locator("[role=alert]").textContent()).contains("あなたの名前を書いてください");
        phone.check("[name=consent][value=no]");
        phone.check("[name=sender][value=neighbour]");
        phone.fill("#senderName", "商店 太郎");
        phone.fill("#senderContact", "042-111-2222");
        phone.fill("#place", "駅前の公園");
        phone.fill("#story", "ベンチで夜を過ごす人がいる。");
        browser.picture(phone, "sheet");
        phone.click("button[type=submit]");
        assertThat(phone.locator(".receipt").textContent()).matches("[0-9A-Z]{4}-[0-9A-Z]{4}");

        var reception = browser.as("reception");
        var id = kasane.sql()
                .sql("select consultation_id::text from kasane.outside_sheet order by received_at desc limit 1")
                .query(String.class)
                .single();
        browser.reloadUntil(reception, "/consultations/" + id, "a:has-text('相談内容の確認・振り分け')");
        assertThat(reception.locator("main").textContent()).contains("【未確認】駅前の公園", "まだ確かめていません", "商店 太郎");
        reception.click("text=送った人に確かめたと記録する");
        reception.locator("[role=status]:has-text('確かめたと記録しました')").waitFor();
        browser.picture(reception, "consultation-outside");
    }

    private static String path(String url) {
        return url.replaceFirst("^https?://[^/]+", "");
    }

    private static void fits(Page phone) {
        assertThat((Integer) phone.evaluate("() => document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(375);
    }
}
