package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.access.SystemActor;
import jp.kasane.notification.MailAddresses;
import jp.kasane.notification.Notices;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A person chooses what comes by mail, and finds it in the local mailbox; an administrator corrects what does not arrive. */
class NotificationScreensIT {

    private static KasaneServer kasane;
    private static Browser browser;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        browser = new Browser(kasane.baseUrl());
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
        browser.close();
    }

    private static void tell(UUID user, String kind) {
        kasane.bean(SystemActor.class).inTransaction(() -> kasane.bean(Notices.class)
                .tell(
                        List.of(user),
                        kind,
                        "screen:" + UUID.randomUUID(),
                        new Notices.About(null, null, null, null, null)));
    }

    private static String mailChoice(UUID user, String kind) {
        return kasane.sql()
                .sql("select kasane.mail_choice(:user, :kind)")
                .param("user", user)
                .param("kind", kind)
                .query(String.class)
                .single();
    }

    @Test
    void aPersonChoosesWhatComesByMailAndWhere() {
        var user = kasane.employ("chooser", "選ぶ 人", "member", "anshin");
        var page = browser.as("chooser");
        browser.open(page, "/notices");
        page.click("main a[href='/settings/notifications']");
        assertThat(page.locator("main").innerText()).contains("かさねの初期値").contains("8:00");

        page.fill("#address", "これは宛先ではない");
        page.click("main button[type=submit]");
        assertThat(page.locator("[role=alert]").innerText()).contains("メールアドレスの形");
        assertThat(page.locator("#address").inputValue()).isEqualTo("これは宛先ではない");

        page.fill("#address", "chooser@example.jp");
        page.check("input[name='mail.deadline-1'][value='at-once']");
        page.check("input[name='mail.role-allocated'][value='off']");
        page.click("main button[type=submit]");
        page.locator("[role=status]:has-text('設定を保存しました')").waitFor();
        assertThat(mailChoice(user, "deadline-1")).isEqualTo("at-once");
        assertThat(mailChoice(user, "role-allocated")).isEqualTo("off");
        assertThat(page.isChecked("input[name='mail.deadline-1'][value='at-once']"))
                .isTrue();
        // What was left as it was is still a default.
        assertThat(page.locator("fieldset:has(input[name='mail.deadline-2'])").innerText())
                .contains("かさねの初期値");
        assertThat(page.locator("fieldset:has(input[name='mail.deadline-1'])").innerText())
                .doesNotContain("かさねの初期値");

        tell(user, "deadline-1");
        tell(user, "role-allocated");
        var mail = browser.reloadUntil(page, "/local/mail", "details:has-text('chooser@example.jp')");
        mail.locator("summary").click();
        assertThat(mail.innerText()).contains("期限が近づいています").contains("/settings/notifications");
        assertThat(page.locator("details:has-text('chooser@example.jp')").count())
                .isEqualTo(1);
        assertThat(page.locator("nav a[href='/local/mail']").getAttribute("aria-current"))
                .isEqualTo("page");
        browser.picture(page, "local-mail");
    }

    @Test
    void anAdministratorCorrectsAnAddressThatRefusesAndTheMailArrives() {
        var user = kasane.employ("unreachable", "届かぬ 人", "member", "anshin");
        kasane.bean(SystemActor.class)
                .inTransaction(() -> kasane.bean(MailAddresses.class).set(user, "refused-screen@kasane.invalid", "ja"));
        tell(user, "meeting-invitation");
        var page = browser.as("admin");
        var row = browser.reloadUntil(
                page, "/settings/notifications/municipality", "#person-" + user + ":has-text('届きません（550 5.1.1）')");
        row.locator("input[name=address]").fill("arrives@example.jp");
        row.locator("button").click();
        page.locator("[role=status]:has-text('設定を保存しました')").waitFor();
        browser.reloadUntil(page, "/local/mail", "details:has-text('arrives@example.jp')");
        browser.reloadUntil(
                page, "/settings/notifications/municipality", "#person-" + user + ":not(:has-text('届きません'))");
    }

    @Test
    void theAdministratorSetsTheHourAndTheWebhook() {
        var page = browser.as("admin");
        browser.open(page, "/settings/notifications/municipality");
        page.fill("#at", "07:30");
        page.locator("form:has(#at) button").click();
        page.locator("[role=status]:has-text('設定を保存しました')").waitFor();
        assertThat(page.inputValue("#at")).isEqualTo("07:30");
        page.fill("#at", "08:00");
        page.locator("form:has(#at) button").click();
        page.locator("[role=status]:has-text('設定を保存しました')").waitFor();

        page.fill("#url", "http://example.jp/plain");
        page.locator("form:has(#url) button").click();
        page.locator("[role=alert]:has-text('https://')").waitFor();
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.webhook where url is not null")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void nobodyElseSetsThemAndTheyAreReadInEnglish() {
        assertThat(kasane.as("coordinator")
                        .get("/settings/notifications/municipality")
                        .status())
                .isEqualTo(403);
        Page page = browser.as("auditor");
        for (var path : List.of("/settings/notifications?lang=en", "/local/mail")) {
            browser.open(page, path);
            assertThat(page.locator("main").innerText()).doesNotContain("??");
        }
        browser.open(page, "/settings/notifications");
        assertThat(page.locator("h1").innerText()).isEqualTo("Notice settings");
        assertThat(page.locator("main").innerText().replace("日本語", "")).doesNotContainPattern("[ぁ-んァ-ヶ一-龠]");
        browser.open(page, "/tasks?lang=ja");
    }
}
