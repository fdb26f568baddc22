package jp.kasane.emergency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 緊急閲覧: a case of others is opened by its number, in their sight, for some hours, and never if it is restricted. */
class EmergencyAccessIT {

    private static KasaneServer kasane;
    private static UUID caseId;
    private static String number;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("emergency-window", "緊急 窓口", "reception", "byoin");
        kasane.employ("emergency-other", "緊急 別人", "reception", "byoin");
        caseId = aCase();
        number = number(caseId);
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
    }

    private static UUID aCase() {
        return UUID.fromString(kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 緊急 花子, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId());
    }

    private static String number(UUID of) {
        return kasane.sql()
                .sql("select number from kasane.case_file where id = :id")
                .param("id", of)
                .query(String.class)
                .single();
    }

    private static KasaneServer.Answer ask(String login, String called, String reason, String note) {
        return kasane.as(login)
                .post(
                        "/api/v1/emergency-accesses",
                        "{\"number\":\"%s\",\"reason\":\"%s\",\"note\":\"%s\"}".formatted(called, reason, note));
    }

    @Test
    void whoeverOpensACaseSeesItForSomeHoursAndEverybodyKnows() {
        var page = "/api/v1/cases/" + caseId;
        var window = kasane.as("emergency-window");
        assertThat(window.get(page).status()).isEqualTo(404);
        var opened = ask("emergency-window", number, "danger", "本人が窓口で倒れた");
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        assertThat(opened.at("/caseId").asText()).isEqualTo(caseId.toString());
        assertThat(window.get(page).status()).isEqualTo(200);
        assertThat(window.get("/cases/" + caseId).text()).contains("緊急閲覧で開いています");
        assertThat(kasane.as("emergency-other").get(page).status()).isEqualTo(404);
        assertThat(ask("emergency-window", number, "danger", "もう一度")
                        .at("/detail")
                        .asText())
                .contains("いまでも見られます");

        // The section and whoever holds it are told, and the trail says what it was, with the request that caused it.
        for (var told : new String[] {"manager", "coordinator"}) {
            assertThat(kasane.as(told).get("/api/v1/notices").text()).contains("emergency-access");
        }
        var entry = kasane.as("auditor")
                .get("/api/v1/trail?kind=break-glass&case=" + caseId)
                .at("/entries/0");
        assertThat(entry.get("what").asText()).isEqualTo("opened");
        assertThat(entry.get("actorId").asText())
                .isEqualTo(kasane.user("emergency-window").toString());
        assertThat(entry.get("requestId").asText()).isEqualTo(opened.request().toString());
        assertThat(entry.toString()).doesNotContain("倒れた");
        assertThat(kasane.as("auditor").get("/cases/" + caseId + "/history").text())
                .contains("緊急閲覧で開きました");
        assertThat(kasane.as("auditor").get("/trail/oversight").text()).contains("緊急閲覧が確かめられていない");

        var id = window.get("/api/v1/emergency-accesses").at("/0/id").asText();
        var confirmation = "/api/v1/emergency-accesses/" + id + "/confirmation";
        assertThat(window.post(confirmation, "{\"verdict\":\"right\"}").status())
                .isEqualTo(403);
        assertThat(kasane.as("manager")
                        .post(confirmation, "{\"verdict\":\"wrong\"}")
                        .status())
                .isEqualTo(422);
        assertThat(kasane.as("manager")
                        .post(confirmation, "{\"verdict\":\"right\"}")
                        .status())
                .isEqualTo(204);
        assertThat(kasane.as("manager")
                        .post(confirmation, "{\"verdict\":\"right\"}")
                        .status())
                .isEqualTo(409);

        assertThat(kasane.as("emergency-other")
                        .delete("/api/v1/emergency-accesses/" + id)
                        .status())
                .isEqualTo(404);
        assertThat(window.delete("/api/v1/emergency-accesses/" + id).status()).isEqualTo(204);
        assertThat(window.get(page).status()).isEqualTo(404);
    }

    /** An emergency is for helping, not for taking the case over: that would be a way to a seat for ever. */
    @Test
    void nobodyTakesACaseOverInAnEmergency() {
        kasane.employ("emergency-coordinator", "緊急 調整", "coordinator", "byoin");
        var other = aCase();
        assertThat(ask("emergency-coordinator", number(other), "danger", "危険").status())
                .isEqualTo(201);
        var coordinator = kasane.as("emergency-coordinator");
        for (var form : new String[] {"consent-change", "lead-handover", "meeting-request", "household-split"}) {
            var refused = coordinator.post("/api/v1/cases/" + other + "/records/" + form, "{\"data\":{}}");
            assertThat(refused.status()).as(form).isEqualTo(403);
            assertThat(refused.at("/detail").asText()).as(form).contains("支援経過だけ");
        }
        assertThat(coordinator
                        .post(
                                "/api/v1/cases/" + other + "/records/contact",
                                "{\"data\":{\"occurredAt\":\"2026-11-20T10:00:00+09:00\",\"kind\":\"phone\",\"content\":\"救急車を呼んだ\"}}")
                        .status())
                .isEqualTo(201);
        kasane.<Void>inTheNameOf(kasane.user("emergency-coordinator"), jdbc -> {
            assertThat(jdbc.sql(
                                    "update kasane.case_file set lead_agency_id = (select id from kasane.agency where code = 'byoin') where id = :id")
                            .param("id", other)
                            .update())
                    .isZero();
            return null;
        });
    }

    @Test
    void nobodyConfirmsInAnothersName() {
        var other = aCase();
        assertThat(ask("emergency-other", number(other), "danger", "危険").status())
                .isEqualTo(201);
        kasane.<Void>inTheNameOf(kasane.user("emergency-other"), jdbc -> {
            assertThatThrownBy(() -> jdbc.sql(
                                    "update kasane.emergency_access set verdict = 'right', confirmed_at = now(), confirmed_by = :manager where case_id = :id")
                            .param("manager", kasane.user("manager"))
                            .param("id", other)
                            .update())
                    .rootCause()
                    .hasMessageContaining("neither made longer");
            return null;
        });
    }

    @Test
    void itEndsByItselfAndIsNeverMadeLonger() {
        var other = aCase();
        assertThat(ask("emergency-window", number(other), "absent", "連絡がつかない").status())
                .isEqualTo(201);
        kasane.<Void>inTheNameOf(kasane.user("emergency-window"), jdbc -> {
            assertThatThrownBy(() -> jdbc.sql(
                                    "update kasane.emergency_access set until = until + interval '1 hour' where user_id = kasane.acting_user()")
                            .update())
                    .rootCause()
                    .hasMessageContaining("neither made longer");
            return null;
        });
        assertThat(kasane.as("emergency-window").get("/api/v1/cases/" + other).status())
                .isEqualTo(200);
        kasane.sql()
                .sql(
                        "update kasane.emergency_access set opened_at = now() - interval '2 hours', until = now() - interval '1 second' where case_id = :id")
                .param("id", other)
                .update();
        assertThat(kasane.as("emergency-window").get("/api/v1/cases/" + other).status())
                .isEqualTo(404);
    }

    @Test
    void aRestrictedCaseAndANumberThatIsNoneLookAlike() {
        var restricted = aCase();
        kasane.sql()
                .sql("update kasane.case_file set restricted = true where id = :id")
                .param("id", restricted)
                .update();
        var refused = ask("emergency-window", number(restricted), "danger", "危険");
        var none = ask("emergency-window", "R99-99999", "danger", "危険");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(none.status()).isEqualTo(404);
        assertThat(refused.at("/detail").asText())
                .isEqualTo(none.at("/detail").asText())
                .contains("所管課に連絡してください");
        // One that becomes restricted later is closed to who had opened it.
        var later = aCase();
        assertThat(ask("emergency-window", number(later), "danger", "危険").status())
                .isEqualTo(201);
        kasane.sql()
                .sql("update kasane.case_file set restricted = true where id = :id")
                .param("id", later)
                .update();
        assertThat(kasane.as("emergency-window").get("/api/v1/cases/" + later).status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"member", "manager", "auditor", "admin"})
    void onlyWindowsAndCoordinatorsOpenACaseInAnEmergency(String login) {
        assertThat(ask(login, number, "danger", "危険").status()).isEqualTo(403);
        kasane.<Void>inTheNameOf(kasane.user(login), jdbc -> {
            assertThatThrownBy(
                            () -> jdbc.sql("select kasane.open_in_emergency(gen_random_uuid(), 'R1', 'danger', 'x', 1)")
                                    .query()
                                    .singleRow())
                    .rootCause()
                    .hasMessageContaining("only those at a window");
            return null;
        });
    }

    @Test
    void whatIsMissingIsNamed() {
        var refused = ask("emergency-window", " ", "", "");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/detail").asText())
                .contains("「ケース番号」を入力してください。", "「理由」を選んでください。", "「何が起きているか」は 500 字までで入力してください。");
    }
}
