package jp.kasane.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is done from the case page itself: a contact, a meeting asked for, the lead handed over. */
class CaseActionsIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 動作 花, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 動作家
                members: [ { name: 動作 花, relation: head, subject: true, concerns: [food] } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    private static String opened() {
        var caseId = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        return caseId;
    }

    private static KasaneServer.Answer record(String caseId, String form, String data) {
        return kasane.as("coordinator").post("/api/v1/cases/" + caseId + "/records/" + form, "{\"data\":" + data + "}");
    }

    private static String lead(String caseId) {
        return kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId)
                .at("/case/leadAgency")
                .asText();
    }

    @Test
    void aMeetingIsAskedForAndTheCaseGoesThere() {
        var caseId = opened();
        assertThat(record(caseId, "meeting-request", "{}").text()).contains("何を話し合いたいか");
        var asked = record(caseId, "meeting-request", "{\"purpose\":\"情報を合わせたい\"}");
        assertThat(asked.status()).as(asked.text()).isEqualTo(201);
        kasane.as("coordinator").task("Task_ProposeMembers", "caseId=" + caseId);
        var again = record(caseId, "meeting-request", "{\"purpose\":\"もう一度\"}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text()).contains("ケースの今の段階では、この記録はできません。");

        var back = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + asked.at("/submissionId").asText() + "/void",
                        "{\"reason\":\"求めていなかった\",\"changePath\":true}");
        assertThat(back.status()).as(back.text()).isLessThan(300);
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
    }

    @Test
    void theLeadPassesOnlyToAnAgencyThatConsentCovers() {
        var caseId = opened();
        var handover = "{\"agency\":\"anshin\",\"reason\":\"介護が中心になった\"}";
        var refused = record(caseId, "lead-handover", handover);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text()).contains("情報を共有する同意がまだありません。");
        var before = lead(caseId);

        var member = kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId)
                .at("/household/members/0/id")
                .asText();
        assertThat(record(
                                caseId,
                                "consent-change",
                                "{\"state\":\"given\",\"occurredOn\":\"2026-11-20\",\"memberIds\":[\"" + member
                                        + "\"],\"scope\":[\"sharing\"],\"agencies\":[\"anshin\"],\"evidence\":\"oral\"}")
                        .status())
                .isEqualTo(201);
        var done = record(caseId, "lead-handover", handover);
        assertThat(done.status()).as(done.text()).isEqualTo(201);
        assertThat(lead(caseId)).isEqualTo("高齢者あんしん相談センター");
        assertThat(kasane.as("member").get("/api/v1/notices").text()).contains("lead-changed");
        assertThat(record(caseId, "lead-handover", handover).text()).contains("いまの主担当と同じです。");

        var back = kasane.as("coordinator")
                .post("/api/v1/submissions/" + done.at("/submissionId").asText() + "/void", "{\"reason\":\"誤り\"}");
        assertThat(back.status()).as(back.text()).isLessThan(300);
        assertThat(lead(caseId)).isEqualTo(before);
    }

    @Test
    void aContactIsRecordedWithoutJavaScript() throws Exception {
        var caseId = opened();
        assertThat(page(caseId, null).body()).contains("name=\"kind\"");
        var empty = page(caseId, Map.of("at", "2026-11-20T10:15", "kind", "", "content", ""));
        assertThat(empty.statusCode()).isEqualTo(422);
        assertThat(empty.body()).contains("内容").contains("2026-11-20T10:15");
        assertThat(page(caseId, Map.of("at", "", "kind", "visit", "content", "x"))
                        .statusCode())
                .isEqualTo(422);
        var done = page(caseId, Map.of("at", "2026-11-20T10:15", "kind", "phone", "content", "電話で話した", "people", "母"));
        assertThat(done.statusCode()).isEqualTo(302);
        var contact = kasane.as("coordinator").get("/api/v1/cases/" + caseId).at("/contacts/0");
        assertThat(contact.get("occurredAt").asText()).isEqualTo("2026-11-20T01:15:00Z");
        assertThat(contact.get("kind").asText()).isEqualTo("phone");
        assertThat(contact.get("recordedBy").asText()).isEqualTo("伴走 太郎");
    }

    /** As a browser sends the form: logged in with a session, with the token of the page. */
    private static HttpResponse<String> page(String caseId, Map<String, String> fields) throws Exception {
        var cookies = new java.net.CookieManager();
        var http = HttpClient.newBuilder().cookieHandler(cookies).build();
        var login = "Basic "
                + Base64.getEncoder().encodeToString("coordinator:coordinator".getBytes(StandardCharsets.UTF_8));
        var address = URI.create(kasane.baseUrl() + "/cases/" + caseId + "/contact");
        var shown = http.send(
                HttpRequest.newBuilder(address).header("Authorization", login).build(),
                HttpResponse.BodyHandlers.ofString());
        if (fields == null) {
            return shown;
        }
        var token = java.util.regex.Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"")
                .matcher(shown.body())
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        var body = new java.util.TreeMap<>(fields);
        body.put("_csrf", token);
        var form = body.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return http.send(
                HttpRequest.newBuilder(address)
                        .header("Authorization", login)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
