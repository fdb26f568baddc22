package jp.kasane.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the decision tables say in the running Kasane: before somebody chooses, and never instead of them. */
class DecisionsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    @AfterAll
    static void dismiss() {
        kasane.dismissEmployed();
        kasane.sql()
                .sql("update kasane.meeting_body set active = false where rhythm <> 'adhoc'")
                .update();
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
    }

    private static String received(String more) {
        return kasane.as("reception")
                .register(
                        "{\"channel\":\"phone\",\"receivedAt\":\"2026-11-20T10:00:00+09:00\",\"addressConcealed\":false,"
                                + more + "}");
    }

    private static JsonNode sheet(String login, String task) {
        return kasane.as(login).get("/api/v1/tasks/" + task).at("/data");
    }

    private static void triage(String consultation, String caseClass, String urgency, String route) {
        var task = kasane.as("reception").task("Task_Triage", "consultationId=" + consultation);
        var answer = kasane.as("reception")
                .submit(
                        task,
                        "{\"caseClass\":\"%s\",\"reason\":\"聞いたことから\",\"urgency\":\"%s\",\"route\":\"%s\",\"answer\":\"伝えた\",\"begin\":\"%s\"}"
                                .formatted(caseClass, urgency, route, "assessment"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    }

    private static JsonNode consultation(String id) {
        return kasane.as("reception").get("/api/v1/consultations/" + id).body();
    }

    private static String caseOf(String consultation) {
        return await("the case of " + consultation)
                .atMost(SOON)
                .until(
                        () -> consultation(consultation).path("caseId").asText(null),
                        id -> id != null && !id.equals("null"));
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** ごみ屋敷, told by a neighbour who knows no name: ④ (002, L2220-2236), and nobody has consulted yet (002, L5070-5074). */
    @Test
    void triageBeginsWithTheAdviceAndBothItAndTheChoiceStay() {
        var id = received(
                "\"broughtBy\":\"neighbour\",\"subjectKnown\":false,\"subjectLabel\":\"角の家の人\",\"concerns\":[\"community\"],\"story\":\"ごみが道まで出ている\"");
        var task = kasane.as("reception").task("Task_Triage", "consultationId=" + id);

        var sheet = sheet("reception", task);
        assertThat(sheet.get("caseClass").asText()).isEqualTo("class4");
        assertThat(sheet.get("advice").asText()).isEqualTo("多機関協働にかける（④）");

        triage(id, "class2", "normal", "own");
        var after = consultation(id);
        assertThat(after.get("advisedClass").asText()).isEqualTo("class4");
        assertThat(after.get("advice").asText()).isEqualTo("needed");
        assertThat(after.get("caseClass").asText()).isEqualTo("class2");
        assertThat(kasane.as("reception")
                        .get("/api/v1/consultations/" + id + "/events")
                        .body())
                .filteredOn(event -> event.get("kind").asText().equals("decision.made"))
                .singleElement()
                .satisfies(
                        event -> assertThat(event.at("/refs/decision").asText()).isEqualTo("triage"));
    }

    /** One worry, and a section that answers to it: quickly, and without the others (002, L2168-2182). */
    @Test
    void aClearWishThatASectionAnswersToNeedsNoOthers() {
        var id = received(
                "\"broughtBy\":\"self\",\"subjectKnown\":true,\"subjectName\":\"目安 一\",\"concerns\":[\"care\"],\"mainConcern\":\"care\",\"story\":\"母の介護のこと\"");
        var task = kasane.as("reception").task("Task_Triage", "consultationId=" + id);

        assertThat(sheet("reception", task).get("caseClass").asText()).isEqualTo("class1");
        assertThat(sheet("reception", task).get("advice").asText()).isEqualTo("多機関協働にかける必要は少ない（①）");
        triage(id, "class1", "normal", "own");
    }

    /** One agency sent it back: the first window alone does not get on (002, L5070-5074). Two did: it cannot be connected. */
    @Test
    void whatComesBackIsAdvisedAnew() {
        kasane.employ("decision-wakamono", "若者 支援", "member", "wakamono");
        var id = received(
                "\"broughtBy\":\"self\",\"subjectKnown\":true,\"subjectName\":\"目安 二\",\"concerns\":[\"job\"],\"story\":\"仕事のこと\"");
        var sent = kasane.as("reception")
                .submit(
                        kasane.as("reception").task("Task_Triage", "consultationId=" + id),
                        "{\"caseClass\":\"class1\",\"reason\":\"応じる機関がある\",\"urgency\":\"normal\",\"route\":\"referral\",\"referralAgency\":\"wakamono\",\"referralRequest\":\"就労の相談を受けてほしい\"}");
        assertThat(sent.status()).as(sent.text()).isEqualTo(201);
        var returned = kasane.as("decision-wakamono")
                .submit(
                        kasane.as("decision-wakamono").task("Task_AnswerReferral", "consultationId=" + id),
                        "{\"outcome\":\"returned\",\"proposal\":\"先に家族の話を聞いてください\"}");
        assertThat(returned.status()).as(returned.text()).isEqualTo(201);

        var task = kasane.as("reception").task("Task_ConsiderProposal", "consultationId=" + id);
        assertThat(sheet("reception", task).get("caseClass").asText()).isEqualTo("class3");
        assertThat(sheet("reception", task).get("advice").asText()).isEqualTo("多機関協働にかける（③）");
        assertThat(consultation(id).get("caseClass").asText()).isEqualTo("class1");
    }

    private static JsonNode takenUp(String consultation) {
        var caseId = caseOf(consultation);
        await("who takes it up").atMost(SOON).until(() -> !kasane.as("manager")
                .get("/api/v1/cases/" + caseId)
                .at("/case/owner")
                .asText()
                .equals("undecided"));
        return kasane.as("manager").get("/api/v1/cases/" + caseId).at("/case");
    }

    private static String violence(String name) {
        return received("\"broughtBy\":\"self\",\"subjectKnown\":true,\"subjectName\":\"" + name
                + "\",\"concerns\":[\"violence\"],\"mainConcern\":\"violence\",\"story\":\"家のこと\"");
    }

    /** Abuse is the city's (002, L914-924); where it has nobody of its own, whoever accompanies the others does. */
    @Test
    void theCityAccompaniesWhatIsItsOwnWhereItHasCoordinators() {
        kasane.sql()
                .sql("update kasane.app_user set active = false where login = 'city-coordinator'")
                .update();
        var without = violence("受け持ち 一");
        triage(without, "class3", "normal", "case");
        var accompanied = takenUp(without);
        assertThat(accompanied.get("owner").asText()).isEqualTo("city");
        assertThat(accompanied.get("coordinatingAgency").asText()).contains("社会福祉協議会");

        kasane.employ("city-coordinator", "市 推進", "coordinator", "fukushi-seisaku");
        var with = violence("受け持ち 二");
        triage(with, "class3", "normal", "case");
        var ofTheCity = takenUp(with);
        assertThat(ofTheCity.get("owner").asText()).isEqualTo("city");
        assertThat(ofTheCity.get("coordinatingAgency").asText()).contains("福祉政策課");
        var first = kasane.as("city-coordinator")
                .task("Task_GatherInformation", "caseId=" + ofTheCity.get("id").asText());
        assertThat(kasane.as("city-coordinator")
                        .post("/api/v1/tasks/" + first + "/claim", "{}")
                        .status())
                .isLessThan(300);
    }

    @Test
    void tiesInTheCommunityAreTheCouncils() {
        var id = received(
                "\"broughtBy\":\"self\",\"subjectKnown\":true,\"subjectName\":\"受け持ち 三\",\"concerns\":[\"housing\"],\"story\":\"家のこと\"");
        triage(id, "class3", "soon", "case");

        assertThat(takenUp(id).get("owner").asText()).isEqualTo("council");
    }

    private static final String TO_A_MEETING =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %s, concerns: [care, income], mainConcern: care, story: 介護のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - { as: coordinator, expect: { phase: meeting } }
            """;

    /** Who took the consultation, the section that convenes, who accompanies (002, L286, L2289-2291): proposed, not invited. */
    @Test
    void theProposalBeginsWithTheAgenciesTheTableNames() {
        var caseId = kasane.playSteps(TO_A_MEETING.formatted("構成 一")).caseId();
        var task = kasane.as("coordinator").task("Task_ProposeMembers", "caseId=" + caseId);

        assertThat(texts(sheet("coordinator", task).get("agencies")))
                .containsExactlyInAnyOrder("hachimaru", "fukushi-seisaku", "shakyo");
    }

    private static void weekly(String code, int inDays, String slot) {
        var day = LocalDate.now(ZoneId.of("Asia/Tokyo")).plusDays(inDays);
        var answer = kasane.as("manager")
                .post(
                        "/api/v1/settings/meetings",
                        """
                        {"code":"%s","name":"会議体 %s","kinds":["support"],"rhythm":"weekly","every":"1","countsFrom":"","weekday":"%d","nths":[],
                         "months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","place":"","cutoffDays":"0","cutoffUnit":"calendar",
                         "closedDay":"keep","quorum":"","active":true}"""
                                .formatted(code, code, day.getDayOfWeek().getValue()));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        kasane.sql()
                .sql("update kasane.meeting_body set slot = :slot where code = :code")
                .param("slot", slot)
                .param("code", code)
                .update();
    }

    /** 狛江: the body for old people holds the meetings about them (002, L6848-6856), though another sits sooner. */
    @Test
    void aCaseIsPutToTheBodyForWhomItIsAbout() {
        weekly("sooner", 3, null);
        weekly("chiiki-care", 5, "elderly");
        var caseId = kasane.playSteps(
                        TO_A_MEETING.formatted("枠 一")
                                + """
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [fukushi-seisaku, shakyo, anshin] }
            """)
                .caseId();
        var convening = kasane.as("manager").task("Task_ConveneMeeting", "caseId=" + caseId);

        var sheet = sheet("manager", convening);
        assertThat(sheet.at("/sittingOptions/0/label").asText()).startsWith("会議体 chiiki-care");
        assertThat(sheet.get("sitting").asText())
                .isEqualTo(sheet.at("/sittingOptions/0/value").asText());
        assertThat(sheet.get("sittingOptions").findValuesAsText("label"))
                .anyMatch(label -> label.startsWith("会議体 sooner"));
    }

    /** Only the system writes what a table said, and only who sees the case reads it. */
    @Test
    void whatATableSaidIsReadByWhoSeesTheCaseAndWrittenByNobody() {
        var id = violence("決定 一");
        kasane.as("reception").task("Task_Triage", "consultationId=" + id);
        var stream = UUID.fromString(id);

        assertThat(seen("reception", stream)).isEqualTo(1);
        assertThat(seen("member", stream)).isZero();
        assertThat(catchThrowable(() -> kasane.inTheNameOf(kasane.user("manager"), jdbc -> jdbc.sql(
                                """
                                        insert into kasane.decision (id, municipality_id, stream_id, decision, given, gives, made_at, epoch, element_key)
                                        select gen_random_uuid(), municipality_id, id, 'owner', '{}', '{}', now(), gen_random_uuid(), 1
                                        from kasane.stream where id = :id
                                        """)
                        .param("id", stream)
                        .update())))
                .rootCause()
                .hasMessageContaining("row-level security");
    }

    private static int seen(String login, UUID stream) {
        return kasane.inTheNameOf(
                kasane.user(login), jdbc -> jdbc.sql("select count(*) from kasane.decision where stream_id = :id")
                        .param("id", stream)
                        .query(Integer.class)
                        .single());
    }
}
