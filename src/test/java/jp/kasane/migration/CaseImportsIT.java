package jp.kasane.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Open cases of before: tried, taken over, and not taken over twice. */
class CaseImportsIT {

    private static final String HEADING = "旧ケース番号,世帯名,氏名,フリガナ,生年月日,続柄,住所,住所非開示,段階,主担当,緊急度,困りごと,同意,次回モニタリング,備考\r\n";

    private static KasaneServer kasane;
    private static KasaneServer.User manager;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        manager = kasane.as("manager");
    }

    private static KasaneServer.Answer take(KasaneServer.User by, byte[] file, boolean dryRun) {
        return by.upload("/api/v1/case-imports?fileName=cases.csv&dryRun=" + dryRun, file);
    }

    private static long cases() {
        return kasane.sql()
                .sql("select count(*) from kasane.case_file")
                .query(Long.class)
                .single();
    }

    @Test
    void aFileIsTriedThenTakenOverAndChangesNothingTheSecondTime() {
        var file = (HEADING
                        + "IT-1,移行家,移行 一郎,イコウ イチロウ,昭和30年4月1日,世帯主,架空町一丁目,○,支援中,社会福祉協議会,緊急,◎収入・生活費、住まい,あり,2027-01-15,電話は午前\r\n"
                        + "IT-1,,移行 二郎,イコウ ジロウ,S60.5.6,長男,,,,,,仕事探し・就職,,,\r\n"
                        + "IT-2,,移行 三子,イコウ ミツコ,1990/1/2,本人,,,アセスメント,,,,なし,,\r\n")
                .replace(
                        "収入・生活費",
                        jp.kasane.form.Concerns.label(
                                jp.kasane.form.Concerns.codes().getFirst()))
                .replace(
                        "社会福祉協議会",
                        kasane.sql()
                                .sql("select name from kasane.agency where code = 'shakyo'")
                                .query(String.class)
                                .single())
                .getBytes(Charset.forName("windows-31j"));
        long before = cases();
        var tried = take(manager, file, true);
        assertThat(tried.status()).as(tried.text()).isEqualTo(200);
        assertThat(tried.at("/added").asInt()).isEqualTo(2);
        assertThat(tried.at("/members").asInt()).isEqualTo(3);
        assertThat(cases()).isEqualTo(before);

        assertThat(take(manager, file, false).at("/added").asInt()).isEqualTo(2);
        var again = take(manager, file, false);
        assertThat(again.at("/added").asInt()).isZero();
        assertThat(again.at("/already").asInt()).isEqualTo(2);
        assertThat(cases()).isEqualTo(before + 2);

        var supported = manager.get("/api/v1/cases/" + of("IT-1"));
        assertThat(supported
                        .at("/file/phase")
                        .asText(supported.at("/case/phase").asText()))
                .as(supported.text())
                .isEqualTo("monitoring");
        assertThat(supported.at("/household/name").asText()).isEqualTo("移行家");
        assertThat(supported.at("/household/members/1/relation").asText()).isEqualTo("child");
        assertThat(supported.at("/household/members/0/birthDate").asText()).isEqualTo("1955-04-01");
        assertThat(supported.at("/household/members/0/addressConcealed").asBoolean())
                .isTrue();
        assertThat(supported.at("/origin/memo").asText()).isEqualTo("電話は午前");
        // What the old list called consent is none.
        assertThat(supported.at("/consents").toString()).doesNotContain("given");
        // The engine carries it on from its phase.
        assertThat(kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + of("IT-2")))
                .isNotBlank();
        assertThat(kasane.sql()
                        .sql(
                                "select urgency || ' ' || (select code from kasane.agency a where a.id = lead_agency_id) || ' ' || next_review_on from kasane.case_file where id = :id")
                        .param("id", of("IT-1"))
                        .query(String.class)
                        .single())
                .isEqualTo("urgent shakyo 2027-01-15");

        var alike = take(
                manager,
                (HEADING + "IT-9,,移行 三子,いこう みつこ,1990-01-02,,,,プラン,,,,,,\r\n").getBytes(StandardCharsets.UTF_8),
                true);
        assertThat(alike.at("/matches/0/otherCase").asText())
                .isEqualTo(of("IT-2").toString());
        assertThat(alike.at("/matches/0/reasons")).hasSize(2);
    }

    private static UUID of(String number) {
        return kasane.sql()
                .sql("select case_id from kasane.case_origin where old_number = :number")
                .param("number", number)
                .query(UUID.class)
                .single();
    }

    @Test
    void whileAnyRowIsWrongNothingIsTakenOver() {
        long before = cases();
        var wrong = take(
                manager,
                (HEADING
                                + "IT-5,,誤り 一郎,,2999-01-01,いとこ,,,どこか,どこの機関,,なぞ,,いつか,\r\n"
                                + "IT-6,,正しい 人,,,,,,プラン,,,,,,\r\n"
                                + "IT-6,別の名,,,,,,,,,,,,,\r\n"
                                + "IT-6,,もう 一人,,,,,,支援会議,,,,,,\r\n")
                        .getBytes(StandardCharsets.UTF_8),
                false);
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.at("/mistakes").findValuesAsText("field"))
                .contains("birthDate", "relation", "phase", "lead", "concerns", "nextReview", "name");
        assertThat(wrong.at("/mistakes").findValuesAsText("reason"))
                .contains("differs", "word", "agency", "unlikely", "date", "missing");
        assertThat(wrong.text()).doesNotContain("誤り").doesNotContain("いとこ");
        assertThat(cases()).isEqualTo(before);
        assertThat(take(manager, "氏名\r\nだれか\r\n".getBytes(StandardCharsets.UTF_8), true)
                        .text())
                .contains("ケース番号(旧)");
        assertThat(take(kasane.as("coordinator"), new byte[] {1}, true).status())
                .isEqualTo(403);
    }

    @Test
    void aThousandCasesAreTriedInOneGo() {
        var file = new StringBuilder(HEADING);
        for (int i = 0; i < 1000; i++) {
            file.append("BIG-%d,,大量 %d,,,,,,支援中,,,,,,\r\n".formatted(i, i));
        }
        long before = cases();
        // Past the patience of the tests' browser: the machine that runs them may be busy.
        var actor = new Actor(
                kasane.user("manager"),
                kasane.sql()
                        .sql("select municipality_id from kasane.app_user where login = 'manager'")
                        .query(UUID.class)
                        .single(),
                "manager",
                "所管課",
                Set.of("manager"));
        var tried = Acting.as(actor, () -> kasane.bean(CaseImports.class)
                .take("cases.csv", file.toString().getBytes(StandardCharsets.UTF_8), true));
        assertThat(tried.added()).isEqualTo(1000);
        assertThat(cases()).isEqualTo(before);
    }
}
