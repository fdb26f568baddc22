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
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * How long a person waits for the next task: plays a scenario through the public REST API, and takes the time from the answer
 * 201 to a submission until another task of the same case is on the task list.
 *
 * <p>Arguments: base address, cases, how many at a time, the scenario's file.
 */
public final class SuccessorLatency {

    private static final Pattern DAY = Pattern.compile("today(?:([+-]\\d+))?");
    private static final Pattern TIME = Pattern.compile("now(?:([+-]\\d+)d)?");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String api;
    private final ConcurrentLinkedQueue<Long> submitted = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> waited = new ConcurrentLinkedQueue<>();

    private SuccessorLatency(String base) {
        this.api = base + "/api/v1";
    }

    public static void main(String[] args) throws Exception {
        var base = args.length > 0 ? args[0] : "http://localhost:8080";
        int cases = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int atATime = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        var file = Path.of(args.length > 3 ? args[3] : "../scenarios/hachioji-c1.yaml");
        var steps = new ObjectMapper(new YAMLFactory()).readTree(file.toFile()).get("steps");
        var bench = new SuccessorLatency(base);

        // The first case warms both JVMs up and is not counted.
        bench.play(steps);
        bench.submitted.clear();
        bench.waited.clear();

        long start = System.nanoTime();
        var threads = Executors.newFixedThreadPool(atATime);
        var played = new ArrayList<java.util.concurrent.Future<?>>();
        for (int i = 0; i < cases; i++) {
            played.add(threads.submit(() -> {
                bench.play(steps);
                return null;
            }));
        }
        for (var one : played) {
            one.get();
        }
        threads.shutdown();
        System.out.printf(
                "%d cases, %d at a time, %.1f s%n", cases, atATime, (System.nanoTime() - start) / 1e9);
        report("submit (POST until 201)", bench.submitted);
        report("successor on the list (after 201)", bench.waited);
    }

    private static void report(String what, Iterable<Long> nanos) {
        List<Long> sorted = new ArrayList<>();
        nanos.forEach(sorted::add);
        Collections.sort(sorted);
        System.out.printf(
                "%-36s n=%d  median %d ms  p95 %d ms  max %d ms%n",
                what, sorted.size(), millis(sorted, 0.5), millis(sorted, 0.95), millis(sorted, 1));
    }

    private static long millis(List<Long> sorted, double part) {
        int index = (int) Math.ceil(part * sorted.size()) - 1;
        return Math.round(sorted.get(Math.max(0, index)) / 1e6);
    }

    private void play(JsonNode steps) throws IOException, InterruptedException {
        String consultation = null;
        String caseId = null;
        String next = null;
        for (var step : steps) {
            var user = step.get("as").asText();
            if (step.has("register")) {
                long from = System.nanoTime();
                consultation = post(user, "/consultations", wrap(fresh(step.get("register"), null)))
                        .get("consultationId")
                        .asText();
                submitted.add(System.nanoTime() - from);
                next = successor("consultationId=" + consultation, null);
            } else if (step.has("task")) {
                var data = wrap(fresh(step.get("data"), caseId));
                long from = System.nanoTime();
                post(user, "/tasks/" + next + "/submission", data);
                submitted.add(System.nanoTime() - from);
                if (caseId == null) {
                    caseId = get("reception", "/consultations/" + consultation).get("caseId").asText();
                }
                if (!step.get("task").asText().equals("Task_DecideClosure")) {
                    next = successor("caseId=" + caseId, next);
                }
            } else if (step.has("contact")) {
                post(user, "/cases/" + caseId + "/contacts", wrap(fresh(step.get("contact"), caseId)));
            } else if (step.has("answer")) {
                var meeting = get(user, "/cases/" + caseId).at("/meetings/0/id").asText();
                post(user, "/meetings/" + meeting + "/answer", step.get("answer"));
            }
        }
    }

    /** As a browser that asks again and again would see it; the last request's own duration is part of the figure. */
    private String successor(String where, String before) throws IOException, InterruptedException {
        long from = System.nanoTime();
        while (System.nanoTime() - from < PATIENCE.toNanos()) {
            for (var row : get("manager", "/tasks?" + where)) {
                var id = row.get("id").asText();
                if (!id.equals(before)) {
                    waited.add(System.nanoTime() - from);
                    return id;
                }
            }
            Thread.sleep(10);
        }
        throw new IllegalStateException("no successor within " + PATIENCE + ": " + where);
    }

    private static ObjectNode wrap(JsonNode data) {
        var body = JsonNodeFactory.instance.objectNode();
        body.set("data", data);
        return body;
    }

    private JsonNode fresh(JsonNode data, String caseId) throws IOException, InterruptedException {
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

    private JsonNode get(String user, String path) throws IOException, InterruptedException {
        return send(user, request(path).GET());
    }

    private JsonNode post(String user, String path, JsonNode body) throws IOException, InterruptedException {
        return send(user, request(path).POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path)).header("Content-Type", "application/json");
    }

    private JsonNode send(String user, HttpRequest.Builder request) throws IOException, InterruptedException {
        var login = Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
        var answer = http.send(
                request.header("Authorization", "Basic " + login).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(answer.uri() + " → " + answer.statusCode() + " " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
    }
}
