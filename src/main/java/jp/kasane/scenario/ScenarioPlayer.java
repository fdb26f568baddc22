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
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.http.MediaType;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/**
 * Plays scenarios against a running Kasane, with HTTP Basic and a local user's name as password.
 *
 * <p>In data, {@code "today+7"} and {@code "now-2d"} (the same hour two days ago) are replaced, {@code "member:<name>"} by the id of
 * the household's member of that name, {@code "form:/sitting"} by what the task's form is given there, and
 * {@code "third-wednesday(7)"} by the next sitting on such a day whose cut-off that many days before is to come, so that a scenario
 * is as fresh on every day it is played.
 */
public final class ScenarioPlayer {

    private static final Pattern DAY = Pattern.compile("today(?:([+-]\\d+))?");
    private static final Pattern TIME = Pattern.compile("now(?:([+-]\\d+)d)?");
    private static final Pattern DAY_IN_TEXT = Pattern.compile("\\{(today(?:[+-]\\d+)?)}");
    private static final Set<String> EXPECTATIONS =
            Set.of("phase", "task", "closed", "of", "at", "is", "says", "size", "status");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final List<String> NTHS = List.of("first", "second", "third", "fourth");
    private static final Pattern SITTING =
            Pattern.compile("(first|second|third|fourth)-([a-z]+day)\\((\\d+)\\)([+-]\\d+)?");
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
        return play(yaml.readValue(file, Scenario.class), null);
    }

    Scenario read(InputStream file) throws IOException {
        return yaml.readValue(file, Scenario.class);
    }

    /**
     * @param elsewhere null, or the municipality in which the scenario is played up to the step that is refused there
     * @throws ScenarioFailed naming the step that did not go as written
     */
    Played play(Scenario scenario, Scenario.Elsewhere elsewhere) {
        var run = new Run();
        int last = elsewhere == null ? scenario.steps().size() : elsewhere.step();
        for (int i = 1; i <= last; i++) {
            var step = scenario.steps().get(i - 1);
            try {
                run.play(step, elsewhere != null && i == last ? elsewhere.refused() : step.refused());
            } catch (RuntimeException e) {
                throw new ScenarioFailed(scenario.id(), i, e);
            }
        }
        return new Played(run.consultation, run.caseId);
    }

    JsonNode fresh(JsonNode data, String user) {
        return new Run().fresh(data, user, null);
    }

    /** One telling: the consultation and the case it has come to, and what it keeps in mind. */
    private final class Run {

        private String consultation;
        private String caseId;
        private final Map<String, String> kept = new HashMap<>();

        void play(Scenario.Step step, Scenario.Refused refused) {
            if (Stream.of(step.register(), step.task(), step.record(), step.ask(), step.post(), step.expect())
                            .filter(Objects::nonNull)
                            .count()
                    != 1) {
                throw new IllegalStateException(
                        "a step is exactly one of register, task, record, ask, post and expect");
            }
            JsonNode answer;
            if (step.register() != null) {
                answer = send(step, "/api/v1/consultations", wrap(fresh(step.register(), step.as(), null)), refused);
                if (refused == null) {
                    consultation = answer.get("consultationId").asText();
                    caseId = null;
                }
            } else if (step.task() != null) {
                var task = await(step.as(), consultation, caseId, step.task(), true);
                var data = atItsOwnTime(fresh(step.data(), step.as(), task), step.as(), task);
                answer = send(step, "/api/v1/tasks/" + task + "/submission", wrap(data), refused);
            } else if (step.record() != null) {
                var data = fresh(step.data(), step.as(), null);
                answer = send(step, "/api/v1/cases/" + caseId + "/records/" + step.record(), wrap(data), refused);
            } else if (step.ask() != null) {
                answer = send(
                        step,
                        "/api/v1/cases/" + caseId + "/" + step.ask(),
                        JsonNodeFactory.instance.objectNode(),
                        refused);
            } else if (step.post() != null) {
                answer = send(step, filled(step.post()), fresh(step.data(), step.as(), null), refused);
            } else {
                answer = expect(step);
            }
            if (step.keep() != null) {
                step.keep()
                        .forEach((name, pointer) ->
                                kept.put(name, found(answer, pointer).asText()));
            }
            if (caseId == null && consultation != null) {
                caseId = caseOf(step.as());
            }
        }

        /** A meeting at a time of its own is that also where sittings of other stories are offered beside it. */
        private JsonNode atItsOwnTime(JsonNode data, String user, String task) {
            if (data instanceof ObjectNode entered
                    && entered.hasNonNull("scheduledAt")
                    && !entered.has("sitting")
                    && !get(user, "/api/v1/tasks/" + task)
                            .at("/data/sittingOptions")
                            .isEmpty()) {
                entered.put("sitting", "adhoc");
            }
            return data;
        }

        /** Whoever has done their part may not see any more what became of it. */
        private String caseOf(String user) {
            try {
                return textOrNull(
                        get(user, "/api/v1/consultations/" + consultation).get("caseId"));
            } catch (HttpClientErrorException.NotFound | HttpClientErrorException.Forbidden e) {
                return null;
            }
        }

        private JsonNode send(Scenario.Step step, String path, JsonNode body, Scenario.Refused refused) {
            if (refused == null) {
                return post(step.as(), path, body);
            }
            try {
                post(step.as(), path, body);
            } catch (RestClientResponseException e) {
                var said = e.getResponseBodyAs(JsonNode.class);
                var field = textOrNull(said.at("/fields/0/field"));
                if (e.getStatusCode().value() != refused.status()
                        || (refused.field() != null && !refused.field().equals(field))
                        || !said.toString().contains(refused.says())) {
                    throw new IllegalStateException("it is refused otherwise: " + said);
                }
                return said;
            }
            throw new IllegalStateException("it is not refused");
        }

        private JsonNode expect(Scenario.Step step) {
            var expected = step.expect();
            expected.fieldNames().forEachRemaining(word -> {
                if (!EXPECTATIONS.contains(word)) {
                    throw new IllegalStateException("nobody knows how to expect " + word);
                }
            });
            if (expected.has("at") && !expected.has("is") && !expected.has("says") && !expected.has("size")) {
                throw new IllegalStateException("what stands there is to be said: is, says or size");
            }
            if (expected.has("task")) {
                await(step.as(), consultation, caseId, expected.get("task").asText(), false);
            }
            if (expected.has("phase") || expected.has("closed")) {
                var file = get(step.as(), "/api/v1/cases/" + caseId).get("case");
                if (expected.has("phase")
                        && !file.get("phase")
                                .asText()
                                .equals(expected.get("phase").asText())) {
                    throw new IllegalStateException(
                            "the case is in phase " + file.get("phase").asText());
                }
                if (expected.has("closed")
                        && file.hasNonNull("closedAt") != expected.get("closed").asBoolean()) {
                    throw new IllegalStateException("the case is " + (file.hasNonNull("closedAt") ? "closed" : "open"));
                }
            }
            var path = expected.has("of") ? filled(expected.get("of").asText()) : "/api/v1/cases/" + caseId;
            if (expected.has("status")) {
                var status = status(step.as(), path);
                if (status != expected.get("status").asInt()) {
                    throw new IllegalStateException(path + " is answered with " + status);
                }
                return JsonNodeFactory.instance.nullNode();
            }
            if (!expected.has("at") && step.keep() == null) {
                return JsonNodeFactory.instance.nullNode();
            }
            var answer = get(step.as(), path);
            if (expected.has("at")) {
                compare(expected, found(answer, expected.get("at").asText()), step.as());
            }
            return answer;
        }

        private void compare(JsonNode expected, JsonNode found, String user) {
            boolean so = true;
            if (expected.has("is")) {
                so = same(fresh(expected.get("is"), user, null), found);
            }
            if (expected.has("says")) {
                so &= found.asText().contains(filled(expected.get("says").asText()));
            }
            if (expected.has("size")) {
                so &= found.size() == expected.get("size").asInt();
            }
            if (!so) {
                throw new IllegalStateException(expected.get("at").asText() + " is " + found);
            }
        }

        /** A day is compared with the day in Japan of a time. */
        private boolean same(JsonNode expected, JsonNode found) {
            if (expected.equals(found)) {
                return true;
            }
            if (expected.isNumber() && found.isNumber()) {
                return expected.decimalValue().compareTo(found.decimalValue()) == 0;
            }
            if (!expected.isTextual()
                    || !found.isTextual()
                    || !DATE.matcher(expected.asText()).matches()) {
                return false;
            }
            try {
                return JapaneseTime.dayOf(OffsetDateTime.parse(found.asText()).toInstant())
                        .toString()
                        .equals(expected.asText());
            } catch (DateTimeParseException e) {
                return false;
            }
        }

        private JsonNode found(JsonNode answer, String pointer) {
            var found = answer.at(filled(pointer));
            if (found.isMissingNode()) {
                throw new IllegalStateException("there is no " + pointer);
            }
            return found;
        }

        private String filled(String text) {
            var filled = text;
            if (caseId != null) {
                filled = filled.replace("{case}", caseId);
            }
            if (consultation != null) {
                filled = filled.replace("{consultation}", consultation);
            }
            for (var each : kept.entrySet()) {
                filled = filled.replace("{" + each.getKey() + "}", each.getValue());
            }
            return DAY_IN_TEXT.matcher(filled).replaceAll(day -> dated(day.group(1)));
        }

        private JsonNode fresh(JsonNode data, String user, String task) {
            return switch (data) {
                case null -> JsonNodeFactory.instance.objectNode();
                case ObjectNode object -> {
                    var copy = JsonNodeFactory.instance.objectNode();
                    object.fields()
                            .forEachRemaining(field -> copy.set(field.getKey(), fresh(field.getValue(), user, task)));
                    yield copy;
                }
                case ArrayNode array -> {
                    var copy = JsonNodeFactory.instance.arrayNode();
                    array.forEach(each -> copy.add(fresh(each, user, task)));
                    yield copy;
                }
                default -> data.isTextual() ? fresh(data.asText(), user, task) : data;
            };
        }

        private JsonNode fresh(String text, String user, String task) {
            if (text.startsWith("form:")) {
                return found(get(user, "/api/v1/tasks/" + task).get("data"), text.substring(5));
            }
            if (text.startsWith("member:")) {
                for (var member :
                        get(user, "/api/v1/cases/" + caseId).path("household").path("members")) {
                    if (member.path("called").asText().equals(text.substring(7))) {
                        return member.get("id");
                    }
                }
                throw new IllegalStateException("no member of the household called " + text.substring(7));
            }
            return JsonNodeFactory.instance.textNode(dated(filled(text)));
        }
    }

    private static String dated(String text) {
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
        var sitting = SITTING.matcher(text);
        if (sitting.matches()) {
            return nextSitting(
                            NTHS.indexOf(sitting.group(1)) + 1,
                            DayOfWeek.valueOf(sitting.group(2).toUpperCase(Locale.ROOT)),
                            Integer.parseInt(sitting.group(3)),
                            OffsetDateTime.now(JapaneseTime.ZONE))
                    .plusDays(offset(sitting.group(4)))
                    .toString();
        }
        return text;
    }

    /**
     * The first sitting a case can still be put to, by nothing but the calendar: the nth such weekday of a month, papers in by the end
     * of the office day that many days before (湯沢: third Wednesday, one week; 001, L6406, L6478).
     */
    static LocalDate nextSitting(int nth, DayOfWeek weekday, int cutoffDays, OffsetDateTime now) {
        for (var month = YearMonth.from(now); ; month = month.plusMonths(1)) {
            var day = month.atDay(1).with(TemporalAdjusters.dayOfWeekInMonth(nth, weekday));
            if (OfficeDay.closes(day.minusDays(cutoffDays)).isAfter(now)) {
                return day;
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
        return node == null || node.isNull() || node.isMissingNode() ? null : node.asText();
    }

    private static ObjectNode wrap(JsonNode data) {
        var body = JsonNodeFactory.instance.objectNode();
        body.set("data", data);
        return body;
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

    private int status(String user, String path) {
        return http.get()
                .uri(path)
                .headers(headers -> headers.setBasicAuth(user, user))
                .exchange((request, response) -> response.getStatusCode().value());
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
