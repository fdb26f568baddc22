package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Page;
import java.time.LocalDate;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 世帯の分離・統合, as a coordinator does them from the case page and from 名寄せ. */
class RegroupScreensIT {

    private static final LocalDate TODAY = LocalDate.now(JapaneseTime.ZONE);

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

    private static String household(String name, String members) {
        var caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 画面 者, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: %s
                            members: [ %s ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 集めたこと
                        """
                                .formatted(name, members))
                .caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        return caseId;
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

    private static String number(String caseId) {
        return kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId)
                .at("/case/number")
                .asText();
    }

    @Test
    void somebodyWhoLeavesTheHouseholdGoesOnAsACaseOfTheirOwn() throws Exception {
        var caseId = household(
                "画面分離家",
                "{ name: 画面 母, relation: head, subject: true, concerns: [food] },"
                        + " { name: 画面 長男, relation: child, subject: true, concerns: [work], mainConcern: work }");
        var page = browser.as("coordinator");
        browser.open(page, "/cases/" + caseId);
        pictures(page, "split-household");
        page.locator("a[aria-label='画面 長男さんが世帯から離れる']").click();
        page.locator("#form .fjs-form").waitFor();
        browser.fill(
                page,
                new ObjectMapper()
                        .readTree(
                                """
                                {"occurredOn":"%s","note":"就職して家を出た","how":"own","householdName":"画面分離家（長男）","next":"asis"}"""
                                        .formatted(TODAY)));
        pictures(page, "split-form");
        browser.submit(page);
        browser.left(page, url -> url.endsWith("/cases/" + caseId));
        page.locator("#lineage a:has-text('画面分離家（長男）')").waitFor();
        assertThat(page.locator("#household").textContent()).doesNotContain("長男");
        assertThat(page.locator("#timeline").textContent()).contains("世帯が分かれました");
        pictures(page, "split-done");
        page.locator("#lineage a:has-text('画面分離家（長男）')").click();
        page.locator("h1:has-text('画面分離家（長男）')").waitFor();
        assertThat(page.locator("#lineage").textContent()).contains("分かれてきた元", number(caseId));
        assertThat(page.locator("#household").textContent()).contains("画面 長男");
        pictures(page, "split-new-case");
        browser.open(page, "/cases/" + caseId + "?lang=en");
        pictures(page, "split-done-en");
        browser.open(page, "/cases/" + caseId + "?lang=ja");
    }

    @Test
    void twoCasesThatWerePointedOutAsAlikeBecomeOne() {
        var ends = household(
                "画面統合家",
                "{ name: 画面 統子, kana: がめん とうこ, birthDate: \"1961-07-08\", relation: head, subject: true, address: 旧町１, concerns: [care] },"
                        + " { name: 画面 連子, relation: child, subject: false, concerns: [work] }");
        var stays = household(
                "画面統合家（本家）",
                "{ name: 画面 透子, kana: がめん とうこ, birthDate: \"1961-07-08\", relation: spouse, subject: true, address: 新町２, concerns: [food] }");
        var task = kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + ends);
        assertThat(kasane.as("coordinator")
                        .put("/api/v1/tasks/" + task + "/draft", "{\"householdIssue\":\"書きかけの課題\"}")
                        .status())
                .isEqualTo(204);
        var page = browser.as("coordinator");
        browser.open(page, "/matches");
        pictures(page, "merge-matches");
        browser.open(page, "/cases/" + ends);
        page.locator("#household a:has-text('ほかのケースと一つの世帯にする')").click();
        page.fill("#into", "2026-99999");
        page.click("button:has-text('二つを並べて見る')");
        assertThat(page.locator("[role=alert]").textContent()).contains("見つかりません");
        pictures(page, "merge-choose");
        page.fill("#into", number(stays));
        page.click("button:has-text('二つを並べて見る')");
        page.locator("h2:has-text('終わるケース')").first().waitFor();
        pictures(page, "merge-look");
        assertThat(page.locator("main").textContent()).contains("開いている作業", "両方で同意された範囲");

        page.click("button:has-text('に統合する')");
        assertThat(page.locator("[role=alert]").textContent()).contains("氏名", "続柄", "住所", "理由", "進め方");
        assertThat(page.inputValue("#on")).isEqualTo(TODAY.toString());
        pictures(page, "merge-errors");
        for (var field : new String[] {"name", "relation", "address"}) {
            page.locator("input[name$='-" + field + "'][value=stays]").check();
        }
        page.fill("#reason", "住民票で確かめた");
        page.locator("input[name=next][value=asis]").check();
        page.click("button:has-text('に統合する')");
        page.locator("[role=status]:has-text('世帯を統合しました')").waitFor();
        assertThat(page.url()).endsWith("/cases/" + stays);
        assertThat(page.locator("#household").textContent()).contains("画面 透子", "画面 連子");
        pictures(page, "merge-done");
        page.locator("#lineage a:has-text('画面統合家')").click();
        page.locator("h1:has-text('画面統合家')").waitFor();
        assertThat(page.locator("[role=status]").first().textContent()).contains(number(stays), "に統合");
        pictures(page, "merge-ended");
        browser.open(page, "/tasks/" + task);
        page.locator("#form .fjs-form").waitFor();
        assertThat(page.locator("main").textContent()).contains(number(stays) + "に統合", "書きかけた内容");
        assertThat(page.locator("#form").locator("textarea").first().inputValue())
                .isEqualTo("書きかけの課題");
        pictures(page, "merge-late-task");
        browser.open(page, "/cases");
        assertThat(page.locator("tr:has-text('" + number(ends) + "')").textContent())
                .contains(number(stays) + " に統合");
        browser.open(page, "/cases/" + ends + "?lang=en");
        pictures(page, "merge-ended-en");
        var one = household("画面英語家", "{ name: 画面 英, relation: head, subject: true, concerns: [food] }");
        browser.open(page, "/cases/" + one + "/merge?into=" + stays + "&lang=en");
        pictures(page, "merge-look-en");
        browser.open(page, "/cases/" + one + "/merge?lang=ja");
    }
}
