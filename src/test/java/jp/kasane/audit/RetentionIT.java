package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Months of the trail and of the engine's records go as a whole, leave their proof, and the chain is whole; all of it rolled back. */
class RetentionIT {

    private static KasaneServer kasane;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        // A consultation that ends at once: of it nothing runs any more.
        kasane.playSteps(
                """
                - as: reception
                  register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 保存 花子, concerns: [housing], story: 家のこと }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class1, reason: 情報で足りる, urgency: normal, route: information, answer: 窓口を伝えた }
                """);
    }

    private static List<String> findings(JdbcClient jdbc) {
        return new Verification(jdbc)
                .run(new AnchorFiles(kasane.bean(TrailSettings.class).anchors()), links -> {}).findings().stream()
                        .map(Finding::kind)
                        .distinct()
                        .toList();
    }

    private static long dropAll(JdbcClient jdbc, String name) {
        long gone = 0;
        for (var month : jdbc.sql(
                        "select month from audit.months() where class = :class and month <= current_date order by month")
                .param("class", name)
                .query(LocalDate.class)
                .list()) {
            gone += jdbc.sql(
                            name.equals("records")
                                    ? "select audit.drop_records(:month)"
                                    : "select audit.drop_month('" + name + "', :month)")
                    .param("month", month)
                    .query(Long.class)
                    .single();
        }
        return gone;
    }

    private static void sealed(JdbcClient jdbc) {
        while (jdbc.sql("select audit.seal(100000)").query(Integer.class).single() > 0) {
            // There is more.
        }
    }

    private static long count(JdbcClient jdbc, String what) {
        return jdbc.sql("select count(*) from " + what).query(Long.class).single();
    }

    /** Of instances whose records are gone: letter by letter. Of all others how many: other tests have turned hands of the clock in them. */
    private static String projections(JdbcClient jdbc, boolean kept) {
        return Stream.of("process_instance", "element_instance", "sequence_flow", "user_task", "incident", "variable")
                .map(table -> table + " "
                        + jdbc.sql(
                                        """
                                        select count(*) || case when :kept then ' ' || coalesce(md5(string_agg(x.t, ',' order by x.t)), '') else '' end
                                        from (select (to_jsonb(p) - 'noted')::text as t from engine.%s p where not :kept or exists (
                                            select from engine.kept_instance k where k.epoch = p.epoch and k.process_instance_key = p.%s)) x"""
                                                .formatted(
                                                        table,
                                                        table.equals("process_instance")
                                                                ? "key"
                                                                : "process_instance_key"))
                                .param("kept", kept)
                                .query(String.class)
                                .single())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyClassGoesAndTheChainStaysWhole() {
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();
            // Of erased cases the list of what happened goes with its month.
            var kept =
                    "kasane.case_event e where not exists (select from audit.erased x where x.stream_id = e.stream_id)";
            long events = count(jdbc, kept);

            assertThat(dropAll(jdbc, "look")).isPositive();
            assertThat(count(jdbc, "audit.entry where class = 'look'")).isZero();
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();

            // What vouches for events and submissions that are there stays.
            assertThat(dropAll(jdbc, "act")).isPositive();
            assertThat(count(jdbc, "kasane.case_event")).isEqualTo(events);
            assertThat(count(jdbc, kept)).isEqualTo(events);
            assertThat(count(jdbc, "audit.entry where kind = 'write' and jsonb_exists(refs, 'event')"))
                    .isEqualTo(events);
            assertThat(count(jdbc, "audit.entry where class = 'act' and kind = 'login'"))
                    .isZero();
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();

            // Nothing of the engine's is vouched for in vain; then its records go, and after them what vouched for
            // them.
            assertThat(dropAll(jdbc, "engine")).isZero();
            // The exporter waits, or it would be told of by the one and not by the other.
            jdbc.sql("select pg_advisory_xact_lock(7301, 1)").query().listOfRows();
            sealed(jdbc);
            var all = projections(jdbc, false);
            long records = count(jdbc, "engine.record");
            assertThat(dropAll(jdbc, "records")).isPositive();
            assertThat(count(jdbc, "engine.record")).isLessThan(records);
            assertThat(count(jdbc, "engine.kept_instance")).isPositive();
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();
            var left = projections(jdbc, true);
            jdbc.sql("select engine.rebuild()").query(Long.class).single();
            assertThat(projections(jdbc, true)).isEqualTo(left);
            assertThat(projections(jdbc, false)).isEqualTo(all);
            assertThat(dropAll(jdbc, "engine")).isPositive();
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();

            // Nothing new to drop: nothing happens.
            assertThat(dropAll(jdbc, "look")).isZero();
            return null;
        });
    }

    @Test
    void whoeverTakesMoreThanWasDroppedIsFoundOut() {
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            dropAll(jdbc, "act");
            sealed(jdbc);
            jdbc.sql("set local session_replication_role = replica").update();
            jdbc.sql(
                            "delete from audit.entry where id = (select id from audit.entry where class = 'act' and kind = 'model' limit 1)")
                    .update();
            assertThat(findings(jdbc)).contains("dropped-differs");
            return null;
        });
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            dropAll(jdbc, "look");
            sealed(jdbc);
            jdbc.sql("set local session_replication_role = replica").update();
            jdbc.sql("delete from audit.dropped").update();
            assertThat(findings(jdbc)).contains("entry-missing", "proof-missing");
            return null;
        });
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            dropAll(jdbc, "records");
            sealed(jdbc);
            jdbc.sql("set local session_replication_role = replica").update();
            jdbc.sql(
                            "insert into audit.dropped_batch (entry_id, month) select id, current_date from audit.entry where what = 'records' and id not in (select entry_id from audit.dropped_batch) limit 1")
                    .update();
            assertThat(findings(jdbc)).contains("dropped-differs");
            return null;
        });
    }

    @Test
    void whatWasTamperedWithDoesNotGo() {
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            jdbc.sql("set local session_replication_role = replica").update();
            jdbc.sql(
                            "update audit.entry set what = 'nothing' where id = (select id from audit.entry where class = 'look' limit 1)")
                    .update();
            jdbc.sql("set local session_replication_role = origin").update();
            assertThatThrownBy(() -> dropAll(jdbc, "look")).rootCause().hasMessageContaining("not as they were sealed");
            return null;
        });
    }

    /** What somebody took away by hand is found out for ever: no month's end makes it good. */
    @Test
    void aMonthThatGoesDoesNotHideWhatWasTakenAwayBefore() {
        for (var taken : List.of(
                List.of(
                        "delete from kasane.case_event where (stream_id, seq) in (select stream_id, seq from kasane.case_event where stream_id not in (select stream_id from audit.erased) limit 1)",
                        "event-missing"),
                List.of(
                        "delete from audit.salt where entry_id in (select entry_id from audit.salt limit 1)",
                        "submission-changed"))) {
            kasane.rolledBack(jdbc -> {
                sealed(jdbc);
                jdbc.sql("set local session_replication_role = replica").update();
                jdbc.sql(taken.get(0)).update();
                jdbc.sql("set local session_replication_role = origin").update();
                assertThat(findings(jdbc)).contains(taken.get(1));
                dropAll(jdbc, "act");
                sealed(jdbc);
                assertThat(findings(jdbc)).as("after the drop").contains(taken.get(1));
                return null;
            });
        }
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            jdbc.sql("set local session_replication_role = replica").update();
            jdbc.sql(
                            """
                            delete from engine.record r using (select * from audit.entry where what = 'records' order by at limit 1) e
                            where r.epoch = (e.refs ->> 'epoch')::uuid and r.partition_id = (e.refs ->> 'partition')::int
                              and r.position between (e.refs ->> 'first')::bigint and (e.refs ->> 'last')::bigint""")
                    .update();
            jdbc.sql("set local session_replication_role = origin").update();
            assertThat(findings(jdbc)).contains("records-changed");
            dropAll(jdbc, "records");
            dropAll(jdbc, "engine");
            sealed(jdbc);
            assertThat(findings(jdbc)).as("after the drop").contains("records-changed");
            return null;
        });
        for (var name : List.of("look", "act")) {
            kasane.rolledBack(jdbc -> {
                sealed(jdbc);
                jdbc.sql("set local session_replication_role = replica").update();
                jdbc.sql(
                                "delete from audit.entry where id = (select e.id from audit.entry e where e.class = :class and not audit.still_vouches(e) limit 1)")
                        .param("class", name)
                        .update();
                jdbc.sql("set local session_replication_role = origin").update();
                assertThatThrownBy(() -> dropAll(jdbc, name)).rootCause().hasMessageContaining("more is gone");
                return null;
            });
        }
    }

    /** The application drops what has expired, and the trail says who did. */
    @Test
    void whatHasExpiredGoesByNight() {
        kasane.rolledBack(jdbc -> {
            sealed(jdbc);
            jdbc.sql("update audit.retention set months = 12 where class = 'look'")
                    .update();
            // Of a month two years ago, sealed as any other.
            var month =
                    LocalDate.now(java.time.ZoneOffset.UTC).withDayOfMonth(1).minusMonths(24);
            jdbc.sql("select audit.begin_month('look', :month::timestamp)")
                    .param("month", month)
                    .query()
                    .listOfRows();
            jdbc.sql(
                            """
                            insert into audit.entry (class, at, id, kind, what, transaction_id)
                            select 'look', :month::timestamp + interval '3 days', gen_random_uuid(), 'read', 'GET /cases', pg_current_xact_id()
                            from generate_series(1, 7)""")
                    .param("month", month)
                    .update();
            sealed(jdbc);
            jdbc.sql("set local role kasane_app").update();
            assertThat(jdbc.sql("select audit.drop_expired('look', :month)")
                            .param("month", month)
                            .query(Long.class)
                            .single())
                    .isEqualTo(7);
            assertThat(jdbc.sql("select audit.drop_expired('look', :month)")
                            .param("month", month)
                            .query(Long.class)
                            .single())
                    .isZero();
            jdbc.sql("reset role").update();
            sealed(jdbc);
            assertThat(findings(jdbc)).isEmpty();
            return null;
        });
    }

    @Test
    void theApplicationCanOnlyAskForWhatHasExpired() {
        kasane.inTheNameOf(kasane.user("admin"), jdbc -> {
            assertThatThrownBy(() -> jdbc.sql("select audit.drop_expired('look', date_trunc('month', now())::date)")
                            .query(Long.class)
                            .single())
                    .rootCause()
                    .hasMessageContaining("is not over");
            return null;
        });
        for (var denied : List.of(
                "select audit.drop_month('look', current_date)",
                "select audit.drop_records(current_date)",
                "update audit.retention set months = 12",
                "insert into audit.erased (stream_id, erasure_id, at) values (gen_random_uuid(), gen_random_uuid(), now())",
                "delete from audit.dropped")) {
            kasane.inTheNameOf(kasane.user("admin"), jdbc -> {
                assertThatThrownBy(() -> jdbc.sql(denied).update())
                        .rootCause()
                        .hasMessageContaining("permission denied");
                return null;
            });
        }
        kasane.rolledBack(jdbc -> {
            assertThatThrownBy(() ->
                            jdbc.sql("update audit.retention set months = 11").update())
                    .rootCause()
                    .hasMessageContaining("retention_months_check");
            return null;
        });
        // A month's time is over so many months after its end.
        kasane.rolledBack(jdbc -> {
            jdbc.sql("update audit.retention set months = 12 where class = 'look'")
                    .update();
            var month = LocalDate.now(java.time.ZoneOffset.UTC).withDayOfMonth(1);
            assertThat(jdbc.sql("select expires from audit.months() where class = 'look' and month = :month")
                            .param("month", month)
                            .query(LocalDate.class)
                            .single())
                    .isEqualTo(month.plusMonths(13));
            return null;
        });
    }

    @Test
    void thePageTellsHowLongWhatIsKept() {
        assertThat(kasane.as("auditor").get("/trail/chain").text()).contains("保存期間", "エンジンの記録", "無期限");
    }
}
