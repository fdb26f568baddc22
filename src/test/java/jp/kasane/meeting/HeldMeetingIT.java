package jp.kasane.meeting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import jp.kasane.KasaneServer;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A meeting while it is held: the draft of its minutes, and its papers as PDF. */
class HeldMeetingIT {

    private static final String CONVENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: %1$s, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 話し合う中身, agencies: [shakyo, anshin] }
            - { as: coordinator, expect: { phase: meeting } }
            """;

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
    }

    @AfterEach
    void noSittings() {
        kasane.sql()
                .sql("update kasane.sitting set status = 'cancelled' where status = 'planned'")
                .update();
    }

    /** Its case, the meeting and the sitting. */
    private record Opened(String caseId, String id, String sittingId) {}

    private static Opened convened(String name) {
        var caseId = kasane.playSteps(CONVENED.formatted(name)).caseId();
        var manager = kasane.as("manager");
        var answer = manager.submit(
                manager.task("Task_ConveneMeeting", "caseId=" + caseId),
                """
                {"scheduledAt":"2027-01-20T14:00:00+09:00","place":"会議室","agencies":["shakyo","anshin"]}""");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        manager.task("Task_HoldMeeting", "caseId=" + caseId);
        var meeting = manager.get("/api/v1/cases/" + caseId).at("/meetings/0");
        return new Opened(
                caseId, meeting.get("id").asText(), meeting.get("sittingId").asText());
    }

    @Test
    void theDraftIsFoundAgainAndNobodyOverwritesAnotherUnseen() {
        kasane.employ("manager-two", "所管 次子", "manager", "fukushi-seisaku");
        var meeting = convened("開催 一郎");
        var draft = "/api/v1/meetings/" + meeting.id() + "/draft";
        var one = kasane.as("manager");
        var two = kasane.as("manager-two");
        assertThat(one.get(draft).at("/version").asInt()).isZero();

        var first = one.put(draft, "{\"version\":0,\"data\":{\"minutes\":\"はじめに𠮷田さん🏠\"}}");
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(two.get(draft).at("/data/minutes").asText()).isEqualTo("はじめに𠮷田さん🏠");
        assertThat(two.put(draft, "{\"version\":1,\"data\":{\"minutes\":\"つづき\"}}")
                        .at("/version")
                        .asInt())
                .isEqualTo(2);

        var late = one.put(draft, "{\"version\":1,\"data\":{\"minutes\":\"上書き\"}}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.at("/detail").asText()).contains("所管 次子", "上書きはしていません");
        assertThat(one.get(draft).at("/data/minutes").asText()).isEqualTo("つづき");
        assertThat(two.put(draft, "{\"version\":0,\"data\":{}}").status()).isEqualTo(409);

        assertThat(kasane.as("member").put(draft, "{\"version\":2,\"data\":{}}").status())
                .as("who does not record it")
                .isEqualTo(403);
        assertThat(kasane.as("reception").get(draft).status()).isEqualTo(404);
        kasane.dismissEmployed();
    }

    @Test
    void papersAndMinutesSayOnEveryPageHowConfidentialTheyAre() throws Exception {
        var meeting = convened("印刷 花子");
        var agenda = pages("manager", "/sittings/" + meeting.sittingId() + "/agenda.pdf");
        assertThat(agenda[0]).contains("会議次第", "話し合う中身", "社会福祉法第106条の6", "所管 誠", "1 / 1");

        var minutes = "葛󠄀飾区の𠮷田さん🏠👨‍👩‍👧について話した。<b>&\n".repeat(120);
        var manager = kasane.as("manager");
        var json = new com.fasterxml.jackson.databind.ObjectMapper();
        var data = json.createObjectNode()
                .put("heldAt", "2026-11-20T14:00:00+09:00")
                .put("outcomeSupport", "outreach")
                .put("minutes", minutes)
                .put("approach", "訪ねて話を聞く");
        data.putArray("attendance")
                .addObject()
                .put("agency", "shakyo")
                .put("attended", true)
                .put("pledge", true)
                .put("substitute", "代理 次郎");
        var held = manager.submit(manager.task("Task_HoldMeeting", "caseId=" + meeting.caseId()), data.toString());
        assertThat(held.status()).as(held.text()).isEqualTo(201);

        var pages = pages("manager", "/meetings/" + meeting.id() + "/paper.pdf");
        assertThat(pages.length).isGreaterThan(2);
        for (int i = 0; i < pages.length; i++) {
            assertThat(pages[i])
                    .as("page " + (i + 1))
                    .contains("秘密", "社会福祉法第106条の6", "所管 誠", (i + 1) + " / " + pages.length);
        }
        assertThat(String.join("", pages))
                .contains("会議録", "葛飾区の", "について話した。<b>&", "訪ねて話を聞く", "代理 次郎")
                .contains("〓");
        assertThat(pages("member", "/meetings/" + meeting.id() + "/paper.pdf")[0])
                .contains("連携 恵");
        assertThat(kasane.as("reception")
                        .get("/meetings/" + meeting.id() + "/paper.pdf")
                        .status())
                .isEqualTo(404);
    }

    private static String[] pages(String login, String path) throws IOException, InterruptedException {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(kasane.baseUrl() + path))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                (login + ":" + login).getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        try (var document = Loader.loadPDF(answer.body())) {
            var pages = new String[document.getNumberOfPages()];
            for (int i = 0; i < pages.length; i++) {
                var stripper = new PDFTextStripper();
                stripper.setStartPage(i + 1);
                stripper.setEndPage(i + 1);
                pages[i] = stripper.getText(document);
            }
            return pages;
        }
    }
}
