package jp.kasane.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import jp.kasane.KasaneServer;

/** What two sheets of FY2018 report, from rows of that year. In an installation that is thrown away afterwards. */
public final class ReportFigures {

    private ReportFigures() {}

    /**
     * 矢巾: 32 carried over, 34 new, 38 closed by the end of February 2019: 57.6 % (001, L4637). By 郡山's definition, closures by
     * what is new alone (L8227), the same rows would be more than all. How many of the 38 were carried over is not stated: 20 here.
     */
    public static void areThoseOfYahaba(KasaneServer kasane) {
        insert(kasane, 12, "2017-10-02", null);
        insert(kasane, 20, "2017-10-02", "2018-07-20");
        insert(kasane, 16, "2018-06-11", null);
        insert(kasane, 18, "2018-06-11", "2019-02-28");
        // Neither was in the year's work: closed before it, or opened and closed after what is counted.
        insert(kasane, 3, "2017-05-01", "2018-03-31");
        insert(kasane, 2, "2019-03-01", "2019-03-05");

        var year = rate(kasane, "2018-04-01", "2019-02-28");
        assertThat(year.get("carriedOver").asInt()).isEqualTo(32);
        assertThat(year.get("opened").asInt()).isEqualTo(34);
        assertThat(year.get("numerator").asInt()).isEqualTo(38);
        assertThat(year.get("denominator").asInt()).isEqualTo(66);
        assertThat(year.get("rate").decimalValue()).isEqualByComparingTo("57.6");
        assertThat(year.get("definition").asText()).isEqualTo("carriedAndNew");
        assertThat(year.get("asOf").asText()).isEqualTo("2019-02-28");

        aReopenedCaseIsNoClosure(kasane);
        aHandOverCountsWhereTheRuleSaysSo(kasane);
        anothersDefinitionIsOfTheSameRows(kasane);
        onlyWhoSeesEveryCaseIsTold(kasane);
    }

    private static void aReopenedCaseIsNoClosure(KasaneServer kasane) {
        kasane.sql()
                .sql(
                        """
                        insert into kasane.case_event (stream_id, seq, municipality_id, case_id, kind, occurred_at, recorded_at)
                        select id, 90, municipality_id, id, 'case.reopened', '2018-12-03 10:00+09', '2018-12-03 10:00+09'
                        from kasane.case_file where number = 'R-2017-10-02-2018-07-20-1'
                        """)
                .update();

        assertThat(rate(kasane, "2018-04-01", "2019-02-28").get("numerator").asInt())
                .isEqualTo(37);
        assertThat(rate(kasane, "2018-04-01", "2018-11-30").get("closed").asInt())
                .as("at the end of November it was closed")
                .isEqualTo(20);
        // Past the trigger that lets nothing be removed: what comes next is about the case as it was before.
        kasane.sql()
                .sql("set session_replication_role = replica; delete from kasane.case_event where seq = 90")
                .update();
    }

    private static void aHandOverCountsWhereTheRuleSaysSo(KasaneServer kasane) {
        kasane.sql()
                .sql(
                        """
                        update kasane.closure set reasons = array ['handover']
                        where case_id in (select id from kasane.case_file where number like 'R-2018-06-11-2019-02-28-_')
                        """)
                .update();
        var without = rate(kasane, "2018-04-01", "2019-02-28");
        assertThat(without.get("handedOver").asInt()).isEqualTo(9);
        assertThat(without.get("handoverCounts").asBoolean()).isFalse();
        assertThat(without.get("numerator").asInt()).isEqualTo(29);

        rule(kasane, "closure.handoverCounts", "true");
        assertThat(rate(kasane, "2018-04-01", "2019-02-28").get("numerator").asInt())
                .isEqualTo(38);
    }

    /** 郡山's 41 of 130 is 31.5 % (001, L8227); here it is 38 of 34. */
    private static void anothersDefinitionIsOfTheSameRows(KasaneServer kasane) {
        rule(kasane, "counting.closureRateOf", "new");
        var ofNew = rate(kasane, "2018-04-01", "2019-02-28");
        assertThat(ofNew.get("definition").asText()).isEqualTo("new");
        assertThat(ofNew.get("denominator").asInt()).isEqualTo(34);
        assertThat(ofNew.get("rate").decimalValue()).isEqualByComparingTo("111.8");

        insert(kasane, 89, "2018-05-07", null);
        insert(kasane, 41, "2018-05-07", "2018-05-31");
        var koriyama = rate(kasane, "2018-05-01", "2018-05-31");
        assertThat(koriyama.get("numerator").asInt()).isEqualTo(41);
        assertThat(koriyama.get("denominator").asInt()).isEqualTo(130);
        assertThat(koriyama.get("rate").decimalValue()).isEqualByComparingTo("31.5");
        rule(kasane, "counting.closureRateOf", "carriedAndNew");
        rule(kasane, "closure.handoverCounts", "false");
    }

    private static void onlyWhoSeesEveryCaseIsTold(KasaneServer kasane) {
        var path = "/api/v1/reports/closure-rate?from=2018-04-01&to=2019-02-28";
        assertThat(kasane.as("auditor").get(path).status()).isEqualTo(200);
        assertThat(kasane.as("coordinator").get(path).status()).isEqualTo(403);
        assertThat(kasane.as("coordinator")
                        .get("/api/v1/reports/participation?from=2018-04-01&to=2019-02-28")
                        .status())
                .isEqualTo(403);
        var backwards = kasane.as("manager").get("/api/v1/reports/closure-rate?from=2019-02-28&to=2018-04-01");
        assertThat(backwards.status()).isEqualTo(422);
        assertThat(backwards.at("/fields/0/field").asText()).isEqualTo("to");
        assertThat(kasane.as("manager")
                        .get("/api/v1/reports/closure-rate?from=いつか&to=2018-04-01")
                        .at("/fields/0/field")
                        .asText())
                .isEqualTo("from");
        var nothing = rate(kasane, "2001-04-01", "2002-03-31");
        assertThat(nothing.get("rate").isNull()).isTrue();
    }

    private static JsonNode rate(KasaneServer kasane, String from, String to) {
        var answer = kasane.as("manager").get("/api/v1/reports/closure-rate?from=" + from + "&to=" + to);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.body();
    }

    private static void rule(KasaneServer kasane, String key, String value) {
        kasane.sql()
                .sql(
                        """
                        insert into kasane.municipal_rule (municipality_id, key, value, source) select id, :key, :value, 'ours' from kasane.municipality
                        on conflict (municipality_id, key) do update set value = excluded.value
                        """)
                .param("key", key)
                .param("value", value)
                .update();
    }

    /** @param closed null: open. Watched, so that nothing is started for it; a closed case has a closure that was decided that day. */
    private static void insert(KasaneServer kasane, int many, String opened, String closed) {
        for (int i = 1; i <= many; i++) {
            var id = UUID.randomUUID();
            kasane.sql()
                    .sql(
                            """
                            insert into kasane.stream (id, municipality_id, kind) select :id, id, 'case' from kasane.municipality;
                            """)
                    .param("id", id)
                    .update();
            kasane.sql()
                    .sql(
                            """
                            insert into kasane.case_file (id, municipality_id, number, phase, step, lead_agency_id, coordinating_agency_id, opened_at, closed_at)
                            select :id, m.id, :number, case when :closed::date is null then 'monitoring' else 'closed' end,
                                   case when :closed::date is null then 'review' else 'closed' end, a.id, a.id,
                                   (:opened || ' 09:00+09')::timestamptz, (:closed || ' 09:00+09')::timestamptz
                            from kasane.municipality m join kasane.agency a on a.municipality_id = m.id and a.code = 'fukushi-kodomo'
                            """)
                    .param("id", id)
                    .param("number", "R-" + opened + "-" + (closed == null ? "open" : closed) + "-" + i)
                    .param("opened", opened)
                    .param("closed", closed)
                    .update();
            if (closed != null) {
                close(kasane, id, closed);
            }
        }
    }

    private static void close(KasaneServer kasane, UUID caseId, String day) {
        kasane.sql()
                .sql(
                        """
                        with said as (
                            insert into kasane.submission (id, municipality_id, stream_id, case_id, step, form_id, form_version, data, occurred_at,
                                recorded_at, submitted_by)
                            select gen_random_uuid(), municipality_id, id, id, 'Task_EvaluateClosure', 'closure-evaluation', 1, '{}',
                                   (:day || ' 09:00+09')::timestamptz, (:day || ' 09:00+09')::timestamptz, :user
                            from kasane.case_file where id = :case returning *)
                        insert into kasane.closure (id, municipality_id, case_id, submission_id, version, status, reasons, evaluation, watch, decided_by,
                            decided_on, recorded_at, recorded_by)
                        select gen_random_uuid(), municipality_id, case_id, id, 1, 'closed', array ['stable'], '安定した', false, :user,
                               :day::date, recorded_at, :user from said
                        """)
                .param("case", caseId)
                .param("day", day)
                .param("user", kasane.user("manager"))
                .update();
    }
}
