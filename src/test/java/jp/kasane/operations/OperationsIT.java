package jp.kasane.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.camunda.client.CamundaClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.access.SystemActor;
import jp.kasane.notification.MailAddresses;
import jp.kasane.notification.Notices;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands still appears for the administrator, with what to do; and goes when that was done. */
class OperationsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static KasaneServer kasane;

    @AfterAll
    static void dismiss() {
        kasane.dismissEmployed();
    }

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    private static JsonNode now() {
        var answer = kasane.as("admin").get("/api/v1/operations");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.body();
    }

    private static Optional<JsonNode> one(String kind, Predicate<JsonNode> which) {
        return StreamSupport.stream(now().get(kind).spliterator(), false)
                .filter(which)
                .findFirst();
    }

    private static JsonNode appears(String kind, Predicate<JsonNode> which) {
        return await(kind)
                .atMost(PATIENCE)
                .until(() -> one(kind, which), Optional::isPresent)
                .get();
    }

    private static void goes(String kind, Predicate<JsonNode> which) {
        await(kind + " to go").atMost(PATIENCE).until(() -> one(kind, which).isEmpty());
    }

    private static int count() {
        return now().get("count").asInt();
    }

    // ── incidents ──────────────────────────────────────────────────────────────────────────────────────────────────

    /** A case the database does not know: its first job fails for good. */
    private static UUID stoppedCase() {
        var id = UUID.randomUUID();
        kasane.bean(CamundaClient.class)
                .newPublishMessageCommand()
                .messageName("case-opened")
                .correlationKey(id.toString())
                .timeToLive(Duration.ofMinutes(1))
                .variables(Map.of("caseId", id.toString(), "instanceKey", id.toString()))
                .send()
                .join();
        return id;
    }

    /** Now it does. */
    private static String becomesKnown(UUID id) {
        var like = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 停止 太郎,
                                      subjectAddress: 停止町一丁目, concerns: [food], mainConcern: food, story: 止まった話 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        kasane.sql()
                .sql(
                        """
                        insert into kasane.stream (id, municipality_id, kind) select :id, municipality_id, 'case' from kasane.stream where id = :like
                        """)
                .param("id", id)
                .param("like", UUID.fromString(like))
                .update();
        var number = "T-" + id.toString().substring(0, 8);
        kasane.sql()
                .sql(
                        """
                        insert into kasane.case_file
                        select (jsonb_populate_record(f, jsonb_build_object('id', :id::text, 'number', :number::text))).*
                        from kasane.case_file f where f.id = :like
                        """)
                .param("id", id)
                .param("like", UUID.fromString(like))
                .param("number", number)
                .update();
        return number;
    }

    private static Predicate<JsonNode> of(UUID caseId) {
        return each -> each.path("caseId").asText().equals(caseId.toString());
    }

    @Test
    void anIncidentAppearsWithItsCaseNumberAndIsTriedAgain() {
        var theCase = stoppedCase();
        var stopped = appears("incidents", of(theCase));
        assertThat(stopped.get("errorType").asText()).isEqualTo("JOB_NO_RETRIES");
        assertThat(stopped.get("processId").asText()).isEqualTo("support-case");
        assertThat(stopped.get("elementName").asText()).isNotBlank().isNotEqualTo("null");
        assertThat(stopped.get("message").asText()).isEqualTo("このケースはデータベースにありません。");
        assertThat(stopped.get("caseNumber").isNull()).isTrue();
        assertThat(count()).isPositive();

        var number = becomesKnown(theCase);
        assertThat(one("incidents", of(theCase)).orElseThrow().get("caseNumber").asText())
                .isEqualTo(number);

        var retry = "/api/v1/operations/incidents/" + stopped.get("key").asText() + "/retry";
        assertThat(kasane.as("admin").post(retry, "").status()).isEqualTo(202);
        goes("incidents", of(theCase));
        assertThat(kasane.sql()
                        .sql("select state from engine.incident where key = :key and case_id = :case")
                        .param("key", stopped.get("key").asLong())
                        .param("case", theCase)
                        .query(String.class)
                        .single())
                .isEqualTo("RESOLVED");
        assertThat(kasane.as("admin").post(retry, "").status()).isEqualTo(404);
        assertThat(StreamSupport.stream(now().get("lately").spliterator(), false))
                .anyMatch(did -> did.get("kind").asText().equals("retry-incident")
                        && did.get("login").asText().equals("admin")
                        && did.get("target").asText().equals(stopped.get("key").asText()));
    }

    @Test
    void aCaseThatStoppedIsStartedAgainWithoutTheAdministratorSeeingIt() {
        var theCase = stoppedCase();
        appears("incidents", of(theCase));
        becomesKnown(theCase);
        var reseat = "/api/v1/operations/streams/" + theCase + "/re-seat";
        assertThat(kasane.as("admin").get("/api/v1/cases/" + theCase).status()).isEqualTo(404);
        assertThat(kasane.as("admin").post(reseat, "{\"reason\":\" \"}").status())
                .isEqualTo(422);
        assertThat(kasane.as("admin").post(reseat, "{\"reason\":\"止まったため\"}").status())
                .isEqualTo(202);
        goes("incidents", of(theCase));
        await().atMost(PATIENCE)
                .until(() -> kasane.sql()
                                .sql(
                                        "select count(*) from engine.user_task where state = 'CREATED' and case_id = :case")
                                .param("case", theCase)
                                .query(Long.class)
                                .single()
                        == 1);
    }

    // ── orders ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private static long stuckOrder() {
        return kasane.sql()
                .sql(
                        """
                        insert into kasane.outbox (municipality_id, lane, kind, payload, created_at, attempts, next_attempt_at, last_error)
                        select id, gen_random_uuid()::text, 'publish-message',
                               '{"name":"nobody-listens","correlationKey":"x","messageId":null,"timeToLive":0,"variables":{},"starts":null}',
                               now() - interval '1 hour', 7, now() + interval '1 hour', 'ClientStatusException: UNAVAILABLE' from kasane.municipality
                        returning id
                        """)
                .query(Long.class)
                .single();
    }

    @Test
    void aStuckOrderAppearsAndIsTriedAtOnce() {
        long id = stuckOrder();
        Predicate<JsonNode> it = each -> each.get("id").asLong() == id;
        var stuck = one("orders", it).orElseThrow();
        assertThat(stuck.get("attempts").asInt()).isEqualTo(7);
        assertThat(stuck.get("error").asText()).isEqualTo("ClientStatusException: UNAVAILABLE");
        assertThat(kasane.as("admin")
                        .post("/api/v1/operations/orders/" + id + "/retry", "")
                        .status())
                .isEqualTo(202);
        goes("orders", it);
        assertThat(kasane.as("admin")
                        .post("/api/v1/operations/orders/" + id + "/retry", "")
                        .status())
                .isEqualTo(404);
    }

    // ── jobs, records, exporter ────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aJobThatNobodyFinishesAppears() {
        long key = -System.nanoTime();
        kasane.sql()
                .sql(
                        """
                        insert into engine.element_instance (epoch, key, process_instance_key, definition_key, element_id, element_type, state, started_at)
                        select p.epoch, :key, p.key, p.definition_key, 'Task_NobodyWorks', 'SERVICE_TASK', 'ACTIVE', now() - interval '11 minutes'
                        from engine.process_instance p join engine.epoch e on e.epoch = p.epoch and e.current
                        where p.process_id = 'deadline-sweep' and p.state = 'ACTIVE' limit 1
                        """)
                .param("key", key)
                .update();
        try {
            var stuck = one("jobs", job -> job.get("elementId").asText().equals("Task_NobodyWorks"))
                    .orElseThrow();
            assertThat(stuck.get("processId").asText()).isEqualTo("deadline-sweep");
            assertThat(stuck.get("heard").asText()).isEqualTo("CREATED");
        } finally {
            kasane.sql()
                    .sql("delete from engine.element_instance where key = :key")
                    .param("key", key)
                    .update();
        }
    }

    @Test
    void aRejectedRecordAppearsUntilSomebodyHasSeenToIt() {
        var position = kasane.sql()
                .sql("select count(*) + 1 from engine.record_rejected")
                .query(Long.class)
                .single();
        var epoch = kasane.sql()
                .sql("select epoch from engine.epoch where current")
                .query(UUID.class)
                .single();
        kasane.sql()
                .sql(
                        """
                        insert into engine.record_rejected (epoch, partition_id, position, at, key, value_type, intent, value, sqlstate, message)
                        values (:epoch, 1, :position, now(), 1, 'JOB', 'FAILED', '{}'::bytea, '22P05', 'a record is refused')
                        """)
                .param("epoch", epoch)
                .param("position", position)
                .update();
        Predicate<JsonNode> it = each -> each.get("position").asLong() == position;
        assertThat(one("rejected", it).orElseThrow().get("sqlState").asText()).isEqualTo("22P05");
        var seen = "/api/v1/operations/rejected/" + epoch + "/1/" + position + "/acknowledge";
        assertThat(kasane.as("admin").post(seen, "").status()).isEqualTo(204);
        assertThat(one("rejected", it)).isEmpty();
        assertThat(kasane.as("admin").post(seen, "").status()).isEqualTo(404);
    }

    @Test
    void theExporterLagsWhenNothingHasComeForAWhile() {
        var operations = kasane.bean(Operations.class);
        assertThat(operations.exporter(Instant.now().minusSeconds(5)).lagging()).isFalse();
        var later = operations.exporter(Instant.now().plusSeconds(3600));
        assertThat(later.lagging()).isTrue();
        assertThat(later.secondsAgo()).isGreaterThan(3000);
        assertThat(now().at("/engine/ready").asBoolean()).isTrue();
    }

    // ── mail ───────────────────────────────────────────────────────────────────────────────────────────────────────

    private static UUID unreachable(String login) {
        var user = kasane.employ(login, "届かぬ 先", "member", "anshin");
        kasane.bean(SystemActor.class).inTransaction(() -> {
            kasane.bean(MailAddresses.class).set(user, "refused-" + login + "@kasane.invalid", "ja");
            kasane.bean(Notices.class)
                    .tell(
                            List.of(user),
                            "deadline-3",
                            "test:" + UUID.randomUUID(),
                            new Notices.About(null, null, null, null, null));
        });
        return user;
    }

    @Test
    void mailThatWasGivenUpAppearsWithoutTheAddress() {
        var user = unreachable("unreachable-operations");
        Predicate<JsonNode> it = each -> each.get("userId").asText().equals(user.toString());
        var failing = appears("mails", it);
        assertThat(failing.get("login").asText()).isEqualTo("unreachable-operations");
        assertThat(failing.get("reason").asText()).isEqualTo("550 5.1.1");
        assertThat(failing.get("givenUp").asLong()).isEqualTo(1);
        assertThat(kasane.as("auditor").get("/api/v1/operations").text())
                .contains("unreachable-operations")
                .doesNotContain("@kasane.invalid");

        var again = kasane.as("admin").post("/api/v1/operations/mails/" + user + "/send-again", "");
        assertThat(again.at("/mails").asInt()).isEqualTo(1);
    }

    // ── who may, and what is not said ──────────────────────────────────────────────────────────────────────────────

    @ParameterizedTest
    @ValueSource(strings = {"reception", "coordinator", "member", "manager"})
    void nobodyWithoutTheRoleSeesIt(String login) {
        assertThat(kasane.as(login).get("/api/v1/operations").status()).isEqualTo(403);
        assertThat(kasane.as(login).get("/operations").status()).isEqualTo(403);
    }

    @Test
    void anAuditorReadsAndDoesNothing() {
        long id = stuckOrder();
        var auditor = kasane.as("auditor");
        assertThat(auditor.get("/operations").text()).contains("order-" + id).doesNotContain("/retry");
        var refused = auditor.post("/api/v1/operations/orders/" + id + "/retry", "");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.contentType()).contains("problem+json");
        for (var path : List.of(
                "incidents/1/retry",
                "webhook/call-again",
                "mails/" + UUID.randomUUID() + "/send-again",
                "rejected/" + UUID.randomUUID() + "/1/1/acknowledge")) {
            assertThat(auditor.post("/api/v1/operations/" + path, "").status())
                    .as(path)
                    .isEqualTo(403);
        }
        assertThat(kasane.as("admin")
                        .post("/api/v1/operations/orders/" + id + "/retry", "")
                        .status())
                .isEqualTo(202);
    }

    @Test
    void nobodyIsNamed() {
        var theCase = stoppedCase();
        appears("incidents", of(theCase));
        becomesKnown(theCase);
        unreachable("unreachable-named");
        appears("mails", each -> each.get("login").asText().equals("unreachable-named"));
        var shown = kasane.as("admin").get("/api/v1/operations").text()
                + kasane.as("admin").get("/operations").text().replaceAll("(?s)<header.*?</header>", "");
        assertThat(shown).contains("unreachable-named");
        for (var secret : List.of(
                "name from kasane.household_member",
                "name from kasane.household",
                "address from kasane.member_address",
                "address from kasane.consultation_address",
                "subject_name from kasane.consultation",
                "story from kasane.consultation",
                "display_name from kasane.app_user where kind = 'person'",
                "address from kasane.mail_address")) {
            assertThat(kasane.sql().sql("select distinct " + secret).query((row, n) -> row.getString(1)).list().stream()
                            .filter(value -> value != null && !value.isBlank()))
                    .as(secret)
                    .noneMatch(shown::contains);
        }
    }

    @Test
    void theNumberOfACaseIsAllAnAdministratorLearns() {
        var theCase = stoppedCase();
        var number = becomesKnown(theCase);
        var asked = "select kasane.case_number('" + theCase + "')";
        for (var login : List.of("admin", "auditor", "manager")) {
            assertThat(kasane.<String>inTheNameOf(
                            kasane.user(login),
                            jdbc -> jdbc.sql(asked).query(String.class).single()))
                    .as(login)
                    .isEqualTo(number);
        }
        assertThat(kasane.<Boolean>inTheNameOf(kasane.user("coordinator"), jdbc -> jdbc.sql(
                                "select kasane.case_number('" + theCase + "') is null")
                        .query(Boolean.class)
                        .single()))
                .isFalse();
        kasane.employ("coordinator-elsewhere", "よそ 人", "coordinator", "kodomo");
        assertThat(kasane.<Boolean>inTheNameOf(kasane.user("coordinator-elsewhere"), jdbc -> jdbc.sql(
                                "select kasane.case_number('" + theCase + "') is null")
                        .query(Boolean.class)
                        .single()))
                .isTrue();
    }
}
