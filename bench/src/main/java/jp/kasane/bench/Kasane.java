package jp.kasane.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.regex.Pattern;

/** The running Kasane as its users see it: the public REST API, with a demo login's name as its password. */
final class Kasane {

    private static final Pattern DAY = Pattern.compile("today(?:([+-]\\d+))?");
    private static final Pattern TIME = Pattern.compile("now(?:([+-]\\d+)d)?");
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;

    Kasane(String base) {
        this.base = base;
    }

    /** The steps of a scenario's file. */
    static JsonNode steps(Path file) throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(file.toFile()).get("steps");
    }

    /** The database of an installation that was started as the local default, as its superuser. */
    static Connection database(Path data) throws IOException, SQLException {
        var port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).trim();
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/kasane", "postgres", "");
    }

    /** What is told of each duration as a case is played; the steps themselves go through {@link #play}. */
    interface Watch {
        /** @param nanos a submission's request until it was answered with 201 */
        void submitted(long nanos);

        /** @param nanos from that answer until another task of the case is on the list */
        void followed(long nanos);
    }

    static final Watch UNWATCHED = new Watch() {
        @Override
        public void submitted(long nanos) {}

        @Override
        public void followed(long nanos) {}
    };

    /**
     * Plays a case.
     *
     * @param last element id of the task that ends it: at its n-th time
     * @return the case's id
     */
    String play(JsonNode steps, String last, int times, Watch watch) throws IOException, InterruptedException {
        String consultation = null;
        String caseId = null;
        String next = null;
        int seen = 0;
        for (var step : steps) {
            var user = step.get("as").asText();
            if (step.has("register")) {
                long from = System.nanoTime();
                consultation = post(user, "/consultations", wrap(fresh(step.get("register"), null)))
                        .get("consultationId")
                        .asText();
                watch.submitted(System.nanoTime() - from);
                next = successor("consultationId=" + consultation, "Task_Triage", null, watch);
            } else if (step.has("task")) {
                var task = step.get("task").asText();
                var where = caseId == null ? "consultationId=" + consultation : "caseId=" + caseId;
                if (next == null) {
                    next = successor(where, task, user, watch);
                }
                var data = wrap(fresh(step.get("data"), caseId));
                long from = System.nanoTime();
                post(user, "/tasks/" + next + "/submission", data);
                watch.submitted(System.nanoTime() - from);
                next = null;
                if (caseId == null) {
                    caseId = get("reception", "/consultations/" + consultation).get("caseId").asText();
                }
                if (task.equals(last) && ++seen == times) {
                    return caseId;
                }
            } else if (step.has("record")) {
                post(user, "/cases/" + caseId + "/records/" + step.get("record").asText(), wrap(fresh(step.get("data"), caseId)));
            }
        }
        return caseId;
    }

    /** As a browser that asks again and again would see it; the last request's own duration is part of the figure. */
    private String successor(String where, String step, String user, Watch watch) throws IOException, InterruptedException {
        long from = System.nanoTime();
        while (System.nanoTime() - from < PATIENCE.toNanos()) {
            for (var row : get(user == null ? "manager" : user, "/tasks?view=all&step=" + step + "&" + where)) {
                if (user == null || row.get("workable").asBoolean()) {
                    watch.followed(System.nanoTime() - from);
                    return row.get("id").asText();
                }
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("no " + step + " within " + PATIENCE + ": " + where);
    }

    static ObjectNode wrap(JsonNode data) {
        var body = JsonNodeFactory.instance.objectNode();
        body.set("data", data);
        return body;
    }

    JsonNode fresh(JsonNode data, String caseId) throws IOException, InterruptedException {
        if (data instanceof ObjectNode object) {
            var copy = JsonNodeFactory.instance.objectNode();
            for (var names = object.fieldNames(); names.hasNext(); ) {
                var name = names.next();
                copy.set(name, fresh(object.get(name), caseId));
            }
            return copy;
        }
        if (data instanceof ArrayNode array) {
            var copy = JsonNodeFactory.instance.arrayNode();
            for (var each : array) {
                copy.add(fresh(each, caseId));
            }
            return copy;
        }
        return data.isTextual() ? JsonNodeFactory.instance.textNode(fresh(data.asText(), caseId)) : data;
    }

    private String fresh(String text, String caseId) throws IOException, InterruptedException {
        var day = DAY.matcher(text);
        if (day.matches()) {
            return inJapan(day.group(1)).toLocalDate().toString();
        }
        var time = TIME.matcher(text);
        if (time.matches()) {
            return inJapan(time.group(1)).format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mmxxx"));
        }
        if (text.startsWith("member:")) {
            for (var member : get("coordinator", "/cases/" + caseId).at("/household/members")) {
                if (member.get("called").asText().equals(text.substring(7))) {
                    return member.get("id").asText();
                }
            }
        }
        return text;
    }

    private static ZonedDateTime inJapan(String days) {
        return ZonedDateTime.now(ZoneId.of("Asia/Tokyo")).plusDays(days == null ? 0 : Long.parseLong(days));
    }

    JsonNode get(String user, String path) throws IOException, InterruptedException {
        return send(user, request(path).GET());
    }

    JsonNode post(String user, String path, JsonNode body) throws IOException, InterruptedException {
        return send(user, request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    /** Sends a file as it is. */
    JsonNode upload(String user, String path, byte[] file) throws IOException, InterruptedException {
        return send(
                user,
                request(path).setHeader("Content-Type", "application/octet-stream").POST(HttpRequest.BodyPublishers.ofByteArray(file)));
    }

    /** A consultation at the window; its id. */
    String register() throws IOException, InterruptedException {
        var told = JSON.readTree(
                """
                {"channel":"window","broughtBy":"self","subjectKnown":true,"subjectName":"計測 一","concerns":["food"],"story":"計測"}""");
        ((ObjectNode) told).put("receivedAt", fresh("now", null));
        return post("reception", "/consultations", wrap(told)).get("consultationId").asText();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + "/api/v1" + path)).header("Content-Type", "application/json");
    }

    /** A page, as the browser gets it. */
    String page(String user, String path) throws IOException, InterruptedException {
        var answer = http.send(
                authorized(user, HttpRequest.newBuilder(URI.create(base + path)).header("Accept", "text/html"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.uri() + " → " + answer.statusCode());
        }
        return answer.body();
    }

    private static HttpRequest.Builder authorized(String user, HttpRequest.Builder request) {
        var login = Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
        return request.header("Authorization", "Basic " + login);
    }

    private JsonNode send(String user, HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(authorized(user, request).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.uri() + " → " + answer.statusCode() + " " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
    }
}
