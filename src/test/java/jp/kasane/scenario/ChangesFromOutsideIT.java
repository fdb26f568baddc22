package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Consent, urgent events, moves and returns: at any time, whatever the case waits for. */
class ChangesFromOutsideIT {

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    private static final String OPENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 変化 一郎, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 変化家
                members: [ { name: 変化 一郎, relation: head, subject: true, addressConcealed: false } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 聞いたこと
            """;

    private static final String CONSENTED =
            """
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today, memberIds: ["member:変化 一郎"], scope: [assessment, plan, sharing, support], agencies: [shakyo, anshin, jiritsu], evidence: paper }
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: given, route: plan, routeReason: 同意がある }
            """;

    private static final String PLAN =
            """
            - as: coordinator
              task: Task_DraftPlan
              data:
                personWish: 意向
                longGoal: 長期
                shortGoal: 当面
                leadAgency: anshin
                roles: [ { agency: anshin, role: 通院の支援 }, { agency: jiritsu, role: 就労の相談 } ]
                reviewOn: today+90
                path: skip
                pathReason: 構成員が電話で一致した
            - as: manager
              task: Task_DecidePlan
              data: { decision: decided, decidedOn: today }
            """;

    private static String record(String form, String data) {
        return "- as: coordinator\n  record: " + form + "\n  data: " + data + "\n";
    }

    private static JsonNode file(String caseId) {
        return kasane.as("coordinator").get("/api/v1/cases/" + caseId).body();
    }

    private static void opens(String step, String caseId) {
        var login = step.equals("Task_DecidePlan") ? "manager" : "coordinator";
        assertThat(kasane.as(login).task(step, "caseId=" + caseId)).isNotBlank();
    }

    private static long open(String caseId, String step) {
        return kasane.sql()
                .sql(
                        "select count(*) from engine.user_task where case_id = :id and element_id = :step and state = 'CREATED'")
                .param("id", UUID.fromString(caseId))
                .param("step", step)
                .query(Long.class)
                .single();
    }

    @Test
    void withdrawnConsentStopsThePlanItsRolesAndItsSeatsAndSaysSo() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + PLAN).caseId();
        kasane.as("member").task("Task_AcceptRole", "caseId=" + caseId);
        assertThat(kasane.as("member").get("/api/v1/cases/" + caseId).status()).isEqualTo(200);

        withdraw(caseId);

        opens("Task_DraftOutreachPlan", caseId);
        var now = file(caseId);
        assertThat(now.at("/case/phase").asText()).isEqualTo("outreach");
        assertThat(now.at("/plans/0/status").asText()).isEqualTo("stopped");
        var change = now.at("/changes/0");
        assertThat(change.get("kind").asText()).isEqualTo("consent");
        assertThat(StreamSupport.stream(change.get("stopped").spliterator(), false)
                        .map(stopped -> stopped.get("kind").asText()))
                .contains("plan", "role");
        await("the roles' instances to end")
                .atMost(Duration.ofSeconds(10))
                .until(() -> open(caseId, "Task_AcceptRole") == 0);
        // The agency's seats came from its role and from leading the plan, both of which consent carried.
        assertThat(kasane.as("member").get("/api/v1/cases/" + caseId).status()).isEqualTo(404);
    }

    private static void withdraw(String caseId) {
        var member = file(caseId).at("/household/members/0/id").asText();
        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/consent-change",
                        """
                        {"data":{"state":"withdrawn","occurredOn":"2026-11-20","memberIds":["%s"],"evidence":"oral","note":"もう構わないでほしい"}}"""
                                .formatted(member));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    @Test
    void consentThatLeavesOutAnAgencyEndsThatAgencysRoleOnly() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + PLAN).caseId();
        kasane.as("member").task("Task_AcceptRole", "caseId=" + caseId);
        var member = file(caseId).at("/household/members/0/id").asText();

        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/consent-change",
                        """
                        {"data":{"state":"narrowed","occurredOn":"2026-11-20","memberIds":["%s"],"scope":["plan","support"],"agencies":["shakyo","jiritsu"],"evidence":"oral"}}"""
                                .formatted(member));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);

        var now = file(caseId);
        assertThat(now.at("/case/phase").asText()).isEqualTo("monitoring");
        assertThat(now.at("/plans/0/status").asText()).isEqualTo("decided");
        assertThat(now.at("/plans/0/roles/0/status").asText()).isEqualTo("ended");
        assertThat(now.at("/plans/0/roles/1/status").asText()).isEqualTo("asked");
        // It led the case; now whoever accompanies it does, so that nobody is without a lead.
        assertThat(now.at("/case/leadAgency").asText()).contains("社会福祉協議会");
        assertThat(kasane.as("member").get("/api/v1/cases/" + caseId).status()).isEqualTo(404);
    }

    @Test
    void withoutConsentTheWayToAPlanIsClosedAndTheWayToASupportMeetingIsOpen() {
        var caseId = kasane.playSteps(OPENED).caseId();
        var task = kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);

        var refused = kasane.as("coordinator")
                .submit(
                        task,
                        """
                        {"householdIssue":"a","strengths":"b","needs":"c","consentState":"none","route":"plan","routeReason":"d"}""");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/message").asText()).contains("同意の記録");
        assertThat(kasane.as("coordinator")
                        .submit(
                                task,
                                """
                                {"householdIssue":"a","strengths":"b","needs":"c","consentState":"none","route":"meeting","routeReason":"d"}""")
                        .status())
                .isEqualTo(201);
        opens("Task_ProposeMembers", caseId);
    }

    @Test
    void consentDuringOutreachOpensTheWayToThePlan() {
        var caseId = kasane.playSteps(
                        OPENED
                                + """
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: none, route: outreach, routeReason: まず会う }
                        - { as: coordinator, expect: { phase: outreach, task: Task_DraftOutreachPlan } }
                        - as: coordinator
                          record: consent-change
                          data: { state: given, occurredOn: today, memberIds: ["member:変化 一郎"], scope: [plan], agencies: [shakyo], evidence: oral }
                        """)
                .caseId();

        opens("Task_DraftPlan", caseId);
        await("the outreach to have ended")
                .atMost(Duration.ofSeconds(10))
                .until(() -> open(caseId, "Task_DraftOutreachPlan") == 0);
    }

    @Test
    void anUrgentEventTurnsTheCaseAndIsToldAtOnce() {
        var caseId = kasane.playSteps(
                        OPENED + record("urgent-event", "{ happenedAt: now, content: けがをして動けない, next: meeting }"))
                .caseId();

        opens("Task_ProposeMembers", caseId);
        assertThat(file(caseId).at("/case/urgency").asText()).isEqualTo("urgent");
        var notices = kasane.as("manager").get("/api/v1/notices").body();
        assertThat(StreamSupport.stream(notices.spliterator(), false)
                        .filter(notice -> notice.path("caseId").asText().equals(caseId))
                        .map(notice -> notice.get("kind").asText()))
                .contains("urgent-event");
    }

    @Test
    void somebodyWhoMovesAwayIsHandedOnBeforeTheCaseIsClosed() {
        var caseId = kasane.playSteps(OPENED
                        + record(
                                "moving-out",
                                "{ occurredOn: today, destination: 架空市, arrangement: 架空市の窓口と話した, next: closure }"))
                .caseId();

        opens("Task_EvaluateClosure", caseId);
        var task = kasane.as("coordinator").task("Task_EvaluateClosure", "caseId=" + caseId);
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/tasks/" + task)
                        .at("/data/reasons/0")
                        .asText())
                .isEqualTo("moved");
    }

    @Test
    void aMemberWhoIsAddedMayCallForANewAssessment() {
        var caseId = kasane.playSteps(OPENED
                        + """
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: none, route: support, routeReason: 先に支援する }
                        """
                        + record(
                                "member-added",
                                "{ occurredOn: today, label: 帰ってきた姉, relation: sibling, next: assessment }"))
                .caseId();

        opens("Task_GatherInformation", caseId);
        assertThat(file(caseId).at("/household/members/1/called").asText()).isEqualTo("帰ってきた姉");
    }

    @Test
    void aClosedCaseIsReopenedWithItsNumberAndItsOneHistory() {
        var caseId = kasane.playSteps(
                        OPENED
                                + """
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: none, route: normal, routeReason: 通常の支援で足りる }
                        - as: coordinator
                          task: Task_EvaluateClosure
                          data: { reasons: [normal], evaluation: 落ち着いた, decision: none, watch: none }
                        - as: manager
                          task: Task_DecideClosure
                          data: { decision: closed, decidedOn: today }
                        - { as: coordinator, expect: { phase: closed, closed: true } }
                        """)
                .caseId();
        var number = file(caseId).at("/case/number").asText();

        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/reopening",
                        "{\"data\":{\"occurredOn\":\"2026-11-21\",\"reason\":\"また困りごとが出た\",\"next\":\"outreach\"}}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);

        opens("Task_DraftOutreachPlan", caseId);
        var now = file(caseId);
        assertThat(now.at("/case/number").asText()).isEqualTo(number);
        assertThat(now.at("/case/closedAt").isNull()).isTrue();
        assertThat(StreamSupport.stream(
                                kasane.as("auditor")
                                        .get("/api/v1/cases/" + caseId + "/events")
                                        .body()
                                        .spliterator(),
                                false)
                        .map(event -> event.get("kind").asText()))
                .contains("case.opened", "case.closed", "case.reopened");
    }

    @Test
    void supportThatStartedAtOnceIsCountedAndWaitsToBeRatified() {
        var caseId = kasane.playSteps(OPENED
                        + CONSENTED
                        + PLAN.substring(0, PLAN.indexOf("- as: manager"))
                                .replace("path: skip", "path: start")
                                .replace("構成員が電話で一致した", "待てない"))
                .caseId();

        kasane.as("member").task("Task_AcceptRole", "caseId=" + caseId);
        opens("Task_ProposeMembers", caseId);
        assertThat(file(caseId).at("/plans/0/status").asText()).isEqualTo("started");
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from kasane.deadline where case_id = :id and step = 'Watch_Ratification' and settled_at is null")
                        .param("id", UUID.fromString(caseId))
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @Test
    void twoReseatsInARowLeaveOneOfEverything() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + PLAN).caseId();
        kasane.as("member").task("Task_AcceptRole", "caseId=" + caseId);
        long told = told(caseId);
        long before = one(caseId, SEATS);

        for (int i = 0; i < 2; i++) {
            assertThat(kasane.as("manager")
                            .post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試し\"}")
                            .status())
                    .isEqualTo(202);
        }

        await("one instance of everything, and nothing on its way")
                .atMost(Duration.ofSeconds(40))
                .until(() ->
                        one(caseId, "select count(*) from kasane.outbox where stream_id = :id and done_at is null") == 0
                                && one(caseId, SEATS) == before + 2
                                && one(caseId, SEATS + " and state = 'ACTIVE'") == 1
                                && open(caseId, "Task_AcceptRole") == 2);
        assertThat(
                        one(
                                caseId,
                                "select count(*) from engine.process_instance where case_id = :id and process_id = 'role' and state = 'ACTIVE'"))
                .isEqualTo(2);
        assertThat(told(caseId)).as("no notice is repeated").isEqualTo(told);
    }

    /** Every seat a case has had, the first new one of two as well, which the second waits for. */
    private static final String SEATS =
            "select count(*) from engine.process_instance where case_id = :id and process_id = 'support-case'";

    private static final String ASSESSED =
            """
            - as: coordinator
              task: Task_WriteAssessment
              data: { householdIssue: 世帯課題, strengths: 強み, needs: 必要, consentState: none, route: %s, routeReason: 理由 }
            """;

    @ParameterizedTest
    @CsvSource({
        "assessment, Task_WriteAssessment",
        "meeting, Task_ProposeMembers",
        "outreach, Task_DraftOutreachPlan",
        "plan, Task_DraftPlan",
        "normal, Task_EvaluateClosure"
    })
    void twoReseatsAtAnyPhaseOpenItsTaskOnceAndTellNobodyTwice(String way, String step) {
        var caseId = kasane.playSteps(
                        switch (way) {
                            case "assessment" -> OPENED;
                            case "plan" -> OPENED + CONSENTED;
                            default -> OPENED + ASSESSED.formatted(way);
                        })
                .caseId();
        opens(step, caseId);
        long told = one(caseId, "select count(*) from kasane.notification where case_id = :id");
        long before = one(caseId, SEATS);

        for (int i = 0; i < 2; i++) {
            kasane.as("manager").post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試し\"}");
        }

        // The first new seat may be seen with its task, too, before the second takes its place.
        await("its one task at the second new seat")
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        one(caseId, "select count(*) from kasane.outbox where stream_id = :id and done_at is null") == 0
                                && one(caseId, SEATS) == before + 2
                                && one(caseId, SEATS + " and state = 'ACTIVE'") == 1
                                && open(caseId, step) == 1);
        assertThat(one(caseId, "select count(*) from engine.user_task where case_id = :id and state = 'CREATED'"))
                .isOne();
        assertThat(one(caseId, "select count(*) from kasane.notification where case_id = :id"))
                .as("no notice is repeated")
                .isEqualTo(told);
    }

    // ── consent, per person and per scope ──────────────────────────────────────────────────────────────────────────

    @Test
    void oneOfTwoWhoWithdrawsStopsThePlanThatWasForBoth() {
        var two = OPENED.replace(
                "addressConcealed: false } ]",
                "addressConcealed: false }, { name: 変化 二郎, relation: child, subject: true, addressConcealed: false } ]");
        var caseId = kasane.playSteps(
                        two + CONSENTED.replace("[\"member:変化 一郎\"]", "[\"member:変化 一郎\", \"member:変化 二郎\"]") + PLAN)
                .caseId();
        assertThat(file(caseId).at("/plans/0/status").asText()).isEqualTo("decided");

        withdraw(caseId);

        assertThat(file(caseId).at("/plans/0/status").asText()).isEqualTo("stopped");
        assertThat(file(caseId).at("/changes/0/stopped").findValuesAsText("agency"))
                .as("whose roles were stopped")
                .anyMatch(agency -> agency.contains("高齢者あんしん相談センター"));
    }

    @Test
    void consentThatLeavesOutThePlanStopsIt() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + PLAN).caseId();
        var member = file(caseId).at("/household/members/0/id").asText();
        var answer = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/consent-change",
                        """
                        {"data":{"state":"narrowed","occurredOn":"2026-11-20","memberIds":["%s"],"scope":["sharing"],"agencies":["shakyo","anshin","jiritsu"],"evidence":"oral"}}"""
                                .formatted(member));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(file(caseId).at("/plans/0/status").asText()).isEqualTo("stopped");
    }

    @Test
    void withdrawnConsentCallsOffTheMeetingThatWasToTalkAboutThePlan() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + forTheMeeting("meeting") + CONVENED)
                .caseId();
        opens("Task_HoldMeeting", caseId);

        withdraw(caseId);

        assertThat(file(caseId).at("/meetings/0/status").asText()).isEqualTo("cancelled");
        opens("Task_DraftOutreachPlan", caseId);
        await("nobody to be asked to a meeting that is off")
                .atMost(Duration.ofSeconds(90))
                .until(() -> open(caseId, "Task_AnswerInvitation") + open(caseId, "Task_HoldMeeting") == 0);
    }

    // ── started at once, ratified, planned again ───────────────────────────────────────────────────────────────────

    private static String forTheMeeting(String path) {
        return PLAN.substring(0, PLAN.indexOf("- as: manager"))
                .replace("path: skip", "path: " + path)
                .replace("      pathReason: 構成員が電話で一致した\n", path.equals("meeting") ? "" : "      pathReason: 待てない\n");
    }

    private static final String CONVENED =
            """
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo, anshin] }
            - as: coordinator
              task: Task_ConveneMeeting
              data: { scheduledAt: now-1d, place: 会議室, agencies: [shakyo, anshin] }
            """;

    private static final String APPROVED =
            """
            - as: coordinator
              task: Task_HoldMeeting
              data: { heldAt: now-1d, outcomeCoordination: approved, minutes: 要点, approach: 方針, attendance: [ { agency: shakyo, attended: true, pledge: false } ] }
            - as: manager
              task: Task_DecidePlan
              data: { decision: decided, decidedOn: today }
            """;

    @Test
    void aPlanThatWasStartedAtOnceIsRatifiedAndANewVersionEndsItsRoles() {
        var caseId = kasane.playSteps(OPENED + CONSENTED + forTheMeeting("start") + CONVENED + APPROVED)
                .caseId();
        var plan = file(caseId).at("/plans/0");
        assertThat(plan.get("status").asText()).isEqualTo("decided");
        assertThat(plan.get("ratifiedOn").asText()).isNotEqualTo("null");
        assertThat(
                        one(
                                caseId,
                                "select count(*) from kasane.deadline where case_id = :id and step = 'Watch_Ratification' and settled_at is null"))
                .isZero();

        kasane.as("coordinator").post("/api/v1/cases/" + caseId + "/review", "{}");
        var review = kasane.as("coordinator").task("Task_Review", "caseId=" + caseId);
        assertThat(kasane.as("coordinator")
                        .submit(
                                review,
                                "{\"heldOn\":\"2026-11-20\",\"progress\":\"進み具合\",\"goalState\":\"partly\",\"decision\":\"replan\",\"reason\":\"目標が変わった\"}")
                        .status())
                .isEqualTo(201);
        var draft = kasane.as("coordinator").task("Task_DraftPlan", "caseId=" + caseId);
        assertThat(kasane.as("coordinator")
                        .submit(
                                draft,
                                """
                                {"personWish":"意向","longGoal":"長期","shortGoal":"当面","leadAgency":"jiritsu","reviewOn":"2027-03-01","path":"skip",
                                 "pathReason":"電話で一致した","roles":[{"agency":"jiritsu","role":"就労の相談"}]}""")
                        .status())
                .isEqualTo(201);
        var decide = kasane.as("manager").task("Task_DecidePlan", "caseId=" + caseId);
        assertThat(kasane.as("manager")
                        .submit(decide, "{\"decision\":\"decided\",\"decidedOn\":\"2026-11-21\"}")
                        .status())
                .isEqualTo(201);

        var plans = file(caseId).at("/plans");
        assertThat(plans.at("/0/version").asInt()).isEqualTo(2);
        assertThat(plans.at("/0/status").asText()).isEqualTo("decided");
        assertThat(plans.at("/1/status").asText()).isEqualTo("superseded");
        assertThat(plans.at("/1/roles").findValuesAsText("status")).containsOnly("ended");
        await("the first version's roles to end in the engine")
                .atMost(Duration.ofSeconds(90))
                .until(() -> one(
                                caseId,
                                "select count(*) from engine.process_instance where case_id = :id and process_id = 'role' and state = 'ACTIVE'")
                        == 1);
        assertThat(kasane.as("manager")
                        .get("/api/v1/plans/started-at-once")
                        .at("/started")
                        .asInt())
                .isPositive();
    }

    @Test
    void whoeverDraftedAPlanDoesNotDecideIt() {
        kasane.employ("both", "兼ねる 人", "manager", "fukushi-seisaku");
        var caseId =
                kasane.playSteps(OPENED + CONSENTED + forTheMeeting("skip")).caseId();
        kasane.sql()
                .sql("update kasane.plan set drafted_by = :who where case_id = :id")
                .param("who", kasane.user("both"))
                .param("id", UUID.fromString(caseId))
                .update();
        var decide = kasane.as("both").task("Task_DecidePlan", "caseId=" + caseId);
        var refused = kasane.as("both").submit(decide, "{\"decision\":\"decided\",\"decidedOn\":\"2026-11-21\"}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("案をつくった人は決定できません");
        assertThat(kasane.as("manager")
                        .submit(decide, "{\"decision\":\"decided\",\"decidedOn\":\"2026-11-21\"}")
                        .status())
                .isEqualTo(201);
    }

    private static long told(String caseId) {
        return one(caseId, "select count(*) from kasane.notification where case_id = :id and kind like 'role-%'");
    }

    private static long one(String caseId, String sql) {
        return kasane.sql()
                .sql(sql)
                .param("id", UUID.fromString(caseId))
                .query(Long.class)
                .single();
    }
}
