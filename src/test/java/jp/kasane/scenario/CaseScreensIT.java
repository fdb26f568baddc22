package jp.kasane.scenario;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.regex.Pattern;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The case page as somebody works with it: its parts, its timeline, where it is on the diagram. */
class CaseScreensIT {

    private static final String ASSESSED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 画面 花, concerns: [food], mainConcern: food, story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 画面家
                members: [ { name: 画面 花, relation: head, subject: true, concerns: [food, health], mainConcern: food } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static Browser browser;
    private static String caseId;

    @BeforeAll
    static void open() {
        var kasane = KasaneServer.shared();
        caseId = kasane.playSteps(ASSESSED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    private static Page page() {
        var page = browser.as("coordinator");
        page.setViewportSize(1280, 900);
        browser.open(page, "/cases/" + caseId);
        return page;
    }

    @Test
    void theWorstConcernStandsOutAndEveryAgencyHasItsReason() {
        var page = page();
        assertThat(page.locator("#household .worst")).hasText("◎ " + Browser.word("concern.food"));
        assertThat(page.locator("#household")).containsText("○ " + Browser.word("concern.health"));
        assertThat(page.locator("#agencies")).containsText(Browser.word("seat.lead"));
        assertThat(page.locator("#agencies")).containsText(Browser.word("seat.reported"));
        assertThat(page.locator("#deadlines")).containsText(Browser.word("step.Task_WriteAssessment"));
    }

    @Test
    void onAPhoneThePartsAreFoldedAndALinkOpensOne() {
        var page = browser.as("coordinator");
        page.setViewportSize(375, 800);
        browser.open(page, "/cases/" + caseId);
        assertThat(page.locator("#agencies .rows").first()).isHidden();
        page.click(".parts a[href='#agencies']");
        assertThat(page.locator("#agencies .rows").first()).isVisible();
        assertThat((Integer) page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
                .isLessThanOrEqualTo(0);
    }

    @Test
    void theTimelineIsFilteredByAPlainFormAndItsAddressKeepsTheFilter() {
        var page = page();
        page.click(".filter summary");
        page.selectOption("#topic", "assessment");
        page.click(".filter button[type=submit]");
        page.waitForURL(Pattern.compile(".*topic=assessment.*"));
        assertThat(page.locator(".timeline > li")).hasCount(1);
        assertThat(page.locator(".timeline")).containsText(Browser.word("step.Task_GatherInformation"));
    }

    @Test
    void whatChangedFromOneVersionOfAPlanToTheNextIsMarkedInItsWords() {
        // Two versions, as a plan that came back leaves them: the way there is walked elsewhere.
        KasaneServer.shared()
                .sql()
                .sql(
                        """
                        with s as (select id, row_number() over (order by recorded_at) as n from kasane.submission
                                   where case_id = :case::uuid or consultation_id in (select id from kasane.consultation where case_id = :case::uuid))
                        insert into kasane.plan (id, municipality_id, case_id, kind, version, status, submission_id, person_wish, long_goal,
                            review_on, drafted_by, drafted_at)
                        select gen_random_uuid(), f.municipality_id, f.id, 'support', s.n, case s.n when 1 then 'returned' else 'draft' end, s.id,
                            'この家で暮らしたい', case s.n when 1 then '週に一度、外に出る' else '週に二度、外に出て人と話す' end,
                            date '2027-01-01' + s.n::int, u.id, now()
                        from kasane.case_file f cross join s cross join kasane.app_user u
                        where f.id = :case::uuid and u.login = 'coordinator' and s.n <= 2
                        """)
                .param("case", caseId)
                .update();
        var page = page();
        page.click("#plans a[href*='/difference']");
        assertThat(page.locator("h1")).containsText("第1版 → 第2版");
        assertThat(page.locator(".difference ins", new Page.LocatorOptions().setHasText("話す")))
                .hasCount(1);
        assertThat(page.locator(".difference del").first()).hasText("一度");
        assertThat(page.locator(".difference dd").first()).hasText("この家で暮らしたい");
        browser.picture(page, "plan-difference");
        var difference = KasaneServer.shared()
                .as("coordinator")
                .get("/api/v1/cases/" + caseId + "/plans/support/difference?from=1&to=2");
        assertThat(difference.at("/fields/1/pieces").findValuesAsText("kind")).contains("same", "removed", "added");
        assertThat(KasaneServer.shared()
                        .as("coordinator")
                        .get("/api/v1/cases/" + caseId + "/plans/support/difference?from=1&to=9")
                        .text())
                .contains("プランの版が見つかりません。");
    }

    @Test
    void whereTheCaseIsStandsInWordsAndOnTheDiagram() {
        var page = page();
        page.click("#now a[href$='/diagram']");
        assertThat(page.locator("figure").first()).containsText(Browser.word("step.Task_WriteAssessment"));
        var marked = page.locator("figure[data-drawn]").first().locator(".here[data-element-id=Task_WriteAssessment]");
        assertThat(marked).hasCount(1);
        // As its licence wants it.
        assertThat(page.locator("figure .bjs-powered-by").first()).isVisible();
        browser.picture(page, "case-diagram");
    }

    /** What somebody needs beside a form: the household, its consent and the newest contacts, not all there are. */
    @Test
    void besideAFormStandTheHouseholdAndTheThreeNewestContacts() {
        var kasane = KasaneServer.shared();
        var caseId = kasane.playSteps(ASSESSED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        for (int day = 1; day <= 4; day++) {
            var recorded = kasane.as("coordinator")
                    .post(
                            "/api/v1/cases/" + caseId + "/records/contact",
                            "{\"data\":{\"occurredAt\":\"2026-10-0" + day
                                    + "T10:00:00+09:00\",\"kind\":\"visit\",\"content\":\"横に出る訪問" + day + "\"}}");
            assertThat(recorded.status()).isEqualTo(201);
        }
        var page = browser.as("coordinator");
        browser.open(page, "/tasks/" + kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId));
        var beside = page.locator("main aside");
        assertThat(beside).containsText("画面 花");
        assertThat(beside).containsText("横に出る訪問4");
        assertThat(beside).containsText("横に出る訪問2");
        assertThat(beside).not().containsText("横に出る訪問1");
    }
}
