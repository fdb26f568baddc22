package jp.kasane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The way a case went on its diagrams, as the API tells it: what was played is what is replayed. */
class ReplayIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 再生 花, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            """;

    private static KasaneServer kasane;
    private static String played;
    private static List<JsonNode> courses;

    @BeforeAll
    static void play() {
        kasane = KasaneServer.shared();
        played = kasane.play("hachioji-c1").caseId();
        await("the engine to hear of the last step")
                .atMost(Duration.ofSeconds(30))
                .until(() -> kasane.sql()
                                .sql("select count(*) from engine.user_task where state = 'CREATED' and case_id = :id")
                                .param("id", UUID.fromString(played))
                                .query(Long.class)
                                .single()
                        == 0);
        courses = courses(played);
    }

    private static List<JsonNode> courses(String caseId) {
        var answer = kasane.as("coordinator").get("/api/v1/cases/" + caseId + "/replay");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return StreamSupport.stream(answer.at("/courses").spliterator(), false).toList();
    }

    private static List<JsonNode> of(List<JsonNode> courses, String process) {
        return courses.stream()
                .filter(course -> course.get("processId").asText().equals(process))
                .toList();
    }

    private static List<JsonNode> steps(JsonNode course, String type) {
        return StreamSupport.stream(course.get("steps").spliterator(), false)
                .filter(step -> step.get("type").asText().equals(type))
                .toList();
    }

    private static List<String> texts(List<JsonNode> nodes, String field) {
        return nodes.stream().map(node -> node.get(field).asText()).toList();
    }

    @Test
    void theCaseWentThroughTheDiagramsItWasPlayedThrough() {
        var path = of(courses, "support-case");
        assertThat(path).hasSize(1);
        var called = steps(path.getFirst(), "CALL_ACTIVITY");
        assertThat(texts(called, "elementId"))
                .startsWith("CallActivity_Assessment")
                .contains(
                        "CallActivity_Outreach",
                        "CallActivity_Plan",
                        "CallActivity_Monitoring",
                        "CallActivity_Closure");
        // Each opens into what ran there, which says by which step it was called.
        for (var step : called) {
            assertThat(step.get("called")).hasSize(1);
            var inside = courses.stream()
                    .filter(course -> course.get("id").equals(step.at("/called/0")))
                    .findFirst()
                    .orElseThrow();
            assertThat(inside.get("parent")).isEqualTo(path.getFirst().get("id"));
            assertThat(inside.get("calledFrom")).isEqualTo(step.get("key"));
        }
        assertThat(path.getFirst().get("flows")).isNotEmpty();
        assertThat(of(courses, "consultation")).hasSize(1);
        assertThat(of(courses, "role")).isNotEmpty();
    }

    @Test
    void everyTaskSaysWhoDidItAndHowLongItLay() {
        var assessment = of(courses, "assessment").getFirst();
        var tasks = steps(assessment, "USER_TASK");
        assertThat(texts(tasks, "elementId")).contains("Task_GatherInformation", "Task_WriteAssessment");
        assertThat(tasks).allSatisfy(task -> {
            assertThat(task.get("who").asText()).isEqualTo("伴走 太郎");
            assertThat(task.get("elsewhere").asBoolean()).isFalse();
            assertThat(task.get("submissionId").isNull()).isFalse();
            assertThat(Instant.parse(task.get("endedAt").asText()))
                    .isAfter(Instant.parse(task.get("startedAt").asText()));
        });
        assertThat(texts(steps(of(courses, "consultation").getFirst(), "USER_TASK"), "who"))
                .containsOnly("受付 花子");
    }

    @Test
    void theMomentsRunFromTheBeginningToTheEnd() {
        for (var course : courses) {
            var moments = new ArrayList<Instant>();
            course.get("moments").forEach(moment -> moments.add(Instant.parse(moment.asText())));
            assertThat(moments).isSorted().doesNotHaveDuplicates();
            assertThat(moments.getFirst())
                    .isEqualTo(Instant.parse(course.get("startedAt").asText()));
        }
    }

    @Test
    void theDiagramIsTheOneThatWasInForce() {
        var version = of(courses, "support-case").getFirst().at("/versions/0");
        var diagram = kasane.as("coordinator")
                .get("/api/v1/processes/definitions/"
                        + version.get("definition").asText() + "/diagram");
        assertThat(diagram.status()).isEqualTo(200);
        assertThat(diagram.text()).contains("id=\"support-case\"").contains("CallActivity_Assessment");
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/processes/definitions/" + UUID.randomUUID() + "/1/diagram")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aCaseThatWasStartedAgainShowsBothOfItsLives() {
        var caseId = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
        assertThat(kasane.as("manager")
                        .post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"確かめるため\"}")
                        .status())
                .isEqualTo(202);
        await("its second life").atMost(Duration.ofSeconds(30)).until(() -> texts(
                        of(courses(caseId), "support-case"), "state")
                .equals(List.of("TERMINATED", "ACTIVE")));
        var lives = of(courses(caseId), "assessment");
        await("the task to be there again")
                .atMost(Duration.ofSeconds(30))
                .until(() -> of(courses(caseId), "assessment").size() == 2);
        assertThat(texts(steps(lives.getFirst(), "USER_TASK"), "state")).containsExactly("TERMINATED");
    }

    @Test
    void anInstanceThatWasMigratedSaysWhenAndToWhichAndHowItsElementWasCalledBefore() {
        var caseId = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
        var before = of(courses(caseId), "assessment").getFirst();
        assertThat(before.get("versions")).hasSize(1);
        // The engine's records of a migration, in a partition of their own: the broker itself knows nothing of it.
        migrated(before.get("id").asText(), "PROCESS", "assessment");
        migrated(steps(before, "USER_TASK").getFirst().get("key").asText(), "USER_TASK", "Task_CalledAnew");
        var after = of(courses(caseId), "assessment").getFirst();
        assertThat(texts(
                        StreamSupport.stream(after.get("versions").spliterator(), false)
                                .toList(),
                        "version"))
                .containsExactly(before.at("/versions/0/version").asText(), "99");
        assertThat(after.at("/versions/0/since")).isEqualTo(before.get("startedAt"));
        assertThat(after.at("/versions/1/definition").asText())
                .isEqualTo(after.get("id").asText().substring(0, 36) + "/1");
        assertThat(steps(after, "USER_TASK")
                        .getFirst()
                        .at("/formerly/0/elementId")
                        .asText())
                .isEqualTo("Task_GatherInformation");
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/cases/" + caseId + "/history?kind=engine")
                        .text())
                .contains("instance.migrated");
        assertThat(kasane.as("manager").get("/cases/" + caseId + "/replay").text())
                .contains("に第99版へ移行");
    }

    private static void migrated(String id, String type, String element) {
        kasane.sql()
                .sql(
                        """
                        insert into engine.record (epoch, partition_id, position, at, key, value_type, intent, process_instance_key, element_id, value)
                        select r.epoch, 99, (select coalesce(max(x.position), 0) + 1000000 from engine.record x), now(), r.key, r.value_type,
                               'ELEMENT_MIGRATED', r.process_instance_key, :element,
                               r.value || jsonb_build_object('version', 99, 'processDefinitionKey', 1, 'bpmnElementType', :type::text)
                        from engine.record r
                        where r.epoch = :epoch::uuid and r.key = :key and r.value_type = 'PROCESS_INSTANCE' and r.intent = 'ELEMENT_ACTIVATING'
                        """)
                .param("epoch", id.substring(0, 36))
                .param("key", Long.parseLong(id.substring(37)))
                .param("type", type)
                .param("element", element)
                .update();
    }

    @Test
    void whoDoesNotSeeTheCaseLearnsNothingOfItsWay() {
        kasane.employ("replay-outside", "外部 二郎", "member", "gomi");
        var closed = kasane.playSteps(OPENED).caseId();
        for (var path : List.of("/api/v1/cases/", "/cases/")) {
            assertThat(kasane.as("replay-outside")
                            .get(path + closed + "/replay")
                            .status())
                    .isEqualTo(404);
            assertThat(kasane.as("replay-outside")
                            .get(path + closed + "/history")
                            .status())
                    .isEqualTo(404);
        }
        for (var function : List.of("instances", "elements", "flows", "versions", "renamed", "tasks")) {
            assertThat(kasane.<Long>inTheNameOf(kasane.user("replay-outside"), sql -> sql.sql(
                                    "select count(*) from engine." + function + "_of_case('" + closed + "')")
                            .query(Long.class)
                            .single()))
                    .as(function)
                    .isZero();
        }
        kasane.dismissEmployed();
    }
}
