package jp.kasane.regroup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 世帯分離: people live apart from a day on, alone or with a case of their own. */
class HouseholdSplitIT {

    private static final LocalDate TODAY = LocalDate.now(JapaneseTime.ZONE);

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 分離 母, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: soon, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 分離家
                members:
                  - { name: 分離 母, relation: head, subject: true, concerns: [food] }
                  - { name: 分離 子, kana: ぶんり こ, birthDate: "1990-05-06", relation: child, subject: true, address: 非開示町五丁目, addressConcealed: true, concerns: [work, debt], mainConcern: work }
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    /** Both agree, the child to fewer agencies. */
    private static final String CONSENT =
            """
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today, memberIds: ["member:分離 母"], scope: [assessment, plan, sharing, support], agencies: [shakyo, anshin, jiritsu], evidence: paper }
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today, memberIds: ["member:分離 子"], scope: [assessment, plan], agencies: [shakyo], evidence: oral, note: 電話で }
            """;

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    @AfterAll
    static void putBack() {
        kasane.dismissEmployed();
    }

    private static String opened(String more) {
        var caseId = kasane.playSteps(OPENED + more).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        return caseId;
    }

    private static JsonNode file(String login, String caseId) {
        return kasane.as(login).get("/api/v1/cases/" + caseId).body();
    }

    private static String member(String caseId, String name) {
        return StreamSupport.stream(
                        file("manager", caseId).at("/household/members").spliterator(), false)
                .filter(each -> each.get("called").asText().equals(name))
                .map(each -> each.get("id").asText())
                .findFirst()
                .orElseThrow();
    }

    private static KasaneServer.Answer split(String login, String caseId, String data) {
        return kasane.as(login).post("/api/v1/cases/" + caseId + "/records/household-split", "{\"data\":" + data + "}");
    }

    private static String data(String how, String leaving, String subjects, LocalDate on) {
        return """
                {"memberIds":["%s"],"occurredOn":"%s","note":"就職して家を出た","how":"%s","householdName":%s,"subjects":[%s],"next":"asis"}"""
                .formatted(leaving, on, how, how.equals("own") ? "\"分離家（子）\"" : "null", subjects);
    }

    private static String quoted(String... ids) {
        return "\"" + String.join("\",\"", ids) + "\"";
    }

    private static String newCase(String caseId) {
        return kasane.sql()
                .sql("select id from kasane.case_file where split_from = :id")
                .param("id", UUID.fromString(caseId))
                .query(UUID.class)
                .single()
                .toString();
    }

    @Test
    void whoGoesOnAloneHasACaseThatTheEngineCarries() {
        var caseId = opened(CONSENT);
        var mother = member(caseId, "分離 母");
        var child = member(caseId, "分離 子");
        var answer = split("coordinator", caseId, data("own", child, quoted(mother, child), TODAY.minusDays(3)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);

        var there = newCase(caseId);
        var file = file("coordinator", there);
        assertThat(file.at("/case/householdName").asText()).isEqualTo("分離家（子）");
        assertThat(file.at("/case/phase").asText()).isEqualTo("assessment");
        assertThat(file.at("/case/urgency").asText()).isEqualTo("soon");
        assertThat(file.at("/case/owner").asText())
                .isEqualTo(file("coordinator", caseId).at("/case/owner").asText());
        assertThat(file.at("/household/members")).hasSize(1);
        var moved = file.at("/household/members/0");
        assertThat(moved.get("called").asText()).isEqualTo("分離 子");
        assertThat(moved.get("birthDate").asText()).isEqualTo("1990-05-06");
        assertThat(moved.get("mainConcern").asText()).isEqualTo("work");
        assertThat(moved.get("concerns")).hasSize(2);
        assertThat(moved.get("addressConcealed").asBoolean()).isTrue();
        assertThat(moved.get("address").asText()).isEqualTo("非開示町五丁目");
        // Their own statement and nobody else's, no wider than it was.
        assertThat(file.get("consents")).hasSize(1);
        var consent = file.at("/consents/0");
        assertThat(consent.get("scope")).hasSize(2);
        assertThat(consent.get("agencies")).hasSize(1);
        assertThat(consent.get("carried").asBoolean()).isTrue();
        assertThat(consent.get("note").asText()).isEqualTo("電話で");

        // The engine really carries it: its first task can be done, filled in with whom it is about.
        var coordinator = kasane.as("coordinator");
        var task = coordinator.task("Task_GatherInformation", "caseId=" + there);
        assertThat(coordinator
                        .get("/api/v1/tasks/" + task)
                        .at("/data/members/0/name")
                        .asText())
                .isEqualTo("分離 子");

        // Where they were, they stay readable, with the day and where they are now.
        var old = file("coordinator", caseId);
        assertThat(old.at("/household/members")).hasSize(1);
        assertThat(old.at("/lineage/gone/0/called").asText()).isEqualTo("分離 子");
        assertThat(old.at("/lineage/gone/0/leftOn").asText())
                .isEqualTo(TODAY.minusDays(3).toString());
        assertThat(old.at("/lineage/gone/0/to/id").asText()).isEqualTo(there);
        assertThat(old.at("/changes/0/kind").asText()).isEqualTo("split");
        assertThat(old.get("consents")).hasSize(2);
        assertThat(file("coordinator", there).at("/lineage/splitFrom/id").asText())
                .isEqualTo(caseId);
        assertThat(kinds(caseId)).contains("household-split.recorded", "change.split");
        assertThat(kinds(there)).startsWith("case.split-off");
        assertThat(coordinator.openTask("Task_WriteAssessment", "caseId=" + caseId))
                .isNotNull();

        // Taken back it is not: they have a case of their own.
        var submission = answer.at("/submissionId").asText();
        var voided = kasane.as("manager")
                .post("/api/v1/submissions/" + submission + "/void", "{\"reason\":\"誤り\",\"changePath\":true}");
        assertThat(voided.status()).as(voided.text()).isEqualTo(409);
        assertThat(voided.text()).contains("統合");
    }

    private static java.util.List<String> kinds(String caseId) {
        return StreamSupport.stream(
                        kasane.as("manager")
                                .get("/api/v1/cases/" + caseId + "/events")
                                .body()
                                .spliterator(),
                        false)
                .map(event -> event.get("kind").asText())
                .toList();
    }

    @Test
    void whoOnlyLeavesStaysInTheHistoryAndCanBeTakenBack() {
        var caseId = opened("");
        var mother = member(caseId, "分離 母");
        var child = member(caseId, "分離 子");
        var answer = split("coordinator", caseId, data("leave", child, quoted(mother), TODAY));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var file = file("coordinator", caseId);
        assertThat(file.at("/household/members")).hasSize(1);
        assertThat(file.at("/lineage/gone/0/elsewhere").asBoolean()).isFalse();
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.case_file where split_from = :id")
                        .param("id", UUID.fromString(caseId))
                        .query(Long.class)
                        .single())
                .isZero();

        var submission = answer.at("/submissionId").asText();
        var other = data("leave", child, quoted(mother), TODAY.minusDays(9));
        var corrected = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + other + ",\"reason\":\"日の誤り\"}");
        assertThat(corrected.status()).as(corrected.text()).isEqualTo(201);
        assertThat(file("coordinator", caseId).at("/lineage/gone/0/leftOn").asText())
                .isEqualTo(TODAY.minusDays(9).toString());

        var voided = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + corrected.at("/submissionId").asText() + "/void",
                        "{\"reason\":\"別れていない\",\"changePath\":true}");
        assertThat(voided.status()).as(voided.text()).isEqualTo(204);
        assertThat(file("coordinator", caseId).at("/household/members")).hasSize(2);
        assertThat(file("coordinator", caseId).at("/lineage").isNull()).isTrue();
    }

    @Test
    void whatCannotBeIsToldAndChangesNothing() {
        var caseId = opened("");
        var mother = member(caseId, "分離 母");
        var child = member(caseId, "分離 子");
        var all = data("own", child, quoted(child), TODAY)
                .replace("[\"" + child + "\"],\"occurredOn\"", "[" + quoted(mother, child) + "],\"occurredOn\"");
        assertThat(split("coordinator", caseId, all).text()).contains("全員");
        assertThat(split("coordinator", caseId, data("own", child, quoted(child), TODAY))
                        .text())
                .contains("残る世帯からも");
        assertThat(split("coordinator", caseId, data("own", child, quoted(mother), TODAY))
                        .text())
                .contains("新しいケースになる世帯からも");
        assertThat(split("coordinator", caseId, data("leave", child, quoted(mother), TODAY.plusDays(1)))
                        .text())
                .contains("今日まで");
        assertThat(split("coordinator", caseId, data("leave", UUID.randomUUID().toString(), quoted(mother), TODAY))
                        .status())
                .isEqualTo(422);
        assertThat(split("reception", caseId, data("leave", child, quoted(mother), TODAY))
                        .status())
                .isEqualTo(403);
        kasane.employ("split-elsewhere", "分離 他所", "coordinator", "wakamono");
        assertThat(split("split-elsewhere", caseId, data("leave", child, quoted(mother), TODAY))
                        .status())
                .isEqualTo(404);
        assertThat(file("coordinator", caseId).at("/household/members")).hasSize(2);
    }

    @Test
    void pressedTwiceAtOnceItIsDoneOnce() throws Exception {
        var caseId = opened("");
        var child = member(caseId, "分離 子");
        var data = data("own", child, quoted(member(caseId, "分離 母"), child), TODAY);
        try (var both = Executors.newFixedThreadPool(2)) {
            Callable<Integer> press = () -> split("coordinator", caseId, data).status();
            var first = both.submit(press);
            var second = both.submit(press);
            assertThat(java.util.List.of(first.get(), second.get())).containsExactlyInAnyOrder(201, 422);
        }
        assertThat(kasane.as("manager").get("/api/v1/cases/" + newCase(caseId)).status())
                .isEqualTo(200);
    }

    @Test
    void theLeadWhomTheirConsentDoesNotNameIsNotTheirLead() {
        var caseId = opened(
                CONSENT
                        + """
                - as: coordinator
                  record: consent-change
                  data: { state: given, occurredOn: today, memberIds: ["member:分離 子"], scope: [assessment, plan], agencies: [shakyo, anshin], evidence: oral }
                - as: coordinator
                  record: lead-handover
                  data: { agency: anshin, reason: 近い }
                - as: coordinator
                  record: consent-change
                  data: { state: narrowed, occurredOn: today, memberIds: ["member:分離 母"], scope: [assessment, plan, sharing, support], agencies: [shakyo, anshin], evidence: paper }
                """);
        var mother = member(caseId, "分離 母");
        var child = member(caseId, "分離 子");
        assertThat(split("coordinator", caseId, data("own", mother, quoted(mother, child), TODAY))
                        .status())
                .isEqualTo(201);
        var led = newCase(caseId);
        assertThat(file("manager", led).at("/case/leadAgency").asText())
                .as("the mother names it")
                .isEqualTo(file("manager", caseId).at("/case/leadAgency").asText());

        var without = opened("");
        kasane.sql()
                .sql(
                        "update kasane.case_file set lead_agency_id = (select id from kasane.agency where code = 'anshin' limit 1) where id = :id")
                .param("id", UUID.fromString(without))
                .update();
        var leaving = member(without, "分離 子");
        assertThat(split("coordinator", without, data("own", leaving, quoted(member(without, "分離 母"), leaving), TODAY))
                        .status())
                .isEqualTo(201);
        var file = file("manager", newCase(without));
        assertThat(file.at("/case/leadAgency").asText())
                .isEqualTo(file.at("/case/coordinatingAgency").asText());
        // Whoever leads the first case sees that they went, and not where.
        assertThat(kasane.as("member").get("/api/v1/cases/" + newCase(without)).status())
                .isEqualTo(404);
        var seen = file("member", without);
        assertThat(seen.at("/lineage/gone/0/elsewhere").asBoolean()).isTrue();
        assertThat(seen.at("/lineage/gone/0/to").isNull()).isTrue();
        assertThat(seen.toString()).doesNotContain(file.at("/case/number").asText());
    }

    @Test
    void aSheetThatWasOpenBeforeTheyLeftDoesNotBringThemBack() {
        var caseId = kasane.playSteps(OPENED).caseId();
        var coordinator = kasane.as("coordinator");
        coordinator.task("Task_WriteAssessment", "caseId=" + caseId);
        coordinator.post(
                "/api/v1/cases/" + caseId + "/records/member-added",
                "{\"data\":{\"occurredOn\":\"" + TODAY
                        + "\",\"label\":\"姉\",\"relation\":\"sibling\",\"next\":\"asis\"}}");
        var gathered = kasane.sql()
                .sql("select id from kasane.submission where case_id = :id and form_id = 'gather-information'")
                .param("id", UUID.fromString(caseId))
                .query(UUID.class)
                .single();
        var sheet = coordinator.get("/api/v1/submissions/" + gathered).at("/data");
        var mother = member(caseId, "分離 母");
        assertThat(split("coordinator", caseId, data("leave", member(caseId, "分離 子"), quoted(mother), TODAY))
                        .status())
                .isEqualTo(201);
        var data = "{\"householdName\":\"分離家\",\"gathered\":\"x\",\"agencies\":" + sheet.get("agencies")
                + ",\"members\":" + sheet.get("members") + "}";
        var answer = coordinator.post(
                "/api/v1/submissions/" + gathered + "/correction", "{\"data\":" + data + ",\"reason\":\"x\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.text()).contains("世帯を離れました");
    }
}
