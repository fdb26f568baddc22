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
            exchange.sendResponseHeaders(200, answer.length);
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
        if (asked.equals("GET /api/v1/cases/k1")) {
            return """
                    {"case":{"phase":"plan","closedAt":null},
                     "household":{"members":[{"id":"m1","called":"架空 和子"},{"id":"m2","called":"架空 次郎"}]}}""";
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
}
