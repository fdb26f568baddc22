package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A manager changes how long a step may take and when the office is open, in a real browser. */
class DeadlineScreensIT {

    private static final DateTimeFormatter ON_THE_LIST = DateTimeFormatter.ofPattern("M月d日(E)", Locale.JAPANESE);

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
        kasane.as("manager")
                .put(
                        "/api/v1/settings/deadlines/Task_Triage",
                        """
                        {"active":true,"dueDays":3,"unit":"calendar","remindDays":1,"leadDays":0,"escalateDays":2}""");
        kasane.sql().sql("delete from kasane.calendar_day").update();
    }

    private static void tell(Page page, String field, String value) {
        page.locator("#" + field).fill(value);
    }

    @Test
    void aManagerChangesADeadlineAndTheTaskListShowsIt() {
        kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"期限の動く人","concerns":["food"],"story":"食べるものがない"}""");
        var reception = browser.as("reception");
        var row = "tr:has-text('期限の動く人')";
        browser.reloadUntil(reception, "/tasks?view=group", row + ":has(.tag)");
        var created = kasane.sql()
                .sql(
                        """
                        select l.created_at from kasane.deadline l join kasane.consultation c on c.id = l.consultation_id
                        where c.subject_label = '期限の動く人'
                        """)
                .query((found, n) -> found.getTimestamp(1).toInstant())
                .single();
        assertThat(reception.locator(row).textContent()).contains(inDays(created, 3));

        var manager = browser.as("manager");
        manager.click("nav a:has-text('設定')");
        manager.locator("#Task_Triage").locator("a").click();
        tell(manager, "dueDays", "三日");
        tell(manager, "escalateDays", "5");
        manager.click("main button[type=submit]");
        assertThat(manager.locator("#dueDays-error").textContent()).isEqualTo("期限までの日数は0から3650までの整数で入力してください。");
        assertThat(manager.locator("#dueDays").inputValue()).isEqualTo("三日");
        assertThat(manager.locator("#escalateDays").inputValue()).isEqualTo("5");

        tell(manager, "dueDays", "１５");
        manager.click("main button[type=submit]");
        manager.waitForURL("**/settings/deadlines#Task_Triage");
        assertThat(manager.locator("[role=status]").first().textContent()).contains("保存しました");
        assertThat(manager.locator("#Task_Triage").textContent()).contains("15 日", "5 日後", "自治体の設定");
        assertThat(manager.locator(".timeline").textContent()).contains("前：期限 3 日", "後：期限 15 日", "所管 誠");
        browser.picture(manager, "settings-deadlines");

        browser.open(reception, "/tasks?view=group");
        assertThat(reception.locator(row).textContent()).contains(inDays(created, 15));
    }

    private static String inDays(Instant from, int days) {
        return ON_THE_LIST.format(from.plus(days, ChronoUnit.DAYS).atZone(JapaneseTime.ZONE));
    }

    @Test
    void aManagerDecidesOnADayAndIsToldWhatIsWrong() {
        var manager = browser.as("manager");
        browser.open(manager, "/settings/calendar");
        assertThat(manager.locator("main").textContent()).contains("年末年始", "12-29 から 01-03 まで", "令和8年9月22日(火)");
        tell(manager, "dayName", "市制記念日");
        manager.locator("form[action$='/days'] button").click();
        assertThat(manager.locator("#dayDate-error").textContent()).isEqualTo("日付は 2026-12-28 のように入力してください。");
        assertThat(manager.locator("#dayName").inputValue()).isEqualTo("市制記念日");
        tell(manager, "dayDate", "2027-10-01");
        manager.locator("form[action$='/days'] button").click();
        assertThat(manager.locator(".settings-list").last().textContent()).contains("令和9年10月1日(金)", "市制記念日", "閉庁");
        browser.picture(manager, "settings-calendar");
        manager.locator("button:has-text('「市制記念日」を取り消す')").click();
        manager.locator("text=決めた日はありません。").waitFor();
    }

    @Test
    void anAuditorLooksAndChangesNothingAndAMemberSeesNoSettings() {
        var auditor = browser.as("auditor");
        for (var path : new String[] {"/settings/deadlines", "/settings/calendar"}) {
            browser.open(auditor, path + "?lang=en");
            assertThat(auditor.locator("main").textContent())
                    .as(path)
                    .contains("You can look at this page.")
                    .doesNotContain("??")
                    .doesNotContain("''");
            assertThat(auditor.locator("main form button, main a.button").count())
                    .as(path)
                    .isZero();
        }
        browser.open(auditor, "/tasks?lang=ja");
        var member = browser.as("member");
        assertThat(member.locator("nav a[href='/settings/deadlines']").count()).isZero();
        browser.open(member, "/settings/deadlines");
        assertThat(member.locator("[role=alert]").textContent()).contains("設定を見られるのは");
    }
}
