package jp.kasane.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How long it takes until running instances have gone over to a version that was released: consultations that wait to be sorted out, all by the
 * public REST API, the release by two managers.
 *
 * <p>Arguments: base address, data directory, instances (1000). Changes the diagram in force: use a local default that can be thrown away.
 */
public final class MigratedInstances {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String SECOND = "bench-second";

    private static String base;

    private MigratedInstances() {}

    public static void main(String[] args) throws Exception {
        base = args.length > 0 ? args[0] : "http://localhost:8080";
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int instances = args.length > 2 ? Integer.parseInt(args[2]) : 1000;
        try (var database = Kasane.database(data);
                var statement = database.createStatement()) {
            statement.execute(
                    """
                    with u as (
                        insert into kasane.app_user (id, municipality_id, login, display_name, password_hash)
                        select gen_random_uuid(), municipality_id, '%1$s', '審査 二子', '{noop}%1$s' from kasane.app_user where login = 'manager'
                        on conflict (login) do nothing returning id, municipality_id)
                    insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id)
                    select gen_random_uuid(), u.municipality_id, u.id, 'manager', r.agency_id
                    from u, kasane.role_assignment r join kasane.app_user m on m.id = r.user_id and m.login = 'manager'
                    """
                            .formatted(SECOND));
        }
        long from = System.nanoTime();
        begin(instances);
        System.out.printf("%d consultations begun in %.1f s%n", instances, seconds(from));
        int version = release();

        from = System.nanoTime();
        var preview = post("manager", "/models/consultation/migration/preview", "{}");
        System.out.printf(
                "preview of %d (goes %d, by hand %d) in %.2f s%n",
                preview.get("going").asInt() + preview.get("staying").asInt(),
                preview.get("going").asInt(),
                preview.get("staying").asInt(),
                seconds(from));
        from = System.nanoTime();
        var id = post("manager", "/models/consultation/migration", "{\"version\":" + version + ",\"mapping\":{}}")
                .get("id")
                .asText();
        System.out.printf("begun in %.2f s%n", seconds(from));
        JsonNode migration;
        int shown = 0;
        do {
            Thread.sleep(200);
            migration = get("manager", "/models/migrations/" + id).get("migration");
            if (migration.get("done").asInt() >= shown + 250) {
                shown = migration.get("done").asInt();
                System.out.printf("  %d of %d after %.1f s%n", shown, migration.get("total").asInt(), seconds(from));
            }
        } while (!migration.get("status").asText().equals("done"));
        System.out.printf(
                "%d of %d went over in %.1f s, failed %d, by hand %d, gone %d%n",
                migration.get("done").asInt(),
                migration.get("total").asInt(),
                seconds(from),
                migration.get("failed").asInt(),
                migration.get("hand").asInt(),
                migration.get("gone").asInt());
    }

    private static void begin(int instances) throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        var begun = new ArrayList<Future<?>>();
        for (int i = 0; i < instances; i++) {
            var body =
                    """
                    {"data":{"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                     "subjectName":"移行 %d","concerns":["work"],"mainConcern":"work","story":"架空"}}"""
                            .formatted(i);
            begun.add(threads.submit(() -> post("reception", "/consultations", body)));
        }
        for (var one : begun) {
            one.get();
        }
        threads.shutdown();
        int open;
        do {
            Thread.sleep(500);
            open = newest().get("running").asInt();
        } while (open < instances);
    }

    /** The same diagram under another name. */
    private static int release() throws Exception {
        var xml = Files.readString(Path.of("../processes/consultation.bpmn"))
                .replace("name=\"相談受付\"", "name=\"相談の受付 " + System.currentTimeMillis() % 100_000 + "\"");
        var draft = send(
                        "manager",
                        "POST",
                        "/models/drafts/import?fileName=consultation.bpmn",
                        "application/octet-stream",
                        xml)
                .get("id")
                .asText();
        var release = post(
                        "manager",
                        "/models/drafts/" + draft + "/release",
                        "{\"versionTag\":\"bench-" + System.currentTimeMillis() + "\",\"note\":\"測るため\"}")
                .get("id")
                .asText();
        JsonNode tasks;
        do {
            Thread.sleep(100);
            tasks = get(SECOND, "/tasks?view=all&matterId=" + release);
        } while (tasks.isEmpty());
        post(SECOND, "/tasks/" + tasks.get(0).get("id").asText() + "/submission", "{\"data\":{\"outcome\":\"approved\"}}");
        JsonNode released;
        do {
            Thread.sleep(100);
            released = get("manager", "/models/releases/" + release).get("release");
        } while (!released.get("status").asText().equals("deployed"));
        int version = released.get("version").asInt();
        while (newest().get("version").asInt() < version) {
            Thread.sleep(100);
        }
        return version;
    }

    private static JsonNode newest() throws Exception {
        return get("manager", "/models/consultation/versions").at("/versions/0");
    }

    private static JsonNode get(String login, String path) throws Exception {
        return send(login, "GET", path, "application/json", "");
    }

    private static JsonNode post(String login, String path, String body) throws Exception {
        return send(login, "POST", path, "application/json", body);
    }

    private static JsonNode send(String login, String method, String path, String type, String body) throws Exception {
        var answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString((login + ":" + login).getBytes()))
                        .header("Content-Type", type)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + " " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private static double seconds(long from) {
        return (System.nanoTime() - from) / 1e9;
    }
}
