package jp.kasane.engine.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import io.camunda.client.api.response.ActivatedJob;
import io.camunda.client.api.worker.JobClient;
import io.camunda.zeebe.model.bpmn.Bpmn;
import io.camunda.zeebe.model.bpmn.instance.zeebe.ZeebeBindingType;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jp.kasane.engine.BrokerProcess;
import jp.kasane.engine.EngineDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.EmptyResultDataAccessException;

/**
 * A real broker of two partitions, a real PostgreSQL, and what may happen to either. After each calamity the database has to
 * hold what the engine wrote: all of it, once.
 *
 * <p>One broker serves all tests, since each start takes seconds; the tests run in order because the last one wipes it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresExporterIT {

    private static final List<String> PROJECTIONS = List.of(
            "process_definition",
            "form",
            "process_instance",
            "element_instance",
            "sequence_flow",
            "user_task",
            "incident",
            "variable",
            "message_subscription");

    private static final Duration SOON = Duration.ofSeconds(45);

    private EngineDatabase database;
    private BrokerProcess broker;
    private EngineLog witness;
    private CamundaClient engine;

    @BeforeAll
    void start(@TempDir Path directory) {
        database = EngineDatabase.in(directory.resolve("postgres"));
        for (var name : List.of("caseId", "consultationId", "instanceKey", "step")) {
            database.sql()
                    .sql("insert into engine.allowed_variable values (?) on conflict do nothing")
                    .param(name)
                    .update();
        }
        broker = new BrokerProcess(directory.resolve("broker"), database.jdbcUrl(), false)
                .with("ZEEBE_BROKER_CLUSTER_PARTITIONSCOUNT", 2)
                .with("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_BATCHSIZE", 100);
        witness = EngineLog.of(broker);
        broker.start();
        engine = connect();
        deploy();
    }

    @AfterAll
    void stop() {
        if (engine != null) {
            engine.close();
        }
        broker.close();
        database.close();
    }

    @Test
    @Order(1)
    void storesEveryRecordOnceInOrder() {
        try (var load = new Load()) {
            load.awaitStarted(100);
            load.finish();
        }
        awaitEverythingStored();
        assertThat(count("select count(distinct partition_id) from engine.record"))
                .as("both partitions")
                .isEqualTo(2);
    }

    @Test
    @Order(2)
    void projectsTheCourseOfACase() {
        var caseId = UUID.randomUUID();
        start("exporter-parent", Map.of("caseId", caseId, "instanceKey", caseId + ":parent", "step", "first"));

        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(EmptyResultDataAccessException.class)
                .untilAsserted(() -> assertThat(database.sql()
                                .sql(
                                        "select state, priority, candidate_groups[1] as first_group from engine.user_task where case_id = ?")
                                .param(caseId)
                                .query()
                                .singleRow())
                        .containsEntry("state", "CREATED")
                        .containsEntry("first_group", "coordinator")
                        .containsEntry("priority", 70));
        var task = database.sql()
                .sql(
                        """
                        select t.id, t.key, t.form_key = f.key as linked, i.process_id, p.process_id as parent, i.root_key = p.key as rooted,
                               i.instance_key, t.id = md5(t.epoch::text || ':' || t.key)::uuid as derived
                        from engine.user_task t
                        join engine.form f on f.epoch = t.epoch and f.key = t.form_key
                        join engine.process_instance i on i.epoch = t.epoch and i.key = t.process_instance_key
                        join engine.process_instance p on p.epoch = i.epoch and p.key = i.parent_key
                        where t.case_id = ?""")
                .param(caseId)
                .query()
                .singleRow();
        assertThat(task)
                .containsEntry("linked", true)
                .containsEntry("process_id", "exporter-child")
                .containsEntry("parent", "exporter-parent")
                .containsEntry("rooted", true)
                .containsEntry("instance_key", caseId + ":child")
                .containsEntry("derived", true);

        var key = (Long) task.get("key");
        engine.newAssignUserTaskCommand(key).assignee("yamada").send().join();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(text("select assignee from engine.user_task where key = " + key))
                        .isEqualTo("yamada"));
        engine.newCompleteUserTaskCommand(key).send().join();

        // The child goes on to a gateway whose condition compares what is not there.
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(EmptyResultDataAccessException.class)
                .untilAsserted(() -> assertThat(database.sql()
                                .sql("select state, element_id, error_type from engine.incident where case_id = ?")
                                .param(caseId)
                                .query()
                                .singleRow())
                        .containsEntry("state", "OPEN")
                        .containsEntry("element_id", "Gateway_Broken")
                        .containsEntry("error_type", "EXTRACT_VALUE_ERROR"));
        assertThat(text("select state from engine.user_task where key = " + key))
                .isEqualTo("COMPLETED");
        assertThat(database.sql()
                        .sql(
                                "select element_id, state from engine.element_instance where case_id = ? and element_type <> 'START_EVENT' order by key")
                        .param(caseId)
                        .query((row, n) -> row.getString(1) + " " + row.getString(2))
                        .list())
                .containsExactly("Call_Child ACTIVE", "Task_Ask COMPLETED", "Gateway_Broken ACTIVE");
        assertThat(database.sql()
                        .sql(
                                """
                                select m.message_name, m.correlation_key, m.state from engine.message_subscription m
                                join engine.process_instance i on i.epoch = m.epoch and i.key = m.process_instance_key where i.case_id = ?""")
                        .param(caseId)
                        .query()
                        .singleRow())
                .containsEntry("message_name", "exporter-knock")
                .containsEntry("correlation_key", caseId + ":child")
                .containsEntry("state", "CREATED");
        assertThat(count(
                        """
                        select count(*) from engine.sequence_flow f join engine.process_instance i on i.epoch = f.epoch and i.key = f.process_instance_key
                        where f.element_id = 'Flow_ToBroken' and i.case_id = '%s'"""
                                .formatted(caseId)))
                .isEqualTo(1);

        var root = database.sql()
                .sql("select key from engine.process_instance where case_id = ? and parent_key is null")
                .param(caseId)
                .query(Long.class)
                .single();
        engine.newCancelInstanceCommand(root).send().join();
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(EmptyResultDataAccessException.class)
                .untilAsserted(() -> assertThat(database.sql()
                                .sql(
                                        """
                                        select state from engine.process_instance where case_id = :case
                                        union all select state from engine.incident where case_id = :case""")
                                .param("case", caseId)
                                .query(String.class)
                                .list())
                        .containsExactlyInAnyOrder("TERMINATED", "TERMINATED", "RESOLVED"));
    }

    @Test
    @Order(3)
    void keepsNoValueOfAVariableThatIsNotAllowed() throws IOException {
        var caseId = UUID.randomUUID();
        start(
                "exporter-parent",
                Map.of(
                        "caseId",
                        caseId,
                        "instanceKey",
                        caseId + ":parent",
                        "story",
                        Map.of("name", "伏見ヶ丘太郎"),
                        "step",
                        "first"));
        await().atMost(SOON).until(() -> !openTasks(caseId).isEmpty());
        engine.newCompleteUserTaskCommand(openTasks(caseId).getFirst())
                .variables(Map.of("note", "伏見ヶ丘太郎", "step", "伏せない"))
                .send()
                .join();
        awaitEverythingStored();

        assertThat(Files.readString(broker.log())).as("the engine did hold it").contains("伏見ヶ丘太郎");
        for (var column : List.of("record", "variable", "incident", "user_task", "message_subscription")) {
            assertThat(count("select count(*) from engine.%s t where t::text like '%%伏見ヶ丘%%'".formatted(column)))
                    .as(column)
                    .isZero();
        }
        assertThat(count("select count(*) from engine.variable where name in ('story', 'note') and value is null"))
                .as("the names are known")
                .isGreaterThanOrEqualTo(3);
        assertThat(
                        count(
                                "select count(*) from engine.record where value_type = 'MESSAGE' and value #> '{variables,story}' = 'null'"))
                .isEqualTo(1);
        assertThat(count("select count(*) from engine.variable where name = 'step' and value = '\"伏せない\"'"))
                .as("an allowed one keeps its value")
                .isGreaterThanOrEqualTo(1);
    }

    @Test
    @Order(4)
    void waitsWhilePostgresIsAway() throws IOException {
        try (var load = new Load()) {
            load.awaitStarted(30);
            database.stop();
            // More than the exporter holds in memory: it has to turn records away, and the broker to offer them again.
            load.awaitStarted(180);
            database.start();
            load.awaitStarted(200);
            load.finish();
        }
        awaitEverythingStored();
        assertThat(Files.readString(broker.log())).contains("has to wait in the broker's log");
    }

    @Test
    @Order(5)
    void survivesThatTheBrokerIsKilled() {
        try (var load = new Load()) {
            load.awaitStarted(60);
            broker.kill();
        }
        // The broker remembers acknowledgements in snapshots only, and there was none: it sends everything again.
        broker.start();
        try (var load = new Load()) {
            load.awaitStarted(30);
            load.finish();
        }
        awaitEverythingStored();
        assertThat(count("select count(*) from engine.epoch"))
                .as("still the same life")
                .isEqualTo(1);
        assertThat(count("select count(*) from engine.process_instance where state = 'LOST'"))
                .isZero();
    }

    @Test
    @Order(6)
    void acknowledgesNothingThatPostgresDoesNotHave() throws Exception {
        try (var load = new Load()) {
            database.stop();
            load.awaitStarted(50);
            // From here on the broker remembers what was acknowledged, whatever happens.
            var before = snapshots();
            http("POST", "/actuator/partitions/takeSnapshot");
            await().atMost(SOON)
                    .until(() -> snapshots().size() == 2 && snapshots().stream().noneMatch(before::contains));
            broker.kill();
        }
        database.start();
        broker.start();
        awaitEverythingStored();
    }

    @Test
    @Order(7)
    void setsARecordAsideThatTheDatabaseRefuses() throws IOException {
        start("exporter-unknown", Map.of("step", "one\u0000two"));
        start("exporter-unknown", Map.of("step", "one\u0000two", "story", "伏見ヶ丘花子"));
        var caseId = UUID.randomUUID();
        start("exporter-parent", Map.of("caseId", caseId, "instanceKey", "k", "step", "first"));
        await().atMost(SOON).until(() -> !openTasks(caseId).isEmpty());
        awaitEverythingStored();

        assertThat(database.sql()
                        .sql(
                                "select value_type, intent, sqlstate, convert_from(value, 'UTF8') as value from engine.record_rejected order by key")
                        .query()
                        .listOfRows())
                .hasSize(2)
                .allSatisfy(row -> assertThat(row)
                        .containsEntry("value_type", "MESSAGE")
                        .containsEntry("intent", "PUBLISHED")
                        .containsEntry("sqlstate", "22P05"))
                .anySatisfy(row -> assertThat(row.get("value").toString()).contains("one\\u0000two"))
                .anySatisfy(row -> assertThat(row.get("value").toString())
                        .contains("\"story\": null")
                        .doesNotContain("伏見ヶ丘"));
        try (var lines = Files.lines(broker.log())) {
            assertThat(lines.filter(line -> line.contains("engine.record_rejected"))
                            .toList())
                    .as("the alarm")
                    .isNotEmpty()
                    .allSatisfy(line ->
                            assertThat(line).contains("MESSAGE PUBLISHED").doesNotContain("one"));
        }
    }

    @Test
    @Order(8)
    void rebuildsTheSameProjections() {
        awaitEverythingStored();
        var live = fingerprints();

        var replayed = count("select engine.rebuild()");

        assertThat(replayed).isEqualTo(count("select count(*) from engine.record"));
        assertThat(fingerprints()).isEqualTo(live);
        assertThat(live.values()).allSatisfy(rows -> assertThat(rows).isNotEqualTo("0 "));
    }

    @Test
    @Order(9)
    void knowsAWipedBrokerFromTheOneBefore() throws IOException {
        var before = count("select count(*) from engine.record");
        var openBefore = count("select count(*) from engine.user_task where state = 'CREATED'");
        assertThat(openBefore).isPositive();
        broker.stop();
        broker.wipe();
        Files.delete(broker.log());
        witness.forget();
        broker.start();
        deploy();
        try (var load = new Load()) {
            load.awaitStarted(20);
            load.finish();
        }
        var caseId = UUID.randomUUID();
        start("exporter-parent", Map.of("caseId", caseId, "instanceKey", "k", "step", "first"));
        await().atMost(SOON).until(() -> openTasks(caseId).size() == 1);
        awaitEverythingStored();

        assertThat(count("select count(*) from engine.epoch")).isEqualTo(2);
        assertThat(count("select count(*) from engine.record r join engine.epoch e using (epoch) where not e.current"))
                .as("what the old one did stays known")
                .isEqualTo(before);
        assertThat(count("select count(*) from engine.user_task where state = 'LOST'"))
                .isEqualTo(openBefore);
        for (var table : List.of("process_instance", "element_instance", "user_task", "incident")) {
            assertThat(count(
                            "select count(*) from engine.%s t join engine.epoch e using (epoch) where not e.current and t.state in ('ACTIVE', 'CREATED', 'OPEN')"
                                    .formatted(table)))
                    .as(table)
                    .isZero();
        }
        var live = fingerprints();
        count("select engine.rebuild()");
        assertThat(fingerprints()).isEqualTo(live);
    }

    /** Compares the database with the broker's log, record by record, once the exporter has caught up. */
    private void awaitEverythingStored() {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> witness.assertStoredOnce(database.sql(), 2));
    }

    /** Names of the partitions' snapshots, as far as there are any. */
    private List<String> snapshots() throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(http("GET", "/actuator/partitions")).findValues("snapshotId").stream()
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .toList();
    }

    private String http(String method, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(broker.managementAddress().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private Map<String, String> fingerprints() {
        var rows = new HashMap<String, String>();
        for (var table : PROJECTIONS) {
            rows.put(
                    table,
                    text(
                            "select count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') from engine."
                                    + table + " t"));
        }
        return rows;
    }

    private List<Long> openTasks(UUID caseId) {
        return database.sql()
                .sql("select key from engine.user_task where case_id = ? and state = 'CREATED'")
                .param(caseId)
                .query(Long.class)
                .list();
    }

    private long count(String sql) {
        return database.sql().sql(sql).query(Long.class).single();
    }

    private String text(String sql) {
        return database.sql().sql(sql).query(String.class).single();
    }

    private CamundaClient connect() {
        return CamundaClient.newClientBuilder()
                .grpcAddress(broker.grpcAddress())
                .restAddress(broker.restAddress())
                .preferRestOverGrpc(false)
                .defaultRequestTimeout(Duration.ofSeconds(10))
                .build();
    }

    /** Starts an instance of the process whose start message has this name. */
    private void start(String message, Map<String, Object> variables) {
        engine.newPublishMessageCommand()
                .messageName(message)
                .correlationKey(UUID.randomUUID().toString())
                .timeToLive(Duration.ofMinutes(5))
                .variables(variables)
                .send()
                .join();
    }

    private void deploy() {
        var load = Bpmn.createExecutableProcess("exporter-load")
                .startEvent("Start")
                .message("exporter-load")
                .serviceTask("Task_Work", task -> task.zeebeJobType("exporter-load"))
                .endEvent("End")
                .done();
        var child = Bpmn.createExecutableProcess("exporter-child");
        child.eventSubProcess("Event_Knock")
                .startEvent("Start_Knock")
                .interrupting(false)
                .message(m -> m.name("exporter-knock").zeebeCorrelationKeyExpression("instanceKey"))
                .endEvent("End_Knock");
        var childModel = child.startEvent("Start")
                .userTask("Task_Ask", task -> task.zeebeUserTask()
                        .zeebeFormId("exporter-form")
                        .zeebeFormBindingType(ZeebeBindingType.deployment)
                        .zeebeCandidateGroups("coordinator")
                        .zeebeTaskPriority("70"))
                .sequenceFlowId("Flow_ToBroken")
                .exclusiveGateway("Gateway_Broken")
                .condition("=nothing.here > 1")
                .endEvent("End")
                .done();
        var parent = Bpmn.createExecutableProcess("exporter-parent")
                .startEvent("Start")
                .message("exporter-parent")
                .callActivity("Call_Child", call -> call.zeebeProcessId("exporter-child")
                        .zeebePropagateAllParentVariables(false)
                        .zeebePropagateAllChildVariables(false)
                        .zeebeInputExpression("caseId", "caseId")
                        .zeebeInputExpression("caseId + \":child\"", "instanceKey"))
                .endEvent("End")
                .done();
        engine.newDeployResourceCommand()
                .addProcessModel(load, "exporter-load.bpmn")
                .addProcessModel(childModel, "exporter-child.bpmn")
                .addProcessModel(parent, "exporter-parent.bpmn")
                .addResourceStringUtf8(
                        "{\"id\": \"exporter-form\", \"type\": \"default\", \"schemaVersion\": 16, \"components\": []}",
                        "exporter-form.form")
                .send()
                .join();
    }

    /** Starts instances as fast as one client can and works on their jobs. */
    private final class Load implements AutoCloseable {

        private final AtomicInteger started = new AtomicInteger();
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final CamundaClient client = connect();
        private final Thread publisher = new Thread(this::publish, "load");

        Load() {
            client.newWorker()
                    .jobType("exporter-load")
                    .handler(this::work)
                    .timeout(Duration.ofSeconds(3))
                    .pollInterval(Duration.ofMillis(50))
                    .open();
            publisher.start();
        }

        private void publish() {
            while (running.get()) {
                try {
                    client.newPublishMessageCommand()
                            .messageName("exporter-load")
                            .correlationKey(UUID.randomUUID().toString())
                            .variables(Map.of("caseId", UUID.randomUUID()))
                            .send()
                            .join();
                    started.incrementAndGet();
                } catch (RuntimeException e) {
                    // Back-pressure, or the broker is down: the next one may get through.
                    Thread.onSpinWait();
                }
            }
        }

        private void work(JobClient jobs, ActivatedJob job) {
            jobs.newCompleteCommand(job).variables(Map.of("step", "done")).send();
        }

        void awaitStarted(int instances) {
            await().atMost(Duration.ofMinutes(1)).until(() -> started.get() >= instances);
        }

        /** Starts no more, and waits until those that were started are through. */
        void finish() {
            running.set(false);
            await("the jobs to be done")
                    .atMost(SOON)
                    .until(
                            () -> count(
                                    "select count(*) from engine.process_instance where process_id = 'exporter-load' and state = 'ACTIVE'"),
                            active -> active == 0);
        }

        @Override
        public void close() {
            running.set(false);
            client.close();
            try {
                publisher.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
