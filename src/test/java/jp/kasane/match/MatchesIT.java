package jp.kasane.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 名寄せ: found in any spelling, told to whoever may know it, never merged. */
class MatchesIT {

    private static final String MATCHES = "/api/v1/matches";

    private static KasaneServer kasane;
    private static KasaneServer.User here;
    private static KasaneServer.User elsewhere;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("match-here", "名寄 花子", "reception", "gomi");
        kasane.employ("match-elsewhere", "名寄 次郎", "reception", "byoin");
        here = kasane.as("match-here");
        elsewhere = kasane.as("match-elsewhere");
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
    }

    private static String consultation(
            KasaneServer.User by, String name, String kana, String address, boolean concealed) {
        return by.register(
                """
                {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,"subjectName":"%s",
                 %s "subjectAddress":"%s","addressConcealed":%s,"concerns":["work"],"mainConcern":"work","story":"架空"}"""
                        .formatted(name, kana == null ? "" : "\"subjectKana\":\"" + kana + "\",", address, concealed));
    }

    private static JsonNode of(KasaneServer.User by, String stream) {
        var answer = by.get(MATCHES + "/of?stream=" + stream);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void anotherAgencysConsultationIsOnlyHintedAtAndTheSectionIsTold() {
        var first = consultation(here, "髙𣘺 名寄一", "たかはし なよいち", "架空町１－２", false);
        var second = consultation(elsewhere, "高𣘺　名寄一", "タカハシ　ナヨイチ", "架空町1-2", false);

        var hint = of(elsewhere, second);
        assertThat(hint).hasSize(1);
        assertThat(hint.at("/0/seen").asBoolean()).isFalse();
        assertThat(hint.at("/0/there").isNull()).isTrue();
        assertThat(hint.at("/0/agency").asText()).isNotBlank();
        assertThat(hint.toString()).doesNotContain("髙𣘺").doesNotContain(first);
        assertThat(hint.at("/0/reasons")).hasSize(2);
        // What one does not see has no matches at all.
        assertThat(of(elsewhere, first)).isEmpty();

        var whole = of(kasane.as("manager"), second);
        assertThat(whole.at("/0/there/called").asText()).isEqualTo("髙𣘺 名寄一");
        assertThat(whole.at("/0/there/stream").asText()).isEqualTo(first);
        await("the section's notice")
                .atMost(Duration.ofSeconds(60))
                .until(() -> kasane.sql()
                                .sql(
                                        "select count(*) from kasane.notification where kind = 'possible-match' and consultation_id in (:one, :other)")
                                .param("one", UUID.fromString(first))
                                .param("other", UUID.fromString(second))
                                .query(Long.class)
                                .single()
                        >= 1);
    }

    @Test
    void aConcealedAddressIsNotCompared() {
        consultation(here, "名寄 秘匿", null, "架空町九丁目", true);
        assertThat(of(elsewhere, consultation(elsewhere, "名寄 秘匿", null, "架空町九丁目", false)))
                .isEmpty();
    }

    private static String household(String household, String birth) {
        return kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: %1$s, concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: %1$s家
                            members: [ { name: %1$s, kana: なよせ かなこ, birthDate: "%2$s", relation: head, subject: true, concerns: [food] } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 集めたこと
                        """
                                .formatted(household, birth))
                .caseId();
    }

    @Test
    void membersAreFoundByTheirDayOfBirthUntilSomebodyHasMadeSure() {
        var coordinator = kasane.as("coordinator");
        var one = household("名寄 仮名子", "1980-02-03");
        household("名寄 仮名子", "1980-02-04");
        var other = household("名寄 加奈子", "1980-02-03");

        var found = coordinator.get("/api/v1/cases/" + other).at("/matches");
        assertThat(found).hasSize(1);
        assertThat(found.at("/0/there/stream").asText()).isEqualTo(one);
        assertThat(found.at("/0/reasons/0").asText()).isEqualTo("kana-birth");
        assertThat(kasane.as("reception").get(MATCHES).status()).isEqualTo(403);
        assertThat(StreamSupport.stream(coordinator.get(MATCHES).body().spliterator(), false)
                        .filter(match -> match.toString().contains(one)
                                && match.toString().contains(other)))
                .hasSize(1);

        var answer = """
                {"one":"%s","other":"%s","note":"%s"}""";
        var sources = new Object[] {
            found.at("/0/here/source").asText(), found.at("/0/there/source").asText()
        };
        assertThat(coordinator
                        .post(MATCHES + "/different", answer.formatted(sources[0], sources[1], ""))
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("reception")
                        .post(MATCHES + "/different", answer.formatted(sources[0], sources[1], "x"))
                        .status())
                .isEqualTo(403);
        assertThat(coordinator
                        .post(MATCHES + "/different", answer.formatted(sources[0], UUID.randomUUID(), "x"))
                        .status())
                .isEqualTo(404);
        assertThat(coordinator
                        .post(MATCHES + "/different", answer.formatted(sources[0], sources[1], "戸籍で確かめた"))
                        .status())
                .isEqualTo(204);
        assertThat(coordinator.get("/api/v1/cases/" + other).at("/matches")).isEmpty();
    }

    @Test
    void theKeysAreReadByNobody() {
        long seen =
                kasane.inTheNameOf(kasane.user("manager"), jdbc -> jdbc.sql("select count(*) from kasane.person_key")
                        .query(Long.class)
                        .single());
        assertThat(seen).isZero();
    }
}
