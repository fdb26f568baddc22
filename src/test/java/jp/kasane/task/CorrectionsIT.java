package jp.kasane.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 訂正・取消 on the real engine: what was recorded stays readable, the case goes where the corrected facts lead. */
class CorrectionsIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 訂正 花, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 訂正家
                members: [ { name: 訂正 花, relation: head, subject: true, concerns: [food] } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static final String ASSESSED = OPENED
            + """
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: meeting, routeReason: 同意がない }
            """;

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    private static String submission(String caseId, String form) {
        return kasane.sql()
                .sql(
                        """
                        select s.id::text from kasane.submission s
                        where (s.case_id = :case or s.consultation_id in (select id from kasane.consultation where case_id = :case))
                          and s.form_id = :form and not exists (select from kasane.submission n where n.corrects = s.id)
                        order by s.recorded_at desc limit 1
                        """)
                .param("case", UUID.fromString(caseId))
                .param("form", form)
                .query(String.class)
                .single();
    }

    private static ObjectNode entered(String submission) {
        var sheet = kasane.as("manager").get("/api/v1/submissions/" + submission);
        assertThat(sheet.status()).as(sheet.text()).isEqualTo(200);
        for (var version : sheet.at("/versions")) {
            if (version.get("id").asText().equals(submission)) {
                return (ObjectNode) version.get("data");
            }
        }
        throw new AssertionError(sheet.text());
    }

    private static KasaneServer.Answer correct(String who, String submission, JsonNode data, boolean changePath) {
        return kasane.as(who)
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + data + ",\"reason\":\"書き間違い\",\"changePath\":" + changePath + "}");
    }

    private static KasaneServer.Answer strike(String who, String submission, boolean changePath) {
        return kasane.as(who)
                .post(
                        "/api/v1/submissions/" + submission + "/void",
                        "{\"reason\":\"別の人の記録\",\"changePath\":" + changePath + "}");
    }

    private static JsonNode file(String caseId) {
        return kasane.as("coordinator").get("/api/v1/cases/" + caseId).body();
    }

    private static String stands(String caseId) {
        return kasane.sql()
                .sql("select phase || '/' || step from kasane.case_file where id = :id")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .single();
    }

    /** Steps of the case that wait for somebody. */
    private static List<String> open(String caseId) {
        return kasane.sql()
                .sql(
                        "select element_id from engine.user_task where state = 'CREATED' and case_id = :id order by element_id")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .list();
    }

    private static void opens(String caseId, String... steps) {
        await("open: " + List.of(steps)).atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(open(caseId))
                .containsExactly(steps));
    }

    /** Every form of a whole case is corrected: its texts are shown corrected, and the case stands where it stood. */
    @Test
    void everyStepOfACaseIsCorrectedWithoutMovingIt() {
        var caseId = kasane.play("hachioji-c1").caseId();
        var stood = stands(caseId);
        var all = kasane.sql()
                .sql(
                        """
                        select s.id::text || ' ' || s.form_id from kasane.submission s
                        where s.case_id = :case or s.consultation_id in (select id from kasane.consultation where case_id = :case)
                        order by s.recorded_at
                        """)
                .param("case", UUID.fromString(caseId))
                .query(String.class)
                .list();
        var forms = new TreeSet<String>();
        var refused = new ArrayList<String>();
        for (var one : all) {
            var id = one.split(" ")[0];
            var form = one.split(" ")[1];
            forms.add(form);
            var data = entered(id);
            var texts = new ArrayList<String>();
            for (var field : List.of(
                    "story",
                    "gathered",
                    "householdIssue",
                    "purpose",
                    "place",
                    "minutes",
                    "goal",
                    "content",
                    "note",
                    "personWish",
                    "progress",
                    "evaluation",
                    "contactPerson",
                    "documentNo",
                    "information")) {
                if (data.hasNonNull(field)) {
                    texts.add(data.get(field).asText() + "（訂正）");
                    data.put(field, data.get(field).asText() + "（訂正）");
                }
            }
            var answer = correct("manager", id, data, false);
            if (answer.status() != 201) {
                refused.add(form + " " + answer.text());
                continue;
            }
            var page = kasane.as("manager").get("/api/v1/cases/" + caseId).text();
            assertThat(texts).as(form).allSatisfy(text -> assertThat(page).contains(text));
            var again = kasane.as("manager")
                    .get("/api/v1/submissions/" + answer.at("/submissionId").asText());
            assertThat(again.at("/versions")).as(form).hasSize(2);
            assertThat(again.at("/versions/1/state").asText()).isEqualTo("corrected");
            assertThat(again.at("/versions/0/reason").asText()).isEqualTo("書き間違い");
            assertThat(again.at("/versions/0/occurredAt").asText())
                    .isEqualTo(again.at("/versions/1/occurredAt").asText());
        }
        assertThat(refused).isEmpty();
        assertThat(forms).hasSizeGreaterThan(17);
        assertThat(stands(caseId)).isEqualTo(stood);
        var household = file(caseId).at("/household/members");
        assertThat(household).hasSize(2);
        assertThat(file(caseId).get("assessments")).hasSize(1);
        assertThat(file(caseId).at("/case/leadAgency").asText()).isEqualTo("高齢者あんしん相談センター");
    }

    @Test
    void anotherRouteIsConfirmedAndTheRightTaskOpens() {
        var caseId = kasane.playSteps(ASSESSED + "- { as: coordinator, expect: { task: Task_ProposeMembers } }\n")
                .caseId();
        var id = submission(caseId, "assessment");
        var data = entered(id);
        data.put("route", "outreach");
        var stale = kasane.as("coordinator").openTask("Task_ProposeMembers", "caseId=" + caseId);

        var asked = correct("coordinator", id, data, false);
        assertThat(asked.status()).isEqualTo(409);
        assertThat(asked.at("/detail").asText()).contains("「支援会議」から「アウトリーチ」に変わります", "確認");
        assertThat(stands(caseId)).isEqualTo("meeting/propose");
        assertThat(file(caseId).get("assessments")).hasSize(1);

        assertThat(correct("coordinator", id, data, true).status()).isEqualTo(201);
        assertThat(stands(caseId)).isEqualTo("outreach/plan");
        var late = kasane.as("coordinator")
                .submit(stale, "{\"purpose\":\"目的\",\"agenda\":\"議題\",\"agencies\":[\"shakyo\"]}");
        assertThat(late.status()).as(late.text()).isEqualTo(409);
        opens(caseId, "Task_DraftOutreachPlan");
        var assessments = file(caseId).get("assessments");
        assertThat(assessments).hasSize(1);
        assertThat(assessments.at("/0/route").asText()).isEqualTo("outreach");
        var events =
                kasane.as("auditor").get("/api/v1/cases/" + caseId + "/events").text();
        assertThat(events).contains("submission.corrected");
    }

    @Test
    void aVoidedStepOpensAgainAndStaysReadable() {
        var caseId = kasane.playSteps(ASSESSED + "- { as: coordinator, expect: { task: Task_ProposeMembers } }\n")
                .caseId();
        var id = submission(caseId, "assessment");
        assertThat(strike("coordinator", id, false).at("/detail").asText()).contains("「支援会議」から「アセスメント」に");
        assertThat(strike("coordinator", id, true).status()).isEqualTo(204);
        opens(caseId, "Task_WriteAssessment");
        assertThat(file(caseId).get("assessments")).isEmpty();
        var sheet = kasane.as("coordinator").get("/api/v1/submissions/" + id);
        assertThat(sheet.at("/state").asText()).isEqualTo("voided");
        assertThat(sheet.at("/versions/0/voidReason").asText()).isEqualTo("別の人の記録");
        assertThat(sheet.at("/versions/0/data/householdIssue").asText()).isEqualTo("課題");
        var again = correct("coordinator", id, entered(id), true);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.at("/detail").asText()).contains("さんが", "に取り消しました");
    }

    @Test
    void aContactIsOnlyStruckOut() {
        var caseId = kasane.playSteps(ASSESSED + "- { as: coordinator, expect: { task: Task_ProposeMembers } }\n")
                .caseId();
        var recorded = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/contact",
                        "{\"data\":{\"occurredAt\":\"2026-11-20T10:00:00+09:00\",\"kind\":\"phone\",\"content\":\"電話した\"}}");
        var id = recorded.at("/submissionId").asText();
        assertThat(file(caseId).get("contacts")).hasSize(1);
        assertThat(strike("coordinator", id, false).status()).isEqualTo(204);
        assertThat(file(caseId).get("contacts")).isEmpty();
        assertThat(stands(caseId)).isEqualTo("meeting/propose");
        assertThat(open(caseId)).containsExactly("Task_ProposeMembers");
    }

    @Test
    void aTriageThatOpenedACaseChangesItsTextsButNotItsRoute() {
        var caseId = kasane.playSteps(OPENED).caseId();
        var id = submission(caseId, "triage");
        var data = entered(id);
        data.put("reason", "担当が分からない").put("caseClass", "class4");
        var corrected = correct("reception", id, data, false);
        assertThat(corrected.status()).as(corrected.text()).isEqualTo(201);
        assertThat(file(caseId).at("/case/caseClass").asText()).isEqualTo("class4");
        data.put("route", "information").put("answer", "案内した");
        var refused = correct("reception", corrected.at("/submissionId").asText(), data, true);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/detail").asText()).contains("支援ケースが始まっている");
    }

    @Test
    void ofTwoCorrectionsAtOnceOneWinsAndTheOtherIsToldByWhom() throws Exception {
        var caseId = kasane.playSteps(ASSESSED).caseId();
        var id = submission(caseId, "assessment");
        var start = new CyclicBarrier(2);
        try (var both = Executors.newFixedThreadPool(2)) {
            var answers = new ArrayList<KasaneServer.Answer>();
            var waiting = List.of("coordinator", "manager").stream()
                    .map(who -> both.submit(() -> {
                        var data = entered(id);
                        data.put("needs", who);
                        start.await();
                        return correct(who, id, data, false);
                    }))
                    .toList();
            for (var one : waiting) {
                answers.add(one.get());
            }
            assertThat(answers).extracting(KasaneServer.Answer::status).containsExactlyInAnyOrder(201, 409);
            var lost = answers.stream()
                    .filter(one -> one.status() == 409)
                    .findFirst()
                    .orElseThrow();
            assertThat(lost.at("/detail").asText()).matches("この記録は「.+」さんが\\d+月\\d+日\\(.\\) \\d+:\\d\\dに訂正しました。.*");
        }
        assertThat(file(caseId).get("assessments")).hasSize(1);
    }

    @Test
    void whoMayNotDoTheStepMayNotCorrectItAndAReasonIsNeeded() {
        var caseId = kasane.playSteps(ASSESSED).caseId();
        var id = submission(caseId, "assessment");
        var data = entered(id);
        assertThat(correct("auditor", id, data, false).status()).isEqualTo(403);
        assertThat(kasane.as("reception").get("/api/v1/submissions/" + id).status())
                .isIn(200, 404);
        assertThat(correct("reception", id, data, false).status()).isIn(403, 404);
        var silent = kasane.as("coordinator")
                .post("/api/v1/submissions/" + id + "/correction", "{\"data\":" + data + ",\"reason\":\" \"}");
        assertThat(silent.status()).isEqualTo(422);
        assertThat(silent.at("/fields/0/field").asText()).isEqualTo("reason");
        data.put("route", "nowhere");
        assertThat(correct("coordinator", id, data, true).status()).isEqualTo(422);
        assertThat(stands(caseId)).isEqualTo("meeting/propose");
    }
}
