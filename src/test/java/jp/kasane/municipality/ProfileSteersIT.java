package jp.kasane.municipality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a profile says of plans, meetings and names, in 墨田: CSW drafts, the 区 convenes, the 重層的支援会議 decides (002, L4877-87, L5056-66). */
class ProfileSteersIT {

    private static final String TO_THE_PLAN =
            """
            - as: reception
              register: { channel: window, broughtBy: family, receivedAt: now-9d, subjectKnown: true, subjectName: %1$s, concerns: [job], mainConcern: job, story: 仕事のこと, consentState: given, consentNote: 話してよい }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: assessment }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 例示家
                members: [ { name: %1$s, relation: head, subject: true, addressConcealed: false } ]
                agencies: [ { agency: plat, relation: current } ]
                gathered: 聞いたこと
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today-5, memberIds: ["member:%1$s"], scope: [assessment, plan, sharing, support], agencies: [plat, kosei, csw], evidence: oral }
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: given, route: plan, routeReason: 役割を決める }
            - { as: coordinator, expect: { phase: plan } }
            """;
    private static final String DRAFT =
            """
            {"personWish":"望み","longGoal":"目標","shortGoal":"当面","leadAgency":"csw","roles":[{"agency":"plat","role":"居場所"}],
             "reviewOn":"%2$s","path":"%1$s","pathReason":"理由"}""";
    private static final String HELD =
            """
            {"heldAt":"2026-11-10T14:00:00+09:00","outcomeCoordination":"%s","minutes":"話した","approach":"方針",
             "attendance":[{"agency":"kosei","attended":true,"pledge":false},{"agency":"csw","attended":true,"pledge":false}]}""";

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.startWith("sumida");
    }

    @AfterAll
    static void leave() {
        kasane.close();
    }

    private static String draft(String path) {
        return DRAFT.formatted(path, LocalDate.now(ZoneId.of("Asia/Tokyo")).plusDays(90));
    }

    private static String toThePlan(String name) {
        return kasane.playSteps(TO_THE_PLAN.formatted(name)).caseId();
    }

    private static void drafter(String agency) {
        kasane.sql()
                .sql("update kasane.municipal_rule set value = :agency where key = 'plan.drafter'")
                .param("agency", agency)
                .update();
    }

    private static KasaneServer.Answer submit(String who, String step, String caseId, String data) {
        return kasane.as(who).submit(kasane.as(who).task(step, "caseId=" + caseId), data);
    }

    private static void done(KasaneServer.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    /** Drafted by the coordinator unless said, put to the meeting, and convened by the section. */
    private static String convened(String name, String drafter, String path) {
        var caseId = toThePlan(name);
        done(submit(drafter, "Task_DraftPlan", caseId, draft(path)));
        done(submit(
                "coordinator",
                "Task_ProposeMembers",
                caseId,
                "{\"purpose\":\"目的\",\"agenda\":\"議題\",\"agencies\":[\"kosei\",\"csw\"]}"));
        done(submit(
                "manager",
                "Task_ConveneMeeting",
                caseId,
                "{\"scheduledAt\":\"2026-11-10T14:00:00+09:00\",\"place\":\"区役所\",\"agencies\":[\"kosei\",\"csw\"]}"));
        return caseId;
    }

    private static List<String> plan(String caseId) {
        return kasane.sql()
                .sql(
                        """
                        select concat_ws(' ', f.phase, f.step, p.status, case when p.decided_in is null then 'nowhere' else 'in the meeting' end, p.decided_on)
                        from kasane.plan p join kasane.case_file f on f.id = p.case_id where p.case_id = :case
                        """)
                .param("case", UUID.fromString(caseId))
                .query(String.class)
                .list();
    }

    private static List<String> open(String caseId) {
        return kasane.sql()
                .sql(
                        "select element_id from engine.user_task where state = 'CREATED' and case_id = :id order by element_id")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .list();
    }

    private static void opens(String caseId, String... steps) {
        await("open: " + List.of(steps)).atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(open(caseId))
                .containsExactlyInAnyOrder(steps));
    }

    /** Named in the profile: another agency than who accompanies the case. It sees the case from then on, and it is its work. */
    @Test
    void whoDraftsIsWhoTheProfileNames() {
        drafter("plat");
        try {
            var caseId = toThePlan("例示 一");
            var task = kasane.as("member").task("Task_DraftPlan", "caseId=" + caseId);
            var others = kasane.as("coordinator").submit(task, draft("meeting"));
            assertThat(others.status()).as(others.text()).isEqualTo(403);
            done(kasane.as("member").submit(task, draft("meeting")));
            assertThat(kasane.as("member").get("/api/v1/cases/" + caseId).status())
                    .isEqualTo(200);
        } finally {
            drafter("csw");
        }
        // CSW is who accompanies: as where nothing is said.
        var caseId = toThePlan("例示 二");
        done(submit("coordinator", "Task_DraftPlan", caseId, draft("meeting")));
        assertThat(kasane.as("member").get("/api/v1/cases/" + caseId).status()).isEqualTo(404);
    }

    @Test
    void theMeetingDecidesAndTakenBackItHasNotDecided() {
        var skipped = submit("coordinator", "Task_DraftPlan", toThePlan("例示 三"), draft("skip"));
        assertThat(skipped.status()).isEqualTo(422);
        assertThat(skipped.at("/fields/0/field").asText()).isEqualTo("path");

        var caseId = convened("例示 四", "coordinator", "meeting");
        // Who was invited is asked, each agency of its own.
        opens(caseId, "Task_HoldMeeting", "Task_AnswerInvitation", "Task_AnswerInvitation");
        var task = kasane.as("manager").task("Task_HoldMeeting", "caseId=" + caseId);
        assertThat(kasane.as("coordinator")
                        .submit(task, HELD.formatted("approved"))
                        .status())
                .isEqualTo(403);
        var held = kasane.as("manager").submit(task, HELD.formatted("approved"));
        done(held);
        assertThat(plan(caseId)).containsExactly("monitoring support decided in the meeting 2026-11-10");
        opens(caseId, "Task_AcceptRole");
        assertThat(kasane.as("coordinator").get("/cases/" + caseId).text()).contains("会議で決定");

        var submission = held.at("/submissionId").asText();
        var corrected = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + HELD.formatted("approved").replace("11-10", "11-11")
                                + ",\"reason\":\"日を誤った\",\"changePath\":false}");
        assertThat(corrected.status()).as(corrected.text()).isLessThan(300);
        assertThat(plan(caseId)).containsExactly("monitoring support decided in the meeting 2026-11-11");

        var struck = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + corrected.at("/submissionId").asText(submission) + "/void",
                        "{\"reason\":\"別の会議の記録\",\"changePath\":true}");
        assertThat(struck.status()).as(struck.text()).isLessThan(300);
        assertThat(plan(caseId)).containsExactly("plan meeting draft nowhere");
        done(submit("manager", "Task_HoldMeeting", caseId, HELD.formatted("approved")));
        assertThat(plan(caseId)).containsExactly("monitoring support decided in the meeting 2026-11-10");
    }

    /** What could not wait is ratified by the meeting; what it wants changed goes back to its draft, and support goes on. */
    @Test
    void theMeetingRatifiesWhatWasStartedBefore() {
        var caseId = convened("例示 五", "coordinator", "start");
        done(submit("manager", "Task_HoldMeeting", caseId, HELD.formatted("approved")));
        assertThat(plan(caseId)).containsExactly("monitoring support decided in the meeting 2026-11-10");
        assertThat(kasane.sql()
                        .sql("select ratified_on::text from kasane.plan where case_id = :case")
                        .param("case", UUID.fromString(caseId))
                        .query(String.class)
                        .single())
                .isEqualTo("2026-11-10");

        var revised = convened("例示 六", "coordinator", "meeting");
        done(submit("manager", "Task_HoldMeeting", revised, HELD.formatted("revise")));
        assertThat(plan(revised)).containsExactly("plan draft returned nowhere");
        opens(revised, "Task_DraftPlan");
    }

    /** Where the section itself drafts, the same person cannot record that it was decided. */
    @Test
    void whoDraftedDoesNotDecideByRecordingTheMeeting() {
        drafter("kosei");
        try {
            var caseId = convened("例示 七", "manager", "meeting");
            var refused = submit("manager", "Task_HoldMeeting", caseId, HELD.formatted("approved"));
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.text()).contains("案をつくった人とは別の人が記録してください");
            assertThat(plan(caseId)).containsExactly("plan meeting draft nowhere");
        } finally {
            drafter("csw");
        }
    }

    /** The convener is whose body it is put to: another body's sitting, another agency's work. */
    @Test
    void whoConvenesFollowsTheBodyItIsPutTo() {
        kasane.sql()
                .sql(
                        """
                        insert into kasane.meeting_body (id, municipality_id, code, name, kinds, rhythm, convener_id)
                        select gen_random_uuid(), m.id, 'zz-kakuka', '関係部署の会議', '{coordination}', 'adhoc', a.id
                        from kasane.municipality m join kasane.agency a on a.code = 'kakuka';
                        insert into kasane.sitting (id, municipality_id, body_id, kinds, at_need, starts_at, cutoff_at, place, by_hand, created_at)
                        select gen_random_uuid(), b.municipality_id, b.id, b.kinds, false, now() + interval '30 days', now() + interval '20 days', '関係部署', true, now()
                        from kasane.meeting_body b where b.code = 'zz-kakuka';
                        """)
                .update();
        try {
            var caseId = toThePlan("例示 八");
            done(submit("coordinator", "Task_DraftPlan", caseId, draft("meeting")));
            done(submit(
                    "coordinator",
                    "Task_ProposeMembers",
                    caseId,
                    "{\"purpose\":\"目的\",\"agenda\":\"議題\",\"agencies\":[\"kosei\",\"csw\"]}"));
            // It is put to the only sitting that is planned: whoever convenes that sees the case, whoever they are.
            var task = kasane.as("kakuka").task("Task_ConveneMeeting", "caseId=" + caseId);
            var sitting = kasane.as("kakuka")
                    .get("/api/v1/tasks/" + task)
                    .at("/data/sitting")
                    .asText();
            var managers = kasane.as("manager")
                    .submit(task, "{\"sitting\":\"" + sitting + "\",\"agencies\":[\"kosei\",\"csw\"]}");
            assertThat(managers.status()).as(managers.text()).isEqualTo(403);
            done(kasane.as("kakuka")
                    .submit(task, "{\"sitting\":\"" + sitting + "\",\"agencies\":[\"kosei\",\"csw\"]}"));
            kasane.as("kakuka").task("Task_HoldMeeting", "caseId=" + caseId);
            var ofTheWard = kasane.sql()
                    .sql(
                            """
                            insert into kasane.sitting (id, municipality_id, body_id, kinds, at_need, starts_at, cutoff_at, place, by_hand, created_at)
                            select gen_random_uuid(), b.municipality_id, b.id, b.kinds, false, now() + interval '40 days', now() + interval '35 days', '区役所', true, now()
                            from kasane.meeting_body b where b.code = 'juso' returning id
                            """)
                    .query(UUID.class)
                    .single();
            var merged = kasane.as("kakuka")
                    .post(
                            "/api/v1/sittings/" + sitting + "/merge",
                            "{\"into\":\"" + ofTheWard + "\",\"reason\":\"一緒に開く\"}");
            assertThat(merged.status()).as(merged.text()).isLessThan(300);
            var hold = kasane.as("manager").task("Task_HoldMeeting", "caseId=" + caseId);
            assertThat(kasane.as("coordinator")
                            .submit(hold, HELD.formatted("approved"))
                            .status())
                    .isEqualTo(403);
            // It is the 区's meeting now: nobody of the other agency was invited to it, or decides about it.
            assertThat(kasane.as("kakuka").get("/api/v1/cases/" + caseId).status())
                    .isEqualTo(404);
            assertThat(kasane.as("kakuka")
                            .post("/api/v1/sittings/" + ofTheWard + "/cancel", "{\"reason\":\"延期\"}")
                            .status())
                    .isEqualTo(403);
        } finally {
            kasane.sql()
                    .sql("update kasane.sitting set status = 'cancelled' where status = 'planned' and not at_need;"
                            + " update kasane.meeting_body set active = false where code = 'zz-kakuka'")
                    .update();
        }
    }

    @Test
    void whatThingsAreCalledHereStandsOnTheScreens() {
        kasane.sql()
                .sql("update kasane.municipal_word set word = '世帯支援計画', source = 'ours' where key = 'supportPlan'")
                .update();
        try {
            var caseId = toThePlan("例示 九");
            kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + caseId);
            assertThat(kasane.as("coordinator").get("/tasks?view=all").text())
                    .contains("世帯支援計画案の作成")
                    .doesNotContain("支援プラン案の作成", "‹");
            assertThat(kasane.as("coordinator").get("/tasks?view=all&lang=en").text())
                    .contains("Draft the support plan (世帯支援計画)");
            assertThat(kasane.as("coordinator").get("/cases/" + caseId).text()).contains("伴走（CSW）");
            // 墨田 has no name of its own for it.
            assertThat(kasane.as("coordinator")
                            .get("/consultations/new?lang=en")
                            .text())
                    .contains("Intake form: any consultation");
        } finally {
            kasane.sql()
                    .sql("update kasane.municipal_word set word = '支援プラン' where key = 'supportPlan'")
                    .update();
        }
    }

    /** 狭山 counts no 「単なる案内」 (001, L12516-12518); where the municipality counts it, it is counted. */
    @Test
    void consultationsThatEndedWithInformationCountWhereTheProfileSaysSo() {
        var today = LocalDate.now(ZoneId.of("Asia/Tokyo"));
        var reception = kasane.as("reception");
        var consultation = reception.register(
                """
                {"channel":"phone","broughtBy":"self","receivedAt":"%sT00:00+09:00","subjectKnown":true,"subjectName":"例示 十",
                 "concerns":["tax"],"story":"場所を知りたい","consentState":"unasked"}"""
                        .formatted(today));
        done(
                reception.submit(
                        reception.task("Task_Triage", "consultationId=" + consultation),
                        "{\"caseClass\":\"class1\",\"reason\":\"案内\",\"urgency\":\"normal\",\"route\":\"information\",\"answer\":\"場所を伝えた\"}"));
        var path = "/api/v1/reports/consultations?from=" + today + "&to=" + today;
        var first = kasane.as("manager").get(path);
        assertThat(first.at("/informationOnly").asInt()).isPositive();
        assertThat(first.at("/counted").asInt())
                .isEqualTo(first.at("/received").asInt()
                        - first.at("/informationOnly").asInt());
        kasane.sql()
                .sql("update kasane.municipal_rule set value = 'true' where key = 'counting.informationOnly'")
                .update();
        try {
            var all = kasane.as("manager").get(path);
            assertThat(all.at("/countsInformationOnly").asBoolean()).isTrue();
            assertThat(all.at("/counted").asInt()).isEqualTo(all.at("/received").asInt());
        } finally {
            kasane.sql()
                    .sql("update kasane.municipal_rule set value = 'false' where key = 'counting.informationOnly'")
                    .update();
        }
        assertThat(kasane.as("reception").get(path).status()).isEqualTo(403);
    }
}
