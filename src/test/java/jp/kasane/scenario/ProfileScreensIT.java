package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The municipality's profile, to be looked at. */
class ProfileScreensIT {

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = new Browser(KasaneServer.shared().baseUrl());
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @Test
    void anAdministratorFindsEveryValueWithItsSourceAlsoOnAPhone() {
        var page = browser.as("admin");
        browser.open(page, "/settings/deadlines");
        page.click("nav.tabs >> text=市町村");
        assertThat(page.locator("h1").textContent()).isEqualTo("市町村のプロファイル");
        assertThat(page.locator("tr:has-text('統括主任CSW')").textContent()).contains("支える立場の人", "002, L1842-1848");
        assertThat(page.locator("tr:has-text('引継ぎを終結に数える')").textContent()).contains("いいえ", "かさねの初期値");
        assertThat(page.locator("tr:has(th:text-is('支援会議'))").textContent()).contains("招集：八王子市 福祉部福祉政策課");
        browser.picture(page, "profile");
        page.setViewportSize(375, 800);
        assertThat((int) page.evaluate("() => document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(375);
        browser.picture(page, "profile-phone");
        page.setViewportSize(1280, 900);
    }

    @Test
    void aReceptionistIsTurnedAway() {
        assertThat(KasaneServer.shared()
                        .as("reception")
                        .get("/settings/profile")
                        .status())
                .isEqualTo(403);
    }
}
