package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a scenario's file says, and what the API then hears. */
class ScenarioPlayerTest {

    private final ObjectMapper json = new ObjectMapper();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
    private HttpServer api;
    private ScenarioPlayer player;

    @BeforeEach
    void listen() throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            var asked = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            requests.add(asked);
            var body = exchange.getRequestBody().readAllBytes();
            if (body.length > 0) {
                bodies.add(json.readTree(body));
            }
            var answer = answer(asked).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(asked.endsWith("/records/contact") ? 422 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        api.start();
        player = new ScenarioPlayer("http://127.0.0.1:" + api.getAddress().getPort());
    }

    private static String answer(String asked) {
        if (asked.equals("POST /api/v1/consultations")) {
            return "{\"consultationId\":\"c1\"}";
        }
        if (asked.startsWith("GET /api/v1/consultations/c1")) {
            return "{\"caseId\":\"k1\"}";
        }
        if (asked.startsWith("GET /api/v1/tasks")) {
            return "[{\"id\":\"t1\",\"workable\":true}]";
        }
        if (asked.startsWith("GET /api/v1/cases/k1")) {
            return """
                    {"case":{"phase":"plan","closedAt":null},
                     "household":{"members":[{"id":"m1","called":"架空 和子"},{"id":"m2","called":"架空 次郎"}]}}""";
        }
        if (asked.equals("POST /api/v1/resources")) {
            return "{\"consultationId\":\"r1\"}";
        }
        if (asked.endsWith("/records/contact")) {
            return "{\"detail\":\"内容を入力してください。\",\"fields\":[{\"field\":\"content\"}]}";
        }
        return "{}";
    }

    @AfterEach
    void stop() {
        api.stop(0);
    }

    private ScenarioPlayer.Played play(String steps) throws IOException {
        var file = "id: made-up\ntitle: t\nsource: s\nplay: false\nsteps:\n" + steps.indent(2);
        return player.play(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
    }

    private JsonNode registered(String data) throws IOException {
        play("- { as: reception, source: s, register: " + data + " }");
        return bodies.getFirst().get("data");
    }

    @Test
    void daysAreCountedFromTodayInJapan() throws IOException {
        var data = registered("{ a: today, b: today+7, c: today-20 }");

        var today = LocalDate.now(JapaneseTime.ZONE);
        assertThat(data.get("a").asText()).isEqualTo(today.toString());
        assertThat(data.get("b").asText()).isEqualTo(today.plusDays(7).toString());
        assertThat(data.get("c").asText()).isEqualTo(today.minusDays(20).toString());
    }

    @Test
    void timesAreCountedFromThisMinuteInJapanAndNameTheirOffset() throws IOException {
        var data = registered("{ a: now, b: now-2d, c: now+1d }");

        var now = OffsetDateTime.now(JapaneseTime.ZONE).truncatedTo(ChronoUnit.MINUTES);
        assertThat(OffsetDateTime.parse(data.get("a").asText()).getOffset()).isEqualTo(ZoneOffset.ofHours(9));
        assertThat(OffsetDateTime.parse(data.get("a").asText())).isBetween(now.minusMinutes(1), now);
        assertThat(OffsetDateTime.parse(data.get("b").asText()))
                .isBetween(now.minusDays(2).minusMinutes(1), now.minusDays(2));
        assertThat(OffsetDateTime.parse(data.get("c").asText()))
                .isBetween(now.plusDays(1).minusMinutes(1), now.plusDays(1));
    }

    @Test
    void onlyWholeWordsAreReplacedAndOnlyInTexts() throws IOException {
        var data = registered("{ a: 今日は today です, b: nowhere, c: 7, d: true, e: today+, f: now-2 }");

        assertThat(data.toString())
                .isEqualTo(
                        "{\"a\":\"今日は today です\",\"b\":\"nowhere\",\"c\":7,\"d\":true,\"e\":\"today+\",\"f\":\"now-2\"}");
    }

    @Test
    void membersOfTheHouseholdAreFoundByWhatTheyAreCalledHoweverDeepTheyStand() throws IOException {
        play(
                """
                - { as: reception, source: s, register: {} }
                - as: coordinator
                  source: s
                  task: Task_RecordConsent
                  data: { memberIds: ["member:架空 次郎"], rows: [{ who: "member:架空 和子" }] }
                """);

        assertThat(bodies.getLast().get("data").toString())
                .isEqualTo("{\"memberIds\":[\"m2\"],\"rows\":[{\"who\":\"m1\"}]}");
        assertThat(requests).contains("POST /api/v1/tasks/t1/submission");
    }

    @Test
    void aMemberNobodyIsCalledStopsTheScenarioAtItsStep() {
        assertThatThrownBy(
                        () -> play(
                                """
                                - { as: reception, source: s, register: {} }
                                - { as: coordinator, source: s, task: Task_RecordConsent, data: { a: "member:誰か" } }
                                """))
                .isInstanceOf(ScenarioPlayer.ScenarioFailed.class)
                .hasMessage("Scenario made-up, step 2: no member of the household called 誰か");
    }

    @Test
    void anExpectationThatDoesNotHoldStopsTheScenario() {
        assertThatThrownBy(
                        () -> play(
                                """
                                - { as: reception, source: s, register: {} }
                                - { as: coordinator, source: s, expect: { phase: closed } }
                                """))
                .hasMessageContaining("step 2: the case is in phase plan");
    }

    @Test
    void aMisspelledWordInTheFileIsRefused() {
        assertThatThrownBy(() -> play("- { as: reception, source: s, registre: {} }"))
                .hasMessageContaining("registre");
    }

    @Test
    void thePlayerTellsWhatItPlayed() throws IOException {
        assertThat(play("- { as: reception, source: s, register: {} }"))
                .isEqualTo(new ScenarioPlayer.Played("c1", "k1"));
    }

    // ── expecting and being refused ──────────────────────────────────────────────────────────────────────────────

    private static final String REGISTERED = "- { as: reception, source: s, register: {} }\n";

    @Test
    void whatStandsAtAPlaceOfTheCaseIsCompared() throws IOException {
        play(REGISTERED + "- { as: coordinator, expect: { at: /case/phase, is: plan } }");
        play(REGISTERED + "- { as: coordinator, expect: { at: /household/members, size: 2 } }");
        play(REGISTERED + "- { as: coordinator, expect: { at: /household/members/0/called, says: 和子 } }");

        assertThatThrownBy(() -> play(REGISTERED + "- { as: coordinator, expect: { at: /case/phase, is: closed } }"))
                .hasMessageContaining("step 2: /case/phase is \"plan\"");
        assertThatThrownBy(
                        () -> play(REGISTERED + "- { as: coordinator, expect: { at: /household/members, size: 3 } }"))
                .hasMessageContaining("step 2: /household/members is [");
        assertThatThrownBy(() -> play(REGISTERED + "- { as: coordinator, expect: { at: /case/nothing, is: x } }"))
                .hasMessageContaining("step 2: there is no /case/nothing");
    }

    @Test
    void aMisspelledExpectationIsRefused() {
        assertThatThrownBy(() -> play(REGISTERED + "- { as: coordinator, expect: { at: /case/phase, si: closed } }"))
                .hasMessageContaining("si");
        assertThatThrownBy(() -> play(REGISTERED + "- { as: coordinator, expect: { at: /case/phase } }"))
                .hasMessageContaining("is, says or size");
        assertThatThrownBy(() -> play(REGISTERED + "- { as: coordinator, source: s }"))
                .hasMessageContaining("exactly one");
    }

    @Test
    void aStepThatIsToBeRefusedMustNotPass() {
        assertThatThrownBy(() ->
                        play("- { as: reception, register: {}, refused: { status: 422, field: story, says: 入力 } }"))
                .hasMessageContaining("step 1: it is not refused");
    }

    @Test
    void aRefusalIsTheOneThatIsMeant() throws IOException {
        play(
                REGISTERED
                        + "- { as: coordinator, record: contact, data: {}, refused: { status: 422, field: content, says: 入力 } }");

        assertThatThrownBy(
                        () -> play(
                                REGISTERED
                                        + "- { as: coordinator, record: contact, data: {}, refused: { status: 422, field: kind, says: 入力 } }"))
                .hasMessageContaining("step 2: it is refused otherwise");
        assertThatThrownBy(
                        () -> play(
                                REGISTERED
                                        + "- { as: coordinator, record: contact, data: {}, refused: { status: 422, field: content, says: 誓約書 } }"))
                .hasMessageContaining("it is refused otherwise");
    }

    @Test
    void whatWasAnsweredIsRemembered() throws IOException {
        play(
                REGISTERED
                        + """
                - { as: coordinator, post: /api/v1/resources, data: { name: n }, keep: { club: /consultationId } }
                - { as: coordinator, expect: { of: "/api/v1/cases/{case}?x={club}&from={today-1}", at: /case/phase, is: plan } }
                """);

        assertThat(requests)
                .contains("GET /api/v1/cases/k1?x=r1&from="
                        + LocalDate.now(JapaneseTime.ZONE).minusDays(1));
    }

    /** 湯沢: third Wednesday, papers one week before (001, L6406, L6478); the days of FY2018 as the digest works them out (001a, H). */
    @ParameterizedTest
    @CsvSource({
        "2018-10-01T09:00+09:00, 2018-10-17",
        "2018-10-10T17:00+09:00, 2018-10-17",
        "2018-10-10T17:15+09:00, 2018-11-21",
        "2018-11-13T12:00+09:00, 2018-11-21",
        "2018-11-15T12:00+09:00, 2018-12-19",
        "2018-12-13T00:00+09:00, 2019-01-16",
        "2019-01-31T23:59+09:00, 2019-02-20"
    })
    void aSittingIsTheOneWhoseCutoffIsToCome(OffsetDateTime now, LocalDate sitting) {
        assertThat(ScenarioPlayer.nextSitting(3, DayOfWeek.WEDNESDAY, 7, now)).isEqualTo(sitting);
    }
}
