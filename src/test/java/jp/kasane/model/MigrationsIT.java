package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.camunda.client.CamundaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 移行 on a server of its own: the engine itself takes running instances over; what it does with them is what is asserted. */
class MigrationsIT {

    private static final String API = "/api/v1/models/";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SORTING =
            """
            {"caseClass":"class1","reason":"単独の相談","urgency":"normal","route":"own","answer":"窓口で説明した"}""";

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.startWith("hachioji");
    }

    @AfterAll
    static void close() {
        kasane.close();
    }

    private static KasaneServer.User manager() {
        return kasane.as("manager");
    }

    private static String consultation(String name) {
        var id = kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                         "subjectName":"%s","concerns":["work"],"mainConcern":"work","story":"架空"}"""
                                .formatted(name));
        kasane.as("reception").task("Task_Triage", "consultationId=" + id);
        return id;
    }

    private static String shipped(String process) {
        try {
            return Files.readString(Path.of("processes", process + ".bpmn"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a release does it, without the two people: the diagram with the forms that are shipped. */
    private static int deploy(String process, String xml) {
        var command = kasane.bean(CamundaClient.class)
                .newDeployResourceCommand()
                .addResourceStringUtf8(xml, process + ".bpmn");
        jp.kasane.engine.Deployments.forms(xml.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .forEach(form -> command.addResourceFromClasspath("forms/" + form + ".form"));
        int version = command.send().join().getProcesses().getFirst().getVersion();
        await("the projection").atMost(SOON).until(() -> inForce(process) == version);
        return version;
    }

    private static int inForce(String process) {
        for (var one : manager().get("/api/v1/models").body()) {
            if (one.get("processId").asText().equals(process)) {
                return one.get("version").asInt();
            }
        }
        return 0;
    }

    private static KasaneServer.Answer preview(String process, String mapping) {
        return manager().post(API + process + "/migration/preview", "{\"mapping\":" + mapping + "}");
    }

    private static String begin(String process, int version, String mapping) {
        var answer = manager()
                .post(API + process + "/migration", "{\"version\":" + version + ",\"mapping\":" + mapping + "}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/id").asText();
    }

    private static KasaneServer.Answer migration(String id) {
        return manager().get(API + "migrations/" + id);
    }

    private static void awaitDone(String id) {
        await("migration")
                .atMost(SOON)
                .until(() -> migration(id).at("/migration/status").asText().equals("done"));
    }

    private static String groups(String consultation) {
        return kasane.sql()
                .sql(
                        "select array_to_string(candidate_groups, ',') from engine.user_task where consultation_id = :id and state = 'CREATED'")
                .param("id", UUID.fromString(consultation))
                .query(String.class)
                .single();
    }

    /** Another id and another group; afterwards once more, to a version after that. */
    private static String sortedByCoordinators() {
        var xml = shipped("consultation").replace("Task_Triage", "Task_SortOut");
        var group =
                "<zeebe:formDefinition formId=\"triage\" bindingType=\"deployment\" />\n        <zeebe:assignmentDefinition candidateGroups=\"reception\" />";
        assertThat(xml).contains(group);
        return xml.replace(group, group.replace("reception", "coordinator"));
    }

    @Test
    void runningConsultationsGoOverAndTheirTasksFollowTheNewDiagram() {
        var one = consultation("移る 一");
        var two = consultation("移る 二");
        var claimed = kasane.as("reception").task("Task_Triage", "consultationId=" + two);
        kasane.as("reception").put("/api/v1/tasks/" + claimed + "/draft", "{\"data\":{\"reason\":\"書きかけ\"}}");
        assertThat(manager()
                        .post("/api/v1/settings/deadlines/Task_SortOut", "{}")
                        .status())
                .isGreaterThanOrEqualTo(400);
        var draft = manager()
                .post(API + "drafts", "{\"processId\":\"consultation\"}")
                .at("/id")
                .asText();
        assertThat(manager()
                        .post(API + "drafts/" + draft + "/deadlines", "{\"step\":\"Task_SortOut\",\"dueDays\":\"100\"}")
                        .status())
                .isEqualTo(204);
        int version = deploy("consultation", sortedByCoordinators());

        var before = preview("consultation", "{}");
        assertThat(before.at("/version").asInt()).isEqualTo(version);
        assertThat(before.at("/groups/0/obstacles/0/code").asText()).isEqualTo("gone");
        assertThat(before.at("/groups/0/obstacles/0/candidates").findValuesAsText("id"))
                .contains("Task_SortOut");
        assertThat(before.at("/staying").asInt()).isGreaterThanOrEqualTo(2);
        var mapping = "{\"Task_Triage\":\"Task_SortOut\"}";
        var mapped = preview("consultation", mapping);
        assertThat(mapped.at("/going").asInt()).isEqualTo(before.at("/staying").asInt());
        assertThat(groups(one)).isEqualTo("reception");

        var id = begin("consultation", version, mapping);
        assertThat(manager()
                        .post(API + "consultation/migration", "{\"version\":" + version + ",\"mapping\":{}}")
                        .status())
                .isEqualTo(409);
        awaitDone(id);
        var report = migration(id);
        assertThat(report.at("/migration/done").asInt())
                .as(report.text())
                .isEqualTo(report.at("/migration/total").asInt());
        await("the groups").atMost(SOON).until(() -> groups(one).equals("coordinator"));
        assertThat(kasane.as("coordinator").task("Task_SortOut", "consultationId=" + two))
                .isEqualTo(claimed);
        await("its deadline").atMost(SOON).until(() -> kasane.sql()
                .sql(
                        "select step = 'Task_SortOut' and due_at > now() + interval '90 days' from kasane.deadline where task_id = :task")
                .param("task", UUID.fromString(claimed))
                .query(Boolean.class)
                .single());

        // What was migrated is migrated again.
        int next = deploy("consultation", sortedByCoordinators().replace("name=\"相談受付\"", "name=\"相談の受付\""));
        assertThat(preview("consultation", "{}").at("/groups/0/obstacles")).isEmpty();
        var again = begin("consultation", next, "{}");
        awaitDone(again);
        assertThat(migration(again).at("/migration/done").asInt()).isGreaterThanOrEqualTo(2);
        var done = kasane.as("coordinator").submit(claimed, SORTING);
        assertThat(done.status()).as(done.text()).isEqualTo(201);
        await("the end").atMost(SOON).until(() -> kasane.sql()
                .sql(
                        "select state = 'COMPLETED' from engine.process_instance where consultation_id = :id and process_id = 'consultation'")
                .param("id", UUID.fromString(two))
                .query(Boolean.class)
                .single());
        assertThat(manager().get("/models/consultation/migration").text()).contains("いまの版で動いているものは");
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from audit.entry where what like 'model_migration.%' and refs -> 'key' ->> 'id' = :id")
                        .param("id", again)
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    /** Begun and stopped before the first one's turn. */
    private static String paused(String process, int version, String fromKey) {
        var id = UUID.randomUUID();
        kasane.sql()
                .sql(
                        """
                        with m as (
                            insert into kasane.model_migration (id, municipality_id, process_id, epoch, to_key, to_version, mapping, status, begun_by, begun_at)
                            select :id, u.municipality_id, :process, d.epoch, d.key, d.version, '{}', 'paused', u.id, now()
                            from kasane.app_user u, engine.process_definition d
                            where u.login = 'manager' and d.process_id = :process and d.version = :version returning *)
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, from_key, from_version, of_stream, status)
                        select m.id, m.municipality_id, p.key, %s, p.version, p.matter_id, 'waiting'
                        from m join engine.process_instance p on p.process_id = :process and p.state = 'ACTIVE' and p.version < :version
                        """
                                .formatted(fromKey))
                .param("id", id)
                .param("process", process)
                .param("version", version)
                .update();
        return id.toString();
    }

    private static int runningUnder(String process, int version) {
        return kasane.sql()
                .sql(
                        "select count(*)::int from engine.process_instance where process_id = :process and version = :version and state = 'ACTIVE'")
                .param("process", process)
                .param("version", version)
                .query(Integer.class)
                .single();
    }

    /** 地域課題: instances of matters. What the engine says no to is named; then nothing is in the way. */
    @Test
    void whatIsPausedWaitsWhatIsRefusedIsNamedAndSeatedAgain() {
        for (var title : new String[] {"夜の居場所がない", "移動の足がない"}) {
            assertThat(kasane.as("coordinator")
                            .post(
                                    "/api/v1/community-issues",
                                    "{\"data\":{\"issue\":\"new\",\"title\":\"%s\",\"description\":\"事例が続く\"}}"
                                            .formatted(title))
                            .status())
                    .isEqualTo(201);
        }
        await("two of them").atMost(SOON).until(() -> runningUnder("community-issue", inForce("community-issue")) == 2);
        var diagram = shipped("community-issue").replace("name=\"地域課題\"", "name=\"地域の課題\"");
        int version = deploy("community-issue", diagram);
        int running = preview("community-issue", "{}").at("/going").asInt();
        assertThat(running).isPositive();

        // Mapped as if it ran under a diagram it does not run under.
        var id = paused(
                "community-issue",
                version,
                "(select min(key) from engine.process_definition where process_id = 'plan')");
        assertThat(manager()
                        .post(API + "community-issue/migration", "{\"version\":" + version + ",\"mapping\":{}}")
                        .status())
                .isEqualTo(409);
        await("nothing goes on")
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> migration(id).at("/migration/waiting").asInt() == running);
        assertThat(manager().post(API + "migrations/" + id + "/resume", "").status())
                .isEqualTo(204);
        awaitDone(id);
        var report = migration(id);
        assertThat(report.at("/migration/failed").asInt()).as(report.text()).isEqualTo(running);
        assertThat(report.at("/left/0/reason").asText()).isNotBlank();
        assertThat(runningUnder("community-issue", version)).isZero();
        assertThat(manager().post(API + "migrations/" + id + "/pause", "").status())
                .isEqualTo(409);

        var seat = API + "migrations/" + id + "/instances/"
                + report.at("/left/0/instanceKey").asText() + "/reseat";
        assertThat(manager().post(seat, "").status()).isEqualTo(204);
        assertThat(manager().post(seat, "").status()).isEqualTo(409);
        await("seated again").atMost(SOON).until(() -> runningUnder("community-issue", version) == 1);

        var rest = begin("community-issue", version, "{}");
        awaitDone(rest);
        assertThat(migration(rest).at("/migration/done").asInt()).isEqualTo(running - 1);
        await("all of them").atMost(SOON).until(() -> runningUnder("community-issue", version) == running);
    }

    @Test
    void whoMayNotAndWhatIsNotThereIsRefused() {
        assertThat(kasane.as("coordinator")
                        .post(API + "plan/migration/preview", "{}")
                        .status())
                .isEqualTo(403);
        assertThat(preview("no-such-process", "{}").status()).isEqualTo(404);
        assertThat(manager().post(API + "plan/migration", "{\"version\":99}").status())
                .isEqualTo(409);
        assertThat(manager().get(API + "migrations/" + UUID.randomUUID()).status())
                .isEqualTo(404);
        assertThat(manager().get("/model-migrations/x").status()).isEqualTo(404);
        assertThat(kasane.as("auditor").get(API + "migrations").status()).isEqualTo(200);
    }
}
