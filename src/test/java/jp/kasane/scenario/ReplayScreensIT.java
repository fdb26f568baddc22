package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an auditor does with a case: its whole history, its way on the diagrams, and what a correction changed. */
class ReplayScreensIT {

    private static final String ASSESSED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 経路 花, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 経路家
                members: [ { name: 経路 花, relation: head, subject: true, concerns: [food] } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: outreach, routeReason: 理由 }
            """;

    private static KasaneServer kasane;
    private static Browser browser;
    private static String caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = kasane.playSteps(ASSESSED).caseId();
        kasane.as("coordinator").task("Task_DraftOutreachPlan", "caseId=" + caseId);
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    private static Page replay() {
        var page = browser.as("auditor");
        page.setViewportSize(1280, 900);
        browser.open(page, "/cases/" + caseId + "/replay");
        page.locator("figure[data-drawn]").waitFor();
        return page;
    }

    private static Locator marked(Page page, String marker, String element) {
        return page.locator(".replay-canvas ." + marker + "[data-element-id=" + element + "]");
    }

    private static String stroke(Page page, String element) {
        return (String) page.locator(".replay-canvas [data-element-id=" + element + "] .djs-visual > :nth-child(1)")
                .evaluate("shape => getComputedStyle(shape).stroke");
    }

    @Test
    void theSliderIsMovedByTheKeyboardAndTheMarksFollow() {
        var page = replay();
        var slider = page.locator("#replay-moment");
        // At the end: where the case is now, and all of the way there.
        assertThat(marked(page, "here", "CallActivity_Outreach")).hasCount(1);
        assertThat(marked(page, "taken", "CallActivity_Assessment")).hasCount(1);
        assertThat(page.locator(".replay-canvas .djs-connection.taken").first()).isAttached();
        assertThat(slider).hasAttribute("aria-valuetext", Pattern.compile("令和\\d+年\\d+月\\d+日.*"));
        assertThat(stroke(page, "CallActivity_Outreach"))
                .as("under way stands out from taken")
                .isNotEqualTo(stroke(page, "CallActivity_Assessment"));
        slider.press("Home");
        assertThat(marked(page, "here", "CallActivity_Outreach")).hasCount(0);
        assertThat(marked(page, "taken", "CallActivity_Assessment")).hasCount(0);
        slider.press("ArrowRight");
        assertThat(marked(page, "here", "CallActivity_Assessment")).hasCount(1);
        assertThat(page.locator("output[for=replay-moment]")).hasText(Pattern.compile("令和.*（2 / \\d+）"));
        // The table beside it says the same: what is still to come is not in it.
        assertThat(page.locator(".replay-table:visible")).hasCount(1);
        assertThat(page.locator(".replay-table tr.now:visible")).containsText("アセスメント");
        assertThat(page.locator("tr[data-step]:visible", new Page.LocatorOptions().setHasText("アウトリーチ")))
                .hasCount(0);
        slider.press("End");
        assertThat(marked(page, "here", "CallActivity_Outreach")).hasCount(1);
        browser.picture(page, "case-replay");
    }

    @Test
    void theButtonsStepAndPlay() {
        var page = replay();
        var slider = page.locator("#replay-moment");
        var last = slider.inputValue();
        page.click("[data-do=back]");
        assertThat(slider).not().hasValue(last);
        page.click("[data-do=forward]");
        assertThat(slider).hasValue(last);
        page.click("[data-do=play]");
        assertThat(page.locator("[data-do=play]")).hasText(Browser.word("replay.pause"));
        assertThat(slider).hasValue("1");
        page.click("[data-do=play]");
        assertThat(page.locator("[data-do=play]")).hasText(Browser.word("replay.play"));
    }

    @Test
    void aCallActivityOpensInPlaceAndShowsWhoDidWhatThere() {
        var page = replay();
        page.locator("[data-inside=CallActivity_Assessment]").evaluate("button => button.click()");
        assertThat(page.locator(".crumbs [aria-current]")).hasText("アセスメント");
        assertThat(marked(page, "taken", "Task_WriteAssessment")).hasCount(1);
        assertThat(page.locator(".replay-note", new Page.LocatorOptions().setHasText("伴走 太郎"))
                        .first())
                .isAttached();
        assertThat(page.locator(".replay-table:visible")).containsText("伴走 太郎");
        browser.picture(page, "case-replay-inside");
        page.click(".crumbs button");
        assertThat(marked(page, "taken", "CallActivity_Assessment")).hasCount(1);
        // The same by the table, without a mouse.
        page.locator(".replay-table:visible [data-open]").first().press("Enter");
        assertThat(page.locator(".crumbs [aria-current]")).hasText("アセスメント");
        assertThat(page.locator(".replay-table:visible")).isFocused();
    }

    @Test
    void onAPhoneTheReplayFitsAndTheHistoryToo() {
        var page = browser.as("auditor");
        page.setViewportSize(375, 800);
        for (var path : new String[] {"/replay", "/history"}) {
            browser.open(page, "/cases/" + caseId + path);
            if (path.equals("/replay")) {
                page.locator("figure[data-drawn]").waitFor();
            }
            assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
                    .as(path)
                    .isLessThanOrEqualTo(0);
        }
    }

    @Test
    void theHistoryIsReachedFromTheCaseAndFilteredByAPlainForm() {
        var page = browser.as("auditor");
        page.setViewportSize(1280, 900);
        browser.open(page, "/cases/" + caseId);
        page.click("#timeline a[href$='/history']");
        page.selectOption("#kind", "look");
        page.click(".trail-filter button[type=submit]");
        page.waitForURL(Pattern.compile(".*kind=look.*"));
        assertThat(page.locator(".timeline > li").first()).containsText(Browser.word("trail.kind.read"));
        browser.picture(page, "case-history");
        var coordinator = browser.as("coordinator");
        browser.open(coordinator, "/cases/" + caseId);
        assertThat(coordinator.locator("#timeline a[href$='/history']")).hasCount(0);
    }

    @Test
    void whatACorrectionChangedIsMarkedFieldByField() {
        var submission = kasane.sql()
                .sql("select id::text from kasane.submission where case_id = :id::uuid and form_id = 'assessment'")
                .param("id", caseId)
                .query(String.class)
                .single();
        var corrected = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        """
                        {"data":{"householdIssue":"重い課題","strengths":"強み","needs":"必要","consentState":"none","route":"outreach","routeReason":"理由"},
                         "reason":"書きもらし"}""");
        assertThat(corrected.status()).as(corrected.text()).isEqualTo(201);
        var id = corrected.at("/submissionId").asText();
        var difference = kasane.as("coordinator").get("/api/v1/submissions/" + id + "/difference");
        assertThat(difference.at("/fields")).hasSize(1);
        assertThat(difference.at("/fields/0/before").asText()).isEqualTo("課題");
        assertThat(difference.at("/fields/0/after").asText()).isEqualTo("重い課題");
        var page = browser.as("auditor");
        browser.open(page, "/submissions/" + id);
        assertThat(page.locator("#difference ins").first()).isVisible();
        assertThat(page.locator("#difference dt")).hasCount(1);
        browser.picture(page, "submission-difference");
        browser.open(page, "/submissions/" + submission);
        assertThat(page.locator("#difference")).hasCount(0);
    }

    /** A reason, a press, and what is fetched once the page says that it is ready. */
    @Test
    void anAuditorTakesTheCaseAlongAsASealedFile() throws Exception {
        var page = browser.as("auditor");
        browser.open(page, "/cases/" + caseId + "/history");
        page.getByText("封緘ファイルとして出力").click();
        page.getByLabel("その他").check();
        page.getByText("作成を始める").click();
        assertThat(page.locator("body")).containsText("理由の補足");
        browser.open(page, "/cases/" + caseId + "/export");
        page.getByLabel("個人情報の開示の求め").check();
        page.getByLabel("理由の補足").fill("本人からの求め");
        page.getByText("作成を始める").click();
        var fetch = page.getByText(Pattern.compile("受け取る（[0-9]+ KB）"));
        fetch.waitFor(new Locator.WaitForOptions().setTimeout(60_000));
        var download = page.waitForDownload(fetch::click);
        assertThat(download.suggestedFilename()).matches("kasane-case-[0-9a-f-]{36}\\.zip");
        try (var zip = new java.util.zip.ZipInputStream(download.createReadStream())) {
            assertThat(zip.getNextEntry().getName()).isEqualTo("case.json");
        }
        assertThat(page.locator("table")).containsText("本人からの求め");
    }
}
