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
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, process_id, from_key, from_version,
                            to_key, to_version, tree_key, of_stream, status)
                        select m.id, m.municipality_id, p.key, p.process_id, %s, p.version, m.to_key, m.to_version, p.key, p.matter_id, 'waiting'
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

    // ── what they have called ──────────────────────────────────────────────────────────────────────────────────────

    /** A case of which the assessment is under way. */
    private static String opened(String name) {
        // Another test may have left other ones.
        deploy("consultation", shipped("consultation"));
        deploy("assessment", shipped("assessment"));
        var id = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: %s, concerns: [food], story: 架空 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """
                                .formatted(name))
                .caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + id);
        return id;
    }

    private static String renamed(String process, String name) {
        var xml = shipped(process);
        var changed = xml.replaceFirst("(<bpmn:process id=\"[^\"]+\" name=\")", "$1" + name + "・");
        assertThat(changed).isNotEqualTo(xml);
        return changed;
    }

    /** Under which version what was opened runs: the case, then its assessment. */
    private static String versions(String caseId) {
        return kasane.sql()
                .sql(
                        """
                        select string_agg(version::text, ' ' order by process_id desc) from engine.process_instance
                        where case_id = :id::uuid and state = 'ACTIVE' and process_id in ('support-case', 'assessment')
                        """)
                .param("id", caseId)
                .query(String.class)
                .single();
    }

    private static String called(int assessment, String mapping) {
        return "{\"assessment\":{\"version\":" + assessment + ",\"mapping\":" + mapping + "}}";
    }

    private static KasaneServer.Answer beginWith(int version, String called) {
        return manager()
                .post(
                        API + "support-case/migration",
                        "{\"version\":" + version + ",\"mapping\":{},\"called\":" + called + "}");
    }

    private static String status(String migration, String process) {
        return kasane.sql()
                .sql(
                        "select distinct status from kasane.model_migration_instance where migration_id = :id::uuid and process_id = :process")
                .param("id", migration)
                .param("process", process)
                .query(String.class)
                .single();
    }

    private static <T> T holding(String migration, String process, java.util.function.Supplier<T> work) {
        return kasane.rolledBack(sql -> {
            sql.sql(
                            "select 1 from kasane.model_migration_instance where migration_id = :id::uuid and process_id = :process for update")
                    .param("id", migration)
                    .param("process", process)
                    .query()
                    .listOfRows();
            return work.get();
        });
    }

    @Test
    void whatTheyCalledGoesWithThemAsFarAsItCan() {
        var one = opened("呼ぶ 一");
        var task = kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + one);
        int parent = deploy("support-case", renamed("support-case", "新"));
        int child = deploy("assessment", shipped("assessment").replace("Task_GatherInformation", "Task_GatherAnew"));
        int formerly = Integer.parseInt(versions(one).split(" ")[1]);
        var before = preview("support-case", "{}");
        assertThat(before.at("/called/0/processId").asText()).as(before.text()).isEqualTo("assessment");
        assertThat(before.at("/called/0/version").asInt()).isEqualTo(child);
        assertThat(before.at("/called/0/groups/0/obstacles/0/code").asText()).isEqualTo("gone");
        assertThat(before.at("/calledStaying").asInt()).isPositive();
        assertThat(before.at("/calledGoing").asInt()).isZero();

        // Its own version has to be the one that was looked at.
        assertThat(beginWith(parent, "{}").status()).isEqualTo(409);
        assertThat(beginWith(parent, called(child - 1, "{}")).text()).contains("第 " + child + " 版が公開されています");
        var id = beginWith(parent, called(child, "{}")).at("/id").asText();
        awaitDone(id);
        var report = migration(id);
        assertThat(versions(one)).isEqualTo(parent + " " + formerly);
        assertThat(report.at("/processes/0/processId").asText()).isEqualTo("support-case");
        assertThat(report.at("/processes/0/done").asInt())
                .as(report.text())
                .isEqualTo(report.at("/processes/0/total").asInt());
        assertThat(report.at("/processes/1/processId").asText()).isEqualTo("assessment");
        assertThat(report.at("/processes/1/hand").asInt()).isPositive();
        assertThat(report.at("/left/0/processId").asText()).isEqualTo("assessment");
        assertThat(report.at("/left/0/reason").asText()).isEqualTo("gone");
        assertThat(report.at("/migration/total").asInt())
                .isEqualTo(report.at("/processes/0/total").asInt()
                        + report.at("/processes/1/total").asInt());
        assertThat(manager().get("/model-migrations/" + id).text()).contains("図ごとの進みぐあい");

        // The next time somebody says where it goes.
        int again = deploy("support-case", renamed("support-case", "さらに新"));
        var mapping = "{\"Task_GatherInformation\":\"Task_GatherAnew\"}";
        var mapped = manager()
                .post(
                        API + "support-case/migration/preview",
                        "{\"mapping\":{},\"called\":" + called(child, mapping) + "}");
        assertThat(mapped.at("/calledStaying").asInt()).as(mapped.text()).isZero();
        assertThat(mapped.at("/called/0/mapping/Task_GatherInformation").asText())
                .isEqualTo("Task_GatherAnew");
        assertThat(manager()
                        .get("/models/support-case/migration?called.assessment:Task_GatherInformation=Task_GatherAnew")
                        .text())
                .contains("呼び出した先：", "name=\"called.assessment:Task_GatherInformation\"", "name=\"withCalled\"");
        var second = beginWith(again, called(child, mapping)).at("/id").asText();
        awaitDone(second);
        await("both").atMost(SOON).until(() -> versions(one).equals(again + " " + child));
        assertThat(kasane.as("coordinator").task("Task_GatherAnew", "caseId=" + one))
                .isEqualTo(task);
        assertThat(preview("support-case", "{}").at("/called")).isEmpty();
    }

    @Test
    void aTreeIsTakenFromTheTopAndStopsWhereItIsStopped() {
        var one = opened("止まる 一");
        int parent = deploy("support-case", renamed("support-case", "止"));
        int child = deploy("assessment", renamed("assessment", "止"));
        var former = versions(one).split(" ");
        var id = beginWith(parent, "null").at("/id").asText();
        awaitDone(id);
        // Not asked for, not taken.
        assertThat(versions(one)).isEqualTo(parent + " " + former[1]);
        int next = deploy("support-case", renamed("support-case", "再"));

        var tree = UUID.randomUUID().toString();
        kasane.sql()
                .sql(
                        """
                        with m as (
                            insert into kasane.model_migration (id, municipality_id, process_id, epoch, to_key, to_version, mapping, called, status, begun_by,
                                begun_at)
                            select :id::uuid, u.municipality_id, d.process_id, d.epoch, d.key, d.version, '{}', '{"assessment":{}}', 'paused', u.id, now()
                            from kasane.app_user u, engine.process_definition d
                            where u.login = 'manager' and d.process_id = 'support-case' and d.version = :version returning *)
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, process_id, from_key, from_version,
                            to_key, to_version, parent_key, tree_key, of_stream, status)
                        select m.id, m.municipality_id, p.key, p.process_id, p.definition_key, p.version, d.key, d.version,
                               case p.process_id when 'assessment' then p.parent_key end, coalesce(nullif(p.parent_key, -1), p.key), p.case_id, 'waiting'
                        from m join engine.process_instance p on p.case_id = :case::uuid and p.state = 'ACTIVE'
                        join engine.process_definition d on d.process_id = p.process_id
                            and d.version = case p.process_id when 'assessment' then :child else :version end
                        """)
                .param("id", tree)
                .param("version", next)
                .param("child", child)
                .param("case", one)
                .update();
        // Neither of the two may be begun beside it.
        assertThat(beginWith(next, called(child, "{}")).status()).isEqualTo(409);
        var beside = manager().post(API + "assessment/migration", "{\"version\":" + child + ",\"mapping\":{}}");
        assertThat(beside.status()).isEqualTo(409);
        assertThat(beside.text()).contains("再・").contains("の移行が、まだ終わっていません");

        holding(tree, "support-case", () -> {
            manager().post(API + "migrations/" + tree + "/resume", "");
            await("the child waits for its parent")
                    .during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> status(tree, "assessment").equals("waiting"));
            return manager().post(API + "migrations/" + tree + "/pause", "");
        });
        holding(tree, "assessment", () -> {
            manager().post(API + "migrations/" + tree + "/resume", "");
            await("the parent").atMost(SOON).until(() -> status(tree, "support-case")
                    .equals("done"));
            return manager().post(API + "migrations/" + tree + "/pause", "");
        });
        await("nothing goes on")
                .during(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(10))
                .until(() -> status(tree, "assessment").equals("waiting"));
        assertThat(versions(one)).isEqualTo(next + " " + former[1]);
        manager().post(API + "migrations/" + tree + "/resume", "");
        awaitDone(tree);
        assertThat(versions(one)).isEqualTo(next + " " + child);
    }

    /** One element after the start: it calls the process, or waits where there is none. */
    private static String calling(String process, String name, String element, String called) {
        return """
                <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="D" targetNamespace="x">
                  <bpmn:process id="%1$s" name="%2$s" isExecutable="true">
                    <bpmn:startEvent id="S"><bpmn:outgoing>f</bpmn:outgoing></bpmn:startEvent>
                    <bpmn:sequenceFlow id="f" sourceRef="S" targetRef="%3$s" />
                    %4$s
                  </bpmn:process>
                </bpmn:definitions>
                """
                .formatted(
                        process,
                        name,
                        element,
                        called == null
                                ? "<bpmn:intermediateCatchEvent id=\"%s\"><bpmn:incoming>f</bpmn:incoming><bpmn:timerEventDefinition id=\"T\"><bpmn:timeDuration>P9D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
                                        .formatted(element)
                                : "<bpmn:callActivity id=\"%s\"><bpmn:extensionElements><zeebe:calledElement processId=\"%s\" /></bpmn:extensionElements><bpmn:incoming>f</bpmn:incoming></bpmn:callActivity>"
                                        .formatted(element, called));
    }

    private static String versionsOfTree() {
        return kasane.sql()
                .sql(
                        """
                        select string_agg(version::text, ' ' order by key) from engine.process_instance
                        where process_id in ('top', 'middle', 'bottom') and state = 'ACTIVE'
                        """)
                .query(String.class)
                .single();
    }

    private static String beginTree(int version, String called) {
        var begun = manager()
                .post(API + "top/migration", "{\"version\":" + version + ",\"mapping\":{},\"called\":" + called + "}");
        assertThat(begun.status()).as(begun.text()).isEqualTo(201);
        awaitDone(begun.at("/id").asText());
        return begun.at("/id").asText();
    }

    @Test
    void whatIsBelowSomethingThatStaysStaysAndWhatIsUpToDateIsPassedOver() {
        deploy("bottom", calling("bottom", "下", "Wait", null));
        deploy("middle", calling("middle", "中", "Call", "bottom"));
        deploy("top", calling("top", "上", "Call", "middle"));
        kasane.bean(CamundaClient.class)
                .newCreateInstanceCommand()
                .bpmnProcessId("top")
                .latestVersion()
                .send()
                .join();
        await("the tree").atMost(SOON).until(() -> "1 1 1".equals(versionsOfTree()));
        deploy("bottom", calling("bottom", "下2", "Wait", null));
        deploy("middle", calling("middle", "中2", "CallOther", "bottom"));
        deploy("top", calling("top", "上2", "Call", "middle"));
        var before = preview("top", "{}");
        assertThat(before.at("/called").findValuesAsText("code"))
                .as(before.text())
                .containsExactly("parent", "gone");
        assertThat(manager().get("/models/top/migration").text()).contains("呼び出し元が移らないので");
        var first = beginTree(2, "{\"middle\":{\"version\":2},\"bottom\":{\"version\":2}}");
        assertThat(versionsOfTree()).isEqualTo("2 1 1");
        assertThat(migration(first).at("/left").findValuesAsText("reason")).containsExactly("gone", "parent");
        assertThat(manager().get("/model-migrations/" + first).text()).contains("呼び出し元が移らないので");

        deploy("middle", calling("middle", "中3", "Call", "bottom"));
        deploy("top", calling("top", "上3", "Call", "middle"));
        beginTree(3, "{\"middle\":{\"version\":3},\"bottom\":{\"version\":2}}");
        await("all three").atMost(SOON).until(() -> versionsOfTree().equals("3 3 2"));

        // Nothing is new in the middle.
        deploy("bottom", calling("bottom", "下3", "Wait", null));
        deploy("top", calling("top", "上4", "Call", "middle"));
        var over = beginTree(4, "{\"bottom\":{\"version\":3}}");
        await("two of them").atMost(SOON).until(() -> versionsOfTree().equals("4 3 3"));
        assertThat(migration(over).at("/migration/total").asInt()).isEqualTo(2);

        // Refused by the engine: as if it ran under a diagram it does not run under.
        deploy("bottom", calling("bottom", "下4", "Wait", null));
        deploy("top", calling("top", "上5", "Call", "middle"));
        var refused = paused("top", 5, "(select min(key) from engine.process_definition where process_id = 'plan')");
        kasane.sql()
                .sql(
                        """
                        with m as (update kasane.model_migration set called = '{"bottom":{}}' where id = :id::uuid returning *)
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, process_id, from_key, from_version,
                            to_key, to_version, parent_key, tree_key, status)
                        select m.id, m.municipality_id, p.key, p.process_id, p.definition_key, p.version, d.key, d.version, p.root_key, p.root_key, 'waiting'
                        from m, engine.process_instance p, engine.process_definition d
                        where p.process_id = 'bottom' and p.state = 'ACTIVE' and d.process_id = 'bottom' and d.version = 4
                        """)
                .param("id", refused)
                .update();
        manager().post(API + "migrations/" + refused + "/resume", "");
        awaitDone(refused);
        assertThat(status(refused, "top")).isEqualTo("failed");
        assertThat(status(refused, "bottom")).isEqualTo("hand");
        assertThat(versionsOfTree()).isEqualTo("4 3 3");
    }

    @Test
    void aMigrationOfACalledProcessIsWaitedFor() {
        opened("待つ 一");
        int child = deploy("assessment", renamed("assessment", "待"));
        int parent = deploy("support-case", renamed("support-case", "待"));
        var id = paused("assessment", child, "p.definition_key");
        var refused = beginWith(parent, called(child, "{}"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("待・アセスメント", "呼び出した先を残して");
        manager().post(API + "migrations/" + id + "/resume", "");
        awaitDone(id);
        var begun = beginWith(parent, called(child, "{}"));
        assertThat(begun.status()).as(begun.text()).isEqualTo(201);
        awaitDone(begun.at("/id").asText());
    }

    // ── timers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /** A task with two timers at its border, a timer in which a token stands, and one behind a gateway. */
    private static String timers(String hours, String fired) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="D" targetNamespace="x">
                  <bpmn:message id="M" name="timers-knock"><bpmn:extensionElements><zeebe:subscription correlationKey="=caseId" /></bpmn:extensionElements></bpmn:message>
                  <bpmn:process id="timers" name="タイマー" isExecutable="true">
                    <bpmn:startEvent id="S"><bpmn:outgoing>f0</bpmn:outgoing></bpmn:startEvent>
                    <bpmn:parallelGateway id="P"><bpmn:incoming>f0</bpmn:incoming><bpmn:outgoing>f1</bpmn:outgoing><bpmn:outgoing>f2</bpmn:outgoing><bpmn:outgoing>f3</bpmn:outgoing></bpmn:parallelGateway>
                    <bpmn:userTask id="T"><bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="coordinator" /></bpmn:extensionElements><bpmn:incoming>f1</bpmn:incoming></bpmn:userTask>
                    <bpmn:boundaryEvent id="B" cancelActivity="false" attachedToRef="T"><bpmn:outgoing>f6</bpmn:outgoing><bpmn:timerEventDefinition id="BT"><bpmn:timeDuration>PT%1$sH</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
                    <bpmn:boundaryEvent id="F" cancelActivity="false" attachedToRef="T"><bpmn:outgoing>f7</bpmn:outgoing><bpmn:timerEventDefinition id="FT"><bpmn:timeDuration>%2$s</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
                    <bpmn:intermediateCatchEvent id="C"><bpmn:incoming>f2</bpmn:incoming><bpmn:timerEventDefinition id="CT"><bpmn:timeDuration>PT%1$sH</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
                    <bpmn:eventBasedGateway id="G"><bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f4</bpmn:outgoing><bpmn:outgoing>f5</bpmn:outgoing></bpmn:eventBasedGateway>
                    <bpmn:intermediateCatchEvent id="GC"><bpmn:incoming>f4</bpmn:incoming><bpmn:timerEventDefinition id="GT"><bpmn:timeDuration>PT%1$sH</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
                    <bpmn:intermediateCatchEvent id="GM"><bpmn:incoming>f5</bpmn:incoming><bpmn:messageEventDefinition id="GMM" messageRef="M" /></bpmn:intermediateCatchEvent>
                    <bpmn:sequenceFlow id="f0" sourceRef="S" targetRef="P" />
                    <bpmn:sequenceFlow id="f1" sourceRef="P" targetRef="T" />
                    <bpmn:sequenceFlow id="f2" sourceRef="P" targetRef="C" />
                    <bpmn:sequenceFlow id="f3" sourceRef="P" targetRef="G" />
                    <bpmn:sequenceFlow id="f4" sourceRef="G" targetRef="GC" />
                    <bpmn:sequenceFlow id="f5" sourceRef="G" targetRef="GM" />
                    <bpmn:endEvent id="E"><bpmn:incoming>f6</bpmn:incoming><bpmn:incoming>f7</bpmn:incoming></bpmn:endEvent>
                    <bpmn:sequenceFlow id="f6" sourceRef="B" targetRef="E" />
                    <bpmn:sequenceFlow id="f7" sourceRef="F" targetRef="E" />
                  </bpmn:process>
                </bpmn:definitions>
                """
                .formatted(hours, fired);
    }

    /** Elements with the hours, rounded, that their timers still have; a timer's last word counts. */
    private static String hours(long instance) {
        return kasane.sql()
                .sql(
                        """
                        select coalesce(string_agg(t.element || ' ' || t.hours, ', ' order by t.element), '') from (
                            select r.value ->> 'targetElementId' as element,
                                   round(((r.value ->> 'dueDate')::numeric / 1000 - extract(epoch from now())) / 3600) as hours
                            from engine.record r
                            where r.value_type = 'TIMER' and r.intent = 'CREATED' and (r.value ->> 'processInstanceKey')::bigint = :key
                              and not exists (select from engine.record o where o.value_type = 'TIMER' and o.key = r.key
                                              and o.intent in ('CANCELED', 'TRIGGERED'))) t
                        """)
                .param("key", instance)
                .query(String.class)
                .single();
    }

    private static long count(String sql, long instance) {
        return kasane.sql().sql(sql).param("key", instance).query(Long.class).single();
    }

    @Test
    void timersAreSetAnewFromTheNewDiagram() {
        var caseId = opened("時の 一");
        deploy("timers", timers("10", "PT1S"));
        long instance = kasane.bean(CamundaClient.class)
                .newCreateInstanceCommand()
                .bpmnProcessId("timers")
                .latestVersion()
                .variables(java.util.Map.of("caseId", caseId))
                .send()
                .join()
                .getProcessInstanceKey();
        var struck =
                "select count(*) from engine.element_instance where process_instance_key = :key and element_id = 'F'";
        await("the short one has struck").atMost(SOON).until(() -> count(struck, instance) == 1);
        assertThat(hours(instance)).isEqualTo("B 10, C 10, GC 10");
        var task = kasane.as("coordinator").task("T", "caseId=" + caseId);

        int version = deploy("timers", timers("20", "PT2S"));
        assertThat(preview("timers", "{}").at("/groups/0/timers").findValuesAsText("id"))
                .containsExactly("B", "C", "F", "GC");
        assertThat(manager().get("/models/timers/migration").text()).contains("待ち直します");
        var id = begin("timers", version, "{}");
        awaitDone(id);
        await("the timers").atMost(SOON).until(() -> hours(instance).equals("B 20, C 20, GC 20"));
        // The task is the same, what had struck does not strike again, and each was set once.
        assertThat(kasane.as("coordinator").task("T", "caseId=" + caseId)).isEqualTo(task);
        await("nothing strikes")
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> count(struck, instance) == 1);
        assertThat(count(
                        "select count(*) from engine.record where process_instance_key = :key and value_type = 'PROCESS_INSTANCE_MODIFICATION' and intent = 'MODIFIED'",
                        instance))
                .isEqualTo(1);
        // It is Kasane's doing.
        assertThat(manager()
                        .get("/api/v1/cases/" + caseId + "/history?kind=engine&most=200")
                        .text())
                .contains("instance.migrated")
                .doesNotContain("instance.modified");
        var report = migration(id);
        assertThat(report.at("/migration/done").asInt()).as(report.text()).isEqualTo(1);
        assertThat(report.at("/left/0/timers").toString()).isEqualTo("[\"F\"]");
        assertThat(manager().get("/model-migrations/" + id).text()).contains("のタイマーは、前の図のときのままです");

        // A time that cannot be made out keeps nothing from going over: the former timer goes on.
        int unknown = deploy("timers", timers("20", "PT2S").replaceFirst("PT20H", "=nobodyKnows"));
        var withFormer = begin("timers", unknown, "{}");
        awaitDone(withFormer);
        var kept = migration(withFormer);
        assertThat(kept.at("/migration/done").asInt()).as(kept.text()).isEqualTo(1);
        assertThat(kept.at("/left/0/timers").toString()).isEqualTo("[\"B\"]");
        assertThat(hours(instance)).isEqualTo("B 20, C 20, GC 20");

        var seat = API + "migrations/" + id + "/instances/" + instance + "/reseat";
        assertThat(manager().post(seat, "").status()).isEqualTo(204);
        assertThat(manager().post(seat, "").status()).isEqualTo(409);
        assertThat(migration(id).at("/left/0/status").asText()).isEqualTo("reseated");
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
