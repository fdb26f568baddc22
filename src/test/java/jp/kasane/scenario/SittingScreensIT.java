package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.time.LocalDate;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 会議体 and 会議の予定 as a manager and an invited agency use them. */
class SittingScreensIT {

    private static final String ASKED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: %1$s家
                members: [ { name: %1$s, relation: head, subject: true, addressConcealed: false } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 聞いたこと
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: meeting, routeReason: 同意がない }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo, anshin] }
            - { as: coordinator, expect: { phase: meeting } }
            """;

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
        kasane.sql()
                .sql("update kasane.meeting_body set active = false where code = 'gamen'")
                .update();
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
    }

    @Test
    void aManagerPlansARhythmPutsTwoCasesToASittingAndAnAgencyAnswersOnce() {
        var manager = browser.as("manager");
        body(manager);
        var one = kasane.playSteps(ASKED.formatted("席 一郎")).caseId();
        var two = kasane.playSteps(ASKED.formatted("席 二郎")).caseId();
        convene(manager, one);
        convene(manager, two);

        browser.open(manager, "/sittings");
        var row = manager.locator("tr:has-text('席 一郎家')");
        assertThat(row.textContent()).contains("席 二郎家", "画面の支援会議", "招集済み");
        browser.picture(manager, "sittings");
        row.locator("a").first().click();
        var sitting = manager.url().substring(kasane.baseUrl().length());

        var member = browser.as("member");
        browser.reloadUntil(member, sitting, "button:has-text('2件にまとめて答える')");
        member.click("main button.primary");
        assertThat(member.locator("#outcome-error").textContent()).contains("選んでください");
        member.click("text=出席する");
        member.click("text=守秘義務の誓約書を提出する");
        member.click("main button.primary");
        member.locator("[role=status]:has-text('招集に答えました。')").waitFor();
        assertThat(member.locator("main table").first().textContent()).contains("招集 2、出席 1、欠席 0");
        assertThat(member.locator("text=この開催について決める").count()).isZero();

        manager.reload();
        manager.click("summary:has-text('取りやめる')");
        manager.click("button:has-text('開催を取りやめる')");
        assertThat(manager.locator("#cancelReason-error").textContent()).contains("入力してください");
        manager.locator("#cancelReason").fill("大雪のため");
        manager.click("button:has-text('開催を取りやめる')");
        manager.locator("[role=status]:has-text('開催を取りやめました')").waitFor();
        assertThat(manager.locator("main").textContent()).contains("取りやめ", "大雪のため", "所管 誠");
        browser.open(manager, "/sittings?lang=en");
        assertThat(manager.locator("main").textContent()).contains("To come").doesNotContain("??");
        browser.open(manager, "/sittings?lang=ja");
    }

    private static void body(Page manager) {
        browser.open(manager, "/settings/meetings/_new");
        manager.locator("#name").fill("画面の支援会議");
        manager.locator("#code").fill("画面");
        manager.check("[name=rhythm][value=weekly]");
        assertThat(manager.locator("#nths").isVisible()).isFalse();
        var inThreeDays = LocalDate.now(JapaneseTime.ZONE).plusDays(3);
        manager.check("[name=weekday][value='" + inThreeDays.getDayOfWeek().getValue() + "']");
        manager.check("[name=closedDay][value=keep]");
        manager.locator("#cutoffDays").fill("０");
        manager.click("main button[type=submit]");
        assertThat(manager.locator("#code-error").textContent()).contains("半角の英小文字");
        assertThat(manager.locator("#name").inputValue()).isEqualTo("画面の支援会議");
        manager.locator("#code").fill("gamen");
        manager.click("main button[type=submit]");
        manager.locator("[role=status]:has-text('保存しました')").waitFor();
        assertThat(manager.locator("tr:has-text('画面の支援会議')").textContent()).contains("毎週", "始まるまで", "自治体の設定");
        browser.picture(manager, "settings-meetings");
    }

    /** The sitting is chosen already: the form asks for nothing but to be sent. */
    private static void convene(Page manager, String caseId) {
        var task = kasane.as("manager").task("Task_ConveneMeeting", "caseId=" + caseId);
        browser.open(manager, "/tasks/" + task);
        manager.locator("text=付議する会議").first().waitFor();
        assertThat(manager.locator("#form").textContent())
                .contains("画面の支援会議", "臨時に開く")
                .doesNotContain("開始時刻");
        browser.submit(manager);
        browser.left(manager, url -> !url.contains("/tasks/"));
    }
}
