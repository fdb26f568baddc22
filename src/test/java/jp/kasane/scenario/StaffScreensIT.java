package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 人事異動, 名寄せ and the import of earlier cases, as a manager uses them. */
class StaffScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
        kasane.employ("screen-leaver", "画面 異動", "reception", "gomi");
        kasane.employ("screen-heir", "画面 後任", "reception", "gomi");
    }

    @AfterAll
    static void close() {
        kasane.sql()
                .sql("update kasane.app_user set active = false where login like 'screen-new-%'")
                .update();
        kasane.dismissEmployed();
        browser.close();
    }

    private static void pictures(Page page, String name) {
        browser.picture(page, name);
        page.setViewportSize(375, 800);
        browser.picture(page, name + "-375");
        assertThat((int) page.evaluate("() => document.documentElement.scrollWidth"))
                .as("nothing sticks out of a phone")
                .isLessThanOrEqualTo(375);
        page.setViewportSize(1200, 900);
    }

    @Test
    void aManagerAddsSomebodyAndHandsOverWhatAnotherHasTaken() {
        var login = "screen-new-" + UUID.randomUUID().toString().substring(0, 6);
        var manager = browser.as("manager");
        browser.open(manager, "/settings/people");
        manager.click("button:has-text('加える')");
        assertThat(manager.locator("[role=alert]").first().textContent()).contains("ログイン名", "パスワード", "役割");
        pictures(manager, "people-errors");
        manager.fill("#login", login);
        manager.fill("#name", "画面 新任");
        manager.fill("#password", "long enough word");
        manager.selectOption("#role", "reception");
        manager.selectOption("#agency", "gomi");
        manager.fill("#from", JapaneseTime.dayOf(Instant.now()).plusDays(40).toString());
        manager.click("button:has-text('加える')");
        manager.locator("[role=status]:has-text('利用者を加えました')").waitFor();
        assertThat(manager.locator("main").textContent()).contains("これから").doesNotContain("long enough word");
        pictures(manager, "person");
        browser.open(manager, "/settings/people");
        pictures(manager, "people");

        var clerk = kasane.as("screen-leaver");
        var caseId = kasane.playSteps(
                        """
                        - as: screen-leaver
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 画面 引継, concerns: [food], story: 相談の内容 }
                        - as: screen-leaver
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        var consultation = clerk.register(
                """
                {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,"subjectName":"画面 作業","concerns":["work"],"mainConcern":"work","story":"架空"}""");
        clerk.post("/api/v1/tasks/" + clerk.task("Task_Triage", "consultationId=" + consultation) + "/claim", "");

        browser.open(manager, "/settings/people/" + kasane.user("screen-leaver"));
        manager.click("a:has-text('この人の引継ぎを準備する')");
        manager.selectOption("#toId", kasane.user("screen-heir").toString());
        manager.fill(
                "#effectiveOn", JapaneseTime.dayOf(Instant.now()).plusDays(3).toString());
        manager.fill("#note-" + caseId, "母親の電話は夕方に。");
        manager.click("button:has-text('準備として保存する')");
        manager.locator("[role=status]:has-text('引継ぎを準備しました')").waitFor();
        pictures(manager, "handover");
        manager.click("button:has-text('いま引き継ぐ')");
        manager.locator("[role=status]:has-text('引き継ぎました')").waitFor();
        assertThat(manager.locator("main").textContent()).contains("引き継ぎ先へ1件");
        browser.picture(manager, "handover-done");
        browser.open(manager, "/cases/" + caseId);
        assertThat(manager.locator("#handover-notes").textContent()).contains("母親の電話は夕方に。", "画面 後任");
        browser.open(manager, "/handovers");
        pictures(manager, "handovers");
        browser.open(manager, "/settings/people?lang=en");
        browser.picture(manager, "people-en");
        browser.open(manager, "/handovers/new?person=" + kasane.user("screen-heir"));
        browser.picture(manager, "handover-en");
        browser.open(manager, "/handovers?lang=ja");
    }

    @Test
    void aFileOfEarlierCasesIsTriedAndImportedAndWhoIsKnownIsPointedOut() {
        var manager = browser.as("manager");
        var number = "画面-" + UUID.randomUUID().toString().substring(0, 8);
        var heading = "ケース番号(旧),世帯名,氏名,ふりがな,生年月日,段階,同意,メモ,血液型\r\n";
        browser.open(manager, "/settings/case-import");
        manager.setInputFiles("#file", file(heading + number + ",,画面 誤り,,31日,どこか,,,A\r\n"));
        manager.click("button:has-text('試す')");
        assertThat(manager.locator("#result").textContent()).contains("2行目の「生年月日」", "2行目の「段階」", "使わない列：I");
        pictures(manager, "case-import-mistakes");

        var twin = "画面 双子" + number.substring(3);
        var good = heading + number + ",画面家," + twin + ",がめん ふたご,平成2年1月2日,支援中,あり,犬がいる。,A\r\n" + number + "-2,," + twin
                + ",ガメン フタゴ,1990-01-02,アセスメント,,,B\r\n";
        manager.setInputFiles("#file", file(good));
        manager.click("button:has-text('試す')");
        assertThat(manager.locator("#result").textContent()).contains("まだ書き込んでいません", "2件", "同じ人かもしれない");
        pictures(manager, "case-import-dry-run");
        manager.setInputFiles("#file", file(good));
        manager.click("main form button:text-is('取り込む')");
        assertThat(manager.locator("#result h2").textContent()).contains("取り込みました");

        var caseId = kasane.sql()
                .sql("select case_id from kasane.case_origin where old_number = :number")
                .param("number", number)
                .query(UUID.class)
                .single();
        browser.open(manager, "/cases/" + caseId);
        assertThat(manager.locator("#matches").textContent()).contains("ふりがなと生年月日が同じ");
        manager.click("#origin summary");
        assertThat(manager.locator("#origin").textContent()).contains("犬がいる", "同意として記録");
        pictures(manager, "case-matches");
        browser.open(manager, "/matches");
        var pair = manager.locator(".match:has-text('" + twin + "')");
        pictures(manager, "matches");
        pair.locator("summary").click();
        pair.locator("input[type=text]").fill("戸籍で確かめた");
        pair.locator("button").click();
        manager.locator("[role=status]:has-text('別人として記録しました')").waitFor();
        assertThat(manager.locator(".match:has-text('" + twin + "')").count()).isZero();
    }

    private static FilePayload file(String text) {
        return new FilePayload("cases.csv", "text/csv", text.getBytes(StandardCharsets.UTF_8));
    }
}
