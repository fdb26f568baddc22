package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import jp.kasane.KasaneServer;
import jp.kasane.model.OwnStepDiagram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A manager adds a step with a form to the plan, is stopped by a check, mends it and asks for it; another one approves; a case that was under way
 * before goes over and comes to the new task; the auditor finds all of it. On a server of its own.
 */
class ReleaseStoryScreensIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.startWith("sumida");
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
        kasane.close();
    }

    private static String caseAtThePlan() {
        return kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: window, broughtBy: family, receivedAt: now-9d, subjectKnown: true, subjectName: 例示 十, concerns: [job], mainConcern: job, story: 仕事のこと, consentState: given, consentNote: 話してよい }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: assessment }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 例示家
                            members: [ { name: 例示 十, relation: head, subject: true, addressConcealed: false } ]
                            agencies: [ { agency: plat, relation: current } ]
                            gathered: 聞いたこと
                        - as: coordinator
                          record: consent-change
                          data: { state: given, occurredOn: today-5, memberIds: ["member:例示 十"], scope: [assessment, plan, sharing, support], agencies: [plat, kosei, csw], evidence: oral }
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: given, route: plan, routeReason: 役割を決める }
                        - { as: coordinator, expect: { phase: plan } }
                        """)
                .caseId();
    }

    private static void bring(Page page, String name, String content) {
        browser.open(page, "/models");
        page.setInputFiles("#file", new FilePayload(name, "text/plain", content.getBytes(StandardCharsets.UTF_8)));
        page.locator("button:has-text('取り込む')").click();
        page.locator(".modeler[data-ready]").waitFor();
    }

    @Test
    void fromTheDraftToTheCaseThatIsUnderWay() {
        kasane.employ("story-second", "審査 二子", "manager", "kosei");
        var caseId = caseAtThePlan();
        kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + caseId);

        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        bring(page, "budget-check.form", OwnStepDiagram.BUDGET_FORM);
        bring(page, "plan.bpmn", OwnStepDiagram.plan());
        assertThat(page.locator(".modeler-findings li[data-code='task.deadline']"))
                .containsText("予算の確認");
        page.locator("a:has-text('公開を申請する')").click();
        page.locator("#versionTag").fill("2026-12.1");
        page.locator("#note").fill("プランの案ができたら、予算を確かめる作業が所管課に届きます。");
        page.locator("button:has-text('申請する')").click();
        assertThat(page.locator("[role=alert]")).containsText("点検で誤りが");
        assertThat(page.locator("#note")).hasValue("プランの案ができたら、予算を確かめる作業が所管課に届きます。");
        browser.picture(page, "release-stopped");

        page.locator("#days-Task_Budget").fill("5");
        page.locator("button:has-text('決める')").click();
        assertThat(page.locator("main")).containsText("期限を決めました");
        assertThat(page.locator("main .rows .tag.alarm")).hasCount(0);
        page.locator("#versionTag").fill("2026-12.1");
        page.locator("#note").fill("プランの案ができたら、予算を確かめる作業が所管課に届きます。");
        page.locator("button:has-text('申請する')").click();
        assertThat(page.locator("h1")).containsText("審査中");
        assertThat(page.locator("main")).containsText("別の、所管課の人がします");
        var release = page.url();
        browser.picture(page, "release-asked");

        var second = browser.as("story-second");
        browser.reloadUntil(second, "/tasks?view=group", "tr:has-text('図の公開の審査')");
        second.locator("tr:has-text('図の公開の審査') a").first().click();
        second.locator("#form .fjs-form").waitFor();
        assertThat(second.locator("#form")).containsText("公開を認める");
        var review = second.url().substring(second.url().indexOf("/tasks/"));
        // What it changes, on the diagram and in sentences.
        second.locator("aside a:has-text('図の公開')").first().click();
        second.locator("a:has-text('変わるところを見る')").click();
        second.locator(".compare[data-drawn]").waitFor();
        assertThat(second.locator(".compare-list").first()).containsText("作業「予算の確認」が増えました");
        browser.picture(second, "release-compared");
        browser.open(second, review);
        second.locator("#form .fjs-form").waitFor();
        browser.picture(second, "release-review");
        second.getByLabel("公開を認める").check();
        browser.submit(second);
        browser.left(second, url -> !url.contains("/tasks/"));
        browser.reloadUntil(second, release.substring(release.indexOf("/model-releases")), "h1:has-text('公開済み')");

        browser.open(page, "/models");
        var row = page.locator(".models-one:has(code:text-is('plan'))");
        assertThat(row).containsText("市町村の版 2026-12.1");
        row.locator("a:has-text('移行')").click();
        assertThat(page.locator("main")).containsText("移る");
        page.locator("figure[data-drawn]").first().waitFor();
        browser.picture(page, "migration-preview");
        page.locator("button:has-text('件の移行を始める')").click();
        browser.left(page, url -> url.contains("/model-migrations/"));
        browser.reloadUntil(page, page.url().substring(page.url().indexOf("/model-migrations")), "h1:has-text('終わり')");
        assertThat(page.locator("main")).containsText("1 件のうち 1 件が移りました");
        browser.picture(page, "migration-done");

        var drafted = kasane.as("coordinator")
                .submit(kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + caseId), plan());
        org.assertj.core.api.Assertions.assertThat(drafted.status())
                .as(drafted.text())
                .isEqualTo(201);
        var budget = kasane.as("manager").task("Task_Budget", "caseId=" + caseId);
        browser.open(page, "/tasks/" + budget);
        page.locator("#form .fjs-form").waitFor();
        assertThat(page.locator("main")).containsText("予算の確認");
        page.getByLabel("確かめたこと").fill("当初予算で足りる");
        browser.submit(page);
        browser.left(page, url -> !url.contains("/tasks/"));
        await("the next task")
                .atMost(SOON)
                .until(() -> kasane.as("coordinator").openTask("Task_ProposeMembers", "caseId=" + caseId) != null);

        var auditor = browser.as("auditor");
        browser.open(auditor, release.substring(release.indexOf("/model-releases")));
        assertThat(auditor.locator("aside")).containsText("図の公開を認めました");
        assertThat(auditor.locator("aside")).containsText("図を公開しました");
        browser.open(auditor, "/trail?kind=setting");
        assertThat(auditor.locator("main")).containsText("model_migration");
        browser.open(auditor, "/cases/" + caseId + "/replay");
        assertThat(auditor.locator("main")).containsText("版へ移行");
    }

    private static String plan() {
        return """
                {"personWish":"望み","longGoal":"目標","shortGoal":"当面","leadAgency":"csw","roles":[{"agency":"plat","role":"居場所"}],
                 "reviewOn":"%s","path":"meeting","pathReason":"理由"}"""
                .formatted(LocalDate.now(ZoneId.of("Asia/Tokyo")).plusDays(90));
    }
}
