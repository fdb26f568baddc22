package jp.kasane.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Documents of a case: taken in, listed, given out to whoever sees the case, taken back with a reason. */
class DocumentsIT {

    private static final byte[] PDF = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".getBytes(StandardCharsets.US_ASCII);

    private static KasaneServer kasane;
    private static String caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 書類 花, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
    }

    private static HttpResponse<byte[]> send(String login, HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        request.header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                (login + ":" + login).getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpResponse<byte[]> upload(String login, String name, byte[] content) throws Exception {
        var body = new ByteArrayOutputStream();
        body.write(("--frontier\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n同意書（署名）\r\n"
                        + "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(content);
        body.write("\r\n--frontier--\r\n".getBytes(StandardCharsets.UTF_8));
        return send(
                login,
                HttpRequest.newBuilder(URI.create(kasane.baseUrl() + "/api/v1/cases/" + caseId + "/documents"))
                        .header("Content-Type", "multipart/form-data; boundary=frontier")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    }

    private static HttpResponse<byte[]> content(String login, String id) throws Exception {
        return send(
                login,
                HttpRequest.newBuilder(URI.create(kasane.baseUrl() + "/api/v1/documents/" + id + "/content"))
                        .GET());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static long filesKept() throws Exception {
        var directory = kasane.data().resolve("documents");
        if (!Files.exists(directory)) {
            return 0;
        }
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aDocumentIsTakenInGivenOutAndTakenBack() throws Exception {
        var added = upload("coordinator", "署名.pdf", PDF);
        assertThat(added.statusCode()).as(text(added)).isEqualTo(201);
        var listed = kasane.as("coordinator").get("/api/v1/cases/" + caseId).at("/documents/0");
        var id = listed.get("id").asText();
        assertThat(listed.get("title").asText()).isEqualTo("同意書（署名）");
        assertThat(listed.get("addedBy").asText()).isEqualTo("伴走 太郎");

        var given = content("coordinator", id);
        assertThat(given.body()).isEqualTo(PDF);
        assertThat(given.headers().firstValue("Content-Disposition").orElse("")).startsWith("attachment");
        assertThat(given.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(given.headers().firstValue("Content-Type")).contains("application/pdf");
        // Who does not sit on the case learns nothing of it.
        assertThat(content("member", id).statusCode()).isEqualTo(404);
        assertThat(kasane.as("member")
                        .post("/api/v1/documents/" + id + "/void", "{\"reason\":\"x\"}")
                        .status())
                .isEqualTo(404);

        var coordinator = kasane.as("coordinator");
        assertThat(coordinator.post("/api/v1/documents/" + id + "/void", "{}").text())
                .contains("「取り消す理由」を 500 字までで入力してください。");
        assertThat(coordinator
                        .post("/api/v1/documents/" + id + "/void", "{\"reason\":\"別の人のもの\"}")
                        .status())
                .isEqualTo(204);
        assertThat(coordinator
                        .post("/api/v1/documents/" + id + "/void", "{\"reason\":\"もう一度\"}")
                        .status())
                .isEqualTo(409);
        assertThat(text(content("coordinator", id))).contains("この書類は取り消されています。");
        assertThat(coordinator
                        .get("/api/v1/cases/" + caseId + "/documents")
                        .at("/0/voidReason")
                        .asText())
                .isEqualTo("別の人のもの");
        assertThat(coordinator
                        .get("/api/v1/cases/" + caseId + "/timeline?topic=document")
                        .text())
                .contains("document.added", "document.voided");
    }

    @Test
    void whatIsNotLetInLeavesNothingBehind() throws Exception {
        long before = filesKept();
        var refused = upload("coordinator", "写真.jpg", PDF);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(text(refused)).contains("の中身と拡張子が違います（中身は pdf）。");
        assertThat(upload("member", "署名.pdf", PDF).statusCode()).isEqualTo(404);
        assertThat(upload("auditor", "署名.pdf", PDF).statusCode()).isEqualTo(403);
        assertThat(filesKept()).isEqualTo(before);
    }
}
