package jp.kasane.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import jp.kasane.engine.exporter.EngineLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the application, the database and the broker, each a process of its own as in server mode, while six people work.
 * What their side remembers of who sent what is compared with what is kept: nothing that was answered is lost, nothing is there twice,
 * nothing is attributed to somebody else, and the chain of the trail is whole.
 */
class KillIT {

    private static final Duration PATIENCE = ThreeProcesses.PATIENCE;

    /** What has to be handed in before one of them is killed, and again after it has come back. */
    private static final int WORK = 12;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger markers = new AtomicInteger();
    private final List<Thread> people = new ArrayList<>();
    private final Map<String, UUID> ids = new HashMap<>();
    private volatile boolean working = true;

    private ThreeProcesses they;
    private EngineLog log;

    /**
     * A request as its sender remembers it.
     *
     * @param marker stands in what was handed in, and nowhere else; null for a look
     * @param task that was handed in, or null
     * @param status null when no answer came
     * @param request the answer's X-Request-Id
     */
    private record Sent(String login, String method, String marker, String task, Integer status, UUID request) {}

    @Test
    void whoeverIsKilledNothingIsLostDoubledOrAttributedToSomebodyElse() throws Exception {
        they = new ThreeProcesses(directory);
        log = EngineLog.of(they.broker);
        they.broker.start();
        they.startApplication();
        hirePeople();

        work("reception", this::receive);
        work("kill-reception", this::receive);
        work("coordinator", this::accompany);
        work("kill-coordinator", this::accompany);
        work("manager", this::look);
        work("auditor", this::audit);

        awaitWork("before anything happens");
        they.killApplication();
        they.startApplication();
        awaitWork("after the application was killed");
        they.killDatabase();
        they.startDatabase();
        awaitWork("after the database was killed");
        they.broker.kill();
        // What is handed in meanwhile waits in the outbox.
        awaitWork("while the broker is away");
        they.broker.start();
        awaitWork("after the broker was killed");
        // Once more, now that there is something of each on its way at any time.
        they.killDatabase();
        they.killApplication();
        they.broker.kill();
        they.startDatabase();
        they.broker.start();
        they.startApplication();
        awaitWork("after all three were killed");
        working = false;
        for (var person : people) {
            person.join();
        }

        awaitSettled();
        assertThat(sent.stream().map(Sent::status))
                .as("some requests had no answer: it was killed under load")
                .containsNull();
        everyAnswerHasItsEntry();
        everyEntryIsOfWhoSentIt();
        everythingHandedInIsThereOnceAndOfWhoHandedItIn();
        everyTaskWasCompletedOnce();
        log.assertStoredOnce(they.sql(), 1);
        theChainIsWhole();
    }

    @AfterEach
    void stop() throws IOException {
        working = false;
        people.forEach(Thread::interrupt);
        if (they != null) {
            they.close();
        }
    }

    // ── six people ─────────────────────────────────────────────────────────────────────────────────────────────────

    private void hirePeople() {
        for (var role : List.of("reception", "coordinator")) {
            they.sql()
                    .sql(
                            """
                            with like_them as (
                                select r.* from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id where u.login = :role limit 1),
                                 hired as (
                                insert into kasane.app_user (id, municipality_id, login, display_name, password_hash)
                                select gen_random_uuid(), l.municipality_id, 'kill-' || :role, 'もう一人の' || :role, 'later' from like_them l
                                returning id)
                            insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id)
                            select gen_random_uuid(), l.municipality_id, h.id, l.role, l.agency_id from like_them l, hired h
                            """)
                    .param("role", role)
                    .update();
        }
        // Every request logs in: slow hashes would be most of the load.
        they.sql()
                .sql("update kasane.app_user set password_hash = '{noop}' || login where password_hash is not null")
                .update();
        they.sql()
                .sql("select login, id from kasane.app_user where login is not null")
                .query((row, n) -> ids.put(row.getString(1), row.getObject(2, UUID.class)))
                .list();
    }

    private interface Turn {
        void take(Person person) throws IOException, InterruptedException;
    }

    private void work(String login, Turn turn) {
        var person = new Person(login);
        people.add(Thread.ofPlatform().name(login).start(() -> {
            while (working) {
                try {
                    turn.take(person);
                } catch (IOException noAnswer) {
                    // As people do: they look whether it is back, and go on.
                    await("the application to be back for " + login)
                            .atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(100))
                            .until(() -> !working || they.answers("liveness"));
                } catch (InterruptedException end) {
                    return;
                }
            }
        }));
    }

    private void receive(Person person) throws IOException, InterruptedException {
        person.handIn(
                "/api/v1/consultations",
                null,
                """
                {"channel":"phone","broughtBy":"self","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                 "subjectLabel":"電話の人","concerns":["food"],"story":"%s"}""");
        for (var task : person.some("Task_Triage")) {
            person.handIn(
                    "/api/v1/tasks/" + task + "/submission",
                    task,
                    """
                    {"caseClass":"class1","reason":"%s","urgency":"normal","route":"case"}""");
        }
    }

    private void accompany(Person person) throws IOException, InterruptedException {
        for (var task : person.some("Task_GatherInformation")) {
            person.handIn(
                    "/api/v1/tasks/" + task + "/submission",
                    task,
                    """
                    {"householdName":"電話の家","members":[{"name":"電話の人","relation":"head","subject":true}],
                     "agencies":[{"agency":"jiritsu","relation":"needed"}],"gathered":"%s"}""");
        }
        for (var task : person.some("Task_WriteAssessment")) {
            person.handIn(
                    "/api/v1/tasks/" + task + "/submission",
                    task,
                    """
                    {"householdIssue":"%s","strengths":"強み","needs":"必要","consentState":"none","route":"meeting",
                     "routeReason":"同意がない"}""");
        }
    }

    private void look(Person person) throws IOException, InterruptedException {
        var cases = person.get("/api/v1/tasks?view=all&step=Task_WriteAssessment");
        for (var row : cases) {
            person.get("/api/v1/cases/" + row.get("caseId").asText());
        }
    }

    private void audit(Person person) throws IOException, InterruptedException {
        for (var entry : person.get("/api/v1/trail").path("entries")) {
            if ("case".equals(entry.path("streamKind").asText())) {
                person.get("/api/v1/cases/" + entry.get("streamId").asText() + "/history");
                return;
            }
        }
    }

    private final class Person {

        private final String login;

        private Person(String login) {
            this.login = login;
        }

        /** Two that anybody of the group may do: whoever else does the same one comes too early or too late. */
        private List<String> some(String step) throws IOException, InterruptedException {
            var found = new ArrayList<String>();
            get("/api/v1/tasks?view=all&step=" + step)
                    .forEach(row -> found.add(row.get("id").asText()));
            java.util.Collections.shuffle(found, ThreadLocalRandom.current());
            return found.subList(0, Math.min(2, found.size()));
        }

        private JsonNode get(String path) throws IOException, InterruptedException {
            return send("GET", path, null, null, HttpRequest.BodyPublishers.noBody());
        }

        private void handIn(String path, String task, String data) throws IOException, InterruptedException {
            var marker = "M%06dM".formatted(markers.incrementAndGet());
            send(
                    "POST",
                    path,
                    marker,
                    task,
                    HttpRequest.BodyPublishers.ofString("{\"data\":" + data.formatted(marker) + "}"));
        }

        private JsonNode send(String method, String path, String marker, String task, HttpRequest.BodyPublisher body)
                throws IOException, InterruptedException {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + they.port + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Content-Type", "application/json")
                    .header(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString((login + ":" + login).getBytes(StandardCharsets.UTF_8)))
                    .method(method, body)
                    .build();
            Integer status = null;
            UUID id = null;
            try {
                var answer = http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                status = answer.statusCode();
                id = answer.headers()
                        .firstValue("X-Request-Id")
                        .map(UUID::fromString)
                        .orElse(null);
                if (status == 201) {
                    accepted.incrementAndGet();
                }
                if (status >= 500) {
                    throw new IOException("not ready");
                }
                return status == 200 ? json.readTree(answer.body()) : json.missingNode();
            } finally {
                sent.add(new Sent(login, method, marker, task, status, id));
            }
        }
    }

    private void awaitWork(String when) {
        int wanted = accepted.get() + WORK;
        await("work to be done " + when + ", see " + directory.resolve("kasane.log"))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> accepted.get() >= wanted);
    }

    // ── afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────

    /** Every order delivered, every job done, everything stored and sealed. */
    private void awaitSettled() {
        await("everything to stand still")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    assertThat(
                                    list(
                                            "select kind || ' ' || coalesce(last_error, '') from kasane.outbox where done_at is null"))
                            .as("orders under way")
                            .isEmpty();
                    assertThat(
                                    list(
                                            """
                                            select element_id || ' ' || key from engine.element_instance
                                            where state = 'ACTIVE' and element_type in ('SERVICE_TASK', 'BUSINESS_RULE_TASK', 'SEND_TASK')
                                              and process_instance_key not in (select key from engine.process_instance where process_id = 'deadline-sweep')
                                            """))
                            .as("jobs under way")
                            .isEmpty();
                    // Whatever was handed in has gone through its gate.
                    assertThat(
                                    list(
                                            "select step || ' ' || id from kasane.submission where task_id is not null and gate_key is null"))
                            .as("handed in and not taken on")
                            .isEmpty();
                    // Everybody has a next step: exactly one instance, and one task in it.
                    assertThat(
                                    list(
                                            """
                                            select c.number || ' ' || count(i.key) from kasane.case_file c
                                            left join engine.process_instance i
                                              on i.case_id = c.id and i.process_id = 'support-case' and i.state = 'ACTIVE'
                                            group by c.id, c.number having count(i.key) <> 1
                                            """))
                            .as("cases without an instance, or with two")
                            .isEmpty();
                    assertThat(
                                    list(
                                            """
                                            select c.id || ' ' || count(t.id) from (
                                                select id from kasane.case_file union all
                                                select id from kasane.consultation where case_id is null) c
                                            left join engine.user_task t on c.id in (t.case_id, t.consultation_id) and t.state = 'CREATED'
                                            group by c.id having count(t.id) <> 1
                                            """))
                            .as("cases and consultations without a task, or with two")
                            .isEmpty();
                    assertThat(list("select id::text from audit.unsealed"))
                            .as("waiting to be sealed")
                            .isEmpty();
                });
        assertThat(list("select element_id from engine.incident where state = 'OPEN'"))
                .as("incidents")
                .isEmpty();
        assertThat(list("select kind || ' ' || result from kasane.outbox where result is distinct from 'done'"))
                .as("orders that came to nothing")
                .isEmpty();
        assertThat(list("select epoch::text from engine.epoch"))
                .as("lives of the broker")
                .hasSize(1);
    }

    private List<String> list(String query) {
        return they.sql().sql(query).query(String.class).list();
    }

    private void everyAnswerHasItsEntry() {
        var entries = new HashMap<UUID, List<String>>();
        they.sql()
                .sql(
                        """
                        select request_id, what, status, actor_id from audit.entry
                        where request_id is not null and kind in ('read', 'export', 'act', 'denied') order by at
                        """)
                .query((row, n) -> entries.computeIfAbsent(row.getObject(1, UUID.class), id -> new ArrayList<>())
                        .add(row.getString(2).split(" ")[0] + " " + row.getInt(3) + " " + row.getObject(4, UUID.class)))
                .list();
        var without = new ArrayList<String>();
        for (var one : sent) {
            if (one.status() == null) {
                continue;
            }
            // An answer that has no entry is none: it says so, and nothing else.
            if (one.request() == null) {
                if (one.status() != 503) {
                    without.add(one.toString());
                }
                continue;
            }
            var what = one.method() + " " + one.status() + " ";
            var entered = entries.get(one.request());
            // Whoever could not be looked up, since the database went away just then, is nobody; never somebody else.
            if (!List.of(what + ids.get(one.login())).equals(entered)
                    && !(one.status() == 500 && List.of(what + "null").equals(entered))) {
                without.add(one + " " + entered);
            }
        }
        assertThat(without).as("answers without the entry that belongs to them").isEmpty();
    }

    private void everyEntryIsOfWhoSentIt() {
        var senders = new HashMap<UUID, UUID>();
        sent.stream()
                .filter(one -> one.request() != null)
                .forEach(one -> senders.put(one.request(), ids.get(one.login())));
        var wrong = new ArrayList<String>();
        they.sql()
                .sql(
                        """
                        select request_id, actor_id, kind || ' ' || what from audit.entry
                        where request_id is not null and not (status = 500 and actor_id is null)
                        """)
                .query((row, n) -> {
                    var sender = senders.get(row.getObject(1, UUID.class));
                    if (sender != null && !sender.equals(row.getObject(2, UUID.class))) {
                        wrong.add(row.getString(3) + " of " + row.getObject(2) + " was sent by " + sender);
                    }
                    return n;
                })
                .list();
        assertThat(wrong).as("entries of somebody else's request").isEmpty();
        assertThat(
                        list(
                                "select request_id::text from audit.entry where request_id is not null group by 1 having count(distinct actor_id) > 1"))
                .as("requests of more than one person")
                .isEmpty();
    }

    private void everythingHandedInIsThereOnceAndOfWhoHandedItIn() {
        record Kept(UUID id, UUID by, UUID task, List<String> events, List<String> entries) {}
        var kept = new HashMap<String, List<Kept>>();
        they.sql()
                .sql(
                        """
                        select substring(s.data::text from 'M[0-9]{6}M') as marker, s.id, s.submitted_by, s.task_id,
                               (select array_agg(distinct e.actor_id::text) from kasane.case_event e where e.submission_id = s.id) as events,
                               (select array_agg(a.actor_id || ' ' || coalesce(a.request_id::text, '-')) from audit.entry a
                                where a.kind = 'write' and a.what = 'submission' and a.refs ->> 'submission' = s.id::text) as entries
                        from kasane.submission s
                        """)
                .query((row, n) -> kept.computeIfAbsent(row.getString(1), marker -> new ArrayList<>())
                        .add(new Kept(
                                row.getObject(2, UUID.class),
                                row.getObject(3, UUID.class),
                                row.getObject(4, UUID.class),
                                List.of((String[]) row.getArray(5).getArray()),
                                List.of((String[]) row.getArray(6).getArray()))))
                .list();
        for (var one : sent) {
            if (one.marker() == null) {
                continue;
            }
            var there = kept.getOrDefault(one.marker(), List.of());
            kept.remove(one.marker());
            // Nobody knows of what was not answered, or not taken: it was taken whole, or not at all.
            assertThat(there.size())
                    .as("what is kept of " + one)
                    .isBetween(
                            one.status() != null && one.status() == 201 ? 1 : 0,
                            one.status() == null || one.status() == 201 || one.status() >= 500 ? 1 : 0);
            var who = ids.get(one.login());
            for (var submission : there) {
                assertThat(submission.by()).as("who handed in " + one).isEqualTo(who);
                assertThat(submission.task())
                        .as("task of " + one)
                        .isEqualTo(one.task() == null ? null : UUID.fromString(one.task()));
                assertThat(submission.events()).as("events of " + one).containsExactly(who.toString());
                assertThat(submission.entries())
                        .as("entries of " + one)
                        .hasSize(1)
                        .allMatch(entry -> entry.startsWith(who + " " + (one.request() == null ? "" : one.request())));
            }
        }
        assertThat(kept).as("handed in by nobody").isEmpty();
    }

    private void everyTaskWasCompletedOnce() {
        var handedIn = list(
                """
                select s.step || ' ' || coalesce(t.state, 'none') || ' ' || (
                           select count(*) || ' ' || coalesce(bool_and(r.value -> 'variables' ->> 'submissionId' = s.id::text)::text, '')
                           from engine.record r
                           where r.epoch = t.epoch and r.key = t.key and r.value_type = 'USER_TASK' and r.intent = 'COMPLETED')
                from kasane.submission s left join engine.user_task t on t.id = s.task_id where s.task_id is not null
                """);
        // How many there are is the machine's doing.
        assertThat(handedIn).isNotEmpty().allSatisfy(task -> assertThat(task)
                .as("handed in, completed once, with what was handed in")
                .endsWith(" COMPLETED 1 true"));
        assertThat(
                        list(
                                """
                        select t.element_id from engine.user_task t where t.state = 'COMPLETED'
                        and not exists (select from kasane.submission s where s.task_id = t.id)
                        """))
                .as("completed by nobody")
                .isEmpty();
    }

    private void theChainIsWhole() throws IOException, InterruptedException {
        var auditor = new Person("auditor");
        auditor.send("POST", "/api/v1/trail/chain/verify", null, null, HttpRequest.BodyPublishers.noBody());
        var state = await("the chain to be verified")
                .atMost(PATIENCE)
                .until(
                        () -> auditor.get("/api/v1/trail/chain"),
                        chain -> chain.at("/running").isNull()
                                && chain.at("/last").isObject());
        assertThat(state.at("/last/result/findings")).isEmpty();
        assertThat(state.at("/last/result/links").asLong()).isGreaterThan(100);
        assertThat(list("select what from audit.entry where kind = 'trail' and what = 'restored'"))
                .as("a crash is no restore")
                .isEmpty();
    }
}
