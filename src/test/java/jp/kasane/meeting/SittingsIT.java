package jp.kasane.meeting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 会議体と開催: rhythm, cut-off, several cases at a sitting, and what is decided about all of them at once. */
class SittingsIT {

    private static final ZoneId JAPAN = ZoneId.of("Asia/Tokyo");
    private static final String OPENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [fukushi-seisaku, shakyo, anshin] }
            - { as: coordinator, expect: { phase: meeting } }
            """;

    private static KasaneServer kasane;
    private static int bodies;

    private String code;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    /** A body that meets every week, whose cut-off is the moment it begins. */
    @BeforeEach
    void aBody() {
        code = "weekly-" + ++bodies;
        assertThat(save(true, weekly("0", "2")).status()).isEqualTo(201);
    }

    /** The others' meetings are convened without being asked to which sitting. */
    @AfterEach
    void noBody() {
        kasane.sql()
                .sql("update kasane.meeting_body set active = false where rhythm <> 'adhoc'")
                .update();
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
        kasane.sql()
                .sql(
                        "delete from kasane.sitting s where not exists (select from kasane.meeting m where m.sitting_id = s.id)"
                                + " and not exists (select from kasane.sitting o where o.merged_into = s.id)")
                .update();
    }

    private String weekly(String cutoffDays, String quorum) {
        var inThreeDays = LocalDate.now(JAPAN).plusDays(3);
        return """
            {"code":"%s","name":"毎週の支援会議","kinds":["support"],"rhythm":"weekly","every":"1","countsFrom":"","weekday":"%d","nths":[],
             "months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","place":"市役所 会議室","cutoffDays":"%s","cutoffUnit":"calendar",
             "closedDay":"keep","quorum":"%s","active":true}"""
                .formatted(code, inThreeDays.getDayOfWeek().getValue(), cutoffDays, quorum);
    }

    private static KasaneServer.Answer save(boolean fresh, String body) {
        var manager = kasane.as("manager");
        return fresh
                ? manager.post("/api/v1/settings/meetings", body)
                : manager.put("/api/v1/settings/meetings/weekly-" + bodies, body);
    }

    private static String at(int daysFromNow) {
        return LocalDate.now(JAPAN)
                .plusDays(daysFromNow)
                .atTime(LocalTime.of(14, 0))
                .atZone(JAPAN)
                .toOffsetDateTime()
                .toString();
    }

    private static String opened(String name) {
        return kasane.playSteps(OPENED.formatted(name)).caseId();
    }

    private static JsonNode meeting(String caseId) {
        return kasane.as("manager").get("/api/v1/cases/" + caseId).at("/meetings/0");
    }

    private static String convening(String caseId) {
        return kasane.as("manager").task("Task_ConveneMeeting", "caseId=" + caseId);
    }

    private static JsonNode sheet(String task) {
        return kasane.as("manager").get("/api/v1/tasks/" + task).at("/data");
    }

    /** Puts the case to the sitting the form proposes. */
    private static String convene(String caseId) {
        var task = convening(caseId);
        var sitting = sheet(task).get("sitting").asText();
        var answer = kasane.as("manager")
                .submit(
                        task,
                        "{\"sitting\":\"" + sitting + "\",\"agencies\":[\"fukushi-seisaku\",\"shakyo\",\"anshin\"]}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return sitting;
    }

    private static JsonNode sitting(String id) {
        return kasane.as("manager").get("/api/v1/sittings/" + id).body();
    }

    /** Those of this test's body that are to come. */
    private static List<JsonNode> regular() {
        return StreamSupport.stream(
                        kasane.as("manager")
                                .get("/api/v1/sittings")
                                .at("/coming")
                                .spliterator(),
                        false)
                .filter(each -> each.get("regular").asBoolean()
                        && each.get("status").asText().equals("planned"))
                .toList();
    }

    private static KasaneServer.Answer decide(String id, String what, String body) {
        return kasane.as("manager").post("/api/v1/sittings/" + id + "/" + what, body);
    }

    private static List<String> events(String caseId) {
        return kasane.sql()
                .sql("select kind from kasane.case_event where case_id = :id order by seq")
                .param("id", UUID.fromString(caseId))
                .query(String.class)
                .list();
    }

    private static int invitations(String caseId) {
        return kasane.sql()
                .sql(
                        "select count(*) from engine.user_task where case_id = :id and element_id = 'Task_AnswerInvitation' and state = 'CREATED'")
                .param("id", UUID.fromString(caseId))
                .query(Integer.class)
                .single();
    }

    // ── rhythm and cut-off ─────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aRhythmPlansAYearOfSittingsAndANewRhythmReplansThoseNobodyIsPutTo() {
        var before = regular();
        assertThat(before).hasSizeGreaterThan(50);
        assertThat(before.getFirst().get("place").asText()).isEqualTo("市役所 会議室");
        var kept = convene(opened("定例 一"));

        assertThat(save(false, weekly("0", "2").replace("\"14:00\"", "\"09:30\""))
                        .status())
                .isEqualTo(200);

        assertThat(OffsetDateTime.parse(sitting(kept).get("startsAt").asText())
                        .toInstant()
                        .atZone(JAPAN)
                        .toLocalTime())
                .as("a sitting with a case stays")
                .isEqualTo(LocalTime.of(14, 0));
        assertThat(regular().stream()
                        .filter(each -> each.get("items").isEmpty())
                        .map(each -> OffsetDateTime.parse(each.get("startsAt").asText())
                                .toInstant()
                                .atZone(JAPAN)
                                .toLocalTime())
                        .distinct())
                .containsExactly(LocalTime.of(9, 30));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"rhythm\":\"weekly\"|\"rhythm\":\"sometimes\"|rhythm",
                "\"cutoffDays\":\"0\"|\"cutoffDays\":\"たくさん\"|cutoffDays",
                "\"every\":\"1\"|\"every\":\"2\"|countsFrom",
                "\"starts\":\"14:00\"|\"starts\":\"25:00\"|starts",
                "\"kinds\":[\"support\"]|\"kinds\":[]|kinds",
                "\"quorum\":\"2\"|\"quorum\":\"0\"|quorum",
                "\"months\":[1,2,3,4,5,6,7,8,9,10,11,12]|\"months\":[]|months",
                "\"every\":\"1\",\"countsFrom\":\"\",|\"every\":\"100\",\"countsFrom\":\"2026-04-01\",|every",
                "\"rhythm\":\"weekly\",\"every\":\"1\",\"countsFrom\":\"\"|\"rhythm\":\"monthly\",\"every\":\"12\",\"countsFrom\":\"2026-04-01\"|nths"
            })
    void aBodyThatIsWrongIsRefusedAtItsField(String right, String wrong, String field) {
        var answer = save(false, weekly("0", "2").replace(right, wrong));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.at("/fields/0/field").asText()).isEqualTo(field);
        assertThat(kasane.as("coordinator")
                        .put("/api/v1/settings/meetings/" + code, weekly("0", "2"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aCaseIsPutToTheNextSittingAndWhatMissesTheCutoffGoesToTheOneAfter() {
        var caseId = opened("締切 一");
        var task = convening(caseId);
        var first = sheet(task).get("sitting").asText();
        assertThat(sitting(first).at("/items/0/caseId").asText()).isEqualTo(caseId);
        assertThat(sheet(task).get("sittingOptions").size()).isGreaterThan(3);

        // The cut-off comes while nobody has convened it: the engine's timer asks for the next one.
        kasane.sql()
                .sql("update kasane.sitting set cutoff_at = now() - interval '1 minute' where id = :id")
                .param("id", UUID.fromString(first))
                .update();
        assertThat(kasane.as("manager")
                        .submit(task, "{\"sitting\":\"" + first + "\",\"agencies\":[\"shakyo\"]}")
                        .status())
                .as("no way past the cut-off")
                .isIn(400, 422);
        kasane.as("manager").post("/api/v1/cases/" + caseId + "/re-seat", "{\"reason\":\"試験\"}");
        await("the next sitting")
                .atMost(Duration.ofSeconds(90))
                .until(() -> !meeting(caseId).get("sittingId").asText().equals(first));

        var next = meeting(caseId).get("sittingId").asText();
        assertThat(OffsetDateTime.parse(sitting(next).get("startsAt").asText()))
                .isEqualTo(OffsetDateTime.parse(sitting(first).get("startsAt").asText())
                        .plusDays(7));
        assertThat(events(caseId)).containsOnlyOnce("meeting.next-sitting");
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from kasane.notification where case_id = :id and kind = 'meeting-next-sitting'")
                        .param("id", UUID.fromString(caseId))
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(convene(caseId)).isEqualTo(next);
    }

    @Test
    void whatCannotWaitIsHeldAtNeed() {
        var caseId = opened("臨時 一");
        var answer = kasane.as("manager")
                .submit(
                        convening(caseId),
                        """
                        {"sitting":"adhoc","scheduledAt":"%s","place":"社協","agencies":["shakyo","anshin"]}"""
                                .formatted(at(1)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        var sitting = sitting(meeting(caseId).get("sittingId").asText());
        assertThat(sitting.get("regular").asBoolean()).isFalse();
        assertThat(sitting.get("place").asText()).isEqualTo("社協");
        // Seen by those who sit in it or convene, and not by the window.
        assertThat(kasane.as("member")
                        .get("/api/v1/sittings/" + sitting.get("id").asText())
                        .status())
                .isEqualTo(200);
        assertThat(kasane.as("reception")
                        .get("/api/v1/sittings/" + sitting.get("id").asText())
                        .status())
                .isEqualTo(404);
    }

    // ── several cases at one sitting ───────────────────────────────────────────────────────────────────────────────

    @Test
    void severalCasesAreHeldAtOneSittingAndEachGoesItsOwnWay() {
        var one = opened("合同 一");
        var two = opened("合同 二");
        var sitting = convene(one);
        assertThat(convene(two)).isEqualTo(sitting);
        await("the invitations")
                .atMost(Duration.ofSeconds(90))
                .until(() -> invitations(one) == 3 && invitations(two) == 3);

        var answered = kasane.as("member")
                .post("/api/v1/sittings/" + sitting + "/answers", "{\"outcome\":\"attend\",\"pledge\":true}");
        assertThat(answered.at("/refused")).isEmpty();
        assertThat(answered.at("/given").asInt()).as(answered.text()).isEqualTo(2);
        assertThat(sitting(sitting).at("/items/0/coming").asInt()).isEqualTo(1);

        hold(one, "outreach", "");
        hold(two, "adjustment", "");
        assertThat(kasane.as("manager")
                        .get("/api/v1/cases/" + one)
                        .at("/case/phase")
                        .asText())
                .isEqualTo("outreach");
        assertThat(kasane.as("manager")
                        .get("/api/v1/cases/" + two)
                        .at("/case/phase")
                        .asText())
                .isEqualTo("monitoring");
        assertThat(decide(sitting, "cancel", "{\"reason\":\"もう遅い\"}").status()).isEqualTo(409);
    }

    private static KasaneServer.Answer submitHeld(String caseId, String outcome, String more, String... agencies) {
        var rows = java.util.Arrays.stream(agencies)
                .map(agency -> "{\"agency\":\"" + agency + "\",\"attended\":true,\"pledge\":true}")
                .toList();
        return kasane.as("manager")
                .submit(
                        kasane.as("manager").task("Task_HoldMeeting", "caseId=" + caseId),
                        "{\"heldAt\":\"" + at(0) + "\",\"outcomeSupport\":\"" + outcome
                                + "\",\"minutes\":\"要点\",\"approach\":\"方針\"" + more + ",\"attendance\":["
                                + String.join(",", rows)
                                + "]}");
    }

    private static void hold(String caseId, String outcome, String more) {
        var answer = submitHeld(caseId, outcome, more, "shakyo", "anshin");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    @Test
    void withoutItsQuorumASittingIsHeldOnlyForAReason() {
        var caseId = opened("定足数 一");
        convene(caseId);
        var refused = submitHeld(caseId, "outreach", "", "shakyo");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo("quorumNote");
        assertThat(refused.text()).contains("2機関");

        var held = submitHeld(caseId, "outreach", ",\"quorumNote\":\"急ぐため\"", "shakyo");
        assertThat(held.status()).as(held.text()).isEqualTo(201);
        assertThat(meeting(caseId).get("quorumNote").asText()).isEqualTo("急ぐため");
    }

    // ── decided about a whole sitting ──────────────────────────────────────────────────────────────────────────────

    @Test
    void aSittingThatIsMovedTakesItsCasesAlongAndAsksEverybodyAgain() {
        var one = opened("延期 一");
        var two = opened("延期 二");
        var sitting = convene(one);
        convene(two);
        await("the invitations")
                .atMost(Duration.ofSeconds(90))
                .until(() -> invitations(one) == 3 && invitations(two) == 3);
        assertThat(kasane.as("member")
                        .post("/api/v1/sittings/" + sitting + "/answers", "{\"outcome\":\"attend\",\"pledge\":true}")
                        .at("/given")
                        .asInt())
                .isEqualTo(2);
        await("the other invitations")
                .atMost(Duration.ofSeconds(90))
                .until(() -> invitations(one) == 2 && invitations(two) == 2);
        var hold = kasane.as("manager").task("Task_HoldMeeting", "caseId=" + one);

        assertThat(decide(sitting, "move", "{\"startsAt\":\"" + at(10) + "\",\"place\":\"別館\",\"reason\":\"\"}")
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("coordinator")
                        .post(
                                "/api/v1/sittings/" + sitting + "/move",
                                "{\"startsAt\":\"" + at(10) + "\",\"reason\":\"x\"}")
                        .status())
                .isEqualTo(403);
        assertThat(decide(sitting, "move", "{\"startsAt\":\"" + at(-1) + "\",\"place\":\"別館\",\"reason\":\"台風\"}")
                        .status())
                .isEqualTo(422);
        var moved = decide(sitting, "move", "{\"startsAt\":\"" + at(10) + "\",\"place\":\"別館\",\"reason\":\"台風\"}");
        assertThat(moved.status()).as(moved.text()).isEqualTo(200);

        for (var caseId : List.of(one, two)) {
            assertThat(OffsetDateTime.parse(meeting(caseId).get("scheduledAt").asText()))
                    .isEqualTo(OffsetDateTime.parse(at(10)));
            assertThat(events(caseId)).containsOnlyOnce("meeting.moved");
            await("everybody to be asked again").atMost(Duration.ofSeconds(90)).until(() -> invitations(caseId) == 3);
        }
        assertThat(meeting(one).at("/attendees").findValuesAsText("answer")).containsOnly("null");
        // The task stays, and is due on the new day.
        assertThat(kasane.as("manager").openTask("Task_HoldMeeting", "caseId=" + one))
                .isEqualTo(hold);
        assertThat(kasane.sql()
                        .sql("select planned_on from kasane.deadline where task_id = :task")
                        .param("task", UUID.fromString(hold))
                        .query(LocalDate.class)
                        .single())
                .isEqualTo(LocalDate.now(JAPAN).plusDays(10));
    }

    @Test
    void twoSittingsAreHeldAsOne() {
        var caseId = opened("統合 一");
        var first = convene(caseId);
        var second = regular().stream()
                .map(each -> each.get("id").asText())
                .filter(id -> !id.equals(first))
                .findFirst()
                .orElseThrow();

        assertThat(decide(first, "merge", "{\"into\":\"" + first + "\",\"reason\":\"同じ\"}")
                        .status())
                .isEqualTo(422);
        assertThat(decide(first, "merge", "{\"into\":\"" + second + "\",\"reason\":\"構成員が同じ\"}")
                        .status())
                .isEqualTo(200);

        assertThat(sitting(first).get("status").asText()).isEqualTo("merged");
        assertThat(sitting(first).get("mergedInto").asText()).isEqualTo(second);
        assertThat(sitting(second).at("/items/0/caseId").asText()).isEqualTo(caseId);
        assertThat(meeting(caseId).get("scheduledAt").asText())
                .isEqualTo(sitting(second).get("startsAt").asText());
        await("everybody to be asked again").atMost(Duration.ofSeconds(90)).until(() -> invitations(caseId) == 3);
        hold(caseId, "outreach", "");
    }

    @Test
    void aSittingThatIsCalledOffLosesNoCase() {
        var convened = opened("取りやめ 一");
        var asked = opened("取りやめ 二");
        var sitting = convene(convened);
        assertThat(meeting(asked).get("sittingId").asText()).isEqualTo(sitting);
        var hold = kasane.as("manager").task("Task_HoldMeeting", "caseId=" + convened);
        await("the invitations").atMost(Duration.ofSeconds(90)).until(() -> invitations(convened) == 3);

        assertThat(decide(sitting, "cancel", "{\"reason\":\"大雪\"}").status()).isEqualTo(200);

        var next = meeting(convened).get("sittingId").asText();
        assertThat(next)
                .isNotEqualTo(sitting)
                .isEqualTo(meeting(asked).get("sittingId").asText());
        assertThat(meeting(convened).get("status").asText()).isEqualTo("proposed");
        assertThat(events(convened)).contains("meeting.sitting-cancelled", "meeting.next-sitting");
        await("the meeting to be convened anew")
                .atMost(Duration.ofSeconds(90))
                .until(() -> kasane.as("manager").openTask("Task_HoldMeeting", "caseId=" + convened) == null
                        && kasane.as("manager").openTask("Task_ConveneMeeting", "caseId=" + convened) != null);
        await("nobody to be asked any more").atMost(Duration.ofSeconds(90)).until(() -> invitations(convened) == 0);
        assertThat(kasane.as("manager").submit(hold, "{}").status()).isEqualTo(409);
        assertThat(decide(sitting, "cancel", "{\"reason\":\"もう一度\"}").status()).isEqualTo(409);
        assertThat(convene(convened)).isEqualTo(next);
        hold(convened, "adjustment", "");
    }

    @Test
    void aCaseThatIsPutOffGoesToTheNextSittingAndTheOthersStay() {
        var off = opened("見送り 一");
        var stays = opened("見送り 二");
        var sitting = convene(off);
        convene(stays);
        var answer = kasane.as("manager")
                .submit(
                        kasane.as("manager").task("Task_HoldMeeting", "caseId=" + off),
                        "{\"outcomeSupport\":\"postponed\",\"note\":\"時間切れ\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(meeting(stays).get("sittingId").asText()).isEqualTo(sitting);
        assertThat(meeting(off).get("sittingId").asText()).isNotEqualTo(sitting);
        assertThat(convene(off)).isNotEqualTo(sitting);
        await("everybody to be asked again").atMost(Duration.ofSeconds(90)).until(() -> invitations(off) == 3);
    }

    /** 社協 convenes 重層的支援会議 (002, L2279-81): it decides about their sittings, and about no other. */
    @Test
    void whoAccompaniesDecidesAboutItsOwnBodys() {
        var body =
                weekly("0", "").replace("[\"support\"]", "[\"coordination\"]").replace(code, "juso-" + code);
        assertThat(kasane.as("manager").post("/api/v1/settings/meetings", body).status())
                .isEqualTo(201);
        var coordinator = kasane.as("coordinator");
        var added = coordinator.post(
                "/api/v1/sittings", "{\"body\":\"juso-" + code + "\",\"startsAt\":\"" + at(2) + "\",\"place\":\"社協\"}");
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        var sitting = "/api/v1/sittings/" + added.at("/id").asText();
        assertThat(coordinator
                        .post(sitting + "/move", "{\"startsAt\":\"" + at(4) + "\",\"place\":\"別館\",\"reason\":\"都合\"}")
                        .status())
                .isEqualTo(200);
        assertThat(coordinator.post(sitting + "/cancel", "{\"reason\":\"都合\"}").status())
                .isEqualTo(200);
        assertThat(coordinator.get(sitting).at("/status").asText()).isEqualTo("cancelled");
    }

    @Test
    void aCaseWhoseWayLedElsewhereIsNotTakenBackByASittingThatIsCalledOff() {
        var urgent = opened("急変 一");
        var sitting = convene(urgent);
        kasane.as("manager").task("Task_HoldMeeting", "caseId=" + urgent);
        var told = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + urgent + "/records/urgent-event",
                        "{\"data\":{\"happenedAt\":\"" + at(0) + "\",\"content\":\"急変\",\"next\":\"outreach\"}}");
        assertThat(told.status()).as(told.text()).isEqualTo(201);

        assertThat(sitting(sitting).get("items")).isEmpty();
        assertThat(decide(sitting, "cancel", "{\"reason\":\"大雪\"}").status()).isEqualTo(200);

        assertThat(kasane.as("manager")
                        .get("/api/v1/cases/" + urgent)
                        .at("/case/phase")
                        .asText())
                .isEqualTo("outreach");
        kasane.as("coordinator").task("Task_DraftOutreachPlan", "caseId=" + urgent);
    }

    @Test
    void aCaseThatWasPutOffByMistakeSitsWhereItSat() {
        var caseId = opened("誤り 一");
        var sitting = convene(caseId);
        var answer = kasane.as("manager")
                .submit(
                        kasane.as("manager").task("Task_HoldMeeting", "caseId=" + caseId),
                        "{\"outcomeSupport\":\"postponed\",\"note\":\"時間切れ\"}");
        assertThat(meeting(caseId).get("sittingId").asText()).isNotEqualTo(sitting);

        var voided = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + answer.at("/submissionId").asText() + "/void",
                        "{\"reason\":\"誤り\",\"changePath\":true}");
        assertThat(voided.status()).as(voided.text()).isLessThan(300);

        assertThat(meeting(caseId).get("sittingId").asText()).isEqualTo(sitting);
        assertThat(meeting(caseId).get("status").asText()).isEqualTo("convened");
        hold(caseId, "outreach", "");
    }

    @Test
    void aCorrectedConveningKeepsTheDayTheSittingWasMovedTo() {
        var caseId = opened("訂正 一");
        var task = convening(caseId);
        var convened = kasane.as("manager")
                .submit(
                        task,
                        "{\"sitting\":\"adhoc\",\"scheduledAt\":\"" + at(2)
                                + "\",\"place\":\"社協\",\"agencies\":[\"shakyo\",\"anshin\"]}");
        var sitting = meeting(caseId).get("sittingId").asText();
        assertThat(decide(sitting, "move", "{\"startsAt\":\"" + at(5) + "\",\"place\":\"別館\",\"reason\":\"都合\"}")
                        .status())
                .isEqualTo(200);

        var sheet = kasane.as("manager")
                .get("/submissions/" + convened.at("/submissionId").asText() + "/correction");
        assertThat(sheet.status()).isEqualTo(200);
        assertThat(sheet.text()).contains("別館").doesNotContain("\"place\":\"社協\"");
    }

    @Test
    void whereTheSameAgencyIsWrittenTwiceItCountsOnce() {
        var caseId = opened("定足数 二");
        convene(caseId);
        var refused = submitHeld(caseId, "outreach", "", "shakyo", "shakyo");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo("quorumNote");
    }

    @Test
    void aBodyThatIsSwitchedOffTakesNoNewCase() {
        var sitting = convene(opened("休止 一"));
        assertThat(save(false, weekly("0", "2").replace("\"active\":true", "\"active\":false"))
                        .status())
                .isEqualTo(200);
        var next = opened("休止 二");
        assertThat(meeting(next).get("sittingId").isNull()).isTrue();
        assertThat(sheet(convening(next)).get("sittingOptions")).isEmpty();
        assertThat(sitting(sitting).get("status").asText()).isEqualTo("planned");
    }

    @Test
    void anotherSittingIsAddedAndNobodyElseAddsOne() {
        var added = kasane.as("manager")
                .post(
                        "/api/v1/sittings",
                        "{\"body\":\"" + code + "\",\"startsAt\":\"" + at(1) + "\",\"place\":\"別館\"}");
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        assertThat(kasane.as("member")
                        .post(
                                "/api/v1/sittings",
                                "{\"body\":\"" + code + "\",\"startsAt\":\"" + at(1) + "\",\"place\":\"\"}")
                        .status())
                .isEqualTo(403);
        assertThat(kasane.as("manager")
                        .post("/api/v1/sittings", "{\"body\":\"nobody\",\"startsAt\":\"" + at(1) + "\",\"place\":\"\"}")
                        .status())
                .isEqualTo(422);
        var caseId = opened("追加 一");
        assertThat(convene(caseId)).isEqualTo(added.at("/id").asText());
    }
}
