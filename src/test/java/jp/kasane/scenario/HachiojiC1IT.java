package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 八王子's case C1 (002 §2a), from the first call to the closure, and what is known of it afterwards. */
class HachiojiC1IT {

    private static KasaneServer kasane;
    private static String caseId;
    private static String consultationId;
    private static JsonNode page;
    private static List<JsonNode> events;

    @BeforeAll
    static void play() {
        kasane = KasaneServer.shared();
        var played = kasane.play("hachioji-c1");
        caseId = played.caseId();
        consultationId = played.consultationId();
        // The engine hears of the last step a moment later than whoever did it.
        await("the roles to end, and nobody to be asked any more")
                .atMost(Duration.ofSeconds(30))
                .until(() -> kasane.sql()
                                .sql(
                                        """
                                        select (select count(*) from engine.process_instance where state = 'ACTIVE' and process_id in ('role', 'invitation', 'consultation')
                                                  and (case_id = :case or consultation_id = :consultation))
                                             + (select count(*) from engine.user_task where state = 'CREATED' and case_id = :case)""")
                                .param("case", UUID.fromString(caseId))
                                .param("consultation", UUID.fromString(consultationId))
                                .query(Long.class)
                                .single()
                        == 0);
        page = kasane.as("coordinator").get("/api/v1/cases/" + caseId).body();
        events = StreamSupport.stream(
                        kasane.as("auditor")
                                .get("/api/v1/cases/" + caseId + "/events")
                                .body()
                                .spliterator(),
                        false)
                .toList();
    }

    @Test
    void theCaseIsClosedAndWatchedAndLedByTheAgencyThatTookItOver() {
        assertThat(page.at("/case/phase").asText()).isEqualTo("watch");
        assertThat(page.at("/case/closedAt").isNull()).isFalse();
        assertThat(page.at("/case/watch").asBoolean()).isTrue();
        assertThat(page.at("/case/leadAgency").asText()).isEqualTo("高齢者あんしん相談センター");
        assertThat(page.at("/case/coordinatingAgency").asText()).contains("社会福祉協議会");
        assertThat(page.at("/case/receivingAgencyId").isNull()).isTrue();
        assertThat(page.at("/case/caseClass").asText()).isEqualTo("class4");
        assertThat(page.at("/case/urgency").asText()).isEqualTo("soon");
        assertThat(page.at("/case/householdName").asText()).isEqualTo("架空家");
    }

    /** Every value of every form of the scenario is somewhere on the case page: nothing that was asked is lost. */
    @Test
    void everythingThatWasFilledInIsReadAgainOnTheCasePage() throws IOException {
        var shown = new TreeSet<String>();
        collect(page, shown);
        var entered = new TreeSet<String>();
        JsonNode scenario;
        try (var file = HachiojiC1IT.class.getResourceAsStream("/scenarios/hachioji-c1.yaml")) {
            scenario = new YAMLMapper().readTree(file);
        }
        for (var step : scenario.get("steps")) {
            for (var part : List.of("register", "data")) {
                if (step.has(part)) {
                    collect(step.get(part), entered);
                }
            }
        }
        var sentences = entered.stream()
                // Codes, and what the player replaced, are shown as something else.
                .filter(value -> value.codePoints().anyMatch(c -> c > 0x2000))
                .filter(value -> !value.startsWith("member:"))
                .collect(Collectors.toCollection(ArrayList::new));
        assertThat(sentences).hasSizeGreaterThan(50);
        assertThat(shown).containsAll(sentences);
    }

    private static void collect(JsonNode node, Set<String> texts) {
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(child -> collect(child, texts));
    }

    @Test
    void theConsultationIsPartOfTheCase() {
        var consultation = page.at("/consultations/0");
        assertThat(consultation.get("channel").asText()).isEqualTo("phone");
        assertThat(consultation.get("broughtBy").asText()).isEqualTo("commissioner");
        assertThat(texts(consultation.get("concerns")))
                .containsExactlyInAnyOrder("withdrawal", "housing", "health", "family", "community");
        assertThat(consultation.get("mainConcern").asText()).isEqualTo("withdrawal");
        assertThat(consultation.get("caseClass").asText()).isEqualTo("class4");
        assertThat(consultation.get("status").asText()).isEqualTo("case");
    }

    @Test
    void theHouseholdHasItsMembersEachWithTheirOwnConcernsAndConsent() {
        var members = page.at("/household/members");
        assertThat(members).hasSize(2);
        assertThat(members.at("/0/called").asText()).isEqualTo("架空 和子");
        assertThat(members.at("/0/relation").asText()).isEqualTo("head");
        assertThat(members.at("/0/birthDate").asText()).isEqualTo("1943-05-01");
        assertThat(members.at("/0/mainConcern").asText()).isEqualTo("care");
        assertThat(texts(members.at("/0/concerns"))).containsExactlyInAnyOrder("care", "health", "housing");
        assertThat(texts(members.at("/1/concerns"))).containsExactlyInAnyOrder("withdrawal", "family");

        var consents = page.get("consents");
        assertThat(consents).hasSize(2);
        assertThat(consents).allSatisfy(consent -> {
            assertThat(consent.get("state").asText()).isEqualTo("given");
            assertThat(consent.get("evidence").asText()).isEqualTo("paper");
            assertThat(texts(consent.get("scope")))
                    .containsExactlyInAnyOrder("assessment", "plan", "sharing", "support");
            assertThat(consent.get("agencies")).hasSize(5);
        });
    }

    @Test
    void theAgenciesOfThePastAndOfTheFutureAreKnown() {
        assertThat(StreamSupport.stream(page.at("/household/agencies").spliterator(), false)
                        .collect(Collectors.toMap(
                                agency -> agency.get("agencyCode").asText(),
                                agency -> agency.get("relation").asText())))
                .isEqualTo(Map.of("anshin", "past", "minsei", "current", "gomi", "needed", "hokenjo", "needed"));
    }

    @Test
    void bothMeetingsWereHeldOnTheirOwnLegalBasis() {
        assertThat(page.get("meetings")).hasSize(2);
        var coordination = page.at("/meetings/0");
        assertThat(coordination.get("meetingType").asText()).isEqualTo("coordination");
        assertThat(coordination.get("status").asText()).isEqualTo("held");
        assertThat(coordination.get("outcome").asText()).isEqualTo("approved");
        assertThat(coordination.get("convener").asText()).contains("社会福祉協議会");
        assertThat(coordination.get("attendees")).hasSize(5);

        var support = page.at("/meetings/1");
        assertThat(support.get("meetingType").asText()).isEqualTo("support");
        assertThat(support.get("outcome").asText()).isEqualTo("outreach");
        assertThat(support.get("convener").asText()).contains("福祉政策課");
        assertThat(StreamSupport.stream(support.get("attendees").spliterator(), false)
                        .filter(attendee -> attendee.get("attended").asBoolean())
                        .allMatch(attendee -> attendee.hasNonNull("pledgedAt")))
                .isTrue();
        var invited = StreamSupport.stream(support.get("attendees").spliterator(), false)
                .filter(attendee -> attendee.get("agencyCode").asText().equals("anshin"))
                .findFirst()
                .orElseThrow();
        assertThat(invited.get("answer").asText()).isEqualTo("attend");
        assertThat(invited.get("information").asText()).contains("まだいい");
    }

    @Test
    void thePlansStandWithTheirRolesAndWhoDecidedThem() {
        assertThat(page.get("plans")).hasSize(2);
        var support = page.at("/plans/0");
        assertThat(support.get("kind").asText()).isEqualTo("support");
        assertThat(support.get("status").asText()).isEqualTo("decided");
        assertThat(support.get("documentNo").asText()).isEqualTo("福政第１２号");
        assertThat(support.get("roles")).hasSize(4);
        assertThat(support.at("/draftedBy").asText()).isEqualTo("伴走 太郎");
        assertThat(support.at("/decidedBy").asText()).isEqualTo("所管 誠");
        var outreach = page.at("/plans/1");
        assertThat(outreach.get("kind").asText()).isEqualTo("outreach");
        assertThat(outreach.get("intervalDays").asInt()).isEqualTo(7);
        assertThat(outreach.get("roles")).hasSize(3);
    }

    @Test
    void everyContactIsKeptThreeOfThemBeforeConsent() {
        assertThat(page.get("contacts")).hasSize(5);
        assertThat(StreamSupport.stream(page.get("contacts").spliterator(), false)
                        .filter(contact -> contact.get("outreach").asBoolean())
                        .map(contact -> contact.get("relationStage").asText()))
                .containsExactly("trusts", "talks", "unseen");
        assertThat(page.at("/reviews/0/goalState").asText()).isEqualTo("reached");
        assertThat(page.at("/closures/0/status").asText()).isEqualTo("closed");
        assertThat(texts(page.at("/closures/0/reasons"))).containsExactlyInAnyOrder("eased", "handover");
        assertThat(page.at("/closures/0/handoverAgency").asText()).isEqualTo("高齢者あんしん相談センター");
        assertThat(page.at("/closures/0/contactPerson").asText()).isEqualTo("連携 恵");
        assertThat(page.at("/closures/0/documentNo").asText()).isEqualTo("福政第１８号");
    }

    @Test
    void theHistoryTellsTheStepsInTheirOrder() {
        assertThat(events.stream()
                        .filter(event -> event.get("kind").asText().equals("step.submitted"))
                        .map(event -> event.get("step").asText()))
                .containsExactly(
                        "Task_Triage",
                        "Task_GatherInformation",
                        "Task_WriteAssessment",
                        "Task_ProposeMembers",
                        "Task_ConveneMeeting",
                        "Task_AnswerInvitation",
                        "Task_HoldMeeting",
                        "Task_DraftOutreachPlan",
                        "Task_RecordContact",
                        "Task_RecordContact",
                        "Task_RecordContact",
                        "Task_RecordConsent",
                        "Task_DraftPlan",
                        "Task_ProposeMembers",
                        "Task_ConveneMeeting",
                        "Task_AnswerInvitation",
                        "Task_HoldMeeting",
                        "Task_DecidePlan",
                        "Task_AcceptRole",
                        "Task_ReportRole",
                        "Task_Review",
                        "Task_EvaluateClosure",
                        "Task_AcknowledgeHandover",
                        "Task_DecideClosure");
        assertThat(events.getFirst().get("kind").asText()).isEqualTo("consultation.recorded");
        assertThat(events.stream().map(event -> event.get("kind").asText()))
                .contains("case.opened", "meeting.convened", "meeting.answered", "meeting.held", "plan.decided")
                .contains("contact.recorded", "lead.changed", "case.closed")
                .doesNotContain("step.completed-elsewhere", "submission.superseded", "case.re-seated");
    }

    @Test
    void everyStepSaysWhoDidItAndUnderWhichVersionOfWhichDiagram() {
        assertThat(events)
                .filteredOn(event -> event.get("kind").asText().equals("step.submitted"))
                .allSatisfy(event -> {
                    assertThat(event.get("actor").asText()).isNotBlank();
                    assertThat(event.get("processId").asText()).isNotBlank();
                    assertThat(event.get("processVersion").asInt()).isPositive();
                });
        var decided = events.stream()
                .filter(event -> event.path("step").asText().equals("Task_DecidePlan"))
                .findFirst()
                .orElseThrow();
        assertThat(decided.get("processId").asText()).isEqualTo("plan");
        assertThat(decided.get("actor").asText()).isEqualTo("所管 誠");
    }

    @Test
    void eachStreamIsNumberedWithoutAGap() {
        for (var stream : List.of(caseId, consultationId)) {
            var numbers = events.stream()
                    .filter(event -> event.get("streamId").asText().equals(stream))
                    .map(event -> event.get("seq").asLong())
                    .toList();
            assertThat(numbers).isNotEmpty().doesNotHaveDuplicates().isSorted();
            assertThat(numbers.getLast()).isEqualTo(numbers.size());
        }
    }

    @Test
    void everyTaskHadADeadlineAndEveryDeadlineIsSettled() {
        await("deadlines to be settled").atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(kasane.sql()
                        .sql(
                                """
                                        select count(*) as tasks, count(l.id) as deadlines, count(l.settled_at) as settled
                                        from engine.user_task t left join kasane.deadline l on l.task_id = t.id
                                        where (t.case_id = :case or t.consultation_id = :consultation) and t.state = 'COMPLETED'
                                        """)
                        .param("case", UUID.fromString(caseId))
                        .param("consultation", UUID.fromString(consultationId))
                        .query()
                        .singleRow())
                .isEqualTo(Map.of("tasks", 24L, "deadlines", 24L, "settled", 24L)));
    }

    @Test
    void nothingIsLeftInTheOutboxOrInAnIncident() {
        assertThat(
                        count(
                                "select count(*) from kasane.outbox where stream_id in (:case, :consultation) and (done_at is null or result <> 'done')"))
                .isZero();
        assertThat(count("select count(*) from engine.incident where case_id in (:case, :consultation)"))
                .isZero();
    }

    @Test
    void theEngineKnowsOnlyIdsAndCodes() throws IOException {
        var allowed = new TreeSet<String>();
        try (var file = HachiojiC1IT.class.getResourceAsStream("/processes/variables.yaml")) {
            new YAMLMapper()
                    .readTree(file)
                    .forEach(v -> allowed.add(v.get("name").asText()));
        }
        record Variable(String name, String value) {}
        var variables = kasane.sql()
                .sql("select name, value from engine.variable")
                .query(Variable.class)
                .list();
        assertThat(variables).isNotEmpty();
        assertThat(variables).extracting(Variable::name).allSatisfy(name -> assertThat(allowed)
                .contains(name));
        assertThat(variables)
                .allSatisfy(
                        variable -> assertThat(variable.value())
                                .as(variable.name())
                                // An id (perhaps with the phase behind it), a code or several of a table, true or
                                // false, an ISO time; never a
                                // sentence.
                                .matches(
                                        "(null|true|false|\"[0-9A-Za-z:._\\[\\]/+-]{1,80}\"|[\\[{](\"[a-zA-Z0-9-]{1,40}\"[:,]?)*[\\]}])"));
        // The same of whatever else the engine said: no sentence of the case in any record.
        for (var sentence : List.of("架空", "民生委員", "福政第", "かくう")) {
            assertThat(kasane.sql()
                            .sql(
                                    """
                                    select count(*) from engine.record
                                    where value_type not in ('PROCESS', 'FORM', 'DEPLOYMENT', 'RESOURCE') and value::text like '%' || :text || '%'
                                    """)
                            .param("text", sentence)
                            .query(Long.class)
                            .single())
                    .as(sentence)
                    .isZero();
        }
    }

    @Test
    void whatHandlersHandToTheEngineIsListed() throws IOException {
        var allowed = new TreeSet<String>();
        try (var file = HachiojiC1IT.class.getResourceAsStream("/processes/variables.yaml")) {
            new YAMLMapper()
                    .readTree(file)
                    .forEach(v -> allowed.add(v.get("name").asText()));
        }
        assertThat(kasane.sql()
                        .sql(
                                "select distinct jsonb_object_keys(facts) from kasane.submission where task_id is not null")
                        .query(String.class)
                        .list())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(allowed).contains(name));
    }

    @Test
    void whoeverWasInvitedOrGivenARoleWasToldOnce() {
        assertThat(kasane.sql()
                        .sql(
                                "select kind, count(*) as times from kasane.notification where case_id = :case and user_id = :user group by kind")
                        .param("case", UUID.fromString(caseId))
                        .param("user", kasane.user("member"))
                        .query((row, n) -> Map.entry(row.getString("kind"), row.getInt("times")))
                        .list())
                .contains(
                        Map.entry("meeting-invitation", 2),
                        Map.entry("role-allocated", 1),
                        Map.entry("handover-requested", 1));
    }

    private static long count(String sql) {
        return kasane.sql()
                .sql(sql)
                .param("case", UUID.fromString(caseId))
                .param("consultation", UUID.fromString(consultationId))
                .query(Long.class)
                .single();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
