package jp.kasane.scenario;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/**
 * Plays scenarios against a running Kasane, with HTTP Basic and a local user's name as password.
 *
 * <p>In data, {@code "today+7"} and {@code "now-2d"} (the same hour two days ago) are replaced, and {@code "member:<name>"} by the
 * id of the household's member of that name, so that a scenario is as fresh on every day it is played.
 */
public final class ScenarioPlayer {

    private static final Pattern DAY = Pattern.compile("today(?:([+-]\\d+))?");
    private static final Pattern TIME = Pattern.compile("now(?:([+-]\\d+)d)?");
    /** An engine that loses a job takes it back after a minute: nothing is amiss before that. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final RestClient http;
    private final JsonMapper yaml = JsonMapper.builder(new YAMLFactory())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public ScenarioPlayer(String baseUrl) {
        this.http = RestClient.create(baseUrl);
    }

    /** @param caseId null while the scenario never came to open a case */
    public record Played(String consultationId, String caseId) {}

    /** @param profile the installation's: elsewhere its agencies are unknown */
    public static boolean onFirstStart(InputStream file, String profile) throws IOException {
        var scenario = new ScenarioPlayer("http://127.0.0.1").yaml.readValue(file, Scenario.class);
        return scenario.play() && scenario.profile().equals(profile);
    }

    /** @throws ScenarioFailed naming the step that did not go as written */
    public Played play(InputStream file) throws IOException {
        var scenario = yaml.readValue(file, Scenario.class);
        String consultation = null;
        String caseId = null;
        for (int i = 0; i < scenario.steps().size(); i++) {
            var step = scenario.steps().get(i);
            try {
                if (step.register() != null) {
                    consultation = post(
                                    step.as(), "/api/v1/consultations", wrap(fresh(step.register(), step.as(), null)))
                            .get("consultationId")
                            .asText();
                    caseId = null;
                } else if (step.task() != null) {
                    var task = await(step.as(), consultation, caseId, step.task(), true);
                    post(
                            step.as(),
                            "/api/v1/tasks/" + task + "/submission",
                            wrap(fresh(step.data(), step.as(), caseId)));
                } else if (step.record() != null) {
                    post(
                            step.as(),
                            "/api/v1/cases/" + caseId + "/records/" + step.record(),
                            wrap(fresh(step.data(), step.as(), caseId)));
                } else if (step.ask() != null) {
                    post(
                            step.as(),
                            "/api/v1/cases/" + caseId + "/" + step.ask(),
                            JsonNodeFactory.instance.objectNode());
                } else {
                    expect(step, consultation, caseId);
                }
                if (caseId == null && consultation != null) {
                    caseId = textOrNull(get(step.as(), "/api/v1/consultations/" + consultation)
                            .get("caseId"));
                }
            } catch (RuntimeException e) {
                throw new ScenarioFailed(scenario.id(), i + 1, e);
            }
        }
        return new Played(consultation, caseId);
    }

    private void expect(Scenario.Step step, String consultation, String caseId) {
        var expected = step.expect();
        if (expected.has("task")) {
            await(step.as(), consultation, caseId, expected.get("task").asText(), false);
        }
        if (expected.has("phase") || expected.has("closed")) {
            var file = get(step.as(), "/api/v1/cases/" + caseId).get("case");
            if (expected.has("phase")
                    && !file.get("phase").asText().equals(expected.get("phase").asText())) {
                throw new IllegalStateException(
                        "the case is in phase " + file.get("phase").asText());
            }
            if (expected.has("closed")
                    && file.hasNonNull("closedAt") != expected.get("closed").asBoolean()) {
                throw new IllegalStateException("the case is " + (file.hasNonNull("closedAt") ? "closed" : "open"));
            }
        }
    }

    /** Tasks appear when the engine and the exporter have got there: a moment, not a fixed time. */
    private String await(String user, String consultation, String caseId, String step, boolean theirs) {
        var place = caseId == null ? "consultationId=" + consultation : "caseId=" + caseId;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until) {
            // Several agencies may be asked the same at once: each does its own.
            for (var task : get(user, "/api/v1/tasks?view=all&step=" + step + "&" + place)) {
                if (!theirs || task.get("workable").asBoolean()) {
                    return task.get("id").asText();
                }
            }
            try {
                Thread.sleep(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + step);
            }
        }
        throw new IllegalStateException("no open task " + step + " for " + user);
    }

    private static String textOrNull(JsonNode node) {
        return node == null || node.isNull() ? null : node.asText();
    }

    private static ObjectNode wrap(JsonNode data) {
        var body = JsonNodeFactory.instance.objectNode();
        body.set("data", data);
        return body;
    }

    JsonNode fresh(JsonNode data, String user, String caseId) {
        return switch (data) {
            case null -> JsonNodeFactory.instance.objectNode();
            case ObjectNode object -> {
                var copy = JsonNodeFactory.instance.objectNode();
                object.fields()
                        .forEachRemaining(field -> copy.set(field.getKey(), fresh(field.getValue(), user, caseId)));
                yield copy;
            }
            case ArrayNode array -> {
                var copy = JsonNodeFactory.instance.arrayNode();
                array.forEach(each -> copy.add(fresh(each, user, caseId)));
                yield copy;
            }
            default -> data.isTextual() ? JsonNodeFactory.instance.textNode(fresh(data.asText(), user, caseId)) : data;
        };
    }

    private String fresh(String text, String user, String caseId) {
        var day = DAY.matcher(text);
        if (day.matches()) {
            return LocalDate.now(JapaneseTime.ZONE)
                    .plusDays(offset(day.group(1)))
                    .toString();
        }
        var time = TIME.matcher(text);
        if (time.matches()) {
            return LocalDateTime.now(JapaneseTime.ZONE)
                    .plusDays(offset(time.group(1)))
                    .withSecond(0)
                    .withNano(0)
                    .atZone(JapaneseTime.ZONE)
                    .format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        }
        if (text.startsWith("member:")) {
            for (var member :
                    get(user, "/api/v1/cases/" + caseId).path("household").path("members")) {
                if (member.path("called").asText().equals(text.substring(7))) {
                    return member.get("id").asText();
                }
            }
            throw new IllegalStateException("no member of the household called " + text.substring(7));
        }
        return text;
    }

    private static long offset(String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    private JsonNode get(String user, String path) {
        return http.get()
                .uri(path)
                .headers(headers -> headers.setBasicAuth(user, user))
                .retrieve()
                .body(JsonNode.class);
    }

    private JsonNode post(String user, String path, JsonNode body) {
        return http.post()
                .uri(path)
                .headers(headers -> headers.setBasicAuth(user, user))
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .retrieve()
                .body(JsonNode.class);
    }

    /** A step did not go as written. */
    public static class ScenarioFailed extends RuntimeException {
        ScenarioFailed(String id, int step, Throwable cause) {
            super("Scenario " + id + ", step " + step + ": " + cause.getMessage(), cause);
        }
    }
}
