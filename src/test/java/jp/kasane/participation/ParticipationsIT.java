package jp.kasane.participation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 参加支援 against the running Kasane: with a plan or without, from the list of 社会資源 or beside it, and never closed by a date. */
class ParticipationsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    private static final String OPENED =
            """
            - as: reception
              register: { channel: window, broughtBy: self, receivedAt: now-3d, subjectKnown: true, subjectName: 参加 一, concerns: [withdrawal], story: 外に出てみたい }
            - as: reception
              task: Task_Triage
              data: { caseClass: class2, reason: 複数, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 参加家
                members: [ { name: 参加 一, relation: head, subject: true, addressConcealed: false } ]
                agencies: [ { agency: wakamono, relation: current } ]
                gathered: 聞いたこと
            """;

    private static final String WISH =
            """
            - as: coordinator
              record: participation-need
              data: { memberId: "member:参加 一", need: 花の世話, intention: 本人と話して確かめた }
            """;

    private static String resource(String name) {
        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/resources",
                        """
                        {"name":"%s","kind":"volunteering","accepts":["contributor"],"tasks":"花壇の手入れ","surveyedOn":"2026-06-01","active":true}"""
                                .formatted(name));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/id").asText();
    }

    private static JsonNode participation(String caseId) {
        return kasane.as("coordinator").get("/api/v1/cases/" + caseId).at("/participations/0");
    }

    private static KasaneServer.Answer submit(String caseId, String step, String data) {
        return kasane.as("coordinator").submit(kasane.as("coordinator").task(step, "caseId=" + caseId), data);
    }

    private static void done(KasaneServer.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    /** Yesterday's morning is over at any hour: the engine opens the task at once. */
    private static String found(String resource) {
        return """
                {"outcome":"found","resource":"%s","joinsAs":"contributor","observation":"見学した","lookOn":"%s"}"""
                .formatted(resource, yesterday());
    }

    private static String yesterday() {
        return java.time.LocalDate.now(jp.kasane.foundation.JapaneseTime.ZONE)
                .minusDays(1)
                .toString();
    }

    private static String nextYear() {
        return java.time.LocalDate.now(jp.kasane.foundation.JapaneseTime.ZONE)
                .plusYears(1)
                .toString();
    }

    private static void leavesTheEngine(String caseId) {
        await("the instance to end").atMost(SOON).until(() -> kasane.sql()
                .sql(
                        "select count(*) from engine.process_instance where case_id = :id and process_id = 'participation' and state = 'ACTIVE'")
                .param("id", UUID.fromString(caseId))
                .query(Long.class)
                .single()
                .equals(0L));
    }

    /** 墨田 counts it with the person's intention alone (002, L5004-5007). */
    @Test
    void aWishBecomesAPlaceWithoutAPlan() {
        var garden = resource("学校の花壇");
        var caseId = kasane.playSteps(OPENED + WISH).caseId();

        done(submit(caseId, "Task_MatchPlace", found(garden)));
        var trying = participation(caseId);
        assertThat(trying.get("status").asText()).isEqualTo("trying");
        assertThat(trying.get("place").asText()).isEqualTo("学校の花壇");
        assertThat(trying.get("withPlan").asBoolean()).isFalse();
        done(submit(
                caseId,
                "Task_FollowPlace",
                "{\"outcome\":\"settled\",\"observation\":\"毎週来ている\",\"lookOn\":\"" + yesterday() + "\"}"));
        assertThat(participation(caseId).get("status").asText()).isEqualTo("settled");
        done(submit(caseId, "Task_FollowPlace", "{\"outcome\":\"ended\",\"observation\":\"自分で続けている\"}"));

        leavesTheEngine(caseId);
        var ended = participation(caseId);
        assertThat(ended.get("status").asText()).isEqualTo("ended");
        assertThat(ended.get("endReason").asText()).isEqualTo("moved-on");
        assertThat(ended.get("steps")).hasSize(3);
    }

    @Test
    void whereThereIsNoPlaceTheGapIsKept() {
        var caseId = kasane.playSteps(OPENED + WISH).caseId();

        var silent = submit(
                caseId,
                "Task_MatchPlace",
                "{\"outcome\":\"missing\",\"observation\":\"探した\",\"lookOn\":\"" + nextYear() + "\"}");
        assertThat(silent.status()).isEqualTo(422);
        assertThat(silent.at("/fields/0/field").asText()).isEqualTo("gap");
        done(submit(
                caseId,
                "Task_MatchPlace",
                "{\"outcome\":\"missing\",\"gap\":\"夜に集まれる場\",\"observation\":\"探した\",\"lookOn\":\"" + nextYear()
                        + "\"}"));

        assertThat(participation(caseId).get("status").asText()).isEqualTo("seeking");
        assertThat(kasane.sql()
                        .sql("select gap from kasane.resource_gap where case_id = :id and voided_at is null")
                        .param("id", UUID.fromString(caseId))
                        .query(String.class)
                        .list())
                .containsExactly("夜に集まれる場");
    }

    @Test
    void aPlaceBesideTheListIsNamed() {
        var caseId = kasane.playSteps(OPENED + WISH).caseId();

        var unnamed = submit(caseId, "Task_MatchPlace", found("another"));
        assertThat(unnamed.status()).isEqualTo(422);
        assertThat(unnamed.at("/fields/0/field").asText()).isEqualTo("place");
        done(submit(
                caseId, "Task_MatchPlace", found("another").replace("\"joinsAs\"", "\"place\":\"近所の畑\",\"joinsAs\"")));

        assertThat(participation(caseId).get("place").asText()).isEqualTo("近所の畑");
    }

    @Test
    void whoDoesNotFitSomewhereGoesElsewhere() {
        var caseId = kasane.playSteps(OPENED + WISH).caseId();
        done(submit(
                caseId, "Task_MatchPlace", found("another").replace("\"joinsAs\"", "\"place\":\"近所の畑\",\"joinsAs\"")));

        done(submit(caseId, "Task_FollowPlace", "{\"outcome\":\"elsewhere\",\"observation\":\"人が多くて疲れる\"}"));

        kasane.as("coordinator").task("Task_MatchPlace", "caseId=" + caseId);
        assertThat(participation(caseId).get("status").asText()).isEqualTo("seeking");
    }

    @Test
    void itRestsOnThePersonsOwnConsent() {
        var caseId = kasane.playSteps(
                        OPENED + WISH
                                + """
                        - as: coordinator
                          record: consent-change
                          data: { state: given, occurredOn: today, memberIds: ["member:参加 一"], scope: [plan, sharing], agencies: [wakamono], evidence: oral }
                        """)
                .caseId();
        kasane.as("coordinator").task("Task_MatchPlace", "caseId=" + caseId);

        kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/consent-change",
                        "{\"data\":{\"state\":\"withdrawn\",\"occurredOn\":\"2026-11-20\",\"memberIds\":[\""
                                + participation(caseId).get("memberId").asText()
                                + "\"],\"evidence\":\"oral\",\"note\":\"やめたい\"}}");

        leavesTheEngine(caseId);
        assertThat(participation(caseId).get("endReason").asText()).isEqualTo("consent");
    }

    @Test
    void itIsSeatedAgainWithTheCase() {
        var caseId = kasane.playSteps(OPENED + WISH).caseId();
        done(submit(
                caseId, "Task_MatchPlace", found("another").replace("\"joinsAs\"", "\"place\":\"近所の畑\",\"joinsAs\"")));
        var before = kasane.as("coordinator").task("Task_FollowPlace", "caseId=" + caseId);

        var reseated =
                kasane.as("admin").post("/api/v1/operations/streams/" + caseId + "/re-seat", "{\"reason\":\"試験\"}");

        assertThat(reseated.status()).as(reseated.text()).isBetween(200, 204);
        await("the same step anew").atMost(SOON).until(() -> {
            var now = kasane.as("coordinator").openTask("Task_FollowPlace", "caseId=" + caseId);
            return now != null && !now.equals(before);
        });
    }

    @Test
    void aPlaceThatWasChosenWronglyIsCorrected() {
        var caseId = kasane.playSteps(OPENED + WISH).caseId();
        done(submit(
                caseId, "Task_MatchPlace", found("another").replace("\"joinsAs\"", "\"place\":\"近所の畑\",\"joinsAs\"")));
        var submission = kasane.sql()
                .sql("select id from kasane.submission where case_id = :id and form_id = 'participation-match'")
                .param("id", UUID.fromString(caseId))
                .query(UUID.class)
                .single();

        var corrected = kasane.as("coordinator")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":{\"outcome\":\"seeking\",\"observation\":\"見学の日を間違えた\",\"lookOn\":\"" + yesterday()
                                + "\"},\"reason\":\"まだ決まっていなかった\",\"changePath\":true}");

        assertThat(corrected.status()).as(corrected.text()).isBetween(200, 201);
        kasane.as("coordinator").task("Task_MatchPlace", "caseId=" + caseId);
        var now = participation(caseId);
        assertThat(now.get("status").asText()).isEqualTo("seeking");
        assertThat(now.get("place").isNull()).isTrue();
    }

    @Test
    void whatCannotBeAcceptedOfAResourceIsSaidAtItsField() {
        resource("同じ名前の場");
        var again = kasane.as("coordinator")
                .post(
                        "/api/v1/resources",
                        "{\"name\":\"同じ名前の場\",\"kind\":\"disco\",\"accepts\":[],\"agency\":\"nowhere\",\"surveyedOn\":\"きのう\"}");

        assertThat(again.status()).isEqualTo(422);
        assertThat(again.body().findValuesAsText("field"))
                .containsExactlyInAnyOrder("name", "kind", "accepts", "agency", "surveyedOn");
        assertThat(kasane.as("member")
                        .post("/api/v1/resources", "{\"name\":\"x\",\"kind\":\"place\",\"accepts\":[\"participant\"]}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aCaseSeatedAgainAMomentAfterAWishIsRecordedEndsThatInstanceBeforeItStartsItAnew() {
        var caseId = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        var wish = "/api/v1/cases/" + caseId + "/records/participation-need";
        var member = kasane.as("coordinator")
                .get(wish)
                .at("/data/memberOptions/0/value")
                .asText();
        kasane.whileTheProjectionStandsStill(() -> {
            done(kasane.as("coordinator")
                    .post(
                            wish,
                            "{\"data\":{\"memberId\":\"%s\",\"need\":\"花の世話\",\"intention\":\"話した\"}}"
                                    .formatted(member)));
            awaitOrders(
                    caseId,
                    "kind = 'publish-message' and payload ->> 'starts' = 'participation' and done_at is not null");
            var answer = kasane.as("manager").post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試験\"}");
            assertThat(answer.status()).as(answer.text()).isEqualTo(202);
            awaitOrders(caseId, "kind = 're-seat' and attempts > 0");
        });
        await().atMost(SOON).untilAsserted(() -> assertThat(kasane.sql()
                        .sql(
                                """
                                        select i.state from engine.process_instance i join kasane.participation p on i.instance_key = p.id::text
                                        where p.case_id = :case order by i.started_at
                                        """)
                        .param("case", UUID.fromString(caseId))
                        .query(String.class)
                        .list())
                .containsExactly("TERMINATED", "ACTIVE"));
    }

    private static void awaitOrders(String caseId, String which) {
        await().atMost(SOON)
                .until(() -> kasane.sql()
                                .sql("select count(*) from kasane.outbox where stream_id = :case and " + which)
                                .param("case", UUID.fromString(caseId))
                                .query(Long.class)
                                .single()
                        > 0);
    }
}
