package jp.kasane.assessment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** ９マスシート at any time, and the ties of an エコマップ. */
class SheetsIT {

    private static KasaneServer kasane;
    private static String caseId;
    private static String member;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 地図 花, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 地図家
                            members: [ { name: 地図 花, relation: head, subject: true, concerns: [food] }, { name: 地図 葉, relation: child, subject: false, concerns: [work] } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 集めたこと
                        """)
                .caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        member = kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId)
                .at("/household/members/0/id")
                .asText();
    }

    private static KasaneServer.Answer tie(String to, String name, String kind) {
        return kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/ecomap/ties",
                        """
                        {"from":"member:%s","to":"%s","name":%s,"kind":"%s","direction":"forward","note":"週に一度"}"""
                                .formatted(member, to, name == null ? "null" : '"' + name + '"', kind));
    }

    private static KasaneServer.Answer map(String login) {
        return kasane.as(login).get("/api/v1/cases/" + caseId + "/ecomap");
    }

    @Test
    void tiesAreAddedAndTakenAwayAndStayInTheHistory() {
        var added = tie("agency:hokenjo", null, "weak");
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        assertThat(tie("new:resource", "喫茶 架空", "strong").status()).isEqualTo(201);
        assertThat(map("coordinator").at("/ties").size()).isEqualTo(2);
        assertThat(map("coordinator").at("/nodes").findValuesAsText("name"))
                .containsExactly("地図 花", "地図 葉", "保健所", "喫茶 架空");
        assertThat(tie("agency:hokenjo", null, "strong").status()).isEqualTo(409);

        var id = added.at("/tieId").asText();
        assertThat(kasane.as("coordinator")
                        .delete("/api/v1/cases/" + caseId + "/ecomap/ties/" + id)
                        .status())
                .isEqualTo(204);
        assertThat(kasane.as("coordinator")
                        .delete("/api/v1/cases/" + caseId + "/ecomap/ties/" + id)
                        .status())
                .isEqualTo(404);
        assertThat(map("coordinator").at("/ties").size()).isEqualTo(1);
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.ecomap_tie where id = :id and removed_at is not null")
                        .param("id", UUID.fromString(id))
                        .query(Long.class)
                        .single())
                .isOne();
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/cases/" + caseId + "/timeline?topic=assessment")
                        .text())
                .contains("ecomap.tie-added", "ecomap.tie-removed");
    }

    @Test
    void whatIsNoChoiceIsRefusedInASentence() {
        assertThat(tie("agency:nowhere", null, "strong").text()).contains("「相手」を選んでください。");
        assertThat(tie("new:resource", null, "strong").text()).contains("「名前」を 60 字までで入力してください。");
        assertThat(tie("member:" + member, null, "strong").text()).contains("には、別の人や機関を選んでください。");
        assertThat(tie("agency:byoin", null, "close").text()).contains("「つながりの強さ」を選んでください。");
        assertThat(map("member").status()).isEqualTo(404);
        assertThat(kasane.as("auditor")
                        .post(
                                "/api/v1/cases/" + caseId + "/ecomap/ties",
                                "{\"from\":\"member:" + member
                                        + "\",\"to\":\"agency:byoin\",\"kind\":\"weak\",\"direction\":\"none\"}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aNineBoxSheetIsWrittenAnewAtAnyTimeAndTheCaseStaysWhereItIs() {
        var written = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/strength-sheet",
                        "{\"data\":{\"centre\":\"家から出られない\",\"top\":\"料理が好き\"}}");
        assertThat(written.status()).as(written.text()).isEqualTo(201);
        var file = kasane.as("coordinator").get("/api/v1/cases/" + caseId);
        assertThat(file.at("/strengthSheets/0/centre").asText()).isEqualTo("家から出られない");
        assertThat(file.at("/strengthSheets/0/cells/1").asText()).isEqualTo("料理が好き");
        assertThat(file.at("/case/phase").asText()).isEqualTo("assessment");
        var voided = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + written.at("/submissionId").asText() + "/void",
                        "{\"reason\":\"別の人のもの\"}");
        assertThat(voided.status()).as(voided.text()).isLessThan(300);
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/cases/" + caseId)
                        .at("/strengthSheets")
                        .size())
                .isZero();
    }
}
