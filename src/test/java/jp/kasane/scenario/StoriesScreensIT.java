package jp.kasane.scenario;

import java.io.IOException;
import jp.kasane.KasaneServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stories of other municipalities than 八王子, on the screens, each under its own profile. */
class StoriesScreensIT {

    @ParameterizedTest
    @CsvSource({
        // C14, 事例１: a sheet that is handed over and opens no case.
        "komae-c14a, komae",
        // C4: see the scenario.
        "nishitokyo-c4, nishitokyo",
        // H: a case that reaches the month's sitting before its cut-off.
        "yuzawa-h, yuzawa"
    })
    void aStoryGoesThroughTheScreens(String scenario, String profile) throws IOException {
        try (var kasane = KasaneServer.startWith(profile);
                var browser = new Browser(kasane.baseUrl())) {
            OnTheScreens.play(kasane.baseUrl(), scenario, "架空", new ByMouse(browser, kasane.baseUrl()));
        }
    }
}
