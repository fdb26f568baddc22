package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import jp.kasane.KasaneServer;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What stands out across cases, and samples that can be drawn again. */
class OversightIT {

    private static final LocalDate TODAY = LocalDate.now(JapaneseTime.ZONE);

    private static KasaneServer kasane;
    private static UUID caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = UUID.fromString(kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 監査 花子, concerns: [housing], story: 家のこと }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          expect: { phase: assessment, task: Task_GatherInformation }
                        """)
                .caseId());
    }

    private static <T> T auditing(Supplier<T> work) {
        return as("auditor", work);
    }

    private static <T> T as(String login, Supplier<T> work) {
        var id = kasane.user(login);
        var municipality = kasane.sql()
                .sql("select id from kasane.municipality")
                .query(UUID.class)
                .single();
        return Acting.as(new Actor(id, municipality, login, login, java.util.Set.of(login)), work);
    }

    @Test
    void whoOpensACaseOfOthersStandsOut() {
        // A manager sees every case; this agency has nothing to do with it.
        var stranger = kasane.employ("oversight-manager", "別課 三郎", "manager", "gomi");
        assertThat(kasane.as("oversight-manager").get("/cases/" + caseId).status())
                .isEqualTo(200);
        kasane.as("coordinator").get("/cases/" + caseId);
        var oversight = kasane.bean(Oversight.class);
        var unusual = auditing(() -> oversight.unusual(TODAY, TODAY));
        assertThat(unusual)
                .filteredOn(each -> each.kind().equals("outside") && caseId.equals(each.caseId()))
                .extracting(Oversight.Unusual::personId)
                .contains(stranger)
                .doesNotContain(kasane.user("coordinator"));
        var usage = auditing(() -> oversight.usage(TODAY, TODAY));
        assertThat(usage).anySatisfy(each -> {
            assertThat(each.personId()).isEqualTo(stranger);
            assertThat(each.opened()).isEqualTo(1);
            assertThat(each.looks()).isEqualTo(1);
        });
        assertThat(auditing(() -> oversight.usage(TODAY.minusDays(9), TODAY.minusDays(8))))
                .isEmpty();
        kasane.dismissEmployed();
    }

    @Test
    void whoOpensACaseOfAnotherAreaStandsOut() {
        var stranger = kasane.employ("oversight-area", "他区 五郎", "manager", "byoin");
        var everywhere = kasane.employ("oversight-town", "全域 六郎", "manager", "gomi");
        try {
            // The case's agency works in one area, the stranger's in another one, the third one's in the whole town.
            for (var works : List.of(List.of("shakyo", 0), List.of("byoin", 1))) {
                kasane.sql()
                        .sql(
                                """
                                insert into kasane.agency_area (agency_id, area_id, municipality_id)
                                select g.id, (select a.id from kasane.area a where a.municipality_id = g.municipality_id order by a.code offset :nth limit 1),
                                       g.municipality_id
                                from kasane.agency g where g.code = :code""")
                        .param("code", works.get(0))
                        .param("nth", works.get(1))
                        .update();
            }
            kasane.as("oversight-area").get("/cases/" + caseId);
            kasane.as("oversight-town").get("/cases/" + caseId);
            kasane.as("coordinator").get("/cases/" + caseId);
            assertThat(auditing(() -> kasane.bean(Oversight.class).unusual(TODAY, TODAY)))
                    .filteredOn(each -> each.kind().equals("area") && caseId.equals(each.caseId()))
                    .extracting(Oversight.Unusual::personId)
                    .contains(stranger)
                    .doesNotContain(everywhere, kasane.user("coordinator"));
            assertThat(kasane.as("auditor").get("/trail/oversight").text()).contains("担当地域の外のケース");
        } finally {
            kasane.sql()
                    .sql(
                            "delete from kasane.agency_area x using kasane.agency g where g.id = x.agency_id and g.code in ('shakyo', 'byoin')")
                    .update();
            kasane.dismissEmployed();
        }
    }

    @Test
    void manyCasesWithinAnHourStandOut() {
        var reader = kasane.employ("oversight-reader", "多読 四郎", "manager", "gomi");
        kasane.sql()
                .sql(
                        """
                        insert into audit.entry (class, at, id, municipality_id, kind, what, actor_id, transaction_id, stream_id)
                        select 'look', date_trunc('hour', now()) + make_interval(secs => n), gen_random_uuid(), u.municipality_id, 'read', 'GET /cases/{id}', u.id,
                               pg_current_xact_id(), gen_random_uuid()
                        from kasane.app_user u cross join generate_series(1, 31) n where u.id = :reader
                        """)
                .param("reader", reader)
                .update();
        assertThat(auditing(() -> kasane.bean(Oversight.class).unusual(TODAY.minusDays(1), TODAY)))
                .filteredOn(each -> each.kind().equals("mass"))
                .anySatisfy(each -> {
                    assertThat(each.personId()).isEqualTo(reader);
                    assertThat(each.count()).isEqualTo(31);
                });
        kasane.dismissEmployed();
    }

    @Test
    void theNightEndsWhereTheSettingSays() {
        assertThat(kasane.sql()
                        .sql(
                                """
                                select array_agg(audit.at_night(t::timestamptz, 21, 7) order by t)
                                from unnest(array ['2026-11-20 06:59+09', '2026-11-20 07:00+09', '2026-11-20 20:59+09', '2026-11-20 21:00+09']) t
                                """)
                        .query((row, number) -> (Boolean[]) row.getArray(1).getArray())
                        .single())
                .containsExactly(true, false, false, true);
    }

    @Test
    void anOverrunDeadlineIsLeftUndone() {
        kasane.sql()
                .sql(
                        "update kasane.deadline set due_at = now() - interval '3 days' where case_id = :case and settled_at is null and task_id is not null")
                .param("case", caseId)
                .update();
        assertThat(auditing(() -> kasane.bean(Oversight.class).undone())).anySatisfy(each -> {
            assertThat(each.kind()).isEqualTo("overdue");
            assertThat(each.caseId()).isEqualTo(caseId);
            assertThat(each.step()).isEqualTo("Task_GatherInformation");
        });
    }

    @Test
    void theSameSeedDrawsTheSameCases() {
        var samples = kasane.bean(Samples.class);
        var first = auditing(() -> samples.draw(42, TODAY.minusDays(1), TODAY, 5));
        var second = auditing(() -> samples.draw(42, TODAY.minusDays(1), TODAY, 5));
        var drawn = auditing(() -> samples.cases(first));
        assertThat(drawn).isNotEmpty().hasSizeLessThanOrEqualTo(5);
        assertThat(auditing(() -> samples.cases(second)))
                .extracting(Samples.Drawn::caseId)
                .containsExactlyElementsOf(
                        drawn.stream().map(Samples.Drawn::caseId).toList());

        auditing(() -> {
            samples.check(first, drawn.getFirst().caseId(), true, "同意の範囲を確認した。");
            return null;
        });
        var ticked = auditing(() -> samples.cases(first)).getFirst();
        assertThat(ticked.note()).isEqualTo("同意の範囲を確認した。");
        assertThat(ticked.checkedAt()).isNotNull();
        assertThat(auditing(() -> samples.one(first)).checked()).isEqualTo(1);
    }

    @Test
    void whatIsNoSampleIsRefusedInASentence() {
        var samples = kasane.bean(Samples.class);
        assertThatThrownBy(() -> auditing(() -> samples.draw(1, TODAY, TODAY, 0)))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining("1 から 100");
        assertThatThrownBy(() -> auditing(() -> samples.draw(1, TODAY, TODAY.minusDays(1), 5)))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining("後の日");
        assertThatThrownBy(() -> auditing(() -> samples.draw(1, TODAY.minusYears(9), TODAY.minusYears(8), 5)))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining("ケースがありません");
        assertThatThrownBy(() -> as("manager", () -> samples.draw(1, TODAY, TODAY, 5)))
                .isInstanceOf(Refusal.Forbidden.class);
        assertThat(kasane.as("manager").get("/trail/oversight").status()).isEqualTo(403);
        assertThat(kasane.as("coordinator").get("/trail/samples").status()).isEqualTo(403);
    }

    @Test
    void listsAreFilesThatASpreadsheetOpens() {
        var file = kasane.as("auditor").get("/trail.csv?kind=read");
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.contentType()).startsWith("text/csv");
        assertThat(file.text()).startsWith("\uFEFF日時,行った人,種類").contains("閲覧,GET ");
        assertThat(kasane.as("auditor").get("/trail/oversight/usage.csv").text())
                .contains("行った人,役割");
        assertThat(kasane.as("auditor").get("/trail/oversight/nothing.csv").status())
                .isEqualTo(404);
        // The file itself is on the trail, as an export.
        assertThat(kasane.as("auditor")
                        .get("/api/v1/trail?request=" + file.request())
                        .at("/entries/0/kind")
                        .asText())
                .isEqualTo("export");
    }
}
