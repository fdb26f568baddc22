package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A coordinator corrects and strikes out what was recorded, and everybody can read what stood there before. */
class CorrectionScreensIT {

    private static final int PHONE = 375;

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

    private static String assessed(String subject) {
        return kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: %1$s, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 版の家
                            members: [ { name: %1$s, relation: head, subject: true, concerns: [food] } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 集めたこと
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: はじめに書いた課題, strengths: 強み, needs: 必要, consentState: none, route: meeting, routeReason: 同意がない }
                        - { as: coordinator, expect: { task: Task_ProposeMembers } }
                        """
                                .formatted(subject))
                .caseId();
    }

    /** From the case's history to the record of the assessment. */
    private static void toTheAssessment(Page page, String caseId) {
        browser.open(page, "/cases/" + caseId);
        page.click(".timeline a.what:has-text('" + Browser.word("step.Task_WriteAssessment") + "')");
        page.locator("h1:has-text('" + Browser.word("step.Task_WriteAssessment") + "')")
                .waitFor();
    }

    @Test
    void aStepIsCorrectedWithAReasonAndBothVersionsAreRead() {
        var caseId = assessed("版 正");
        var page = browser.as("coordinator");
        toTheAssessment(page, caseId);
        page.click("text=" + Browser.word("submission.correct"));
        var issue = page.locator("#form textarea").first();
        assertThat(issue.inputValue()).isEqualTo("はじめに書いた課題");
        issue.fill("書き直した課題");

        browser.submit(page);
        var errors = page.locator("#form-errors");
        errors.locator("li").first().waitFor();
        assertThat(errors.innerText()).contains("理由", "入力してください");
        assertThat(issue.inputValue()).isEqualTo("書き直した課題");

        page.fill("#correction-reason", "聞き違えていた");
        var form = page.url();
        browser.submit(page);
        browser.left(page, url -> !url.equals(form) && !url.endsWith("/correction"));
        var versions = page.locator("aside .timeline > li");
        assertThat(versions.count()).isEqualTo(2);
        assertThat(versions.first().innerText()).contains(Browser.word("submission.state.valid"), "聞き違えていた", "伴走 太郎");
        page.locator("#form textarea").first().waitFor();
        assertThat(page.locator("#form textarea").first().inputValue()).isEqualTo("書き直した課題");

        versions.nth(1).locator("a").click();
        page.locator("main .notice:has-text('" + Browser.word("submission.isOld") + "')")
                .waitFor();
        page.locator("#form textarea").first().waitFor();
        assertThat(page.locator("#form textarea").first().inputValue()).isEqualTo("はじめに書いた課題");

        browser.open(page, "/cases/" + caseId);
        assertThat(page.locator("main").innerText()).contains("書き直した課題").doesNotContain("はじめに書いた課題");
        assertThat(page.locator(".timeline").innerText()).contains(Browser.word("submission.state.corrected"));
    }

    @Test
    void aStepIsStruckOutOnlyWithAReasonAndOnceItsConsequenceIsConfirmed() {
        var caseId = assessed("版 消");
        var page = browser.as("coordinator");
        toTheAssessment(page, caseId);
        page.click("summary:has-text('" + Browser.word("submission.void") + "')");
        var button = page.locator("form button:has-text('" + Browser.word("submission.void") + "')");
        button.click();
        assertThat(page.evaluate("document.querySelector('#void-reason').validity.valueMissing"))
                .isEqualTo(true);

        // A blank is no reason either.
        page.fill("#void-reason", " ");
        page.check("form input[name=changePath]");
        button.click();
        page.locator("main .notice.alarm:has-text('理由')").waitFor();
        assertThat(page.locator("main .notice.alarm:has-text('理由')").innerText())
                .contains("入力してください");
        assertThat(page.isChecked("form input[name=changePath]")).isTrue();

        page.uncheck("form input[name=changePath]");
        page.fill("#void-reason", "別の人の記録だった");
        button.click();
        page.locator("main .notice.alarm:has-text('「支援会議」から「アセスメント」に')").waitFor();
        assertThat(page.inputValue("#void-reason")).isEqualTo("別の人の記録だった");

        page.check("form input[name=changePath]");
        button.click();
        page.locator("main .notice.alarm:has-text('別の人の記録だった')").waitFor();
        assertThat(page.locator("aside .timeline s").innerText()).isEqualTo(Browser.word("submission.state.voided"));
        assertThat(page.locator("aside form").count()).isZero();

        browser.reloadUntil(
                page,
                "/cases/" + caseId,
                "main a.button:has-text('" + Browser.word("step.Task_WriteAssessment") + "')");
        assertThat(page.locator(".timeline s:has-text('" + Browser.word("step.Task_WriteAssessment") + "')")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void onAPhoneNothingIsCutOff() {
        var caseId = assessed("版 電話");
        var page = browser.as("coordinator");
        page.setViewportSize(PHONE, 800);
        try {
            toTheAssessment(page, caseId);
            fits(page, "submission-phone");
            page.click("summary:has-text('" + Browser.word("submission.void") + "')");
            fits(page, "submission-void-phone");
            page.click("text=" + Browser.word("submission.correct"));
            page.locator("#form .fjs-form").waitFor();
            fits(page, "submission-correction-phone");
        } finally {
            page.setViewportSize(1280, 900);
        }
    }

    private static void fits(Page page, String name) {
        browser.picture(page, name);
        assertThat(((Number) page.evaluate("document.documentElement.scrollWidth")).intValue())
                .as(name)
                .isLessThanOrEqualTo(PHONE);
        assertThat(page.evaluate("[...document.querySelectorAll('.fjs-inline-label label')]"
                        + ".filter(label => label.scrollWidth > label.parentElement.clientWidth).length"))
                .as("choices of %s that are cut", name)
                .isEqualTo(0);
    }
}
