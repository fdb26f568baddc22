package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is on the trail, that it cannot be changed there, and that it shows when somebody has changed it all the same. */
class TrailIT {

    private static KasaneServer kasane;
    private static UUID caseId;
    private static UUID consultation;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        var played = kasane.playSteps(
                """
                - as: reception
                  register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 証跡 花子, concerns: [housing], story: 家のこと }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                """);
        caseId = UUID.fromString(played.caseId());
        consultation = UUID.fromString(played.consultationId());
    }

    private static JsonNode trail(String filter) {
        var answer = kasane.as("auditor").get("/api/v1/trail?" + filter);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.at("/entries");
    }

    private static JsonNode theOne(UUID request) {
        var entries = trail("request=" + request);
        assertThat(entries).hasSize(1);
        return entries.get(0);
    }

    @Test
    void whoeverReadsACaseIsOnTheTrailBeforeTheAnswerIsThere() {
        var read = kasane.as("coordinator").get("/api/v1/cases/" + caseId);
        assertThat(read.status()).isEqualTo(200);
        var entry = theOne(read.request());
        assertThat(entry.get("kind").asText()).isEqualTo("read");
        assertThat(entry.get("what").asText()).isEqualTo("GET /api/v1/cases/{id}");
        assertThat(entry.get("actorId").asText())
                .isEqualTo(kasane.user("coordinator").toString());
        assertThat(entry.get("streamId").asText()).isEqualTo(caseId.toString());
        assertThat(entry.get("status").asInt()).isEqualTo(200);
    }

    @Test
    void aListSaysOfWhichCasesSomethingWasInIt() {
        var read = kasane.as("coordinator").get("/api/v1/cases");
        assertThat(subjects(read.request())).contains(caseId);
        var tasks = kasane.as("manager").get("/api/v1/tasks?view=all");
        assertThat(subjects(tasks.request())).isNotEmpty();
        assertThat(trail("case=" + caseId + "&kind=read"))
                .anySatisfy(entry -> assertThat(entry.get("requestId").asText())
                        .isEqualTo(read.request().toString()));
    }

    @Test
    void aPageIsOnTheTrailAsTheApiIs() {
        var page = kasane.as("coordinator").get("/cases/" + caseId);
        assertThat(page.status()).isEqualTo(200);
        assertThat(theOne(page.request()).get("what").asText()).isEqualTo("GET /cases/{id}");
        assertThat(subjects(page.request())).contains(caseId, consultation);
    }

    @Test
    void whatIsRefusedIsOnTheTrailToo() {
        var nobody = kasane.as(null).get("/api/v1/cases/" + caseId);
        assertThat(nobody.status()).isEqualTo(401);
        var first = theOne(nobody.request());
        assertThat(first.get("kind").asText()).isEqualTo("denied");
        assertThat(first.get("actorId").isNull()).isTrue();
        assertThat(first.get("streamId").asText()).isEqualTo(caseId.toString());

        kasane.employ("trail-outside", "外部 一郎", "member", "gomi");
        var outside = kasane.as("trail-outside").get("/api/v1/cases/" + caseId);
        assertThat(outside.status()).isEqualTo(404);
        var second = theOne(outside.request());
        assertThat(second.get("kind").asText()).isEqualTo("denied");
        assertThat(second.get("actor").asText()).isEqualTo("外部 一郎");
        assertThat(second.get("streamId").asText()).isEqualTo(caseId.toString());

        var manager = kasane.as("manager").get("/api/v1/trail");
        assertThat(manager.status()).isEqualTo(403);
        assertThat(theOne(manager.request()).get("kind").asText()).isEqualTo("denied");

        var wrong = kasane.as("trail-nobody-of-this-name").get("/api/v1/cases");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(kinds(wrong.request())).contains("denied");
        assertThat(trail("request=" + wrong.request()).toString()).doesNotContain("trail-nobody-of-this-name");
        kasane.dismissEmployed();
    }

    @Test
    void noSecretOfAnAddressIsOnTheTrail() {
        var token = "dG9rZW5Ub2tlblRva2VuVG9r";
        for (var path : List.of("/s/" + token, "/i/" + token, "/cases/%E5%B1%B1%E7%94%B0", "/nothing/%E5%B1%B1")) {
            var asked = kasane.as(null).get(path);
            var text = kasane.sql()
                    .sql("select e::text from audit.entry e where request_id = :request")
                    .param("request", asked.request())
                    .query(String.class)
                    .single();
            assertThat(text)
                    .as(path)
                    .doesNotContain(token)
                    .doesNotContain("E5B1B1")
                    .doesNotContain("%");
        }
    }

    @Test
    void aChangeIsNotedInTheTransactionThatMadeIt() {
        var written = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + caseId + "/records/contact",
                        "{\"data\":{\"occurredAt\":\"2026-11-20T10:00:00+09:00\",\"kind\":\"visit\",\"content\":\"会えた\"}}");
        assertThat(written.status()).as(written.text()).isEqualTo(201);
        var entries = trail("request=" + written.request());
        assertThat(kinds(written.request())).contains("act", "write");
        assertThat(entries).anySatisfy(entry -> {
            assertThat(entry.get("what").asText()).isEqualTo("contact.recorded");
            assertThat(entry.get("actorId").asText())
                    .isEqualTo(kasane.user("coordinator").toString());
        });
        assertThat(entries)
                .anySatisfy(entry -> assertThat(entry.get("what").asText()).isEqualTo("submission"));
        assertThat(entries.toString()).as("only ids and codes").doesNotContain("会えた");
        assertThat(kasane.sql()
                        .sql(
                                """
                                select count(distinct transaction_id) from audit.entry
                                where request_id = :request and kind = 'write'
                                """)
                        .param("request", written.request())
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aSettingAndADiagramAreOnTheTrail() {
        assertThat(trail("kind=model")).anySatisfy(entry -> {
            assertThat(entry.get("what").asText()).isEqualTo("support-case");
            assertThat(entry.at("/refs/version").asInt()).isEqualTo(1);
        });
        var person = kasane.employ("trail-new", "新任 二郎", "coordinator", "shakyo");
        assertThat(trail("kind=setting")).anySatisfy(entry -> {
            assertThat(entry.get("what").asText()).isEqualTo("app_user.insert");
            assertThat(entry.at("/refs/key/id").asText()).isEqualTo(person.toString());
            assertThat(entry.toString())
                    .as("which columns, not what is in them")
                    .doesNotContain("新任");
        });
        kasane.dismissEmployed();
    }

    @Test
    void withoutAnEntryThereIsNoAnswer() {
        kasane.sql()
                .sql(
                        "revoke execute on function audit.note(uuid, text, text, text, uuid, uuid, uuid[], jsonb, int) from kasane_app")
                .update();
        try {
            var answer = kasane.as("coordinator").get("/api/v1/cases/" + caseId);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).doesNotContain("証跡 花子").doesNotContain("housing");
            assertThat(kasane.as("coordinator").get("/cases/" + caseId).text()).doesNotContain("花子");
        } finally {
            kasane.sql()
                    .sql(
                            "grant execute on function audit.note(uuid, text, text, text, uuid, uuid, uuid[], jsonb, int) to kasane_app")
                    .update();
        }
        assertThat(kasane.as("coordinator").get("/api/v1/cases/" + caseId).status())
                .isEqualTo(200);
    }

    @Test
    void nobodyCanWriteChangeOrRemoveAnEntry() {
        for (var login : List.of("coordinator", "manager", "admin", "auditor")) {
            var id = kasane.user(login);
            for (var statement : List.of(
                    "insert into audit.entry (class, at, id, kind, what, transaction_id) values ('act', now(), gen_random_uuid(), 'write', 'x', pg_current_xact_id())",
                    "update audit.entry set actor_id = null",
                    "delete from audit.entry",
                    "truncate audit.entry",
                    "delete from audit.link",
                    "delete from audit.unsealed",
                    "select * from audit.salt",
                    "update kasane.case_event set kind = 'x'",
                    "delete from kasane.case_event",
                    "select audit.begin_months()")) {
                assertThatThrownBy(() -> kasane.inTheNameOf(id, jdbc -> {
                            jdbc.sql(statement).update();
                            return null;
                        }))
                        .as(login + ": " + statement)
                        .isInstanceOf(DataAccessException.class)
                        .hasStackTraceContaining("permission denied");
            }
            // What triggers note cannot be said by the application.
            kasane.inTheNameOf(id, jdbc -> {
                jdbc.sql(
                                "select audit.note(gen_random_uuid(), 'act', 'write', 'plan.decided', null, null, '{}', '{}', null)")
                        .query((row, number) -> 0)
                        .list();
                assertThat(jdbc.sql(
                                        "select count(*) from audit.entry where what = 'plan.decided' and at >= transaction_timestamp()")
                                .query(Integer.class)
                                .single())
                        .isZero();
                return null;
            });
        }
        // Not even whoever owns the tables, without turning the triggers off.
        for (var statement : List.of(
                "update audit.entry set what = 'x'",
                "delete from audit.link",
                "truncate audit.link",
                "delete from kasane.case_event",
                "update kasane.submission set data = '{}'",
                "delete from engine.record")) {
            assertThatThrownBy(() -> kasane.sql().sql(statement).update())
                    .as(statement)
                    .isInstanceOf(DataAccessException.class)
                    .hasStackTraceContaining(statement.contains("data = ") ? "is not changed" : "append-only");
        }
    }

    @Test
    void whatIsCommittedIsSealedAndVerifies() {
        kasane.as("coordinator").get("/api/v1/cases/" + caseId);
        allSealed();
        var auditor = kasane.as("auditor");
        assertThat(auditor.post("/api/v1/trail/chain/verify", "").status()).isEqualTo(202);
        var state = await("the verification")
                .until(() -> auditor.get("/api/v1/trail/chain").body(), each -> each.get("running")
                        .isNull());
        var result = state.at("/last/result");
        assertThat(result.get("findings")).isEmpty();
        assertThat(result.get("links").asLong()).isPositive();
        assertThat(state.at("/last/by").asText()).isNotEmpty();
        assertThat(kasane.as("coordinator").get("/api/v1/trail/chain").status()).isEqualTo(403);
        assertThat(kasane.as("admin").get("/api/v1/trail/chain").status()).isEqualTo(200);
    }

    @Test
    void whoeverChangesAnythingIsFoundOut() {
        allSealed();
        found("entry-changed", jdbc -> jdbc.sql(
                        "update audit.entry set status = 999 where id = (select id from audit.link where seq = 7)")
                .update());
        found("entry-missing", jdbc -> jdbc.sql(
                        "delete from audit.entry where id = (select id from audit.link where seq = 7)")
                .update());
        found("link-missing", jdbc -> jdbc.sql("delete from audit.link where seq = 7")
                .update());
        found("link-changed", jdbc -> {
            // Two entries change places.
            jdbc.sql("update audit.link set seq = -1 where seq = 7").update();
            jdbc.sql("update audit.link set seq = 7 where seq = 8").update();
            jdbc.sql("update audit.link set seq = 8 where seq = -1").update();
        });
        found("entry-inserted", jdbc -> jdbc.sql(
                        "insert into audit.entry (class, at, id, kind, what, transaction_id) values ('look', now(), gen_random_uuid(), 'read', 'x', pg_current_xact_id())")
                .update());
        found("event-changed", jdbc -> jdbc.sql(
                        "update kasane.case_event set actor_id = null where stream_id = :id and seq = 1")
                .param("id", caseId)
                .update());
        found("event-missing", jdbc -> jdbc.sql("delete from kasane.case_event where stream_id = :id and seq = 1")
                .param("id", caseId)
                .update());
        found("event-inserted", jdbc -> jdbc.sql(
                        """
                        insert into kasane.case_event (stream_id, seq, municipality_id, kind, occurred_at, recorded_at)
                        select stream_id, 999, municipality_id, 'plan.decided', now(), now() from kasane.case_event where stream_id = :id and seq = 1
                        """)
                .param("id", caseId)
                .update());
        found("submission-changed", jdbc -> jdbc.sql("update kasane.submission set data = '{}' where stream_id = :id")
                .param("id", consultation)
                .update());
        found("submission-changed", jdbc -> jdbc.sql("delete from audit.salt").update());
        found("submission-missing", jdbc -> {
            jdbc.sql(
                            "delete from audit.salt where entry_id in (select id from audit.entry where kind = 'write' and what = 'submission' and stream_id = :id)")
                    .param("id", consultation)
                    .update();
            jdbc.sql("delete from kasane.submission where stream_id = :id")
                    .param("id", consultation)
                    .update();
        });
        found("submission-inserted", jdbc -> jdbc.sql(
                        """
                        insert into kasane.submission (id, municipality_id, stream_id, step, form_id, data, submitted_by, occurred_at, recorded_at)
                        select gen_random_uuid(), municipality_id, stream_id, step, form_id, data, submitted_by, occurred_at, recorded_at
                        from kasane.submission where stream_id = :id limit 1
                        """)
                .param("id", consultation)
                .update());
        found("model-changed", jdbc -> jdbc.sql(
                        "update engine.process_definition set resource = replace(resource, 'a', 'b')")
                .update());
        found("records-inserted", jdbc -> jdbc.sql(
                        """
                        insert into engine.record (epoch, partition_id, position, at, key, value_type, intent, value)
                        select epoch, partition_id, position + 1000000000, at, key, value_type, intent, value from engine.record order by position limit 1
                        """)
                .update());
        // An entry under the id of one that is sealed, a link outside of the chain, an entry gone before it was sealed.
        found("entry-inserted", jdbc -> jdbc.sql(
                        """
                        insert into audit.entry (class, at, id, kind, what, transaction_id)
                        select class, at + interval '1 s', id, 'read', 'x', pg_current_xact_id() from audit.link where seq = 7
                        """)
                .update());
        found("link-changed", jdbc -> jdbc.sql(
                        "insert into audit.link select 0, 'look', now(), gen_random_uuid(), digest, head from audit.link where seq = 7")
                .update());
        found("entry-missing", jdbc -> jdbc.sql("insert into audit.unsealed values ('look', now(), gen_random_uuid())")
                .update());
        found("records-changed", jdbc -> jdbc.sql(
                        "delete from engine.record where (epoch, partition_id, position) = (select epoch, partition_id, position from engine.record order by position limit 1)")
                .update());
        found("anchor-broken", jdbc -> jdbc.sql(
                        "update audit.link set head = sha256(head) where seq = (select max(seq) from audit.link)")
                .update());
    }

    private static void found(String kind, Consumer<JdbcClient> change) {
        var anchors = new AnchorFiles(kasane.data().resolve("anchors"));
        if (kind.equals("anchor-broken")) {
            kasane.as("auditor").post("/api/v1/trail/chain/anchor", "");
        }
        Verification.Result result = kasane.tampering(jdbc -> {
            if (kind.equals("anchor-broken")) {
                jdbc.sql("delete from audit.link where seq > :seq")
                        .param("seq", anchors.last().orElseThrow().seq())
                        .update();
            }
            change.accept(jdbc);
            return new Verification(jdbc).run(anchors, done -> {});
        });
        assertThat(result.whole()).as(kind).isFalse();
        assertThat(result.findings()).as(kind).anySatisfy(finding -> assertThat(finding.kind())
                .isEqualTo(kind));
    }

    private static void allSealed() {
        await("all is sealed")
                .until(() -> kasane.sql()
                                .sql("select count(*) from audit.unsealed where at < now() - interval '2 s'")
                                .query(Integer.class)
                                .single()
                        == 0);
    }

    private static List<UUID> subjects(UUID request) {
        return List.of(kasane.sql()
                .sql("select subjects from audit.entry where request_id = :request and class = 'look'")
                .param("request", request)
                .query((row, number) -> (UUID[]) row.getArray(1).getArray())
                .single());
    }

    private static List<String> kinds(UUID request) {
        return StreamSupport.stream(trail("request=" + request).spliterator(), false)
                .map(entry -> entry.get("kind").asText())
                .toList();
    }
}
