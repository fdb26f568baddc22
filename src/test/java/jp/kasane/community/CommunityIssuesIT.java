package jp.kasane.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 地域課題 against the running Kasane: cases feed it, nobody learns which, and whoever raised it hears what became of it. */
class CommunityIssuesIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    private static final String OPENED =
            """
            - as: reception
              register: { channel: window, broughtBy: self, receivedAt: now-3d, subjectKnown: true, subjectName: 課題 一, concerns: [community], story: 夜に行ける場がない }
            - as: reception
              task: Task_Triage
              data: { caseClass: class2, reason: 複数, urgency: normal, route: case }
            """;

    private static String raised(String title) {
        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/community-issues",
                        """
                        {"data":{"issue":"new","title":"%s","description":"夜に若い人が集まれる場がない"}}"""
                                .formatted(title));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/issueId").asText();
    }

    private static JsonNode issue(String id) {
        return kasane.as("member").get("/api/v1/community-issues/" + id).body();
    }

    private static void submit(String login, String issue, String step, String data) {
        var answer = kasane.as(login).submit(kasane.as(login).task(step, "matterId=" + issue), data);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    private static void put(String issue) {
        submit(
                "coordinator",
                issue,
                "Task_SortIssue",
                "{\"said\":\"三つの事例に共通する\",\"outcome\":\"put\",\"body\":\"juso\",\"question\":\"どこでなら開けるか\"}");
    }

    private static void hears(String login, String issue, int times) {
        await(login + " to hear of it")
                .atMost(SOON)
                .until(() -> kasane.sql()
                                .sql(
                                        "select count(*) from kasane.notification where user_id = :user and kind = 'issue-fed-back' and matter_id = :id")
                                .param("user", kasane.user(login))
                                .param("id", UUID.fromString(issue))
                                .query(Long.class)
                                .single()
                        == times);
    }

    @Test
    void whatCasesLackBecomesAResourceAndIsToldBack() {
        var issue = raised("夜の居場所がない");
        var caseId = kasane.playSteps(OPENED).caseId();
        var more = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/community-issue",
                        "{\"data\":{\"issue\":\"" + issue + "\"}}");
        assertThat(more.status()).as(more.text()).isEqualTo(201);
        assertThat(issue(issue).get("cases").asLong())
                .as("how many is everybody's to know")
                .isEqualTo(1);

        put(issue);
        submit(
                "manager",
                issue,
                "Task_DeliberateIssue",
                "{\"happenedOn\":\"2026-11-20\",\"said\":\"公民館の夜の時間を使う\",\"outcome\":\"resource\"}");
        submit(
                "coordinator",
                issue,
                "Task_BuildResource",
                "{\"said\":\"週一回、夜に開く\",\"outcome\":\"built\",\"name\":\"夜のまなび場\",\"kind\":\"place\",\"accepts\":[\"participant\"]}");

        hears("coordinator", issue, 1);
        var now = issue(issue);
        assertThat(now.get("status").asText()).isEqualTo("settled");
        assertThat(now.get("resource").asText()).isEqualTo("夜のまなび場");
        assertThat(now.get("steps")).hasSize(3);
        assertThat(kasane.as("member").get("/api/v1/resources").text()).contains("夜のまなび場");
        assertThat(kasane.as("member").get("/api/v1/community-issues/" + issue).text())
                .doesNotContain(caseId);
    }

    @Test
    void aCaseRaisesANewOne() {
        var caseId = kasane.playSteps(OPENED).caseId();
        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/community-issue",
                        "{\"data\":{\"issue\":\"new\",\"title\":\"朝の見守り\",\"description\":\"朝の登校に付き添う人がいない\"}}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var found = kasane.as("member").get("/api/v1/community-issues").body();
        assertThat(found.findValuesAsText("title")).contains("朝の見守り");
    }

    @Test
    void anIssueThatWaitsForCasesIsSortedAgainWithTheNextOne() {
        var issue = raised("移動の足がない");
        submit("coordinator", issue, "Task_SortIssue", "{\"said\":\"まだ一つ\",\"outcome\":\"kept\"}");
        hears("coordinator", issue, 1);
        assertThat(issue(issue).get("status").asText()).isEqualTo("kept");
        var caseId = kasane.playSteps(OPENED).caseId();

        kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/community-issue",
                        "{\"data\":{\"issue\":\"" + issue + "\"}}");

        kasane.as("coordinator").task("Task_SortIssue", "matterId=" + issue);
        assertThat(issue(issue).get("status").asText()).isEqualTo("sorting");
    }

    @Test
    void aReplyToAProposalEndsIt() {
        var issue = raised("家賃の保証人がいない");
        put(issue);
        submit(
                "manager",
                issue,
                "Task_DeliberateIssue",
                "{\"happenedOn\":\"2026-11-20\",\"said\":\"居住支援を求める\",\"outcome\":\"proposal\"}");
        submit(
                "manager",
                issue,
                "Task_RecordReply",
                "{\"happenedOn\":\"2026-11-21\",\"said\":\"来年度に検討\",\"outcome\":\"partly\"}");

        hears("coordinator", issue, 1);
        assertThat(issue(issue).get("outcome").asText()).isEqualTo("partly");
    }

    @Test
    void whatCannotBeAcceptedIsSaidAtItsField() {
        var nameless = kasane.as("coordinator").post("/api/v1/community-issues", "{\"data\":{\"issue\":\"new\"}}");
        assertThat(nameless.status()).isEqualTo(422);
        assertThat(nameless.body().findValuesAsText("field")).containsExactlyInAnyOrder("title", "description");
        var issue = raised("問いのない課題");
        var task = kasane.as("coordinator").task("Task_SortIssue", "matterId=" + issue);
        var bodiless = kasane.as("coordinator").submit(task, "{\"said\":\"整理\",\"outcome\":\"put\"}");
        assertThat(bodiless.status()).isEqualTo(422);
        assertThat(bodiless.body().findValuesAsText("field")).containsExactlyInAnyOrder("body", "question");
    }

    @Test
    void aConclusionIsTakenBackWhileNothingFollowed() {
        var issue = raised("結論を取り違えた課題");
        put(issue);
        submit(
                "manager",
                issue,
                "Task_DeliberateIssue",
                "{\"happenedOn\":\"2026-11-20\",\"said\":\"取り組まない\",\"outcome\":\"none\"}");
        hears("coordinator", issue, 1);
        var submission = kasane.sql()
                .sql("select id from kasane.submission where matter_id = :id and form_id = 'issue-deliberation'")
                .param("id", UUID.fromString(issue))
                .query(UUID.class)
                .single();

        var corrected = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":{\"happenedOn\":\"2026-11-20\",\"said\":\"やはりつくる\",\"outcome\":\"resource\"},\"reason\":\"議事録と違った\",\"changePath\":true}");

        assertThat(corrected.status()).as(corrected.text()).isBetween(200, 201);
        kasane.as("coordinator").task("Task_BuildResource", "matterId=" + issue);
        assertThat(issue(issue).get("steps")).hasSize(2);
    }

    @Test
    void itIsSeatedAgainWhereItIs() {
        var issue = raised("始め直す課題");
        put(issue);
        var before = kasane.as("manager").task("Task_DeliberateIssue", "matterId=" + issue);

        var reseated =
                kasane.as("admin").post("/api/v1/operations/streams/" + issue + "/re-seat", "{\"reason\":\"試験\"}");

        assertThat(reseated.status()).as(reseated.text()).isBetween(200, 204);
        await("the same step anew").atMost(SOON).until(() -> {
            var now = kasane.as("manager").openTask("Task_DeliberateIssue", "matterId=" + issue);
            return now != null && !now.equals(before);
        });
    }
}
