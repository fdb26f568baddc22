package jp.kasane.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import jp.kasane.engine.Deployments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of the application while instances are migrated: each has gone over once, wholly, or is where it was until its turn comes. */
class MigrationKillIT {

    private static final int INSTANCES = 120;
    private static final int TREES = 60;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private ThreeProcesses they;

    @AfterEach
    void stop() throws Exception {
        if (they != null) {
            they.close();
        }
    }

    @Test
    void whatWasUnderWayGoesOverOnce() throws Exception {
        they = new ThreeProcesses(directory);
        they.broker.start();
        they.startApplication();
        they.sql()
                .sql("update kasane.app_user set password_hash = '{noop}' || login where password_hash is not null")
                .update();
        for (int i = 0; i < INSTANCES; i++) {
            send(
                    "reception",
                    "POST",
                    "/consultations",
                    """
                    {"data":{"channel":"phone","broughtBy":"self","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                     "subjectLabel":"電話の人","concerns":["food"],"story":"架空"}}""");
        }
        await("their tasks").atMost(ThreeProcesses.PATIENCE).until(() -> tasks() == INSTANCES);
        int version = deploy();
        await("the new version")
                .atMost(ThreeProcesses.PATIENCE)
                .until(() -> number(
                                "select coalesce(max(version), 0) from engine.process_definition where process_id = 'consultation'")
                        == version);
        var id = send(
                        "manager",
                        "POST",
                        "/models/consultation/migration",
                        "{\"version\":" + version + ",\"mapping\":{}}")
                .get("id")
                .asText();
        await("the middle of it")
                .atMost(ThreeProcesses.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> count("status <> 'waiting'") >= INSTANCES / 10);
        they.killApplication();
        long left = count("status = 'waiting'");
        assertThat(left).as("killed in the middle").isBetween(1L, (long) INSTANCES - 1);

        they.startApplication();
        await("all of them").atMost(ThreeProcesses.PATIENCE).until(() -> send(
                        "manager", "GET", "/models/migrations/" + id, null)
                .at("/migration/status")
                .asText()
                .equals("done"));
        assertThat(count("status = 'done'")).isEqualTo(INSTANCES);
        assertThat(number(
                        "select count(*) from engine.process_instance where process_id = 'consultation' and state = 'ACTIVE' and version = "
                                + version))
                .isEqualTo(INSTANCES);
        // The engine was never asked for one that had gone over: each tells of its migration once.
        assertThat(
                        number(
                                """
                        select count(*) from (select r.process_instance_key from engine.record r
                        where r.value_type = 'PROCESS_INSTANCE' and r.intent = 'ELEMENT_MIGRATED' and r.value ->> 'bpmnElementType' = 'PROCESS'
                        group by 1 having count(*) <> 1) x"""))
                .isZero();
        assertThat(tasks()).isEqualTo(INSTANCES);
        aTreeWithTimers();
        assertThat(number("select count(*) from engine.incident where state = 'OPEN'"))
                .isZero();
    }

    /** Again, with what was called, and killed while timers are set anew: each is set once. */
    private void aTreeWithTimers() throws Exception {
        try (var camunda = client()) {
            tree(camunda, "PT10H");
            for (int i = 0; i < TREES; i++) {
                camunda.newCreateInstanceCommand()
                        .bpmnProcessId("tree-top")
                        .latestVersion()
                        .send()
                        .join();
            }
            await("all of them wait")
                    .atMost(ThreeProcesses.PATIENCE)
                    .until(() -> number(
                                    """
                            select count(*) from engine.element_instance where element_id = 'Wait' and state = 'ACTIVE'""")
                            == TREES);
            tree(camunda, "PT20H");
        }
        await("the new versions")
                .atMost(ThreeProcesses.PATIENCE)
                .until(() -> number(
                                """
                        select count(*) from engine.process_definition where process_id in ('tree-top', 'tree-below')""")
                        == 4);
        var id = send(
                        "manager",
                        "POST",
                        "/models/tree-top/migration",
                        "{\"version\":2,\"mapping\":{},\"called\":{\"tree-below\":{\"version\":2}}}")
                .get("id")
                .asText();
        await("the middle of the timers")
                .atMost(ThreeProcesses.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> modified() >= TREES / 10);
        they.killApplication();
        assertThat(count("status <> 'done' and process_id = 'tree-below'"))
                .as("killed in the middle")
                .isPositive();
        they.startApplication();
        await("all of them").atMost(ThreeProcesses.PATIENCE).until(() -> send(
                        "manager", "GET", "/models/migrations/" + id, null)
                .at("/migration/status")
                .asText()
                .equals("done"));
        assertThat(count("status = 'done' and process_id like 'tree-%' and timers = '{}'"))
                .isEqualTo(2 * TREES);
        await("the projection").atMost(ThreeProcesses.PATIENCE).until(() -> modified() == TREES);
        assertThat(
                        number(
                                """
                        select count(*) from engine.record r where r.value_type = 'TIMER' and r.intent = 'CREATED'
                          and (r.value ->> 'dueDate')::numeric / 1000 > extract(epoch from now()) + 15 * 3600"""))
                .isEqualTo(TREES);
        assertThat(number(
                        "select count(*) from engine.element_instance where element_id = 'Wait' and state = 'ACTIVE'"))
                .isEqualTo(TREES);
    }

    private long modified() {
        return number(
                "select count(*) from engine.record where value_type = 'PROCESS_INSTANCE_MODIFICATION' and intent = 'MODIFIED'");
    }

    private static void tree(CamundaClient camunda, String wait) {
        var definitions =
                """
                <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="D" targetNamespace="x">
                  <bpmn:process id="%s" name="%s" isExecutable="true">
                    <bpmn:startEvent id="Start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
                    <bpmn:sequenceFlow id="f1" sourceRef="Start" targetRef="%s" />
                    %s
                  </bpmn:process>
                </bpmn:definitions>""";
        camunda.newDeployResourceCommand()
                .addResourceStringUtf8(
                        definitions.formatted(
                                "tree-below",
                                wait,
                                "Wait",
                                "<bpmn:intermediateCatchEvent id=\"Wait\"><bpmn:incoming>f1</bpmn:incoming><bpmn:timerEventDefinition id=\"T\"><bpmn:timeDuration>"
                                        + wait
                                        + "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"),
                        "tree-below.bpmn")
                .send()
                .join();
        camunda.newDeployResourceCommand()
                .addResourceStringUtf8(
                        definitions.formatted(
                                "tree-top",
                                wait,
                                "Call",
                                "<bpmn:callActivity id=\"Call\"><bpmn:extensionElements><zeebe:calledElement processId=\"tree-below\" /></bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming></bpmn:callActivity>"),
                        "tree-top.bpmn")
                .send()
                .join();
    }

    private CamundaClient client() {
        return CamundaClient.newClientBuilder()
                .grpcAddress(they.broker.grpcAddress())
                .restAddress(they.broker.restAddress())
                .preferRestOverGrpc(false)
                .build();
    }

    private long count(String which) {
        return number("select count(*) from kasane.model_migration_instance where " + which);
    }

    private long tasks() {
        return number("select count(*) from engine.user_task where element_id = 'Task_Triage' and state = 'CREATED'");
    }

    private long number(String sql) {
        return they.sql().sql(sql).query(Long.class).single();
    }

    private int deploy() throws Exception {
        var xml = Files.readString(Path.of("processes/consultation.bpmn")).replace("name=\"相談受付\"", "name=\"相談の受付\"");
        try (var camunda = client()) {
            var command = camunda.newDeployResourceCommand().addResourceStringUtf8(xml, "consultation.bpmn");
            Deployments.forms(xml.getBytes(StandardCharsets.UTF_8))
                    .forEach(form -> command.addResourceFromClasspath("forms/" + form + ".form"));
            return command.send().join().getProcesses().getFirst().getVersion();
        }
    }

    private JsonNode send(String login, String method, String path, String body) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + they.port + "/api/v1" + path))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString((login + ":" + login).getBytes(StandardCharsets.UTF_8)))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return json.readTree(answer.body());
    }
}
