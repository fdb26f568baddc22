package jp.kasane.scenario;

import java.io.IOException;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Four people who have no mouse take a case from the first call to the closure. */
class KeyboardIT {

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

    @Test
    void hachiojiC1GoesFromConsultationToClosureByKeyboardAlone() throws IOException {
        OnTheScreens.play(kasane.baseUrl(), "hachioji-c1", "鍵盤", new ByKeyboard(browser, kasane.baseUrl()));
    }
}
