package jp.kasane.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.audit.AnchorFiles;
import jp.kasane.audit.TrailSettings;
import jp.kasane.audit.Verification;
import jp.kasane.document.DocumentSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A case that went through everything is erased: nothing of it is found anywhere, and the trail is whole. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ErasureIT {

    /** Stands in every name, address and sentence that the scenario has of its people. */
    private static final String NAME = "消滅珍";

    @TempDir
    static Path directory;

    private static KasaneServer kasane;
    private static UUID caseId;
    private static String number;

    @BeforeAll
    static void open() throws IOException {
        kasane = KasaneServer.shared();
        kasane.employ("erase-proposer", "起案 一郎", "manager", "fukushi-seisaku");
        kasane.employ("erase-other", "実施 二郎", "manager", "fukushi-seisaku");
        caseId = aClosedCase();
        number = kasane.sql()
                .sql("select number from kasane.case_file where id = :id")
                .param("id", caseId)
                .query(String.class)
                .single();
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
    }

    private static UUID aClosedCase() throws IOException {
        try (InputStream file = ErasureIT.class.getResourceAsStream("/scenarios/hachioji-c1.yaml")) {
            var text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return UUID.fromString(kasane.playSteps(text.substring(text.indexOf("steps:\n") + 7)
                            .replace("架空", NAME)
                            // Nobody looks again: it is over.
                            .replaceAll(
                                    "      watch: \"yes\"\\n      watchOn: .*\\n      watchNote: .*\\n",
                                    "      watch: \"none\"\n")
                            .replace("phase: watch, closed: true", "phase: closed, closed: true"))
                    .caseId());
        }
    }

    private static String propose(UUID of, String basis, String reference) {
        return "{\"caseId\":\"%s\",\"basis\":\"%s\",\"reference\":\"%s\"}".formatted(of, basis, reference);
    }

    private static List<String> tablesThatName(String name) {
        var found = new ArrayList<String>();
        for (var table : kasane.sql()
                .sql(
                        """
                        select format('%I.%I', schemaname, tablename) from pg_tables
                        where schemaname in ('kasane', 'engine', 'audit') order by 1""")
                .query(String.class)
                .list()) {
            if (kasane.sql()
                    .sql("select exists (select from " + table + " x where x::text like '%' || :name || '%')")
                    .param("name", name)
                    .query(Boolean.class)
                    .single()) {
                found.add(table);
            }
        }
        return found;
    }

    /** A sheet that was corrected, and one that was taken back: both keep their reasons, until now. */
    private static void corrected() {
        var manager = kasane.as("manager");
        var gathered = submission("gather-information");
        var sheet = manager.get("/api/v1/submissions/" + gathered).at("/versions/0/data");
        var corrected = manager.post(
                "/api/v1/submissions/" + gathered + "/correction",
                "{\"data\":" + sheet + ",\"reason\":\"" + NAME + "の書き間違い\",\"changePath\":false}");
        assertThat(corrected.status()).as(corrected.text()).isLessThan(300);
        var struck = manager.post(
                "/api/v1/submissions/" + submission("contact") + "/void",
                "{\"reason\":\"" + NAME + "は別の家\",\"changePath\":false}");
        assertThat(struck.status()).as(struck.text()).isLessThan(300);
    }

    private static String submission(String form) {
        return kasane.sql()
                .sql(
                        "select id::text from kasane.submission where case_id = :case and form_id = :form order by recorded_at limit 1")
                .param("case", caseId)
                .param("form", form)
                .query(String.class)
                .single();
    }

    /** One that was added before the case was closed. */
    private static Path document() throws IOException {
        var id = UUID.randomUUID().toString();
        kasane.sql()
                .sql(
                        """
                        insert into kasane.case_document (id, municipality_id, case_id, title, file_name, media_type, size_bytes, sha256, scanned, added_at, added_by)
                        select cast(:id as uuid), municipality_id, id, :name, :name, 'text/plain', 4, repeat('0', 64), false, opened_at, :user
                        from kasane.case_file where id = :case""")
                .param("id", id)
                .param("name", NAME)
                .param("user", kasane.user("coordinator"))
                .param("case", caseId)
                .update();
        var file = kasane.bean(DocumentSettings.class)
                .directory()
                .resolve(id.substring(id.length() - 2))
                .resolve(id);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, NAME);
    }

    @Test
    @Order(2)
    void nothingOfAnErasedCaseIsFoundAnywhereAndTheTrailIsWhole() throws Exception {
        corrected();
        var file = document();
        assertThat(file).exists();
        var proposed = kasane.as("erase-proposer").post("/api/v1/erasures", propose(caseId, "law", "八福発第12号"));
        assertThat(proposed.status()).as(proposed.text()).isEqualTo(201);
        assertThat(kasane.as("coordinator").get("/cases/" + caseId).text()).contains("消去が起案されています");
        var execution = "/api/v1/erasures/" + proposed.at("/id").asText() + "/execution";
        var typed = "{\"number\":\"" + number + "\"}";
        assertThat(kasane.as("erase-proposer")
                        .post(execution, typed)
                        .at("/detail")
                        .asText())
                .contains("起案した人とは別の人");
        assertThat(kasane.as("erase-other")
                        .post(execution, "{\"number\":\"R8-0\"}")
                        .at("/detail")
                        .asText())
                .contains("「ケース番号」が違います。");
        assertThat(tablesThatName(NAME))
                .contains("kasane.household_member", "kasane.submission", "kasane.consultation");
        var done = kasane.as("erase-other").post(execution, typed);
        assertThat(done.status()).as(done.text()).isEqualTo(204);
        assertThat(kasane.as("erase-other").post(execution, typed).status()).isEqualTo(409);

        await("the last mails and the engine")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(tablesThatName(NAME)).isEmpty());
        assertThat(file).doesNotExist();
        for (var page : List.of(
                "/cases/" + caseId,
                "/cases/" + caseId + "/history",
                "/cases/" + caseId + "/replay",
                "/cases/" + caseId + "/contacts",
                "/cases/" + caseId + "/papers",
                "/cases/" + caseId + "/ecomap",
                "/cases/" + caseId + "/documents",
                "/cases/" + caseId + "/diagram")) {
            var seen = kasane.as("auditor").get(page);
            assertThat(seen.status()).as(page).isEqualTo(200);
            assertThat(seen.text()).as(page).doesNotContain(NAME);
        }
        assertThat(kasane.as("auditor").get("/cases/" + caseId).text()).contains("このケースの記録は消去されました。", "八福発第12号");
        assertThat(kasane.as("auditor").get("/cases/" + caseId + "/history").text())
                .contains("記録を消去しました");

        await("sealing")
                .atMost(Duration.ofSeconds(20))
                .until(() -> kasane.sql()
                                .sql("select count(*) from audit.unsealed")
                                .query(Long.class)
                                .single()
                        == 0);
        var anchors = new AnchorFiles(kasane.bean(TrailSettings.class).anchors());
        assertThat(new Verification(kasane.sql()).run(anchors, links -> {}).findings())
                .isEmpty();
        // Nothing is added to it any more, by whatever way.
        var added = kasane.as("manager")
                .post(
                        "/api/v1/submissions/" + submission("gather-information") + "/void",
                        "{\"reason\":\"もう一度\",\"changePath\":false}");
        assertThat(added.status()).as(added.text()).isEqualTo(409);
        var reopened = kasane.as("manager")
                .post(
                        "/api/v1/cases/" + caseId + "/records/reopening",
                        "{\"data\":{\"reason\":\"再開\",\"phase\":\"assessment\"}}");
        assertThat(reopened.status()).as(reopened.text()).isEqualTo(409);
        assertThat(reopened.at("/detail").asText()).contains("消去されています");
        assertThat(verifiedExport()).contains("消去されたため、入っていません", "すべて一致しました").doesNotContain(NAME);
        // Who empties a sheet without an erasure, or says that there was one, is found.
        assertThat(findings("delete from audit.erased where stream_id = '" + caseId + "'"))
                .contains("submission-changed", "proof-missing");
        assertThat(
                        findings(
                                "insert into audit.erased (stream_id, erasure_id, at) select id, gen_random_uuid(), now() from kasane.stream where id not in (select stream_id from audit.erased) limit 1"))
                .contains("proof-inserted");
        assertThat(findings("update kasane.submission set data = '{\"back\":true}' where stream_id = '" + caseId + "'"))
                .contains("submission-changed");
    }

    /** What an auditor takes away of it now is whole, and says what is not in it. */
    private static String verifiedExport() throws Exception {
        var auditor = kasane.as("auditor");
        var exports = "/api/v1/cases/" + caseId + "/exports";
        var id = auditor.post(exports, "{\"reason\":\"audit\"}").at("/id").asText();
        await("the sealed file")
                .atMost(Duration.ofSeconds(60))
                .until(() -> auditor.get(exports).at("/0/state").asText().equals("ready"));
        var file = directory.resolve("case.zip");
        HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(kasane.baseUrl() + exports + "/" + id + "/file"))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                "auditor:auditor".getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(file));
        var key = Files.writeString(
                directory.resolve("key.pem"), auditor.get("/api/v1/trail/key").text());
        var verifier = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "verifier/VerifyCase.java",
                        file.toString(),
                        "--key",
                        key.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(verifier.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verifier.waitFor()).as(said).isZero();
        return said;
    }

    private static List<String> findings(String tampered) {
        var anchors = new AnchorFiles(kasane.bean(TrailSettings.class).anchors());
        return kasane.tampering(jdbc -> {
            jdbc.sql(tampered).update();
            return new Verification(jdbc)
                    .run(anchors, links -> {}).findings().stream()
                            .map(finding -> finding.kind())
                            .toList();
        });
    }

    @Test
    void everyTableThatNamesACaseSaysWhatBecomesOfItWhenTheCaseIsErased() {
        var undecided = kasane.sql()
                .sql(
                        """
                        select distinct t.relname from pg_constraint c join pg_class t on t.oid = c.conrelid
                        where c.contype = 'f' and c.confrelid in ('kasane.stream'::regclass, 'kasane.case_file'::regclass, 'kasane.consultation'::regclass,
                              'kasane.submission'::regclass, 'kasane.household_member'::regclass, 'kasane.meeting'::regclass, 'kasane.plan'::regclass)
                          and not exists (select from kasane.erasure_way w where w.table_name = t.relname)""")
                .query(String.class)
                .list();
        assertThat(undecided).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reception", "coordinator", "member", "auditor", "admin"})
    void nobodyButAManagerErases(String login) {
        var before = kasane.sql()
                .sql("select count(*) from kasane.erasure")
                .query(Long.class)
                .single();
        assertThat(kasane.as(login)
                        .post("/api/v1/erasures", propose(caseId, "law", "第1号"))
                        .status())
                .isEqualTo(403);
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.erasure")
                        .query(Long.class)
                        .single())
                .isEqualTo(before);
        // Past the application: the database refuses as well.
        assertThat(kasane.<Boolean>inTheNameOf(kasane.user(login), jdbc -> {
                    try {
                        jdbc.sql("select * from kasane.carry_out_erasure(gen_random_uuid(), now())")
                                .query()
                                .listOfRows();
                        return false;
                    } catch (org.springframework.dao.DataAccessException refused) {
                        return refused.getMostSpecificCause().getMessage().contains("only a manager");
                    }
                }))
                .isTrue();
    }

    @Test
    @Order(1)
    void whatCannotBeErasedIsRefusedWithASentence() {
        var open = UUID.fromString(kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 開いた 花子, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId());
        var manager = kasane.as("erase-proposer");
        assertThat(manager.post("/api/v1/erasures", propose(open, "law", "第1号"))
                        .at("/detail")
                        .asText())
                .isEqualTo("終結していないケースと、見守り中のケースは消去できません。");
        assertThat(manager.post("/api/v1/erasures", "{}").at("/detail").asText())
                .contains("「根拠」を選んでください。", "「決裁の文書番号」は 200 字までで入力してください。", "「ケース」を選んでください。");
        assertThat(manager.post("/api/v1/erasures", propose(UUID.randomUUID(), "law", "第1号"))
                        .status())
                .isEqualTo(404);
        var closed = caseId;
        assertThat(manager.post("/api/v1/erasures", propose(closed, "period", "第1号"))
                        .at("/detail")
                        .asText())
                .contains("保存年数が設定されていません");
        var first = manager.post("/api/v1/erasures", propose(closed, "law", "第1号"));
        assertThat(first.status()).isEqualTo(201);
        assertThat(kasane.as("erase-other")
                        .post("/api/v1/erasures", propose(closed, "law", "第2号"))
                        .status())
                .isEqualTo(409);
        assertThat(manager.post("/api/v1/erasures/" + first.at("/id").asText() + "/withdrawal", "")
                        .status())
                .isEqualTo(204);
        assertThat(manager.post("/api/v1/erasures/" + first.at("/id").asText() + "/withdrawal", "")
                        .status())
                .isEqualTo(409);
        assertThat(manager.get("/api/v1/cases/" + closed).at("/household").isMissingNode())
                .isFalse();
    }
}
