package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Page;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A manager draws a form and adds a step with it to the plan, is stopped by the checks, mends it and asks for it; another one asks her something
 * and approves; a case that was under way before goes over and comes to the new task; the auditor finds all of it. On a server of its own.
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

    // ── what she does in the editors ───────────────────────────────────────────────────────────────────────────────

    private static void ready(Page page) {
        page.locator(".modeler[data-ready=editing]").waitFor();
    }

    private static Locator finding(Page page, String code) {
        return page.locator(".modeler-findings li[data-code='" + code + "']");
    }

    /** Opens a part of the panel. */
    private static void group(Page page, String name) {
        var header = page.locator(".bio-properties-panel-group-header", new Page.LocatorOptions().setHasText(name))
                .first();
        if (!header.getAttribute("class").contains("open")) {
            header.click();
        }
    }

    /** Waits until this stands in what the server keeps. */
    private static void kept(Page page, String part) {
        var draft = page.locator(".modeler").getAttribute("data-draft");
        await(part).atMost(SOON).until(() -> kasane.as("manager")
                .get("/api/v1/models/drafts/" + draft + "/xml")
                .text()
                .contains(part));
    }

    /** A form of her own with one field that has to be filled in. */
    private static void drawTheForm(Page page) {
        browser.open(page, "/models?new=form&id=budget-check");
        page.locator("#title").fill("予算の確認");
        page.locator("#new-form button[type=submit]").click();
        ready(page);
        page.locator("button.fjs-palette-field[data-field-type=textarea]").focus();
        page.keyboard().press("Enter");
        finding(page, "form.key").locator("button").click();
        group(page, "検査");
        page.locator("[data-entry-id=required] input").check();
        group(page, "基本");
        page.locator("[data-entry-id=label]")
                .locator("input, [contenteditable=true]")
                .first()
                .fill("確かめたこと");
        var key = page.locator("[data-entry-id=key] input").first();
        key.fill("checked");
        key.press("Tab");
        assertThat(finding(page, "form.key")).hasCount(0);
        assertThat(page.locator(".modeler-none")).isVisible();
        kept(page, "確かめたこと");
    }

    /** Puts a part on a flow with the mouse, writes its name on it, and moves it with the arrows to where there is room. */
    private static String put(Page page, String flow, String part, String name, int down, int right) {
        var middle = (Map<?, ?>)
                page.locator(".modeler-canvas g.djs-connection[data-element-id='" + flow + "'] path.djs-hit-stroke")
                        .first()
                        .evaluate(
                                """
                        path => { const point = path.getPointAtLength(path.getTotalLength() / 2), shown = path.getScreenCTM();
                                  return { x: point.x * shown.a + shown.e, y: point.y * shown.d + shown.f }; }""");
        double x = ((Number) middle.get("x")).doubleValue();
        double y = ((Number) middle.get("y")).doubleValue();
        page.keyboard().press("n");
        page.locator(".djs-popup-search input").fill(part);
        // It is searched when a key is let go.
        page.keyboard().press("End");
        page.locator(".djs-popup-results .entry", new Page.LocatorOptions().setHasText(part))
                .first()
                .click();
        page.mouse().move(x + 40, y + 60);
        page.mouse().move(x, y, new Mouse.MoveOptions().setSteps(5));
        page.mouse().click(x, y);
        page.locator(".djs-direct-editing-content").waitFor();
        page.keyboard().type(name);
        page.keyboard().press("Enter");
        assertThat(page.locator(".djs-direct-editing-content")).hasCount(0);
        for (int i = 0; i < down; i++) {
            page.keyboard().press("Shift+ArrowDown");
        }
        for (int i = 0; i < Math.abs(right); i++) {
            page.keyboard().press(right > 0 ? "Shift+ArrowRight" : "Shift+ArrowLeft");
        }
        return page.locator(".modeler-canvas g.djs-shape.selected").first().getAttribute("data-element-id");
    }

    /** Between the plan's draft and the way it takes: somebody looks at the money, and what is found is kept. */
    private static String drawTheStep(Page page) {
        browser.open(page, "/models");
        page.getByLabel("プラン作成・決定の下書きを始める").click();
        ready(page);
        var flow = "Flow_PersistDraftPlan_to_PlanPath";
        page.locator(".modeler-canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })");
        page.locator(".modeler-canvas g.djs-shape[data-element-id=Activity_PersistDraftPlan]")
                .click();
        put(page, flow, "記録を保存", "予算の確認を保存", 24, 12);
        var task = put(page, flow, "人の作業", "予算の確認", 24, -16);
        assertThat(finding(page, "task.form")).containsText("予算の確認");
        assertThat(finding(page, "task.persist")).hasCount(1);
        return task;
    }

    /** What the checks miss, one after the other, in the panel. */
    private static void mendTheStep(Page page) {
        ready(page);
        finding(page, "task.form").locator("button").click();
        group(page, "基本");
        page.locator("[name=id]").fill("Task_Budget");
        page.locator("[name=id]").press("Tab");
        assertThat(page.locator(".modeler-canvas g.djs-shape.selected")).hasAttribute("data-element-id", "Task_Budget");
        group(page, "説明");
        page.locator("[name=documentation]").fill("市の決めたこと。");
        group(page, "担当");
        page.locator("[name=assignmentDefinitionCandidateGroups]").fill("manager");
        group(page, "様式");
        page.locator("select[name=formType]").selectOption("camunda-form-linked");
        page.locator("[name=formId]").fill("budget-check");
        page.locator("[name=formId]").press("Tab");
        page.locator("select[name=bindingType]").selectOption("deployment");
        assertThat(finding(page, "task.form")).hasCount(0);
        assertThat(finding(page, "task.group")).hasCount(0);

        finding(page, "job.header").locator("button").click();
        group(page, "ひな型の項目");
        var step = page.getByLabel("直前の作業の id");
        step.fill("Task_Budget");
        step.press("Tab");
        assertThat(finding(page, "job.header")).hasCount(0);
        assertThat(finding(page, "task.persist")).hasCount(0);
        // How long it may take is said where the release is asked for.
        assertThat(page.locator(".modeler-findings li .alarm")).hasCount(1);
        assertThat(finding(page, "task.deadline")).containsText("予算の確認");
        kept(page, "zeebe:header key=\"step\" value=\"Task_Budget\"");
    }

    private static void ask(Page page) {
        page.locator("#versionTag").fill("2026-12.1");
        page.locator("#note").fill("プランの案ができたら、予算を確かめる作業が所管課に届きます。");
        page.locator("button:has-text('申請する')").click();
    }

    @Test
    void fromTheDraftToTheCaseThatIsUnderWay() {
        kasane.employ("story-second", "審査 二子", "manager", "kosei");
        var caseId = caseAtThePlan();
        kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + caseId);

        var page = browser.as("manager");
        page.setViewportSize(1400, 1000);
        drawTheForm(page);
        drawTheStep(page);
        browser.picture(page, "release-drawn");
        page.locator("a:has-text('公開を申請する')").click();
        ask(page);
        assertThat(page.locator("[role=alert]")).containsText("点検で誤りが");
        assertThat(page.locator("#note")).hasValue("プランの案ができたら、予算を確かめる作業が所管課に届きます。");
        browser.picture(page, "release-stopped");
        page.locator("a:has-text('下書きに戻って直す')").click();
        mendTheStep(page);
        browser.picture(page, "release-mended");
        page.locator("a:has-text('公開を申請する')").click();

        page.locator("#days-Task_Budget").fill("5");
        page.locator("button:has-text('決める')").click();
        assertThat(page.locator("main")).containsText("期限を決めました");
        assertThat(page.locator("main .rows .tag.alarm")).hasCount(0);
        ask(page);
        assertThat(page.locator("h1")).containsText("審査中");
        assertThat(page.locator("main")).containsText("別の、所管課の人がします");
        assertThat(page.locator("header nav a[aria-current=page]")).hasText("設定");
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
        // A question before she decides, and the answer beside the form.
        var path = release.substring(release.indexOf("/model-releases"));
        browser.open(second, path);
        second.getByLabel("書きこむ").fill("委託の予算も見ますか。");
        second.locator("#talk button").click();
        assertThat(second.locator("#talk .talk")).containsText("委託の予算も見ますか。");
        browser.open(page, "/notices");
        assertThat(page.locator("main")).containsText("図の公開について、書きこみがありました。");
        browser.open(page, path);
        page.getByLabel("書きこむ").fill("はい、当初予算と委託の両方です。");
        page.locator("#talk button").click();
        assertThat(page.locator("#talk .talk li")).hasCount(2);
        browser.picture(page, "release-talk");
        browser.open(second, review);
        second.locator("#form .fjs-form").waitFor();
        assertThat(second.locator("aside .talk")).containsText("はい、当初予算と委託の両方です。");
        browser.picture(second, "release-review");
        second.getByLabel("公開を認める").check();
        browser.submit(second);
        browser.left(second, url -> !url.contains("/tasks/"));
        browser.reloadUntil(second, release.substring(release.indexOf("/model-releases")), "h1:has-text('公開済み')");

        for (var shown : List.of("/model-releases", "/model-migrations", "/models")) {
            browser.open(page, shown);
            assertThat(page.locator("header nav a[aria-current=page]")).hasText("設定");
        }
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
