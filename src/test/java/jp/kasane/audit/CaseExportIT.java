package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A case as a sealed file: what is in it, who gets it, and what the verifier, which knows nothing of Kasane, says of it. */
class CaseExportIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path VERIFIER = Path.of("verifier/VerifyCase.java");

    @TempDir
    static Path directory;

    private static KasaneServer kasane;
    private static String caseId;
    private static String document;
    private static Path sealed;
    private static Path key;

    /** A case that went from the consultation to its closure, with meetings, a plan, a correction and a document. */
    @BeforeAll
    static void export() throws Exception {
        kasane = KasaneServer.shared();
        caseId = kasane.play("hachioji-c1").caseId();
        var corrected = kasane.sql()
                .sql(
                        "select id::text from kasane.submission where case_id = :case and form_id = 'gather-information' order by recorded_at limit 1")
                .param("case", UUID.fromString(caseId))
                .query(String.class)
                .single();
        var sheet = kasane.as("manager").get("/api/v1/submissions/" + corrected);
        var data = (ObjectNode) sheet.at("/versions/0/data");
        data.put("gathered", "訂正した聞き取り");
        assertThat(kasane.as("manager")
                        .post(
                                "/api/v1/submissions/" + corrected + "/correction",
                                "{\"data\":" + data + ",\"reason\":\"書き間違い\",\"changePath\":false}")
                        .status())
                .isLessThan(300);
        document = upload("受け入れたときの書類");
        kasane.as("manager").get("/api/v1/cases/" + caseId);
        sealed = fetch(caseId, begin(caseId, "{\"reason\":\"audit\",\"note\":\"定期監査のため\"}"));
        key = directory.resolve("anchor-key.pub.pem");
        Files.writeString(key, kasane.as("auditor").get("/api/v1/trail/key").text());
    }

    // ── what is in it ──────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aWholeCaseIsInItAndTheVerifierFindsItWhole() throws Exception {
        // As an auditor would: from its one source file.
        var said = launch(List.of(VERIFIER.toString()), sealed, key);
        assertThat(said.text()).contains("すべて一致しました");
        assertThat(said.code()).isZero();
        var files = unpacked(sealed);
        assertThat(files.keySet())
                .contains("case.json", "case.pdf", "engine-records.jsonl", "chain/entries.jsonl", "chain/links.txt")
                .contains("chain/anchors.jsonl", "manifest.json", "manifest.sig")
                .anyMatch(name -> name.matches("diagrams/support-case-v[0-9]+-[0-9a-f]{12}\\.svg"))
                .anyMatch(name -> name.matches("diagrams/support-case-v[0-9]+-[0-9a-f]{12}\\.bpmn"))
                .anyMatch(name -> name.matches("forms/gather-information-v[0-9]+-[0-9a-f]{12}\\.form"));
        var contents = JSON.readTree(files.get("case.json"));
        assertThat(contents.at("/submissions").toString()).contains("訂正した聞き取り");
        assertThat(contents.at("/tables/household_member")).isNotEmpty();
        assertThat(contents.at("/tables/consent")).isNotEmpty();
        assertThat(contents.at("/tables/meeting")).isNotEmpty();
        assertThat(contents.at("/tables/plan")).isNotEmpty();
        assertThat(contents.at("/engine/process_instance")).isNotEmpty();
        assertThat(contents.at("/engine/user_task")).isNotEmpty();
        assertThat(new String(files.get("case.pdf"), 0, 5, StandardCharsets.US_ASCII))
                .isEqualTo("%PDF-");
        var manifest = JSON.readTree(files.get("manifest.json"));
        assertThat(manifest.at("/case").asText()).isEqualTo(caseId);
        assertThat(manifest.at("/madeBy").asText())
                .isEqualTo(kasane.user("auditor").toString());
    }

    /** The way that was taken is marked on the diagram, and all its words are there. */
    @Test
    void diagramsShowTheWayThatWasTaken() throws Exception {
        var files = unpacked(sealed);
        var picture = files.entrySet().stream()
                .filter(each -> each.getKey().matches("diagrams/support-case-.*svg"))
                .map(each -> new String(each.getValue(), StandardCharsets.UTF_8))
                .findFirst()
                .orElseThrow();
        assertThat(picture)
                .contains("data-element=\"Start_CaseOpened\" data-times=\"1\"")
                .containsPattern("data-flow=\"[^\"]+\" data-times=\"[1-9]")
                .contains(">支援ケース</text>");
    }

    @Test
    void namesSayNothingOfAnybody() throws Exception {
        assertThat(unpacked(sealed).keySet())
                .allMatch(name -> name.matches("[A-Za-z0-9._/-]+"))
                .noneMatch(name -> name.contains("2026-0"));
        assertThat(sealed.getFileName().toString()).matches("kasane-case-[0-9a-f-]{36}\\.zip");
    }

    /** Of others nothing but a digest: no entry of another case alone. */
    @Test
    void ofOtherCasesThereIsNothingButDigests() throws Exception {
        var files = unpacked(sealed);
        var streams = JSON.readTree(files.get("manifest.json")).at("/streams").toString();
        for (var line : new String(files.get("chain/entries.jsonl"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            var entry = JSON.readTree(line).get("entry");
            assertThat(entry.get("kind").asText().equals("model")
                            || streams.contains(entry.get("stream_id").asText())
                            || streams.lines().anyMatch(any -> overlaps(entry.get("subjects"), any)))
                    .as(line)
                    .isTrue();
        }
        assertThat(new String(files.get("chain/links.txt"), StandardCharsets.US_ASCII).lines())
                .allMatch(line -> line.matches("[0-9]+ [0-9a-f]{64}( [0-9a-f-]{36})?"))
                .anyMatch(line -> line.length() < 90);
    }

    private static boolean overlaps(JsonNode subjects, String streams) {
        for (var subject : subjects) {
            if (streams.contains(subject.asText())) {
                return true;
            }
        }
        return false;
    }

    @Test
    void itIsOnTheTrailWithItsReasonButNotWithWhatWasTyped() {
        var entries = kasane.sql()
                .sql(
                        "select what || ' ' || refs::text from audit.entry where kind = 'export' and what like 'case-export.%' and stream_id = :case order by at")
                .param("case", UUID.fromString(caseId))
                .query(String.class)
                .list();
        assertThat(entries).anyMatch(each -> each.startsWith("case-export.begun") && each.contains("\"audit\""));
        assertThat(entries).anyMatch(each -> each.startsWith("case-export.made") && each.contains("sha256"));
        assertThat(entries).noneMatch(each -> each.contains("定期監査"));
        assertThat(kasane.as("auditor")
                        .get("/api/v1/cases/" + caseId + "/exports")
                        .text())
                .contains("定期監査のため");
    }

    /** Every table of the application that names a case is given out, or left out on purpose. */
    @Test
    void noTableIsForgotten() {
        var tables = kasane.sql()
                .sql(
                        """
                        select distinct c.table_name from information_schema.columns c
                        join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
                        where c.table_schema = 'kasane' and c.column_name in ('case_id', 'consultation_id', 'stream_id', 'meeting_id', 'plan_id', 'member_id')
                        """)
                .query(String.class)
                .list();
        assertThat(tables).allMatch(each -> CaseRows.TABLES.containsKey(each) || CaseRows.LEFT_OUT.contains(each));
    }

    // ── who gets it ────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void nobodyButAnAuditorGetsIt() {
        for (var login : List.of("manager", "coordinator", "reception", "admin")) {
            var answer = kasane.as(login).post("/api/v1/cases/" + caseId + "/exports", "{\"reason\":\"audit\"}");
            assertThat(answer.status()).as(login).isIn(403, 404);
            assertThat(kasane.sql()
                            .sql("select kind from audit.entry where request_id = :request")
                            .param("request", answer.request())
                            .query(String.class)
                            .list())
                    .containsExactly("denied");
        }
        assertThat(kasane.as("manager").get("/cases/" + caseId + "/export").status())
                .isEqualTo(403);
        assertThat(kasane.as("manager").get("/api/v1/trail/key").status()).isEqualTo(403);
    }

    @Test
    void aReasonIsNeeded() {
        for (var body : List.of("{}", "{\"reason\":\"because\"}", "{\"reason\":\"other\",\"note\":\" \"}")) {
            var answer = kasane.as("auditor").post("/api/v1/cases/" + caseId + "/exports", body);
            assertThat(answer.status()).as(answer.text()).isEqualTo(422);
            assertThat(answer.text()).contains("理由");
        }
        var long_ = kasane.as("auditor")
                .post(
                        "/api/v1/cases/" + caseId + "/exports",
                        "{\"reason\":\"audit\",\"note\":\"" + "あ".repeat(2001) + "\"}");
        assertThat(long_.status()).isEqualTo(422);
    }

    @Test
    void whoDidNotMakeItDoesNotFetchIt() {
        kasane.employ("auditor-2", "監査 二郎", "auditor", "anshin");
        try {
            var id = sealed.getFileName().toString().substring(12, 48);
            assertThat(kasane.as("auditor-2")
                            .get("/api/v1/cases/" + caseId + "/exports/" + id + "/file")
                            .status())
                    .isEqualTo(404);
        } finally {
            kasane.dismissEmployed();
        }
    }

    // ── what was changed is found ──────────────────────────────────────────────────────────────────────────────────

    @Test
    void aByteOfTheCaseIsFound() throws Exception {
        found(changed(files -> edit(files, "case.json", "訂正した聞き取り", "変えられた聞き取り")), "case.json", "提出 ");
    }

    /** Even by somebody who has the key: what was handed in has its digest on the trail. */
    @Test
    void aSubmissionChangedUnderARenewedSealIsFound() throws Exception {
        var said = found(
                resealed(changed(files -> edit(files, "case.json", "訂正した聞き取り", "変えられた聞き取り"))), "提出 ", "書き換えられています");
        assertThat(said).doesNotContain("署名が合いません").doesNotContain("目録と違います");
    }

    @Test
    void anEventChangedRemovedOrAddedIsFound() throws Exception {
        found(
                resealed(changed(files -> json(files, "case.json", contents -> ((ObjectNode) contents.at("/events/2"))
                        .put("actor_id", kasane.user("manager").toString())
                        .put("occurred_at", "2020-01-01T00:00:00+00:00")))),
                "経過 ",
                "書き換えられています");
        found(
                resealed(changed(
                        files -> json(files, "case.json", contents -> ((ArrayNode) contents.at("/events")).remove(2)))),
                "経過 ",
                "取り除かれています");
        found(
                resealed(changed(files -> json(files, "case.json", contents -> {
                    var added = ((ObjectNode) contents.at("/events/2")).deepCopy();
                    added.put("seq", 99_999);
                    ((ArrayNode) contents.at("/events")).add(added);
                }))),
                "裏づける証跡がありません");
    }

    @Test
    void aTrailEntryRemovedIsFound() throws Exception {
        found(resealed(changed(files -> lines(files, "chain/entries.jsonl", lines -> lines.remove(3)))), "取り除かれています");
    }

    @Test
    void aTrailEntryRemovedWithItsLinkIsFound() throws Exception {
        found(
                resealed(changed(files -> {
                    var removed = new String[1];
                    lines(
                            files,
                            "chain/entries.jsonl",
                            lines -> removed[0] =
                                    lines.remove(3).replaceFirst(".*?\"id\": \"([0-9a-f-]{36})\".*", "$1"));
                    lines(files, "chain/links.txt", lines -> lines.removeIf(line -> line.endsWith(removed[0])));
                })),
                "途切れています");
    }

    @Test
    void aTrailEntryChangedIsFound() throws Exception {
        found(
                resealed(changed(files -> lines(
                        files,
                        "chain/entries.jsonl",
                        lines -> lines.replaceAll(line -> line.replace(
                                kasane.user("manager").toString(),
                                kasane.user("coordinator").toString()))))),
                "証跡 ",
                "書き換えられています");
    }

    @Test
    void aDigestOfTheChainChangedIsFound() throws Exception {
        found(
                resealed(changed(files -> lines(files, "chain/links.txt", lines -> {
                    int at = lines.indexOf(lines.stream()
                            .filter(line -> line.length() < 90)
                            .findFirst()
                            .orElseThrow());
                    lines.set(at, lines.get(at).split(" ")[0] + " " + "0".repeat(64));
                }))),
                "アンカーと合いません");
    }

    @Test
    void aDiagramChangedIsFound() throws Exception {
        found(
                resealed(changed(files -> {
                    var name = files.keySet().stream()
                            .filter(each -> each.endsWith(".bpmn"))
                            .findFirst()
                            .orElseThrow();
                    files.put(
                            name,
                            new String(files.get(name), StandardCharsets.UTF_8)
                                    .replace("name=\"", "name=\"別の")
                                    .getBytes(StandardCharsets.UTF_8));
                })),
                "配備されたときのものと違います");
    }

    @Test
    void aDocumentReplacedIsFound() throws Exception {
        Consumer<Map<String, byte[]>> replace =
                files -> files.put("documents/" + document, "別の書類".getBytes(StandardCharsets.UTF_8));
        found(changed(replace), "ファイルの中身が目録と違います: documents/" + document, "差し替えられています");
        found(resealed(changed(replace)), "書類 " + document, "差し替えられています");
        found(
                resealed(changed(files -> {
                    files.remove("documents/" + document);
                    json(files, "manifest.json", manifest -> {
                        var listed = manifest.get("files").elements();
                        while (listed.hasNext()) {
                            if (listed.next().get("name").asText().startsWith("documents/")) {
                                listed.remove();
                            }
                        }
                    });
                })),
                "書類 " + document + " が入っていません");
    }

    /** A concealed address leaves with the file only where that was asked for; that something was handed in is proven all the same. */
    @Test
    void aConcealedAddressIsWithheldAndThatIsSaid() throws Exception {
        var other = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 伏せる 花, subjectAddress: 伏字町九丁目九番, addressConcealed: true, concerns: [violence], mainConcern: violence, story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + other);
        var file = fetch(other, begin(other, "{\"reason\":\"audit\"}"));
        for (var each : unpacked(file).entrySet()) {
            if (!each.getKey().endsWith(".pdf")) {
                assertThat(new String(each.getValue(), StandardCharsets.UTF_8))
                        .as(each.getKey())
                        .doesNotContain("伏字町");
            }
        }
        var said = verify(file, key);
        assertThat(said.text()).contains("伏せている住所を含むなどの理由で入れられなかったか").contains("すべて一致しました");
        assertThat(said.code()).isZero();
        var whole = fetch(other, begin(other, "{\"reason\":\"audit\",\"concealed\":true}"));
        assertThat(new String(unpacked(whole).get("case.json"), StandardCharsets.UTF_8))
                .contains("伏字町九丁目九番");
        assertThat(verify(whole, key).text()).contains("すべて一致しました").doesNotContain("入っていません");
    }

    @Test
    void aManifestSignedBySomebodyElseIsFound() throws Exception {
        found(
                changed(files ->
                        json(files, "manifest.json", manifest -> ((ObjectNode) manifest).put("reason", "other"))),
                "目録（manifest.json）の署名が合いません");
        found(
                changed(files -> files.put("manifest.sig", Base64.getEncoder().encode(new byte[64]))),
                "目録（manifest.json）の署名が合いません");
    }

    @Test
    void aFileAddedOrTakenAwayIsFound() throws Exception {
        found(
                changed(files -> files.put("documents/extra", "x".getBytes(StandardCharsets.UTF_8))),
                "目録にないファイルが加えられています: documents/extra");
        found(changed(files -> files.remove("case.pdf")), "目録にあるファイルが入っていません: case.pdf");
    }

    @Test
    void theKeyOfAnotherInstallationIsFound() throws Exception {
        var other = new AnchorFiles(directory.resolve("other-anchors"));
        other.write("head", 1, "00", java.time.Instant.now());
        var otherKey = directory.resolve("other.pem");
        Files.writeString(otherKey, other.publicKeyPem().orElseThrow());
        var said = verify(sealed, otherKey);
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.text()).contains("渡された検証鍵の持ち主のものではありません").contains("アンカー ");
        // And a whole file that was made with another key does not become this installation's.
        found(resealed(changed(files -> {}), other), "渡された検証鍵の持ち主のものではありません");
    }

    @Test
    void itIsSaidInEnglishAsWell() throws Exception {
        assertThat(verify(sealed, key, "--lang", "en").text()).contains("RESULT: everything fits.");
        var said = verify(changed(files -> edit(files, "case.json", "訂正した聞き取り", "変えた")), key, "--lang", "en");
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.text()).contains("DOES NOT FIT: the content of a file is not that of the manifest: case.json");
    }

    /** What is no file of Kasane's is refused in a sentence, without unpacking it. */
    @Test
    void whatIsNoSealedFileIsRefused() throws Exception {
        refused(changed(files -> files.put("../evil", new byte[1])), "かさねの作らない名前");
        refused(changed(files -> files.put("chain/..", new byte[1])), "かさねの作らない名前");
        refused(changed(files -> files.put("C:\\evil", new byte[1])), "かさねの作らない名前");
        refused(changed(files -> files.put("CASE.JSON", new byte[1])), "同じ名前のファイルが二つ");
        var twice = changed(files -> files.put("case.jsom", new byte[1]));
        var bytes = Files.readAllBytes(twice);
        for (int i = 0; i + 9 <= bytes.length; i++) {
            if (new String(bytes, i, 9, StandardCharsets.ISO_8859_1).equals("case.jsom")) {
                bytes[i + 8] = 'n';
            }
        }
        Files.write(twice, bytes);
        refused(twice, "同じ名前のファイルが二つ");
        refused(
                changed(files -> json(files, "manifest.json", manifest -> ((ObjectNode) manifest.at("/files/0"))
                        .put("size", 1L << 40))),
                "大きすぎます");
        var none = directory.resolve("none.zip");
        Files.writeString(none, "no zip");
        refused(none, "ZIP として読めません");
        assertThat(verify(directory.resolve("nowhere.zip"), key).code()).isEqualTo(2);
        assertThat(verify(sealed, none).text()).contains("検証鍵（Ed25519、PEM）ではありません");
    }

    /** A few kilobytes that unpack to much more than the manifest says are read no further than that. */
    @Test
    void whatUnpacksToMoreThanItSaysIsNotUnpacked() throws Exception {
        found(changed(files -> files.put("case.pdf", new byte[64 << 20])), "ファイルの中身が目録と違います: case.pdf");
    }

    // ── plumbing ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static String upload(String content) throws Exception {
        var body = "--frontier\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n同意書\r\n"
                + "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"letter.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\n" + content + "\r\n--frontier--\r\n";
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(kasane.baseUrl() + "/api/v1/cases/" + caseId + "/documents"))
                                .header("Content-Type", "multipart/form-data; boundary=frontier")
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString("coordinator:coordinator"
                                                                .getBytes(StandardCharsets.UTF_8)))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return JSON.readTree(answer.body()).at("/documentId").asText();
    }

    private static String begin(String caseId, String body) {
        var answer = kasane.as("auditor").post("/api/v1/cases/" + caseId + "/exports", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return answer.at("/id").asText();
    }

    private static Path fetch(String caseId, String id) throws Exception {
        await("the sealed file").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var all = kasane.as("auditor")
                    .get("/api/v1/cases/" + caseId + "/exports")
                    .body();
            assertThat(all.get(0).get("id").asText()).isEqualTo(id);
            assertThat(all.get(0).get("state").asText()).isEqualTo("ready");
        });
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        kasane.baseUrl() + "/api/v1/cases/" + caseId + "/exports/" + id + "/file"))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                "auditor:auditor".getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        var name = answer.headers()
                .firstValue("Content-Disposition")
                .orElseThrow()
                .replaceFirst(".*filename=\"?([^\"]+)\"?.*", "$1");
        return Files.write(directory.resolve(name), answer.body());
    }

    private record Said(int code, String text) {}

    /** Compiled once: twenty times from its source would be most of what this test does. */
    private static Said verify(Path file, Path key, String... more) throws Exception {
        var classes = directory.resolve("classes");
        if (!Files.exists(classes)) {
            assertThat(javax.tools.ToolProvider.getSystemJavaCompiler()
                            .run(null, null, null, "-d", classes.toString(), VERIFIER.toString()))
                    .isZero();
        }
        return launch(List.of("-cp", classes.toString(), "VerifyCase"), file, key, more);
    }

    private static Said launch(List<String> launched, Path file, Path key, String... more) throws Exception {
        var command = new java.util.ArrayList<String>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(launched);
        command.addAll(List.of(file.toString(), "--key", key.toString()));
        command.addAll(List.of(more));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), text);
    }

    private static String found(Path file, String... words) throws Exception {
        var said = verify(file, key);
        assertThat(said.text()).contains(words).contains("件の不一致があります");
        assertThat(said.code()).isEqualTo(1);
        return said.text();
    }

    private static void refused(Path file, String words) throws Exception {
        var said = verify(file, key);
        assertThat(said.text()).contains(words);
        assertThat(said.code()).isEqualTo(2);
    }

    private static Map<String, byte[]> unpacked(Path file) throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static Path changed(Consumer<Map<String, byte[]>> change) throws IOException {
        var files = unpacked(sealed);
        change.accept(files);
        return packed(files);
    }

    private static Path packed(Map<String, byte[]> files) throws IOException {
        var file = Files.createTempFile(directory, "changed-", ".zip");
        try (OutputStream out = Files.newOutputStream(file);
                var zip = new ZipOutputStream(out)) {
            for (var each : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    private static Path resealed(Path file) throws Exception {
        return resealed(file, new AnchorFiles(kasane.data().resolve("anchors")));
    }

    /** The manifest made anew and signed: what somebody could do who has the key, but not the anchors and the chain. */
    private static Path resealed(Path file, AnchorFiles with) throws Exception {
        var files = unpacked(file);
        var manifest = (ObjectNode) JSON.readTree(files.get("manifest.json"));
        for (var each : manifest.withArray("files")) {
            var content = files.get(each.get("name").asText());
            ((ObjectNode) each)
                    .put("size", content.length)
                    .put(
                            "sha256",
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(content)));
        }
        manifest.put("key", with.keyDigest());
        var text = JSON.writeValueAsBytes(manifest);
        var signed = new ByteArrayOutputStream();
        signed.writeBytes("kasane-export\n".getBytes(StandardCharsets.UTF_8));
        signed.writeBytes(text);
        files.put("manifest.json", text);
        files.put("manifest.sig", with.sign(signed.toByteArray()).getBytes(StandardCharsets.US_ASCII));
        return packed(files);
    }

    private static void edit(Map<String, byte[]> files, String name, String from, String to) {
        var text = new String(files.get(name), StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        files.put(name, text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    }

    private static void json(Map<String, byte[]> files, String name, Consumer<JsonNode> change) {
        try {
            var tree = JSON.readTree(files.get(name));
            change.accept(tree);
            files.put(name, JSON.writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void lines(Map<String, byte[]> files, String name, Consumer<List<String>> change) {
        var lines = new java.util.ArrayList<>(
                new String(files.get(name), StandardCharsets.UTF_8).lines().toList());
        change.accept(lines);
        files.put(name, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
