package jp.kasane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.camunda.client.CamundaClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;

/**
 * What somebody does to a case with Camunda's own tools, here its client, stands on the history of the case, marked as done outside of Kasane;
 * what Kasane orders itself is not. A server of its own: one of the tests deploys another version of a diagram.
 */
class OutsideOfKasaneIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern FORM = Pattern.compile("formId=\"([^\"]+)\"");

    private static KasaneServer kasane;
    private static CamundaClient camunda;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.startWith("hachioji");
        camunda = kasane.bean(CamundaClient.class);
    }

    @AfterAll
    static void stop() {
        kasane.close();
    }

    private static String opened() {
        var id = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 外部 操作, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + id);
        return id;
    }

    private static long instance(String caseId, String process) {
        return kasane.sql()
                .sql(
                        "select key from engine.process_instance where case_id = :id::uuid and process_id = :process and state = 'ACTIVE'")
                .param("id", caseId)
                .param("process", process)
                .query(Long.class)
                .single();
    }

    private static List<JsonNode> deeds(String caseId, String what) {
        var answer = kasane.as("manager").get("/api/v1/cases/" + caseId + "/history?kind=engine&most=200");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return StreamSupport.stream(answer.at("/entries").spliterator(), false)
                .map(entry -> entry.get("deed"))
                .filter(deed -> deed.get("what").asText().equals(what))
                .toList();
    }

    private static List<JsonNode> awaitDeeds(String caseId, String what, int count) {
        return await(what + " on the history")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> deeds(caseId, what), found -> found.size() == count);
    }

    private static boolean elsewhere(JsonNode deed) {
        return deed.get("elsewhere").asBoolean();
    }

    @Test
    void aCaseThatWasCancelledInTheEngineSaysSo() {
        var caseId = opened();
        camunda.newCancelInstanceCommand(instance(caseId, "support-case"))
                .send()
                .join();
        var ended = awaitDeeds(caseId, "instance.terminated", 2);
        // The assessment ended with the case that had called it: nobody cancelled it by itself.
        assertThat(ended).allSatisfy(deed -> assertThat(elsewhere(deed))
                .as(deed.get("processId").asText())
                .isEqualTo(deed.get("processId").asText().equals("support-case")));
        assertThat(kasane.as("manager")
                        .get("/cases/" + caseId + "/history?kind=engine")
                        .text())
                .contains("かさねの外で");

        // Kasane brings it back, and what it orders for that is its own.
        assertThat(kasane.as("manager")
                        .post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"外で止められたため\"}")
                        .status())
                .isEqualTo(202);
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
    }

    @Test
    void whatKasaneEndsItselfIsNotMarked() {
        var caseId = opened();
        assertThat(kasane.as("manager")
                        .post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"確かめるため\"}")
                        .status())
                .isEqualTo(202);
        assertThat(awaitDeeds(caseId, "instance.terminated", 2)).noneMatch(OutsideOfKasaneIT::elsewhere);
        // Noted before the engine heard of it.
        assertThat(kasane.sql()
                        .sql(
                                """
                                select count(*) from engine.ended_by_order o join engine.process_instance p using (epoch, key)
                                where p.case_id = :id::uuid and o.order_id is not null and o.ordered_at <= p.ended_at
                                """)
                        .param("id", caseId)
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void variablesThatWereSetAndAnInstanceThatWasMovedSaySo() {
        var caseId = opened();
        assertThat(deeds(caseId, "variables.set")).isEmpty();
        camunda.newSetVariablesCommand(instance(caseId, "support-case"))
                .variables(Map.of("route", "elsewhere"))
                .send()
                .join();
        var assessment = instance(caseId, "assessment");
        camunda.newModifyProcessInstanceCommand(assessment)
                .activateElement("Task_WriteAssessment")
                .and()
                .terminateElement(element(assessment, "Task_GatherInformation"))
                .send()
                .join();
        assertThat(awaitDeeds(caseId, "variables.set", 1))
                .allMatch(OutsideOfKasaneIT::elsewhere)
                .allSatisfy(deed -> assertThat(deed.get("processId").asText()).isEqualTo("support-case"));
        assertThat(awaitDeeds(caseId, "instance.modified", 1))
                .allMatch(OutsideOfKasaneIT::elsewhere)
                .allSatisfy(deed -> assertThat(deed.get("processId").asText()).isEqualTo("assessment"));
        // Nobody else learns of it.
        kasane.employ("outside-outside", "外部 三郎", "member", "gomi");
        assertThat(kasane.<Long>inTheNameOf(kasane.user("outside-outside"), sql -> sql.sql(
                                "select count(*) from engine.done_outside_of_case('" + caseId + "')")
                        .query(Long.class)
                        .single()))
                .isZero();
    }

    private static long element(long instance, String id) {
        return kasane.sql()
                .sql(
                        "select key from engine.element_instance where process_instance_key = :key and element_id = :id and state = 'ACTIVE'")
                .param("key", instance)
                .param("id", id)
                .query(Long.class)
                .single();
    }

    /** Not as records in a partition of their own ({@link ReplayIT}): the engine itself migrates, and the replay says what it says. */
    @Test
    void aCaseThatWasMigratedIsReplayedOnBothDiagrams() throws IOException {
        var caseId = opened();
        var key = instance(caseId, "assessment");
        var diagram = new ClassPathResource("processes/assessment.bpmn").getContentAsString(StandardCharsets.UTF_8);
        long newer;
        try {
            newer = deploy(diagram.replace("Task_GatherInformation", "Task_GatherAnew"));
            camunda.newMigrateProcessInstanceCommand(key)
                    .migrationPlan(newer)
                    .addMappingInstruction("Task_GatherInformation", "Task_GatherAnew")
                    .addMappingInstruction("Start_DeadlineReached", "Start_DeadlineReached")
                    .send()
                    .join();
        } finally {
            // For those who come next: as it was.
            deploy(diagram);
        }
        awaitDeeds(caseId, "instance.migrated", 1);
        var course = course(caseId);
        assertThat(course.get("versions")).hasSize(2);
        assertThat(course.at("/versions/1/definition").asText()).endsWith("/" + newer);
        assertThat(course.at("/versions/0/since").asText())
                .isEqualTo(course.get("startedAt").asText());
        var gathering = step(course, "Task_GatherAnew");
        assertThat(gathering.get("state").asText()).isEqualTo("ACTIVE");
        assertThat(gathering.at("/formerly/0/elementId").asText()).isEqualTo("Task_GatherInformation");
        // Each version has the diagram that was in force.
        assertThat(diagram(course.at("/versions/0/definition").asText()))
                .contains("Task_GatherInformation")
                .doesNotContain("Task_GatherAnew");
        assertThat(diagram(course.at("/versions/1/definition").asText()))
                .contains("Task_GatherAnew")
                .doesNotContain("Task_GatherInformation");
        assertThat(kasane.as("manager").get("/cases/" + caseId + "/replay").text())
                .contains("に第" + course.at("/versions/1/version").asText() + "版へ移行");
    }

    private static long deploy(String diagram) {
        var command = camunda.newDeployResourceCommand().addResourceStringUtf8(diagram, "assessment.bpmn");
        var forms = new LinkedHashSet<String>();
        FORM.matcher(diagram).results().forEach(found -> forms.add(found.group(1)));
        for (var form : forms) {
            command.addResourceFromClasspath("forms/" + form + ".form");
        }
        return command.send().join().getProcesses().getFirst().getProcessDefinitionKey();
    }

    private static JsonNode course(String caseId) {
        return StreamSupport.stream(
                        kasane.as("manager")
                                .get("/api/v1/cases/" + caseId + "/replay")
                                .at("/courses")
                                .spliterator(),
                        false)
                .filter(course -> course.get("processId").asText().equals("assessment"))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode step(JsonNode course, String id) {
        return StreamSupport.stream(course.get("steps").spliterator(), false)
                .filter(step -> step.get("elementId").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(id + " of " + course));
    }

    private static String diagram(String definition) {
        return kasane.as("manager")
                .get("/api/v1/processes/definitions/" + definition + "/diagram")
                .text();
    }
}
