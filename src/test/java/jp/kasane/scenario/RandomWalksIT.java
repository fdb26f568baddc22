package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nobody is lost: cases walk at random (valid decisions, events from outside, re-seats, pauses), stop anywhere, and then every one
 * that is open has something that brings it back to people. A walk is its seed: the same seed asks the same questions again.
 */
class RandomWalksIT {

    private static final int WALKS = Integer.getInteger("kasane.walks", 200);
    private static final int FIRST_SEED = Integer.getInteger("kasane.first-walk", 1);
    private static final int THREADS = 6;

    /** One of its own: no other test's people, mails and cases stand in the way, and none of these in theirs. */
    private static KasaneServer kasane;

    @TempDir
    private static Path directory;

    private final Map<String, Set<UUID>> audiences = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        kasane = KasaneServer.on(directory);
        // Meetings are put to sittings that many walks share, and that are moved, merged and called off under all of
        // them.
        var body = kasane.as("manager")
                .post(
                        "/api/v1/settings/meetings",
                        """
                        {"code":"walkers","name":"歩く会議","kinds":["support","coordination"],"rhythm":"weekly","every":"1","countsFrom":"",
                         "weekday":"3","nths":[],"months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","place":"会議室","cutoffDays":"1",
                         "cutoffUnit":"calendar","closedDay":"next","quorum":"","active":true}""");
        assertThat(body.status()).as(body.text()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        kasane.close();
    }

    @Test
    void noOpenCaseIsEverLeftWithoutAWayBackToPeople() throws InterruptedException {
        var people = kasane.sql()
                .sql("select login from kasane.app_user where password_hash is not null order by id")
                .query(String.class)
                .list();
        for (var login : people) {
            var mine = kasane.inTheNameOf(
                    kasane.user(login), jdbc -> jdbc.sql("select unnest(kasane.workable_audiences())")
                            .query(UUID.class)
                            .list());
            audiences.put(login, Set.copyOf(mine));
        }
        var walks = IntStream.range(FIRST_SEED, FIRST_SEED + WALKS)
                .mapToObj(Walk::new)
                .toList();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            walks.forEach(walk -> threads.submit(walk::run));
            threads.shutdown();
            assertThat(threads.awaitTermination(20, TimeUnit.MINUTES)).isTrue();
        }
        await("the walks' orders to be done")
                .atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> walks.stream().noneMatch(Walk::onItsWay));
        var lost = new ArrayList<String>();
        for (var walk : walks) {
            if (walk.broken != null) {
                lost.add(walk + " broke: " + walk.broken);
            }
        }
        assertThat(lost).isEmpty();
        // The engine may still be on its way to the next waiting place: only what stays lost is lost.
        await("every open case to wait for somebody")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(walks.stream()
                                .flatMap(walk -> walk.findings().stream())
                                .toList())
                        .isEmpty());
        System.out.println("Random walks: " + WALKS + " from seed " + FIRST_SEED + ", "
                + walks.stream().mapToInt(walk -> walk.path.size()).sum() + " steps, phases at the end "
                + kasane.sql()
                        .sql("select phase || ' ' || count(*) from kasane.case_file group by phase order by phase")
                        .query(String.class)
                        .list());
    }

    private final class Walk {

        private final int seed;
        private final Random random;
        private final List<String> path = new ArrayList<>();
        private String consultation;
        private UUID caseId;
        private String broken;

        Walk(int seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        void run() {
            try {
                register();
                int steps = 4 + random.nextInt(24);
                for (int i = 0; i < steps; i++) {
                    step();
                }
            } catch (RuntimeException | AssertionError e) {
                broken = e.toString();
            }
        }

        private void register() {
            consultation = kasane.as("reception")
                    .register(
                            """
                            {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                             "subjectLabel":"歩く人 %d","concerns":["food"],"story":"架空の相談"}"""
                                    .formatted(seed));
            path.add("register");
        }

        private void step() {
            int dice = random.nextInt(100);
            if (caseId != null && dice < 14) {
                record();
            } else if (caseId != null && dice < 17) {
                reseat();
            } else if (caseId != null && dice < 22) {
                kasane.as("coordinator").post("/api/v1/cases/" + caseId + "/review", "{}");
                path.add("ask for a review");
            } else if (caseId != null && dice < 25) {
                sitting();
            } else if (dice < 29) {
                pause(random.nextInt(400));
            } else {
                work();
            }
            if (caseId == null) {
                var opened = kasane.sql()
                        .sql("select case_id from kasane.consultation where id = :id")
                        .param("id", UUID.fromString(consultation))
                        .query((row, n) -> row.getObject(1, UUID.class))
                        .list();
                caseId = opened.getFirst();
            }
        }

        private record Open(UUID id, String step, UUID audience) {}

        /** Does one of the open tasks, if there is one a moment from now. */
        private void work() {
            for (int attempt = 0; attempt < 10; attempt++) {
                var open = kasane.sql()
                        .sql(
                                """
                                select id, element_id as step, audience_id as audience from engine.user_task t
                                where state = 'CREATED' and %s
                                  and not exists (select from kasane.submission s where s.task_id = t.id) order by created_at, id
                                """
                                        .formatted(caseId == null ? "consultation_id = :id" : "case_id = :id"))
                        .param("id", caseId == null ? UUID.fromString(consultation) : caseId)
                        .query(Open.class)
                        .list();
                if (!open.isEmpty()) {
                    submit(open.get(random.nextInt(open.size())));
                    return;
                }
                pause(100);
            }
            path.add("nothing to do");
        }

        private void submit(Open task) {
            var login = audiences.entrySet().stream()
                    .filter(who -> who.getValue().contains(task.audience()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nobody may do " + task.step()));
            for (int attempt = 0; attempt < 12; attempt++) {
                var sheet = kasane.as(login).get("/api/v1/tasks/" + task.id());
                if (sheet.status() == 404 || !sheet.at("/open").asBoolean()) {
                    path.add(task.step() + " was gone");
                    return;
                }
                var data = new RandomForm(random, sheet.at("/data")).fill(sheet.at("/form"));
                steer(task.step(), data, sheet.at("/data"));
                var answer = kasane.as(login).submit(task.id().toString(), data.toString());
                if (answer.status() == 201) {
                    path.add(task.step() + " " + decisions(data));
                    return;
                }
                if (answer.status() == 409 || answer.status() == 404) {
                    path.add(task.step() + " was refused: "
                            + answer.at("/detail").asText());
                    return;
                }
                if (answer.status() != 400 && answer.status() != 422) {
                    throw new AssertionError(task.step() + ": " + answer);
                }
            }
            path.add(task.step() + ": no valid answer found");
        }

        /** Towards a case, and now and then towards consent: a walk that ends at the window shows nothing. */
        private void steer(String step, com.fasterxml.jackson.databind.node.ObjectNode data, JsonNode options) {
            if (step.equals("Task_Triage") && random.nextInt(10) > 0) {
                data.put("route", "case");
            }
            if (data.has("memberIds") && random.nextInt(3) > 0) {
                all(data.putArray("memberIds"), options.get("memberOptions"));
                all(data.putArray("agencies"), options.get("agencyOptions"));
                data.putArray("scope").add("plan").add("support");
            }
        }

        private void all(com.fasterxml.jackson.databind.node.ArrayNode into, JsonNode options) {
            options.forEach(option -> into.add(option.get("value").asText()));
        }

        private String decisions(JsonNode data) {
            var said = new ArrayList<String>();
            for (var key : List.of(
                    "route",
                    "begin",
                    "outcome",
                    "outcomeSupport",
                    "outcomeCoordination",
                    "decision",
                    "path",
                    "result",
                    "state",
                    "next",
                    "nextPhase",
                    "watch")) {
                if (data.has(key)) {
                    said.add(key + "=" + data.get(key).asText());
                }
            }
            return said.toString();
        }

        private void record() {
            var login = random.nextBoolean() ? "coordinator" : "manager";
            var offered = kasane.as(login).get("/api/v1/cases/" + caseId).at("/records");
            if (offered.isEmpty()) {
                return;
            }
            var form = offered.get(random.nextInt(offered.size())).asText();
            var url = "/api/v1/cases/" + caseId + "/records/" + form;
            var sheet = kasane.as(login).get(url);
            var data = new RandomForm(random, sheet.at("/data")).fill(sheet.at("/form"));
            if (form.equals("member-added")) {
                data.put("label", "加わった人");
            }
            steer(form, data, sheet.at("/data"));
            var answer = kasane.as(login).post(url, "{\"data\":" + data + "}");
            path.add(form + " " + decisions(data) + " → " + answer.status());
            if (answer.status() >= 500) {
                throw new AssertionError(form + ": " + answer);
            }
        }

        /** The convener decides about the whole sitting the case is put to; whatever it says, no case may be lost by it. */
        private void sitting() {
            var sitting = kasane.as("manager")
                    .get("/api/v1/cases/" + caseId)
                    .at("/meetings/0/sittingId")
                    .asText();
            if (!sitting.contains("-")) {
                return;
            }
            var what = List.of("move", "merge", "cancel").get(random.nextInt(3));
            var coming = kasane.as("manager").get("/api/v1/sittings").at("/coming");
            var into = coming.isEmpty()
                    ? sitting
                    : coming.get(random.nextInt(Math.min(4, coming.size())))
                            .get("id")
                            .asText();
            var answer = kasane.as("manager")
                    .post(
                            "/api/v1/sittings/" + sitting + "/" + what,
                            "{\"reason\":\"試験\",\"into\":\"%s\",\"place\":\"別館\",\"startsAt\":\"%s\"}"
                                    .formatted(
                                            into, java.time.OffsetDateTime.now().plusDays(1 + random.nextInt(30))));
            path.add("sitting " + what + " → " + answer.status());
            if (answer.status() >= 500) {
                throw new AssertionError("sitting " + what + ": " + answer);
            }
        }

        private void reseat() {
            var answer = kasane.as("manager").post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試験\"}");
            path.add("re-seat → " + answer.status());
            if (random.nextInt(3) == 0) {
                kasane.as("manager").post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試験\"}");
                path.add("re-seat again");
            }
        }

        private void pause(int millis) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        boolean onItsWay() {
            return consultation != null
                    && kasane.sql()
                                    .sql(
                                            "select count(*) from kasane.outbox where done_at is null and (stream_id = :case or stream_id = :consultation)")
                                    .param("case", caseId, java.sql.Types.OTHER)
                                    .param("consultation", UUID.fromString(consultation))
                                    .query(Long.class)
                                    .single()
                            > 0;
        }

        /** What is wrong with where this walk stands, one sentence each; empty when nobody is lost. */
        List<String> findings() {
            var findings = new ArrayList<String>();
            if (caseId == null) {
                triaged(findings);
                return findings;
            }
            record Now(
                    String phase,
                    boolean led,
                    int cases,
                    int tasks,
                    int waiting,
                    int deadlines,
                    int doubled,
                    int incidents) {}
            var now = kasane.sql()
                    .sql(
                            """
                            select f.phase, f.lead_agency_id is not null as led,
                                (select count(*) from engine.process_instance i where i.case_id = f.id and i.process_id = 'support-case' and i.state = 'ACTIVE') as cases,
                                (select count(*) from engine.user_task t where t.case_id = f.id and t.state = 'CREATED'
                                   and t.process_id not in ('role', 'invitation')) as tasks,
                                (select count(*) from engine.element_instance e where e.case_id = f.id and e.state = 'ACTIVE'
                                   and e.element_id in ('Gateway_ReviewDueOrAsked', 'Event_WatchDue')) as waiting,
                                (select count(*) from kasane.deadline l where l.case_id = f.id and l.settled_at is null) as deadlines,
                                (select count(*) from (select 1 from engine.user_task t where t.case_id = f.id and t.state = 'CREATED'
                                   and t.process_id not in ('role', 'invitation') group by t.element_id having count(*) > 1
                                   union all
                                   select 1 from engine.user_task t join engine.process_instance i on i.epoch = t.epoch and i.key = t.process_instance_key
                                   where t.case_id = f.id and t.state = 'CREATED' group by i.instance_key, t.element_id having count(*) > 1) d) as doubled,
                                (select count(*) from engine.incident n where n.case_id = f.id and n.state = 'OPEN') as incidents
                            from kasane.case_file f where f.id = :id
                            """)
                    .param("id", caseId)
                    .query(Now.class)
                    .single();
            boolean closed = now.phase().equals("closed");
            if (!now.led()) {
                findings.add(this + " has no lead");
            }
            if (!closed && now.cases() != 1) {
                findings.add(this + " is in phase " + now.phase() + " and has " + now.cases() + " instances");
            }
            if (closed && now.cases() + now.tasks() > 0) {
                findings.add(this + " is closed and still has something running");
            }
            if (!closed && now.tasks() + now.waiting() == 0) {
                findings.add(this + " is in phase " + now.phase() + " with no task and nothing to wait for");
            }
            if (!closed && now.deadlines() == 0) {
                findings.add(this + " is in phase " + now.phase() + " without a deadline");
            }
            if (now.doubled() > 0) {
                findings.add(this + " has a task twice");
            }
            if (now.incidents() > 0) {
                findings.add(this + " has an incident");
            }
            return findings;
        }

        private void triaged(List<String> findings) {
            record Now(String status, int tasks) {}
            var now = kasane.sql()
                    .sql(
                            """
                            select status, (select count(*) from engine.user_task t where t.consultation_id = c.id and t.state = 'CREATED') as tasks
                            from kasane.consultation c where id = :id
                            """)
                    .param("id", UUID.fromString(consultation))
                    .query(Now.class)
                    .single();
            if (now.status().equals("received") != (now.tasks() == 1)) {
                findings.add(this + " is " + now.status() + " with " + now.tasks() + " tasks");
            }
        }

        @Override
        public String toString() {
            return "walk " + seed + " (" + String.join(" / ", path) + ")";
        }
    }
}
