package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.time.LocalDate;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A day at the task list, in a real browser: an office of its own, so that nobody else's tasks are on it. */
class TaskScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("desk-one", "窓口 一子", "reception", "minsei");
        kasane.employ("desk-two", "窓口 二郎", "reception", "minsei");
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
        kasane.dismissEmployed();
    }

    private static String consultation(String name, String concern) {
        var id = kasane.as("desk-one")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                         "subjectName":"%s","subjectKana":"いちらん さがす","concerns":["%s"],"story":"架空"}"""
                                .formatted(name, concern));
        kasane.as("desk-one").task("Task_Triage", "consultationId=" + id);
        return id;
    }

    private static String row(String name) {
        return "tbody tr:has-text('" + name + "')";
    }

    private static String path(Page page) {
        return page.url().substring(kasane.baseUrl().length());
    }

    @Test
    void whatWasFilteredIsThereAgainAfterATaskWasOpenedAndAfterReloading() {
        consultation("条件 食料", "food");
        consultation("条件 仕事", "job");
        var page = browser.as("desk-one");
        browser.open(page, "/tasks");
        page.click("summary:has-text('" + Browser.word("tasks.filter") + "')");
        page.check("input[name=concern][value=food]");
        page.click("button:has-text('" + Browser.word("tasks.filterNow") + "')");
        page.locator(row("条件 食料")).waitFor();
        assertThat(page.locator(row("条件 仕事")).count()).isZero();
        var filtered = path(page);
        assertThat(filtered).contains("concern=food");

        page.reload();
        assertThat(page.locator(row("条件 食料")).count()).isOne();
        page.click(row("条件 食料") + " a.step");
        page.click("main a:has-text('" + Browser.word("task.back") + "')");
        page.locator(row("条件 食料")).waitFor();
        assertThat(page.locator(row("条件 仕事")).count()).isZero();
        page.goBack();
        page.goBack();
        assertThat(page.locator(row("条件 食料")).count()).isOne();

        page.click(".task-chips a.tag");
        page.locator(row("条件 仕事")).waitFor();
    }

    @Test
    void somebodyIsFoundByNameAndTheNameDoesNotStandInTheAddress() {
        consultation("探され 花子", "health");
        var page = browser.as("desk-one");
        browser.open(page, "/tasks");
        page.fill("#task-words", "イチラン");
        page.press("#task-words", "Enter");
        page.locator(row("探され 花子")).waitFor();
        assertThat(java.net.URLDecoder.decode(page.url(), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("イチラン")
                .doesNotContain("いちらん");
        assertThat(page.inputValue("#task-words")).isEqualTo("イチラン");
        page.fill("#task-words", "だれでもない");
        page.press("#task-words", "Enter");
        page.locator(".empty:has-text('" + Browser.word("tasks.empty.narrowed") + "')")
                .waitFor();
    }

    @Test
    void aColleagueWhoWasFasterIsNamedAndNothingIsTakenOver() {
        var id = consultation("取られ 太郎", "tax");
        var slow = browser.as("desk-two");
        browser.open(slow, "/tasks?view=group");
        slow.locator(row("取られ 太郎")).waitFor();
        var task = kasane.as("desk-one").task("Task_Triage", "consultationId=" + id);
        kasane.as("desk-one").post("/api/v1/tasks/" + task + "/claim", "");

        slow.click(row("取られ 太郎") + " button:has-text('" + Browser.word("tasks.claim") + "')");
        assertThat(slow.locator("main").innerText())
                .containsPattern(Pattern.compile("この作業は「窓口 一子」さんが\\d{1,2}:\\d{2}から担当しています。"));
        browser.open(slow, "/tasks?view=all");
        assertThat(slow.locator(row("取られ 太郎")).innerText()).contains("窓口 一子");
    }

    @Test
    void manyAreGivenToAColleagueAtOnce() {
        consultation("束ね 一", "debt");
        consultation("束ね 二", "debt");
        var page = browser.as("desk-one");
        browser.open(page, "/tasks?view=group&concern=debt");
        page.check(row("束ね 一") + " input[name=task]");
        page.check(row("束ね 二") + " input[name=task]");
        page.click("summary:has-text('" + Browser.word("tasks.bulk") + "')");
        page.selectOption("#bulk-assignee", "desk-two");
        page.click("button[value=assign]");
        assertThat(page.locator("main [role=status]").first().innerText()).contains("2 件を割り当てました。");
        assertThat(path(page)).contains("concern=debt");

        var other = browser.as("desk-two");
        browser.open(other, "/tasks?view=mine");
        assertThat(other.locator(row("束ね 一")).count()).isOne();
        other.check(row("束ね 二") + " input[name=task]");
        other.click("summary:has-text('" + Browser.word("tasks.bulk") + "')");
        var day = LocalDate.now(JapaneseTime.ZONE).plusDays(50);
        other.fill("#bulk-due", day.toString());
        other.click("button[value=due]");
        assertThat(other.locator("[role=alert]").innerText()).contains("「理由」を入力してください。");
        other.check(row("束ね 二") + " input[name=task]");
        other.click("summary:has-text('" + Browser.word("tasks.bulk") + "')");
        other.fill("#bulk-due", day.toString());
        other.fill("#bulk-reason", "本人の都合");
        other.click("button[value=due]");
        assertThat(other.locator("main [role=status]").first().innerText()).contains("1 件の期限を変えました。");
    }

    @Test
    void columnsAndFiltersAreKeptUnderOnesName() {
        consultation("保存 一", "work");
        var page = browser.as("desk-one");
        browser.open(page, "/tasks?view=group&concern=work");
        page.click("summary:has-text('" + Browser.word("tasks.columns") + "') >> nth=0");
        page.check("input[name=column][value=concern]");
        page.click("button:has-text('" + Browser.word("tasks.columnsNow") + "')");
        assertThat(page.locator(row("保存 一")).innerText()).contains("○仕事上の不安やトラブル");
        page.click("summary:has-text('" + Browser.word("tasks.saved") + "')");
        page.fill("#filter-name", "仕事の相談");
        page.check("input[name=share]");
        page.click("button:text-is('" + Browser.word("tasks.save") + "')");
        page.locator("[role=status]:has-text('" + Browser.word("said.filterSaved") + "')")
                .waitFor();

        var other = browser.as("desk-two");
        browser.open(other, "/tasks");
        other.click("summary:has-text('" + Browser.word("tasks.saved") + "')");
        other.click("a:text-is('仕事の相談')");
        other.locator(row("保存 一")).waitFor();
        assertThat(path(other)).contains("concern=work");
        browser.open(page, "/tasks");
        page.click("summary:has-text('" + Browser.word("tasks.saved") + "')");
        page.click("li:has-text('仕事の相談') button");
    }

    @Test
    void whatArrivesIsSaidAboveTheListAndMovesNothing() {
        consultation("届く前 一", "rent");
        var page = browser.as("desk-two");
        browser.open(page, "/tasks?view=group&concern=rent");
        page.locator(row("届く前 一")).waitFor();
        int before = page.locator("tbody tr").count();
        consultation("届いた 二", "rent");

        page.locator("#task-news:not([hidden])").waitFor();
        assertThat(page.locator("tbody tr").count()).isEqualTo(before);
        page.click("#task-news a");
        page.locator(row("届いた 二")).waitFor();
    }

    @Test
    void whoeverIsAwayIsStoodInFor() {
        var id = consultation("不在 一", "loan");
        var task = kasane.as("desk-one").task("Task_Triage", "consultationId=" + id);
        kasane.as("desk-one").post("/api/v1/tasks/" + task + "/claim", "");
        var page = browser.as("desk-one");
        browser.open(page, "/absences");
        var today = LocalDate.now(JapaneseTime.ZONE);
        page.fill("#absent-from", today.toString());
        page.fill("#absent-to", today.plusDays(1).toString());
        page.selectOption("#absent-deputy", "desk-two");
        page.click("button:has-text('" + Browser.word("absence.enterNow") + "')");
        page.locator("main li:has-text('窓口 二郎')").waitFor();

        var deputy = browser.as("desk-two");
        browser.open(deputy, "/tasks?view=mine");
        assertThat(deputy.locator("main").innerText()).contains("窓口 一子 さんの代理をしています");
        deputy.click(row("不在 一") + " a.step");
        assertThat(deputy.locator("main").innerText()).contains("窓口 一子 さんの代理で行います");
        assertThat(deputy.locator("#form-submit").count()).isOne();
        page.click("button:has-text('" + Browser.word("absence.end") + "')");
        page.locator("main:has-text('" + Browser.word("absence.none") + "')").waitFor();
    }

    @Test
    void theFirstPageSaysWhatNeedsOneToday() {
        var id = consultation("今日 一", "care");
        var page = browser.as("desk-one");
        browser.open(page, "/");
        assertThat(page.locator(".home-parts").innerText()).contains(Browser.word("home.mine"));
        var task = kasane.as("desk-one").task("Task_Triage", "consultationId=" + id);
        kasane.as("desk-one").post("/api/v1/tasks/" + task + "/claim", "");
        browser.open(page, "/");
        page.click(".home-parts li:has-text('今日 一') a");
        page.locator("h1:has-text('" + Browser.word("step.Task_Triage") + "')").waitFor();

        for (var login : new String[] {"manager", "auditor"}) {
            var other = browser.as(login);
            browser.open(other, "/");
            assertThat(other.locator("main").innerText())
                    .contains(Browser.word("home.withoutLead"))
                    .contains(Browser.word("home.toRatify"))
                    .contains(Browser.word("home.carried"))
                    .doesNotContain("??");
        }
        assertThat(browser.as("manager").locator("main").innerText()).contains("窓口 一子");
        var admin = browser.as("admin");
        browser.open(admin, "/");
        assertThat(admin.url()).endsWith("/operations");
    }

    // ── two at once, a session that ends, double clicks, the way back ───────────────────────────────────────────────

    private static void triage(Page page, String id) {
        browser.reloadUntil(
                        page,
                        "/consultations/" + id,
                        "main a.button:has-text('" + Browser.word("step.Task_Triage") + "')")
                .click();
        page.locator("#form .fjs-form").waitFor();
    }

    private static com.fasterxml.jackson.databind.JsonNode data(String json) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String INFORMATION =
            "{\"caseClass\":\"class1\",\"reason\":\"%s\",\"urgency\":\"normal\",\"route\":\"information\",\"answer\":\"案内した\"}";

    @Test
    void ofTwoWhoSubmitAtOnceOneWinsAndTheOtherKeepsWhatWasTyped() {
        var id = consultation("同時 一", "family");
        var one = browser.as("desk-one");
        var two = browser.as("desk-two");
        triage(one, id);
        triage(two, id);
        browser.fill(one, data(INFORMATION.formatted("一子の理由")));
        browser.fill(two, data(INFORMATION.formatted("二郎の理由")));
        two.locator("#form-status:has-text('下書きを保存しました')").waitFor();
        browser.submit(one);
        browser.left(one, url -> !url.contains("/tasks/"));
        browser.submit(two);

        two.locator("#form-errors:has-text('この作業は「窓口 一子」さんが')").waitFor();
        assertThat(two.locator("#form textarea").first().inputValue()).isEqualTo("二郎の理由");
        assertThat(kasane.sql()
                        .sql(
                                "select data ->> 'reason' from kasane.draft where user_id = :user order by saved_at desc limit 1")
                        .param("user", kasane.user("desk-two"))
                        .query(String.class)
                        .single())
                .isEqualTo("二郎の理由");
    }

    @Test
    void aSessionThatEndsInTheMiddleOfAFormLosesNothing() {
        var id = consultation("途中 一", "community");
        var page = browser.as("desk-one");
        triage(page, id);
        browser.fill(page, data(INFORMATION.formatted("消えない理由")));
        page.context().clearCookies();
        browser.submit(page);

        page.locator("#form-errors:has-text('ログインの時間が切れました')").waitFor();
        assertThat(page.locator("#form textarea").first().inputValue()).isEqualTo("消えない理由");
        var login = page.waitForPopup(() -> page.click("#form-errors a"));
        login.fill("#username", "desk-two");
        login.fill("#password", "desk-two");
        login.click("button[type=submit]");
        login.waitForURL(url -> !url.endsWith("/login"));
        browser.submit(page);
        page.locator("#form-errors:has-text('別の人としてログインしています')").waitFor();
        login.click("button:has-text('" + Browser.word("frame.logout") + "')");
        browser.open(login, "/login");
        login.fill("#username", "desk-one");
        login.fill("#password", "desk-one");
        login.click("button[type=submit]");
        login.waitForURL(url -> !url.endsWith("/login"));
        login.close();
        browser.submit(page);
        browser.left(page, url -> !url.contains("/tasks/"));
        assertThat(kasane.sql()
                        .sql("select triage_reason from kasane.consultation where id = :id")
                        .param("id", java.util.UUID.fromString(id))
                        .query(String.class)
                        .single())
                .isEqualTo("消えない理由");
    }

    @Test
    void besideTheFormStandsWhereTheStepIsAndWhatWasSubmittedStaysReadableWithTheFormsVersion() {
        var id = consultation("図 一", "income");
        var page = browser.as("desk-one");
        triage(page, id);
        page.locator("figure.diagram[data-drawn] .diagram-here").waitFor();
        assertThat(page.locator(".task-diagram figcaption").innerText()).contains(Browser.word("step.Task_Triage"));
        browser.fill(page, data(INFORMATION.formatted("残る理由")));
        browser.submit(page);
        browser.left(page, url -> !url.contains("/tasks/"));
        page.click("a.what:has-text('" + Browser.word("step.Task_Triage") + "')");
        page.locator("#form .fjs-form").waitFor();
        assertThat(page.locator("aside").innerText()).containsPattern("様式の第 \\d+ 版");
    }

    @Test
    void aDraftIsFoundAgainOnAnotherMachine() {
        var id = consultation("机 一", "mental");
        var page = browser.as("desk-one");
        triage(page, id);
        page.locator("#form textarea").first().fill("別の机で続きを書く");
        page.locator("#form-status:has-text('下書きを保存しました')").waitFor();

        var elsewhere = browser.inAnEnglishBrowserAs("desk-one");
        triage(elsewhere, id);
        assertThat(elsewhere.locator("#form textarea").first().inputValue()).isEqualTo("別の机で続きを書く");
    }

    @Test
    void aDoubleClickRecordsOnceAndTheWayBackDoesNotRecordAgain() {
        var page = browser.as("desk-two");
        browser.open(page, "/consultations/new");
        browser.fill(
                page,
                data(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                         "subjectName":"𠮷田 邉󠄂子😀","subjectKana":"よしだ","concerns":["food"],"story":"二度押し😀 葛󠄀城"}"""));
        page.locator("#form-submit").focus();
        page.locator("#form-submit").dblclick();
        browser.left(page, url -> url.contains("/consultations/") && !url.endsWith("/new"));
        assertThat(page.locator("main").innerText()).contains("𠮷田 邉󠄂子😀").contains("葛󠄀城");
        page.goBack();
        page.locator("#form-submit").waitFor();
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.consultation where story = '二度押し😀 葛󠄀城'")
                        .query(Long.class)
                        .single())
                .isOne();
        // Another shape of the same character finds it.
        browser.open(page, "/tasks?view=group");
        page.fill("#task-words", "吉田辺子");
        page.press("#task-words", "Enter");
        page.locator(row("𠮷田")).waitFor();
    }

    @Test
    void whatIsTooLongOrNoDateIsSaidBesideTheFieldAndNothingIsLost() {
        var page = browser.as("desk-two");
        browser.open(page, "/consultations/new");
        var story = "長".repeat(20_001);
        browser.fill(
                page,
                data(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"長い話の人","phone":"０４２ー１２３ー４５６７","concerns":["food"],"story":"%s"}"""
                                .formatted(story)));
        page.locator("#form-submit").focus();
        assertThat(page.locator("#form input[id$='phone'], #form input").all().stream()
                        .map(input -> input.inputValue())
                        .toList())
                .contains("042-123-4567");
        browser.submit(page);
        page.locator("#form-errors:not([hidden])").waitFor();
        page.locator(".fjs-form-field-error:has-text('20000 字以内で入力してください。')").waitFor();
        assertThat(page.locator("#form textarea").first().inputValue()).hasSize(20_001);

        page.locator("#form textarea").first().fill("長".repeat(10_000));
        var date = page.locator("#form input[id$='-date']").first();
        date.fill("2026/13/45");
        date.press("Tab");
        browser.submit(page);
        page.locator("#form-errors:not([hidden])").waitFor();
        assertThat(page.url()).endsWith("/consultations/new");
        assertThat(page.locator("#form textarea").first().inputValue()).hasSize(10_000);
        date.fill("令和8年11月20日");
        date.press("Enter");
        date.press("Tab");
        // form-js lets the hour go with a day that is none.
        var time = page.locator("#form input[id$='-time']").first();
        time.fill("10:00");
        time.press("Enter");
        time.press("Tab");
        browser.submit(page);
        browser.left(page, url -> url.contains("/consultations/") && !url.endsWith("/new"));
    }
}
