package jp.kasane.engine.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jp.kasane.engine.EngineDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;

/** What engine.apply promises, with records made by hand: those a broker writes only rarely, or only by accident. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineSchemaIT {

    /** A record of partition 1 as engine.apply takes it. */
    private record Told(int partition, long position, Instant at, long key, String type, String intent, String value) {}

    private static final Instant NOVEMBER = Instant.parse("2026-11-21T09:00:00Z");
    private static final String CASE = "0b5d7bd6-6a0a-4a52-9d1c-0a3f1f2d3c4b";

    private EngineDatabase database;
    private UUID epoch;

    @BeforeAll
    void start(@TempDir Path directory) {
        database = EngineDatabase.in(directory.resolve("postgres"));
        database.sql()
                .sql("insert into engine.allowed_variable values ('caseId'), ('step') on conflict do nothing")
                .update();
    }

    @BeforeEach
    void beginAnotherLife() {
        epoch = UUID.randomUUID();
    }

    @AfterAll
    void stop() {
        database.close();
    }

    @Test
    void projectsARecordOnceHoweverOftenItComes() throws SQLException {
        var course = course();

        assertThat(apply(course)).isEqualTo(course.size());
        var once = projections();
        assertThat(apply(course)).isZero();
        assertThat(apply(course.subList(3, 5))).isZero();

        assertThat(projections()).isEqualTo(once);
    }

    @Test
    void doesNotDependOnHowTheRecordsAreCutIntoBatches() throws SQLException {
        apply(course());
        var together = projections();

        epoch = UUID.randomUUID();
        for (var record : course()) {
            apply(List.of(record));
        }

        assertThat(projections()).isEqualTo(together);
    }

    @Test
    void tellsAnInstanceItsCaseEvenWhenItLearnsItLate() throws SQLException {
        apply(course());

        assertThat(strings("select distinct case_id::text from engine.element_instance where epoch = ?"))
                .containsExactly(CASE);
        assertThat(strings("select case_id::text from engine.user_task where epoch = ?"))
                .containsExactly(CASE);
        assertThat(strings("select case_id::text from engine.incident where epoch = ?"))
                .containsExactly(CASE);
    }

    /** The engine names a called instance's variables before the instance, and a batch may end between the two. */
    @Test
    void tellsAnInstanceItsCaseThatWasNamedInTheBatchBefore() throws SQLException {
        apply(List.of(variable(1, 11, "caseId", "\\\"" + CASE + "\\\"")));
        apply(List.of(process(2, 10, "ELEMENT_ACTIVATING")));
        apply(List.of(new Told(1, 3, NOVEMBER, 13, "USER_TASK", "CREATED", task("Task_Ask", "", 5))));

        assertThat(strings("select case_id::text from engine.process_instance where epoch = ?"))
                .containsExactly(CASE);
        assertThat(strings("select case_id::text from engine.user_task where epoch = ?"))
                .containsExactly(CASE);
    }

    @Test
    void ignoresACaseThatIsNone() throws SQLException {
        apply(List.of(process(1, 10, "ELEMENT_ACTIVATING"), variable(2, 11, "caseId", "\\\"next Tuesday\\\"")));

        assertThat(strings("select case_id::text from engine.process_instance where epoch = ?"))
                .containsOnlyNulls();
    }

    @Test
    void followsAMigratedInstance() throws SQLException {
        apply(course());
        apply(List.of(
                new Told(
                        1,
                        90,
                        NOVEMBER,
                        10,
                        "PROCESS_INSTANCE",
                        "ELEMENT_MIGRATED",
                        element(10, "PROCESS", "after", -1, 77)),
                new Told(
                        1,
                        91,
                        NOVEMBER,
                        12,
                        "PROCESS_INSTANCE",
                        "ELEMENT_MIGRATED",
                        element(10, "USER_TASK", "Task_New", 10, 77)),
                new Told(1, 92, NOVEMBER, 13, "USER_TASK", "MIGRATED", task("Task_New", "", 77))));

        assertThat(
                        strings(
                                "select definition_key::text || ' ' || process_id from engine.process_instance where epoch = ?"))
                .containsExactly("77 after");
        assertThat(
                        strings(
                                "select definition_key::text || ' ' || element_id from engine.element_instance where epoch = ? and key = 12"))
                .containsExactly("77 Task_New");
        assertThat(
                        strings(
                                "select element_id || ' ' || definition_key || ' ' || state from engine.user_task where epoch = ?"))
                .containsExactly("Task_New 77 CREATED");
    }

    @Test
    void rebuildsWhatItProjected() throws SQLException {
        apply(course());
        apply(List.of(new Told(1, 95, NOVEMBER, 13, "USER_TASK", "COMPLETED", task("Task_Ask", "yamada", 5))));
        var live = projections();

        database.sql().sql("select engine.rebuild()").query().singleRow();

        assertThat(projections()).isEqualTo(live);
    }

    @Test
    void losesWhatStillRunsOfAnEarlierLifeHoweverLateItsRecordsCome() throws SQLException {
        apply(course());
        var earlier = epoch;
        epoch = UUID.randomUUID();
        apply(course());
        epoch = earlier;
        apply(List.of(new Told(
                1, 99, NOVEMBER, 20, "PROCESS_INSTANCE", "ELEMENT_ACTIVATING", element(20, "PROCESS", "p", -1, 5))));

        assertThat(strings("select distinct state from engine.process_instance where epoch = ?"))
                .containsExactly("LOST");
        assertThat(strings("select state from engine.user_task where epoch = ?"))
                .containsExactly("LOST");
        assertThat(strings("select state from engine.incident where epoch = ?")).containsExactly("LOST");
    }

    @Test
    void beginsEpochsAndMonthsForSeveralPartitionsAtOnce() throws Exception {
        var months = 6;
        var work = new ArrayList<Callable<Integer>>();
        for (var partition = 1; partition <= 4; partition++) {
            var records = new ArrayList<Told>();
            for (var month = 0; month < months; month++) {
                // The same keys in all partitions: what each of them announces, like definitions.
                records.add(
                        new Told(
                                partition,
                                month + 1,
                                Instant.parse("2031-0" + (month + 1) + "-15T00:00:00Z"),
                                500 + month,
                                "PROCESS",
                                "CREATED",
                                "{\"bpmnProcessId\": \"p\", \"version\": 1, \"resourceName\": \"p.bpmn\", \"resource\": \"PHA+\", \"versionTag\": \"\"}"));
            }
            work.add(() -> apply(records));
        }

        try (var partitions = Executors.newFixedThreadPool(4)) {
            for (Future<Integer> stored : partitions.invokeAll(work)) {
                assertThat(stored.get()).isEqualTo(months);
            }
        }

        assertThat(strings("select tableoid::regclass::text from engine.record where epoch = ? group by 1 order by 1"))
                .hasSize(months)
                .first()
                .isEqualTo("engine.record_2031_01");
        assertThat(strings("select resource from engine.process_definition where epoch = ?"))
                .hasSize(months);
    }

    @Test
    void takesOutEveryValueThatIsNotAllowed() throws SQLException {
        apply(List.of(
                new Told(
                        1,
                        1,
                        NOVEMBER,
                        1,
                        "JOB",
                        "COMPLETED",
                        "{\"variables\": {\"step\": \"a\", \"story\": {\"name\": \"secret\"}}}"),
                new Told(
                        1,
                        2,
                        NOVEMBER,
                        2,
                        "VARIABLE",
                        "CREATED",
                        "{\"name\": \"story\", \"value\": \"\\\"secret\\\"\", \"scopeKey\": 1, \"processInstanceKey\": 1}"),
                new Told(
                        1,
                        3,
                        NOVEMBER,
                        3,
                        "PROCESS_INSTANCE_MODIFICATION",
                        "MODIFIED",
                        "{\"activateInstructions\": [{\"variableInstructions\": [{\"variables\": {\"story\": \"secret\", \"step\": \"a\"}}]}]}"),
                new Told(
                        1,
                        4,
                        NOVEMBER,
                        4,
                        "DECISION_EVALUATION",
                        "EVALUATED",
                        "{\"decisionOutput\": \"secret\", \"evaluatedDecisions\": [{\"evaluatedInputs\": [{\"inputId\": \"in\", \"inputValue\": \"secret\"}]}]}"),
                new Told(
                        1,
                        5,
                        NOVEMBER,
                        5,
                        "A_TYPE_OF_LATER",
                        "CREATED",
                        "{\"deep\": [{\"variables\": {\"story\": \"secret\"}}]}"),
                new Told(1, 6, NOVEMBER, 6, "SIGNAL", "BROADCASTED", "{\"variables\": [\"secret\"]}")));

        assertThat(strings("select value::text from engine.record where epoch = ?"))
                .hasSize(6)
                .allSatisfy(value -> assertThat(value).doesNotContain("secret"));
        assertThat(strings("select value #>> '{variables,step}' from engine.record where epoch = ? and position = 1"))
                .containsExactly("a");
        assertThat(
                        strings(
                                "select value #>> '{activateInstructions,0,variableInstructions,0,variables,step}' from engine.record where epoch = ? and position = 3"))
                .containsExactly("a");
        assertThat(
                        strings(
                                "select value #>> '{evaluatedDecisions,0,evaluatedInputs,0,inputId}' from engine.record where epoch = ? and position = 4"))
                .containsExactly("in");
    }

    @Test
    void quotesNothingOfARecordThatItRefuses() {
        var refused = List.of(
                new Told(1, 1, NOVEMBER, 1, "MESSAGE", "PUBLISHED", "{\"variables\": {\"step\": \"secret\\u0000\"}}"),
                new Told(1, 2, NOVEMBER, 2, "FORM", "CREATED", "{\"formId\": \"secret\", \"version\": \"secret\"}"),
                new Told(
                        1,
                        3,
                        NOVEMBER,
                        3,
                        "FORM",
                        "CREATED",
                        "{\"formId\": null, \"version\": 1, \"resource\": \"e30=\"}"));

        for (var record : refused) {
            assertThatThrownBy(() -> apply(List.of(record))).isInstanceOfSatisfying(PSQLException.class, e -> {
                assertThat(e.getSQLState()).startsWith("2");
                // Also with detail and context, which the server writes to its log.
                assertThat(e.getServerErrorMessage().toString())
                        .contains("a record is refused")
                        .doesNotContain("secret");
            });
        }
        assertThat(strings("select value::text from engine.record where epoch = ?"))
                .isEmpty();
    }

    @Test
    void letsTheExporterDoNothingElse() {
        for (var forbidden : List.of(
                "select count(*) from engine.record",
                "delete from engine.user_task",
                "select engine.rebuild()",
                "select count(*) from kasane.consultation")) {
            assertThatThrownBy(() -> database.as("kasane_exporter")
                            .sql(forbidden)
                            .query()
                            .listOfRows())
                    .as(forbidden)
                    .hasStackTraceContaining("permission denied");
        }
    }

    /** An instance that enters a user task before it learns its case, and an incident after. */
    private static List<Told> course() {
        return List.of(
                process(1, 10, "ELEMENT_ACTIVATING"),
                process(2, 10, "ELEMENT_ACTIVATED"),
                new Told(
                        1,
                        3,
                        NOVEMBER,
                        11,
                        "PROCESS_INSTANCE",
                        "ELEMENT_ACTIVATING",
                        element(10, "START_EVENT", "Start", 10, 5)),
                new Told(
                        1,
                        4,
                        NOVEMBER.plusMillis(3),
                        11,
                        "PROCESS_INSTANCE",
                        "ELEMENT_COMPLETED",
                        element(10, "START_EVENT", "Start", 10, 5)),
                new Told(
                        1,
                        5,
                        NOVEMBER,
                        15,
                        "PROCESS_INSTANCE",
                        "SEQUENCE_FLOW_TAKEN",
                        element(10, "SEQUENCE_FLOW", "Flow", 10, 5)),
                new Told(
                        1,
                        6,
                        NOVEMBER,
                        12,
                        "PROCESS_INSTANCE",
                        "ELEMENT_ACTIVATING",
                        element(10, "USER_TASK", "Task_Ask", 10, 5)),
                new Told(1, 7, NOVEMBER, 13, "USER_TASK", "CREATED", task("Task_Ask", "", 5)),
                variable(8, 14, "caseId", "\\\"" + CASE + "\\\""),
                new Told(1, 9, NOVEMBER.minusSeconds(60), 13, "USER_TASK", "ASSIGNED", task("Task_Ask", "yamada", 5)),
                new Told(1, 10, NOVEMBER, 13, "USER_TASK", "ASSIGNED", task("Task_Ask", "sato", 5)),
                variable(11, 14, "caseId", "null"),
                new Told(
                        1,
                        12,
                        NOVEMBER,
                        16,
                        "INCIDENT",
                        "CREATED",
                        "{\"processInstanceKey\": 10, \"elementId\": \"Task_Ask\", \"elementInstanceKey\": 12, \"errorType\": \"IO_MAPPING_ERROR\", \"errorMessage\": \"\", \"jobKey\": -1}"));
    }

    private static Told process(long position, long key, String intent) {
        return new Told(
                1, position, NOVEMBER, key, "PROCESS_INSTANCE", intent, element(key, "PROCESS", "before", -1, 5));
    }

    private static String element(long instance, String type, String id, long scope, long definition) {
        return """
                {"bpmnElementType": "%s", "elementId": "%s", "processInstanceKey": %d, "flowScopeKey": %d, "version": 1,
                 "parentProcessInstanceKey": -1, "parentElementInstanceKey": -1, "bpmnProcessId": "%s", "processDefinitionKey": %d}"""
                .formatted(type, id, instance, scope, id, definition);
    }

    private static String task(String element, String assignee, long definition) {
        return """
                {"processInstanceKey": 10, "elementId": "%s", "elementInstanceKey": 12, "bpmnProcessId": "p", "processDefinitionKey": %d,
                 "formKey": -1, "assignee": "%s", "priority": 50, "candidateGroupsList": ["coordinator"], "variables": {}}"""
                .formatted(element, definition, assignee);
    }

    private static Told variable(long position, long key, String name, String value) {
        return new Told(
                1,
                position,
                NOVEMBER,
                key,
                "VARIABLE",
                position == 8 ? "CREATED" : "UPDATED",
                "{\"name\": \"%s\", \"value\": \"%s\", \"scopeKey\": 10, \"processInstanceKey\": 10}"
                        .formatted(name, value));
    }

    /** As the exporter does it, with its rights. */
    private int apply(List<Told> records) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), "kasane_exporter", "");
                var statement = connection.prepareStatement("select engine.apply(?, ?, ?, ?, ?, ?, ?, ?)")) {
            statement.setObject(1, epoch);
            statement.setArray(
                    2,
                    array(
                            connection,
                            "int4",
                            records.stream().map(Told::partition).toArray()));
            statement.setArray(
                    3,
                    array(
                            connection,
                            "int8",
                            records.stream().map(Told::position).toArray()));
            statement.setArray(
                    4,
                    array(
                            connection,
                            "timestamptz",
                            records.stream()
                                    .map(r -> r.at().atOffset(ZoneOffset.UTC))
                                    .toArray()));
            statement.setArray(
                    5, array(connection, "int8", records.stream().map(Told::key).toArray()));
            statement.setArray(
                    6,
                    array(connection, "text", records.stream().map(Told::type).toArray()));
            statement.setArray(
                    7,
                    array(connection, "text", records.stream().map(Told::intent).toArray()));
            statement.setArray(
                    8,
                    array(connection, "text", records.stream().map(Told::value).toArray()));
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    private static java.sql.Array array(Connection connection, String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }

    /** All rows of this epoch, without what names the epoch. */
    private List<String> projections() {
        var rows = new ArrayList<String>();
        for (var table :
                List.of("process_instance", "element_instance", "sequence_flow", "user_task", "incident", "variable")) {
            rows.addAll(strings(
                    "select '%s ' || (to_jsonb(t) - 'epoch' - 'id')::text from engine.%s t where epoch = ? order by 1"
                            .formatted(table, table)));
        }
        return rows;
    }

    private List<String> strings(String sql) {
        return database.sql().sql(sql).param(epoch).query(String.class).list();
    }
}
