package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plays a scenario's file on the screens, with the hands that are given. */
final class OnTheScreens {

    /** How somebody works: by mouse or by keyboard. Each comes back with the path of the page that followed. */
    interface Hands {

        String register(Scenario.Step step, JsonNode data);

        /** @param here the path of the consultation or case that the task belongs to */
        String work(Scenario.Step step, String here, JsonNode data);

        void record(Scenario.Step step, String here, JsonNode data);

        void expect(Scenario.Step step, String here);
    }

    private OnTheScreens() {}

    /** @param name takes the place of 架空 in all names: the same family may be played elsewhere on the same server */
    static void play(String baseUrl, String scenario, String name, Hands hands) throws IOException {
        var text = Files.readString(Path.of("scenarios/" + scenario + ".yaml"), StandardCharsets.UTF_8)
                .replace("架空", name);
        String here = null;
        for (var step : new YAMLMapper().readValue(text, Scenario.class).steps()) {
            if (step.expect() != null) {
                hands.expect(step, here);
            } else if (step.register() != null) {
                here = hands.register(step, fresh(baseUrl, step.register(), step.as()));
            } else if (step.task() != null) {
                here = hands.work(step, here, fresh(baseUrl, step.data(), step.as()));
            } else if (step.record() != null) {
                hands.record(step, here, fresh(baseUrl, step.data(), step.as()));
            } else {
                throw new IllegalArgumentException("Not done on a screen: " + step);
            }
        }
    }

    /** Members are chosen on the screen by their names: only dates are made fresh. */
    private static JsonNode fresh(String baseUrl, JsonNode asWritten, String login) {
        var data = asWritten.deepCopy();
        // What the form proposes stands there already.
        for (var fields = data.fields(); fields.hasNext(); ) {
            if (fields.next().getValue().asText().startsWith("form:")) {
                fields.remove();
            }
        }
        var text = data.toString().replace("\"member:", "\"\\u0000member:");
        try {
            return new ObjectMapper()
                    .readTree(new ScenarioPlayer(baseUrl)
                            .fresh(new YAMLMapper().readTree(text), login)
                            .toString()
                            .replace("\\u0000member:", "member:"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The phase that the page of a case shows. */
    static void shows(Browser browser, Scenario.Step step, String here) {
        var page = browser.as(step.as());
        browser.open(page, here);
        assertThat(page.locator(".path li[aria-current]").textContent())
                .isEqualTo(Browser.word("phase." + step.expect().get("phase").asText()));
    }
}
