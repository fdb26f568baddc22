package jp.kasane.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where a case goes when a step is corrected or voided, step by step: the newest one takes the case where the corrected facts lead,
 * and back to its task when it is struck out; one that was done again since takes it nowhere.
 */
class CorrectionPathsIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 道筋 花, concerns: [food], story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 道筋家
                members: [ { name: 道筋 花, relation: head, subject: true, concerns: [food] } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static final String SHEET = OPENED.replace("gathered: 集めたこと", "gathered: 集めたこと\n    strengthSheet: true")
            + """
            - as: coordinator
              task: Task_WriteStrengthSheet
              data: { centre: 話し好き }
            """;

    private static final String CONSENT_GIVEN =
            """
            - as: coordinator
              record: consent-change
              data: { state: given, occurredOn: today, memberIds: ["member:道筋 花"], scope: [assessment, plan, sharing, support], agencies: [shakyo, anshin, jiritsu], evidence: paper }
            """;

    private static String assessed(String route) {
        return """
                - as: coordinator
                  task: Task_WriteAssessment
                  data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: %s, routeReason: 理由 }
                """
                .formatted(route);
    }

    private static final String REACHED_OUT = OPENED
            + assessed("outreach")
            + """
            - as: coordinator
              task: Task_DraftOutreachPlan
              data: { goal: 会う, approach: 声をかける, visitors: [shakyo], intervalDays: 7, firstOn: today }
            """;

    private static String contact(String outcome) {
        return """
                - as: coordinator
                  task: Task_RecordContact
                  data: { occurredAt: now-1d, kind: visit, content: 訪ねた, relationStage: talks, %s }
                """
                .formatted(outcome);
    }

    private static final String CONTACTED = REACHED_OUT + contact("outcome: continue, nextOn: today+7");

    private static final String CONSENTED = REACHED_OUT
            + contact("outcome: consent")
            + """
            - as: coordinator
              task: Task_RecordConsent
              data: { appliedOn: today, memberIds: ["member:道筋 花"], scope: [plan, support], agencies: [shakyo, anshin], evidence: paper }
            """;

    private static final String CONVENED = OPENED
            + assessed("meeting")
            + """
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo] }
            - as: manager
              task: Task_ConveneMeeting
              data: { scheduledAt: now-1d, place: 会議室, agencies: [shakyo] }
            """;

    private static final String HELD = CONVENED
            + """
            - as: manager
              task: Task_HoldMeeting
              data: { heldAt: now-1d, outcomeSupport: outreach, attendance: [ { agency: shakyo, attended: true, pledge: true } ], minutes: 記録, approach: 方針 }
            """;

    private static final String DRAFTED = OPENED
            + CONSENT_GIVEN
            + assessed("plan")
            + """
            - as: coordinator
              task: Task_DraftPlan
              data:
                personWish: 意向
                longGoal: 長期
                shortGoal: 当面
                leadAgency: anshin
                roles: [ { agency: anshin, role: 通院の支援 } ]
                reviewOn: today+90
                path: skip
                pathReason: 電話で一致した
            """;

    private static final String DECIDED = DRAFTED
            + """
            - as: manager
              task: Task_DecidePlan
              data: { decision: decided, decidedOn: today }
            """;

    private static final String ACCEPTED = DECIDED
            + """
            - as: member
              task: Task_AcceptRole
              data: { outcome: accepted, contactPerson: 連携 恵, reportOn: today-1 }
            """;

    private static String reported(String result) {
        return """
                - as: member
                  task: Task_ReportRole
                  data: { progress: 同行した, result: %s }
                """
                .formatted(result);
    }

    private static String reviewed(String decision) {
        return """
                - as: coordinator
                  task: Task_Review
                  data: { heldOn: today, progress: 進んだ, goalState: partly, decision: %s }
                """
                .formatted(decision);
    }

    private static String evaluated(String decision) {
        return """
                - as: coordinator
                  task: Task_EvaluateClosure
                  data: { reasons: [normal], evaluation: 落ち着いた, %s }
                """
                .formatted(decision);
    }

    private static final String TO_BE_CLOSED =
            OPENED + assessed("normal") + evaluated("decision: none, watch: \"yes\", watchOn: today-2");

    private static String decidedOn(String decision) {
        return """
                - as: manager
                  task: Task_DecideClosure
                  data: { decidedOn: today, decision: %s }
                """
                .formatted(decision);
    }

    private static String watched(String nextOn) {
        return """
                - as: coordinator
                  task: Task_CheckWatch
                  data: { checkedOn: today, observation: 変わりない, outcome: continue, nextOn: %s }
                """
                .formatted(nextOn);
    }

    private static String recorded(String form, String data) {
        return "- as: coordinator\n  record: " + form + "\n  data: { " + data + " }\n";
    }

    /** Where the case stands, and the tasks that wait for somebody there. */
    private record Place(String stands, String... open) {}

    /**
     * @param at where the case stands with the step done as it was first
     * @param corrected fields of the correction, {@code null} where the step has no way to choose
     * @param leadsTo where the case stands with the corrected step
     * @param voided where the case stands without it
     */
    private record Step(String form, String played, Place at, String corrected, Place leadsTo, Place voided) {
        @Override
        public String toString() {
            return form + (corrected == null ? "" : " " + corrected);
        }
    }

    static Stream<Step> steps() {
        var assessing = new Place("assessment/assess", "Task_WriteAssessment");
        var gathering = new Place("assessment/gather", "Task_GatherInformation");
        var visiting = new Place("outreach/contact", "Task_RecordContact");
        var planningVisits = new Place("outreach/plan", "Task_DraftOutreachPlan");
        var planning = new Place("plan/draft", "Task_DraftPlan");
        var reviewing = new Place("monitoring/support", "Task_Review");
        var evaluating = new Place("closure/evaluate", "Task_EvaluateClosure");
        var acknowledging = new Place("closure/acknowledge", "Task_AcknowledgeHandover");
        var deciding = new Place("closure/decide", "Task_DecideClosure");
        return Stream.of(
                new Step(
                        "gather-information",
                        OPENED,
                        assessing,
                        "{\"strengthSheet\":true}",
                        new Place("assessment/strengths", "Task_WriteStrengthSheet"),
                        gathering),
                new Step(
                        "strength-sheet",
                        SHEET,
                        assessing,
                        null,
                        null,
                        new Place("assessment/strengths", "Task_WriteStrengthSheet")),
                new Step(
                        "assessment",
                        OPENED + assessed("support"),
                        reviewing,
                        "{\"route\":\"normal\"}",
                        evaluating,
                        assessing),
                new Step("outreach-plan", REACHED_OUT, visiting, null, null, planningVisits),
                new Step(
                        "outreach-contact",
                        CONTACTED,
                        visiting,
                        "{\"outcome\":\"consent\",\"nextOn\":null}",
                        new Place("outreach/consent", "Task_RecordConsent"),
                        visiting),
                new Step(
                        "outreach-contact",
                        REACHED_OUT + contact("outcome: consent"),
                        new Place("outreach/consent", "Task_RecordConsent"),
                        "{\"outcome\":\"other\",\"otherWay\":\"転居した\",\"nextPhase\":\"closure\"}",
                        evaluating,
                        visiting),
                new Step(
                        "consent",
                        CONSENTED,
                        planning,
                        null,
                        null,
                        new Place("outreach/consent", "Task_RecordConsent")),
                new Step("consent-change", CONTACTED + CONSENT_GIVEN, planning, null, null, visiting),
                new Step(
                        "meeting-record",
                        HELD,
                        planningVisits,
                        "{\"outcomeSupport\":\"adjustment\"}",
                        reviewing,
                        new Place("meeting/hold", "Task_HoldMeeting")),
                new Step(
                        "plan-draft",
                        DRAFTED,
                        new Place("plan/decide", "Task_DecidePlan"),
                        "{\"path\":\"meeting\",\"pathReason\":null}",
                        new Place("plan/meeting", "Task_ProposeMembers"),
                        planning),
                new Step(
                        "plan-decision",
                        DECIDED,
                        new Place("monitoring/support", "Task_AcceptRole"),
                        "{\"decision\":\"returned\",\"reason\":\"書き直し\"}",
                        planning,
                        new Place("plan/decide", "Task_DecidePlan")),
                new Step(
                        "role-answer",
                        ACCEPTED,
                        new Place("monitoring/support", "Task_ReportRole"),
                        "{\"outcome\":\"declined\",\"note\":\"手が足りない\",\"contactPerson\":null,\"reportOn\":null}",
                        new Place("monitoring/support"),
                        new Place("monitoring/support", "Task_AcceptRole")),
                new Step(
                        "role-report",
                        ACCEPTED + reported("continue, nextOn: today+60"),
                        new Place("monitoring/support"),
                        "{\"result\":\"continue\",\"nextOn\":\"2026-01-05\"}",
                        new Place("monitoring/support", "Task_ReportRole"),
                        new Place("monitoring/support", "Task_ReportRole")),
                new Step(
                        "role-report",
                        ACCEPTED + reported("done"),
                        new Place("monitoring/support"),
                        "{\"result\":\"difficult\",\"nextOn\":\"2026-01-05\"}",
                        new Place("monitoring/support", "Task_ReportRole"),
                        new Place("monitoring/support", "Task_ReportRole")),
                new Step(
                        "review",
                        OPENED + assessed("support") + reviewed("continue, nextOn: today+90"),
                        new Place("monitoring/support"),
                        "{\"decision\":\"close\",\"reason\":\"もう要らない\",\"nextOn\":null}",
                        evaluating,
                        reviewing),
                new Step(
                        "closure-evaluation",
                        TO_BE_CLOSED,
                        deciding,
                        "{\"decision\":\"handover\",\"handoverAgency\":\"anshin\",\"handoverNote\":\"よろしく\"}",
                        acknowledging,
                        evaluating),
                new Step(
                        "handover-acknowledgement",
                        OPENED
                                + assessed("normal")
                                + evaluated(
                                        "decision: handover, handoverAgency: anshin, handoverNote: よろしく, watch: none")
                                + """
                                - as: member
                                  task: Task_AcknowledgeHandover
                                  data: { outcome: accepted, contactPerson: 連携 恵 }
                                """,
                        deciding,
                        "{\"outcome\":\"declined\",\"reason\":\"受けられない\",\"contactPerson\":null}",
                        evaluating,
                        acknowledging),
                new Step(
                        "closure-decision",
                        TO_BE_CLOSED + decidedOn("closed"),
                        new Place("watch/watch", "Task_CheckWatch"),
                        "{\"decision\":\"returned\",\"reason\":\"まだ早い\"}",
                        evaluating,
                        deciding),
                new Step(
                        "watch-check",
                        TO_BE_CLOSED + decidedOn("closed") + watched("today+30"),
                        new Place("watch/watch"),
                        "{\"outcome\":\"reopen\",\"nextPhase\":\"assessment\",\"nextOn\":null}",
                        gathering,
                        new Place("watch/watch", "Task_CheckWatch")),
                new Step(
                        "urgent-event",
                        OPENED + recorded("urgent-event", "happenedAt: now, content: けが, next: meeting"),
                        new Place("meeting/propose", "Task_ProposeMembers"),
                        "{\"next\":\"outreach\"}",
                        planningVisits,
                        assessing),
                new Step(
                        "moving-out",
                        CONTACTED
                                + recorded(
                                        "moving-out",
                                        "occurredOn: today, destination: 隣の市, arrangement: 話した, next: closure"),
                        evaluating,
                        "{\"next\":\"asis\"}",
                        visiting,
                        visiting),
                new Step(
                        "reopening",
                        OPENED
                                + assessed("normal")
                                + evaluated("decision: none, watch: none")
                                + decidedOn("closed")
                                + recorded("reopening", "occurredOn: today, reason: また困った, next: outreach"),
                        planningVisits,
                        "{\"next\":\"assessment\"}",
                        gathering,
                        planningVisits));
    }

    private static final Map<String, String> PROCESSES = Map.of(
            "assessment", "assessment",
            "meeting", "support-meeting",
            "outreach", "outreach",
            "plan", "plan",
            "monitoring", "monitoring",
            "closure", "closure",
            "watch", "closure");

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("steps")
    void theNewestStepTakesTheCaseWhereItLeadsAndBackToItsTask(Step step) {
        var caseId = kasane.playSteps(step.played()).caseId();
        is(caseId, step.at());
        var newest = submission(caseId, step.form(), "desc");
        if (step.corrected() != null) {
            var first = entered(newest);
            var changed = first.deepCopy().setAll((ObjectNode) json(step.corrected()));
            if (!step.at().stands().equals(step.leadsTo().stands())) {
                var unconfirmed = correct(newest, changed, false);
                assertThat(unconfirmed.status()).as(unconfirmed.text()).isEqualTo(409);
                assertThat(unconfirmed.at("/detail").asText()).contains("確認");
                assertThat(stands(caseId)).isEqualTo(step.at().stands());
            }
            newest = corrected(newest, changed);
            is(caseId, step.leadsTo());
            newest = corrected(newest, first);
            is(caseId, step.at());
            assertThat(kasane.as("manager").get("/api/v1/submissions/" + newest).at("/versions"))
                    .hasSize(3);
        }
        var struck = strike(newest, true);
        assertThat(struck.status()).as(struck.text()).isEqualTo(204);
        is(caseId, step.voided());
    }

    /** @param corrected fields of the correction of a step that was done again since */
    private record Former(String form, String played, String corrected) {
        @Override
        public String toString() {
            return form;
        }
    }

    static Stream<Former> former() {
        return Stream.of(
                new Former(
                        "gather-information",
                        OPENED
                                + recorded("member-added", "occurredOn: today, label: 姉, relation: sibling, next: asis")
                                + assessed("support")
                                + recorded(
                                        "member-added",
                                        "occurredOn: today, label: 妹, relation: sibling, next: assessment")
                                + OPENED.substring(OPENED.indexOf("- as: coordinator")),
                        "{\"strengthSheet\":true}"),
                new Former(
                        "outreach-contact",
                        CONTACTED + contact("outcome: continue, nextOn: today+14"),
                        "{\"outcome\":\"consent\",\"nextOn\":null}"),
                new Former(
                        "plan-draft",
                        DRAFTED
                                + """
                                - as: manager
                                  task: Task_DecidePlan
                                  data: { decision: returned, decidedOn: today, reason: 書き直し }
                                """
                                + DRAFTED.substring(DRAFTED.indexOf("- as: coordinator\n  task: Task_DraftPlan")),
                        "{\"path\":\"meeting\",\"pathReason\":null}"),
                new Former(
                        "review",
                        OPENED
                                + assessed("support")
                                + reviewed("continue, nextOn: today")
                                + reviewed("continue, nextOn: today+90"),
                        "{\"decision\":\"close\",\"reason\":\"終わり\",\"nextOn\":null}"),
                new Former(
                        "role-report",
                        ACCEPTED + reported("continue, nextOn: today-1") + reported("continue, nextOn: today+60"),
                        "{\"result\":\"done\",\"nextOn\":null}"),
                new Former(
                        "closure-evaluation",
                        TO_BE_CLOSED + decidedOn("returned, reason: まだ早い") + evaluated("decision: none, watch: none"),
                        "{\"decision\":\"handover\",\"handoverAgency\":\"anshin\",\"handoverNote\":\"よろしく\"}"),
                // Never done again, but the evaluation it was about was.
                new Former(
                        "closure-decision",
                        TO_BE_CLOSED + decidedOn("returned, reason: まだ早い") + evaluated("decision: none, watch: none"),
                        "{\"decision\":\"closed\",\"documentNo\":\"第９号\",\"reason\":null}"),
                new Former(
                        "watch-check",
                        TO_BE_CLOSED + decidedOn("closed") + watched("today-1") + watched("today+30"),
                        "{\"outcome\":\"end\",\"nextOn\":null}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("former")
    void aStepThatWasDoneAgainSinceTakesTheCaseNowhere(Former step) {
        var caseId = kasane.playSteps(step.played()).caseId();
        settled(caseId);
        var stands = stands(caseId);
        var seat = seat(caseId);
        var former = submission(caseId, step.form(), "asc");
        var data = entered(former);

        var corrected = correct(former, data.setAll((ObjectNode) json(step.corrected())), false);
        assertThat(corrected.status()).as(corrected.text()).isEqualTo(201);
        var version = corrected.at("/submissionId").asText();
        assertThat(entered(version)).isEqualTo(withoutNulls(data));
        assertThat(stands(caseId)).isEqualTo(stands);

        assertThat(strike(version, false).status()).isEqualTo(204);
        assertThat(stands(caseId)).isEqualTo(stands);
        assertThat(seat(caseId)).as("the engine was not asked to begin again").isEqualTo(seat);
    }

    @Test
    void whoWasAddedSinceStaysWhenTheHouseholdIsCorrectedOnToAnotherWay() {
        var caseId = kasane.playSteps(
                        OPENED + recorded("member-added", "occurredOn: today, label: 姉, relation: sibling, next: asis"))
                .caseId();
        var gathered = submission(caseId, "gather-information", "desc");
        var data = kasane.as("manager").get("/api/v1/submissions/" + gathered).at("/data");
        var changed = entered(gathered);
        changed.set("members", data.get("members"));
        corrected(gathered, changed.put("strengthSheet", true));
        assertThat(StreamSupport.stream(file(caseId).at("/household/members").spliterator(), false)
                        .map(member -> member.get("called").asText()))
                .containsExactly("道筋 花", "姉");
    }

    @Test
    void aConsentThatIsCorrectedTwiceDoesNotOvertakeTheWithdrawalThatFollowedIt() {
        var caseId = kasane.playSteps(OPENED
                        + CONSENT_GIVEN
                        + recorded(
                                "consent-change",
                                "state: withdrawn, occurredOn: today, memberIds: [\"member:道筋 花\"], evidence: oral"))
                .caseId();
        var given = submission(caseId, "consent-change", "asc");
        for (var note : List.of("一度目", "二度目")) {
            given = corrected(given, entered(given).put("note", note));
        }
        var consents = file(caseId).get("consents");
        assertThat(consents.get(consents.size() - 1).get("state").asText()).isEqualTo("withdrawn");
        var task = kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        var refused = kasane.as("coordinator")
                .submit(
                        task,
                        """
                        {"householdIssue":"a","strengths":"b","needs":"c","consentState":"given","route":"plan","routeReason":"d"}""");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/message").asText()).contains("同意の記録");
    }

    @Test
    void aPlanWhoseConsentWasWithdrawnIsStillCorrectedOnPaperAndAsksNobodyAnew() {
        var caseId = kasane.playSteps(DECIDED
                        + recorded(
                                "consent-change",
                                "state: withdrawn, occurredOn: today, memberIds: [\"member:道筋 花\"], evidence: oral"))
                .caseId();
        is(caseId, new Place("outreach/plan", "Task_DraftOutreachPlan"));
        var plan = submission(caseId, "plan-draft", "desc");
        var answer = correct(plan, entered(plan).put("shortGoal", "書き直した目標"), false);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var shown = file(caseId).at("/plans/0");
        assertThat(shown.get("shortGoal").asText()).isEqualTo("書き直した目標");
        assertThat(shown.get("status").asText()).isEqualTo("stopped");
        assertThat(shown.get("roles")).hasSize(1);
        assertThat(shown.at("/roles/0/status").asText()).isEqualTo("ended");
        assertThat(open(caseId)).containsExactly("Task_DraftOutreachPlan");
    }

    @Test
    void aClosedCaseIsCorrectedWithoutAskingAnyAgencyAnew() {
        var caseId = kasane.playSteps(ACCEPTED
                        + reported("continue, nextOn: today+60")
                        + recorded("moving-out", "occurredOn: today, destination: 隣の市, arrangement: 話した, next: closure")
                        + evaluated("decision: none, watch: none")
                        + decidedOn("closed"))
                .caseId();
        settled(caseId);
        var seat = seat(caseId);
        var plan = submission(caseId, "plan-draft", "desc");
        assertThat(correct(plan, entered(plan).put("shortGoal", "書き直した目標"), false)
                        .status())
                .isEqualTo(201);
        assertThat(strike(submission(caseId, "role-report", "desc"), false).status())
                .isEqualTo(204);
        var answered = strike(submission(caseId, "role-answer", "desc"), false);
        assertThat(answered.status()).isEqualTo(409);
        assertThat(answered.at("/detail").asText()).contains("終わっている");
        assertThat(file(caseId).at("/plans/0/roles")).hasSize(1);
        assertThat(stands(caseId)).isEqualTo("closed/closed");
        assertThat(seat(caseId)).isEqualTo(seat);
    }

    @Test
    void anotherDayForTheNextVisitMovesItsDeadline() {
        var caseId = kasane.playSteps(CONTACTED).caseId();
        await("the visit's deadline").atMost(Duration.ofSeconds(90)).until(() -> plannedVisit(caseId) != null);
        var contact = submission(caseId, "outreach-contact", "desc");
        var seat = seat(caseId);
        corrected(contact, entered(contact).put("nextOn", "2031-05-07"));
        assertThat(plannedVisit(caseId)).isEqualTo("2031-05-07");
        assertThat(seat(caseId)).as("nobody's task is taken away for it").isEqualTo(seat);
    }

    private static String plannedVisit(String caseId) {
        return kasane.sql()
                .sql(
                        "select planned_on::text from kasane.deadline where case_id = :id and step = 'Task_RecordContact' and settled_at is null")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .optional()
                .orElse(null);
    }

    @Test
    void aConsultationThatWasOnlyAnsweredIsSortedAnewOrBecomesACase() {
        var consultation = kasane.playSteps(OPENED.substring(0, OPENED.indexOf("- as: coordinator"))
                        .replace("route: case", "route: information, answer: 案内した"))
                .consultationId();
        var triage = kasane.sql()
                .sql("select id::text from kasane.submission where consultation_id = :id and form_id = 'triage'")
                .param("id", UUID.fromString(consultation))
                .query(String.class)
                .single();
        triage = corrected(triage, entered(triage).put("route", "own"));
        assertThat(strike(triage, true).status()).isEqualTo(204);
        var again = kasane.as("reception").task("Task_Triage", "consultationId=" + consultation);
        var answered = kasane.as("reception")
                .submit(
                        again,
                        """
                        {"caseClass":"class1","reason":"r","urgency":"normal","route":"information","answer":"a"}""");
        assertThat(answered.status()).as(answered.text()).isEqualTo(201);
        var second = answered.at("/submissionId").asText();
        corrected(second, entered(second).put("route", "case").putNull("answer"));
        var caseId = kasane.as("coordinator")
                .get("/api/v1/consultations/" + consultation)
                .at("/caseId")
                .asText();
        is(caseId, new Place("assessment/gather", "Task_GatherInformation"));
    }

    // ── plumbing ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ObjectNode withoutNulls(ObjectNode data) {
        var copy = data.deepCopy();
        for (var names = copy.fieldNames(); names.hasNext(); ) {
            if (copy.get(names.next()).isNull()) {
                names.remove();
            }
        }
        return copy;
    }

    private static String submission(String caseId, String form, String order) {
        return kasane.sql()
                .sql(
                        """
                        select s.id::text from kasane.submission s where s.case_id = :case and s.form_id = :form and s.voided_at is null
                          and not exists (select from kasane.submission n where n.corrects = s.id)
                        order by s.recorded_at %s, s.id %s limit 1
                        """
                                .formatted(order, order))
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

    private static KasaneServer.Answer correct(String submission, JsonNode data, boolean changePath) {
        return kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/correction",
                        "{\"data\":" + data + ",\"reason\":\"書き間違い\",\"changePath\":" + changePath + "}");
    }

    /** @return the new version */
    private static String corrected(String submission, JsonNode data) {
        var answer = correct(submission, data, true);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/submissionId").asText();
    }

    private static KasaneServer.Answer strike(String submission, boolean changePath) {
        return kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission + "/void",
                        "{\"reason\":\"別の人の記録\",\"changePath\":" + changePath + "}");
    }

    private static JsonNode file(String caseId) {
        return kasane.as("coordinator").get("/api/v1/cases/" + caseId).body();
    }

    private static String stands(String caseId) {
        return text("select phase || '/' || step from kasane.case_file where id = :id", caseId);
    }

    /** How often the case's instances were begun again. */
    private static String seat(String caseId) {
        return text("select seat::text from kasane.stream where id = :id", caseId);
    }

    private static String text(String sql, String caseId) {
        return kasane.sql()
                .sql(sql)
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .single();
    }

    private static List<String> open(String caseId) {
        return kasane.sql()
                .sql(
                        "select element_id from engine.user_task where state = 'CREATED' and case_id = :id order by element_id")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .list();
    }

    /** Stands there at once; its tasks open when the engine has got there, and none of the way it has left is still open then. */
    private static void is(String caseId, Place place) {
        assertThat(stands(caseId)).isEqualTo(place.stands());
        settled(caseId);
        await("open at " + place.stands() + ": " + Arrays.toString(place.open()))
                .atMost(Duration.ofSeconds(90))
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> {
                    assertThat(process(caseId))
                            .contains(PROCESSES.get(phase(place)))
                            .doesNotHaveDuplicates();
                    assertThat(open(caseId))
                            .filteredOn(task -> !task.equals("Task_AnswerInvitation"))
                            .containsExactly(place.open());
                });
    }

    private static String phase(Place place) {
        return place.stands().substring(0, place.stands().indexOf('/'));
    }

    /** The process that carries the case's phase. */
    private static List<String> process(String caseId) {
        return kasane.sql()
                .sql(
                        "select process_id from engine.process_instance where case_id = :id and state = 'ACTIVE' and process_id = any (:phases)")
                .param("id", UUID.fromString(caseId))
                .param("phases", Set.copyOf(PROCESSES.values()).toArray(String[]::new))
                .query(String.class)
                .list();
    }

    /** Nothing is on its way to the engine any more. */
    private static void settled(String caseId) {
        await("the orders of the case")
                .atMost(Duration.ofSeconds(90))
                .pollDelay(Duration.ZERO)
                .until(() -> kasane.sql()
                                .sql("select count(*) from kasane.outbox where stream_id = :id and done_at is null")
                                .param("id", UUID.fromString(caseId))
                                .query(Long.class)
                                .single()
                        == 0);
    }
}
