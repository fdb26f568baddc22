package jp.kasane.regroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 世帯統合: of two cases that are one household one stays, and the other ends in the engine, on the list and nowhere else. */
class MergesIT {

    private static final LocalDate TODAY = LocalDate.now(JapaneseTime.ZONE);

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    @AfterAll
    static void putBack() {
        kasane.dismissEmployed();
    }

    private static String triaged(String name) {
        return """
                - as: reception
                  register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: %s, concerns: [food], story: 相談の内容 }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                """
                .formatted(name);
    }

    private static String gathered(String household, String... members) {
        return triaged("相談 者")
                + """
                - as: coordinator
                  task: Task_GatherInformation
                  data:
                    householdName: %s
                    members: [ %s ]
                    agencies: [ { agency: anshin, relation: current } ]
                    gathered: 集めたこと
                """
                        .formatted(household, String.join(", ", members));
    }

    private static String person(String name, String more) {
        return "{ name: " + name + ", " + more + " }";
    }

    private static String consent(String name, String state, String scope, String agencies) {
        return """
                - as: coordinator
                  record: consent-change
                  data: { state: %s, occurredOn: today, memberIds: ["member:%s"], %s evidence: paper }
                """
                .formatted(
                        state,
                        name,
                        state.equals("withdrawn") ? "" : "scope: [" + scope + "], agencies: [" + agencies + "],");
    }

    private static String played(String steps) {
        return kasane.playSteps(steps).caseId();
    }

    private static JsonNode file(String caseId) {
        return kasane.as("manager").get("/api/v1/cases/" + caseId).body();
    }

    private static String number(String caseId) {
        return file(caseId).at("/case/number").asText();
    }

    private static Map<String, String> members(String caseId) {
        return StreamSupport.stream(file(caseId).at("/household/members").spliterator(), false)
                .collect(Collectors.toMap(each -> each.get("called").asText(), each -> each.get("id")
                        .asText()));
    }

    private static String pair(String member, String same, String values) {
        return "{\"member\":\"%s\",\"same\":%s,\"values\":%s}"
                .formatted(member, same == null ? "null" : "\"" + same + "\"", values);
    }

    private static String entered(String into, String next, String... pairs) {
        return "{\"into\":\"%s\",\"on\":\"%s\",\"reason\":\"住民票で確かめた\",\"next\":\"%s\",\"people\":[%s]}"
                .formatted(into, TODAY, next, String.join(",", pairs));
    }

    private static KasaneServer.Answer merge(String login, String caseId, String entered) {
        return kasane.as(login).post("/api/v1/cases/" + caseId + "/merge", entered);
    }

    private static long running(String caseId) {
        return kasane.sql()
                .sql(
                        "select count(*) from engine.process_instance i join engine.epoch e on e.epoch = i.epoch and e.current where i.case_id = :id and i.state = 'ACTIVE'")
                .param("id", UUID.fromString(caseId))
                .query(Long.class)
                .single();
    }

    @Test
    void oneEndsWithAllThatRunsOfItAndTheOtherHasItsPeople() {
        var ends = played(
                gathered(
                                "統合家",
                                person(
                                        "統合 花",
                                        "kana: とうごう はな, birthDate: \"1950-01-02\", relation: head, subject: true, concerns: [care, food], mainConcern: care, address: 旧町１"),
                                person("統合 次", "relation: child, subject: false, concerns: [work], mainConcern: work"))
                        + consent("統合 花", "given", "assessment, plan, sharing, support", "shakyo, anshin")
                        + """
                - as: coordinator
                  task: Task_WriteAssessment
                  data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: given, route: plan, routeReason: 理由 }
                - as: coordinator
                  task: Task_DraftPlan
                  data: { personWish: 意向, longGoal: 長期, shortGoal: 当面, leadAgency: anshin, roles: [ { agency: anshin, role: 通院の支援 } ], reviewOn: today+90, path: skip, pathReason: 電話で一致した }
                - as: manager
                  task: Task_DecidePlan
                  data: { decision: decided, decidedOn: today }
                - as: coordinator
                  record: meeting-request
                  data: { purpose: 集まる }
                """);
        var role = kasane.as("member").task("Task_AcceptRole", "caseId=" + ends);
        var manager = kasane.as("manager");
        var proposing = kasane.as("coordinator").task("Task_ProposeMembers", "caseId=" + ends);
        assertThat(kasane.as("coordinator")
                        .submit(
                                proposing,
                                "{\"purpose\":\"目的\",\"agenda\":\"議題\",\"agencies\":[\"shakyo\",\"anshin\"]}")
                        .status())
                .isEqualTo(201);
        var convening = manager.task("Task_ConveneMeeting", "caseId=" + ends);
        var choice = manager.get("/api/v1/tasks/" + convening)
                        .at("/data/sittingOptions")
                        .isEmpty()
                ? ""
                : "\"sitting\":\"adhoc\",";
        assertThat(manager.submit(
                                convening,
                                "{" + choice + "\"scheduledAt\":\"" + TODAY.plusDays(20)
                                        + "T14:00:00+09:00\",\"place\":\"会議室\",\"agencies\":[\"shakyo\",\"anshin\"]}")
                        .status())
                .isEqualTo(201);
        var invitation = kasane.as("member").task("Task_AnswerInvitation", "caseId=" + ends);
        var holding = manager.task("Task_HoldMeeting", "caseId=" + ends);

        var stays = played(gathered(
                        "統合（本家）",
                        person(
                                "統合 華",
                                "kana: とうごう はな, birthDate: \"1950-01-02\", relation: spouse, subject: true, concerns: [food, debt], mainConcern: debt, address: 新町２"))
                + consent("統合 華", "given", "assessment, plan", "shakyo, jiritsu"));
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + stays);
        var here = members(ends);
        var there = members(stays);

        // What is looked at before.
        var sheet = kasane.as("coordinator")
                .get("/api/v1/cases/" + ends + "/merge?into=" + number(stays))
                .body();
        assertThat(sheet.get("obstacles")).isEmpty();
        assertThat(sheet.get("tasks").size()).isGreaterThanOrEqualTo(3);
        assertThat(sheet.get("roles")).hasSize(1);
        assertThat(sheet.get("meetings")).hasSize(1);
        assertThat(sheet.get("deadlines")).isNotEmpty();
        assertThat(sheet.at("/people/0/same").asText()).isEqualTo(there.get("統合 華"));
        assertThat(sheet.at("/people/0/differences"))
                .extracting(each -> each.get("field").asText())
                .containsExactly("name", "relation", "address");
        assertThat(sheet.at("/people/1/same").isNull()).isTrue();
        assertThat(sheet.get("staysBehind")).isNotEmpty();

        // Whose value is kept has to be said.
        var silent = merge(
                "coordinator",
                ends,
                entered(
                        stays,
                        "asis",
                        pair(here.get("統合 花"), there.get("統合 華"), "{\"name\":\"ends\"}"),
                        pair(here.get("統合 次"), null, "{}")));
        assertThat(silent.status()).isEqualTo(422);
        assertThat(silent.at("/fields")).hasSize(2);
        assertThat(file(ends).at("/case/phase").asText()).isEqualTo("meeting");

        var entered = entered(
                stays,
                "assessment",
                pair(
                        here.get("統合 花"),
                        there.get("統合 華"),
                        "{\"name\":\"stays\",\"relation\":\"ends\",\"address\":\"stays\"}"),
                pair(here.get("統合 次"), null, "{}"));
        var answer = merge("coordinator", ends, entered);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.at("/caseId").asText()).isEqualTo(stays);
        // Pressed twice.
        assertThat(merge("coordinator", ends, entered).status()).isEqualTo(200);

        var kept = file(stays);
        assertThat(kept.at("/household/members")).hasSize(2);
        var one = kept.at("/household/members/0");
        assertThat(one.get("name").asText()).isEqualTo("統合 華");
        assertThat(one.get("relation").asText()).isEqualTo("head");
        assertThat(one.get("address").asText()).isEqualTo("新町２");
        assertThat(one.get("mainConcern").asText()).isEqualTo("debt");
        assertThat(one.get("concerns")).extracting(JsonNode::asText).containsExactlyInAnyOrder("debt", "food", "care");
        var two = kept.at("/household/members/1");
        assertThat(two.get("name").asText()).isEqualTo("統合 次");
        assertThat(two.get("mainConcern").asText()).isEqualTo("work");
        // Both statements stand; in force is what both allow.
        var inForce = StreamSupport.stream(kept.get("consents").spliterator(), false)
                .filter(consent -> consent.get("inForce").asBoolean())
                .toList();
        assertThat(kept.get("consents")).hasSize(3);
        assertThat(inForce).hasSize(1);
        assertThat(inForce.getFirst().get("state").asText()).isEqualTo("narrowed");
        assertThat(inForce.getFirst().get("scope"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("assessment", "plan");
        assertThat(inForce.getFirst().get("agencies")).hasSize(1);
        assertThat(kept.at("/lineage/joined/0/id").asText()).isEqualTo(ends);
        assertThat(kept.at("/changes/0/kind").asText()).isEqualTo("joined");
        assertThat(kinds(stays)).contains("change.joined");

        var ended = file(ends);
        assertThat(ended.at("/case/phase").asText()).isEqualTo("closed");
        assertThat(ended.at("/case/mergedInto").asText()).isEqualTo(stays);
        assertThat(ended.at("/case/mergedIntoNumber").asText())
                .isEqualTo(kept.at("/case/number").asText());
        assertThat(ended.at("/household/members")).hasSize(2);
        assertThat(ended.at("/changes/0/kind").asText()).isEqualTo("merged");
        assertThat(ended.at("/changes/0/note").asText()).isEqualTo("住民票で確かめた");
        assertThat(ended.at("/meetings/0/status").asText()).isEqualTo("cancelled");
        assertThat(ended.get("records")).isEmpty();
        assertThat(kinds(ends).stream().filter("change.merged"::equals)).hasSize(1);

        // In the engine and on the list nothing of it is left, its role and its invitation included.
        await("the engine has ended it")
                .atMost(Duration.ofSeconds(60))
                .until(() -> running(ends) == 0 && file(ends).get("openTasks").isEmpty());
        await("its deadlines are settled")
                .atMost(Duration.ofSeconds(60))
                .until(() -> file(ends).get("deadlines").isEmpty());
        for (var task : List.of(role, invitation, holding)) {
            assertThat(kasane.sql()
                            .sql("select state from engine.user_task where id = :id::uuid")
                            .param("id", task)
                            .query(String.class)
                            .single())
                    .isEqualTo("CANCELED");
        }
        assertThat(kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + stays))
                .isNotBlank();
        // Nothing opens it again, and nothing is recorded on it.
        var reopened = kasane.as("manager")
                .post(
                        "/api/v1/cases/" + ends + "/records/reopening",
                        "{\"data\":{\"occurredOn\":\"" + TODAY + "\",\"reason\":\"x\",\"next\":\"assessment\"}}");
        assertThat(reopened.status()).isEqualTo(409);
        assertThat(reopened.text()).contains(number(stays) + "に統合");
        var gathering = kasane.sql()
                .sql("select id from kasane.submission where case_id = :id::uuid and form_id = 'plan-decision'")
                .param("id", ends)
                .query(UUID.class)
                .single();
        var voided =
                manager.post("/api/v1/submissions/" + gathering + "/void", "{\"reason\":\"誤り\",\"changePath\":true}");
        assertThat(voided.status()).isEqualTo(409);
        assertThat(voided.text()).contains("に統合");
        // 名寄せ points nobody there any more.
        assertThat(file(stays).get("matches").toString()).doesNotContain(ends);
    }

    private static List<String> kinds(String caseId) {
        return StreamSupport.stream(
                        kasane.as("manager")
                                .get("/api/v1/cases/" + caseId + "/events")
                                .body()
                                .spliterator(),
                        false)
                .map(event -> event.get("kind").asText())
                .toList();
    }

    private static String simple(String name, String more) {
        var caseId =
                played(gathered(name + "家", person(name, "relation: head, subject: true, concerns: [food]")) + more);
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        return caseId;
    }

    private static String joining(String caseId, String into) {
        return entered(
                into,
                "asis",
                members(caseId).values().stream()
                        .map(id -> pair(id, null, "{}"))
                        .toArray(String[]::new));
    }

    @Test
    void aTaskSubmittedTooLateIsRefusedAndWhatWasTypedStays() {
        var ends = simple("遅れ 一", "");
        var stays = simple("遅れ 二", "");
        var coordinator = kasane.as("coordinator");
        var task = coordinator.task("Task_WriteAssessment", "caseId=" + ends);
        kasane.whileTheEngineSleeps(() -> {
            assertThat(merge("coordinator", ends, joining(ends, stays)).status())
                    .isEqualTo(200);
            var late = coordinator.submit(task, "{\"householdIssue\":\"一時間かけて書いた\"}");
            assertThat(late.status()).isEqualTo(409);
            assertThat(late.text()).contains(number(stays) + "に統合").contains("残ります");
        });
        var sheet = coordinator.get("/api/v1/tasks/" + task);
        assertThat(sheet.at("/open").asBoolean()).isFalse();
        assertThat(sheet.at("/draftLeft").asBoolean()).isTrue();
        assertThat(sheet.at("/goesOnIn").asText()).isEqualTo(stays);
        assertThat(sheet.at("/data/householdIssue").asText()).isEqualTo("一時間かけて書いた");
        await("the engine has ended it").atMost(Duration.ofSeconds(60)).until(() -> running(ends) == 0);
        assertThat(coordinator.get("/api/v1/tasks/" + task).at("/closedBecause").asText())
                .contains("に統合");
    }

    @Test
    void ofTwoWhoMergeTheSamePairBothWaysAtOnceOneWinsAndTheOtherReadsWho() throws Exception {
        for (int round = 0; round < 3; round++) {
            var one = simple("同時 一" + round, "");
            var other = simple("同時 二" + round, "");
            var there = joining(one, other);
            var back = joining(other, one);
            var answers = new ArrayList<KasaneServer.Answer>();
            try (var both = Executors.newFixedThreadPool(2)) {
                Callable<KasaneServer.Answer> first = () -> merge("coordinator", one, there);
                Callable<KasaneServer.Answer> second = () -> merge("manager", other, back);
                for (var answer : both.invokeAll(List.of(first, second))) {
                    answers.add(answer.get());
                }
            }
            assertThat(answers)
                    .extracting(KasaneServer.Answer::status)
                    .as(answers.toString())
                    .containsExactlyInAnyOrder(200, 409);
            var refused = answers.stream()
                    .filter(answer -> answer.status() == 409)
                    .findFirst()
                    .orElseThrow();
            assertThat(refused.text()).contains("さんが").contains("統合しました");
            var closed = List.of(one, other).stream()
                    .filter(id -> file(id).at("/case/phase").asText().equals("closed"))
                    .toList();
            assertThat(closed).hasSize(1);
        }
    }

    @Test
    void whatCannotBeMergedIsTold() {
        var one = simple("拒み 一", "");
        var other = simple("拒み 二", "");
        assertThat(merge("coordinator", one, joining(one, one)).text()).contains("同じケースどうし");
        assertThat(merge("reception", one, joining(one, other)).status()).isEqualTo(403);
        kasane.employ("merge-elsewhere", "統合 他所", "coordinator", "wakamono");
        assertThat(merge("merge-elsewhere", one, joining(one, other)).status()).isEqualTo(404);
        assertThat(merge(
                                "coordinator",
                                one,
                                joining(one, other)
                                        .replace(other, UUID.randomUUID().toString()))
                        .status())
                .isEqualTo(404);
        assertThat(merge("coordinator", one, entered(other, "asis")).text()).contains("だれと同じ人");
        var empty = merge(
                "coordinator",
                one,
                joining(one, other)
                        .replace("住民票で確かめた", " ")
                        .replace(TODAY.toString(), TODAY.plusDays(1).toString())
                        .replace("\"asis\"", "\"x\""));
        assertThat(empty.status()).isEqualTo(422);
        assertThat(empty.at("/fields")).hasSize(3);

        // One that nobody has gathered yet cannot take in people; the other way round it may end.
        var fresh = played(triaged("拒み 新"));
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + fresh);
        assertThat(merge("coordinator", one, joining(one, fresh)).text()).contains("まだ把握されていません");
        assertThat(merge("coordinator", fresh, entered(one, "asis")).status()).isEqualTo(200);

        // Closed, as the merged one is now: in either place.
        assertThat(merge("coordinator", other, joining(other, fresh)).text()).contains("さんが");
        var closed = simple("拒み 閉", "");
        kasane.sql()
                .sql(
                        "update kasane.case_file set phase = 'closed', step = 'closed', closed_at = now() where id = :id::uuid")
                .param("id", closed)
                .update();
        assertThat(merge("coordinator", other, joining(other, closed)).text()).contains("終結しています");
        assertThat(merge("coordinator", closed, joining(closed, other)).text()).contains("終結しています");
        assertThat(kinds(other)).doesNotContain("change.merged", "change.joined");
    }

    @Test
    void whatWouldBeLostOrToldStandsAgainstIt() {
        var withdrawn = simple(
                "守り 一",
                consent("守り 一", "given", "assessment, plan", "shakyo") + consent("守り 一", "withdrawn", null, null));
        var given = simple("守り 二", consent("守り 二", "given", "assessment, plan", "shakyo"));
        var asOne = entered(
                given,
                "asis",
                pair(members(withdrawn).get("守り 一"), members(given).get("守り 二"), "{\"name\":\"stays\"}"));
        assertThat(merge("coordinator", withdrawn, asOne).text()).contains("撤回");
        // As two people they may live together: each keeps what they said.
        assertThat(merge("coordinator", withdrawn, joining(withdrawn, given)).status())
                .isEqualTo(200);
        assertThat(StreamSupport.stream(file(given).get("consents").spliterator(), false)
                        .filter(consent -> consent.get("inForce").asBoolean())
                        .map(consent -> consent.get("state").asText()))
                .containsExactlyInAnyOrder("withdrawn", "given");

        var hidden = played(
                gathered(
                        "隠れ家",
                        person(
                                "隠れ 子",
                                "relation: head, subject: true, concerns: [violence], address: 非開示町八丁目, addressConcealed: true")));
        var led = simple("先導", "");
        kasane.sql()
                .sql(
                        "update kasane.case_file set lead_agency_id = (select id from kasane.agency where code = 'anshin' limit 1) where id = :id::uuid")
                .param("id", led)
                .update();
        assertThat(merge("manager", hidden, joining(hidden, led)).text()).contains("非開示の住所");
        // Where it is known already it may stay.
        assertThat(merge("manager", led, joining(led, hidden)).status()).isEqualTo(200);

        var restricted = simple("限り", "");
        kasane.sql()
                .sql("update kasane.case_file set restricted = true where id = :id::uuid")
                .param("id", restricted)
                .update();
        assertThat(merge("manager", restricted, joining(restricted, given)).text())
                .contains("見られる機関が限られています");
    }

    @Test
    void whereThePeopleAtTheCentreNoLongerAllAgreeThePlanStops() {
        var stays = played(
                gathered("揃い家", person("揃い 一", "relation: head, subject: true, concerns: [food]"))
                        + consent("揃い 一", "given", "assessment, plan, sharing, support", "shakyo, anshin")
                        + """
                - as: coordinator
                  task: Task_WriteAssessment
                  data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: given, route: plan, routeReason: 理由 }
                """);
        kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + stays);
        var ends = simple("揃い 二", "");
        assertThat(merge("coordinator", ends, joining(ends, stays)).status()).isEqualTo(200);
        assertThat(file(stays).at("/case/phase").asText()).isEqualTo("outreach");
        assertThat(kasane.as("coordinator").task("Task_DraftOutreachPlan", "caseId=" + stays))
                .as("the engine went along")
                .isNotBlank();
    }
}
