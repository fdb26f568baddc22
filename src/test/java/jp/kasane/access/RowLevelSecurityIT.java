package jp.kasane.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who sees which row is decided by PostgreSQL (DESIGN §10): asked here as the role the application connects with. */
class RowLevelSecurityIT {

    private static final String HIDDEN_ADDRESS = "非開示町九丁目九番";
    private static final String SAID_IN_THE_MEETING = "この場かぎりの話";

    private static KasaneServer kasane;
    private static UUID theCase;
    private static UUID theConsultation;
    private static UUID coordinator;
    private static UUID coordinatorElsewhere;
    private static UUID receptionElsewhere;
    private static boolean memberSawTheCaseBeforeBeingInvited;

    @BeforeAll
    static void aCaseWithAConcealedAddressAndAMeeting() {
        kasane = KasaneServer.shared();
        coordinator = kasane.user("coordinator");
        coordinatorElsewhere = kasane.employ("coordinator-wakamono", "若者 推進", "coordinator", "wakamono");
        receptionElsewhere = kasane.employ("reception-kodomo", "子ども 受付", "reception", "kodomo");
        var played = kasane.playSteps(
                """
                - as: reception
                  register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 秘匿 花,
                              subjectAddress: %1$s, addressConcealed: true, concerns: [violence], mainConcern: violence, story: 相談の内容 }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class1, reason: 複合, urgency: urgent, route: case }
                - as: coordinator
                  task: Task_GatherInformation
                  data:
                    householdName: 秘匿家
                    members:
                      - { name: 秘匿 花, relation: head, subject: true, address: %1$s, addressConcealed: true, concerns: [violence], mainConcern: violence }
                      - { name: 秘匿 実, relation: child, subject: false, address: 公開町一丁目, addressConcealed: false, concerns: [work] }
                    agencies: [ { agency: anshin, relation: current } ]
                    gathered: 集めたこと
                - as: coordinator
                  task: Task_WriteAssessment
                  data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: meeting, routeReason: 同意がない }
                - as: coordinator
                  task: Task_ProposeMembers
                  data: { purpose: 目的, agenda: 議題, agencies: [fukushi-seisaku, shakyo, anshin] }
                - { as: coordinator, expect: { phase: meeting } }
                """
                        .formatted(HIDDEN_ADDRESS));
        theCase = UUID.fromString(played.caseId());
        theConsultation = UUID.fromString(played.consultationId());
        memberSawTheCaseBeforeBeingInvited = sees(kasane.user("member"), "case_file", "id", theCase);
        var manager = kasane.as("manager");
        var here = "caseId=" + theCase;
        assertThat(manager.submit(
                                manager.task("Task_ConveneMeeting", here),
                                """
                                {"scheduledAt":"2026-11-20T10:00:00+09:00","place":"会議室","agencies":["fukushi-seisaku","shakyo","anshin"]}""")
                        .status())
                .isEqualTo(201);
        assertThat(manager.submit(
                                manager.task("Task_HoldMeeting", here),
                                """
                                {"heldAt":"2026-11-20T10:00:00+09:00","outcomeSupport":"outreach","minutes":"%s","approach":"方針",
                                 "attendance":[{"agency":"shakyo","attended":true,"pledge":true},{"agency":"anshin","attended":true,"pledge":true}]}"""
                                        .formatted(SAID_IN_THE_MEETING))
                        .status())
                .isEqualTo(201);
        kasane.as("coordinator").task("Task_DraftOutreachPlan", here);
    }

    // ── every table, the ones of tomorrow included ─────────────────────────────────────────────────────────────────

    /** Tables that say something about a case, a consultation or a municipality. */
    static Stream<String> tables() {
        return KasaneServer.shared()
                .sql()
                .sql(
                        """
                        select distinct c.table_schema || '.' || c.table_name from information_schema.columns c
                        join information_schema.tables t using (table_schema, table_name)
                        where c.table_schema in ('kasane', 'engine') and t.table_type = 'BASE TABLE'
                          and c.column_name in ('case_id', 'consultation_id', 'stream_id', 'municipality_id', 'process_instance_key')
                          and not exists (select from pg_inherits i where i.inhrelid = format('%I.%I', c.table_schema, c.table_name)::regclass)
                        order by 1
                        """)
                .query(String.class)
                .stream();
    }

    static Stream<String> tablesOfCases() {
        return tablesWith("case_id", "consultation_id").filter(table -> table.startsWith("kasane."));
    }

    static Stream<String> tablesOfMatters() {
        return tablesWith("matter_id")
                .filter(table -> table.startsWith("kasane."))
                // A person's own, and what they may see of it is asked where they follow it.
                .filter(table -> !table.equals("kasane.notification"));
    }

    private static Stream<String> tablesWith(String... columns) {
        return KasaneServer.shared()
                .sql()
                .sql(
                        """
                        select distinct c.table_schema || '.' || c.table_name from information_schema.columns c
                        join information_schema.tables t using (table_schema, table_name)
                        where c.table_schema in ('kasane', 'engine') and t.table_type = 'BASE TABLE' and c.column_name in (:columns) order by 1
                        """)
                .param("columns", List.of(columns))
                .query(String.class)
                .stream();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void everyTableHasRowLevelSecurity(String table) {
        assertThat(kasane.sql()
                        .sql("select relrowsecurity from pg_class where oid = :table::regclass")
                        .param("table", table)
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void whoeverNamesNobodySeesNothing(String table) {
        assertThat(rows(null, table)).isZero();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void aUserWhoDoesNotExistSeesNothing(String table) {
        assertThat(rows(UUID.randomUUID(), table)).isZero();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void somebodyWhoHasLeftSeesNothing(String table) {
        var left = kasane.employ("manager-left", "退職 済", "manager", "fukushi-seisaku");
        kasane.sql()
                .sql("update kasane.app_user set active = false where id = :id")
                .param("id", left)
                .update();
        assertThat(rows(left, table)).isZero();
    }

    @ParameterizedTest
    @MethodSource("tablesOfCases")
    void aCoordinatorOfAnotherAgencySeesNothingOfTheCase(String table) {
        assertThat(rowsOfCases(coordinatorElsewhere, table)).isZero();
    }

    @ParameterizedTest
    @MethodSource("tablesOfCases")
    void anAdministratorSeesNoCase(String table) {
        assertThat(rowsOfCases(kasane.user("admin"), table)).isZero();
    }

    /** What concerns the whole area is work, too: an administrator's is another. */
    @ParameterizedTest
    @MethodSource("tablesOfMatters")
    void anAdministratorSeesNothingOfAMatter(String table) {
        long seen = kasane.inTheNameOf(
                kasane.user("admin"), jdbc -> jdbc.sql("select count(*) from " + table + " where matter_id is not null")
                        .query(Long.class)
                        .single());
        assertThat(seen).isZero();
    }

    @ParameterizedTest
    @MethodSource("tablesOfCases")
    void anAuditorSeesEverything(String table) {
        if (table.equals("kasane.notification")) {
            return; // A person's own, read by nobody else.
        }
        long all = count(kasane.sql(), table);
        assertThat(rows(kasane.user("auditor"), table)).isEqualTo(all);
    }

    @ParameterizedTest
    @MethodSource("tables")
    void anAuditorChangesNothing(String table) {
        writesNothing(kasane.user("auditor"), table);
    }

    @ParameterizedTest
    @MethodSource("tablesOfCases")
    void anAdministratorChangesNoCase(String table) {
        writesNothing(kasane.user("admin"), table);
    }

    private static void writesNothing(UUID user, String table) {
        var aRow = kasane.sql()
                .sql("select to_jsonb(t)::text from " + table + " t limit 1")
                .query(String.class)
                .optional();
        // Not what the table makes of the others by itself.
        var columns = kasane.sql()
                .sql(
                        "select string_agg(quote_ident(column_name), ', ') from information_schema.columns where table_schema || '.' || table_name = :table and is_generated = 'NEVER'")
                .param("table", table)
                .query(String.class)
                .single();
        aRow.ifPresent(row -> refused(
                user,
                "insert into " + table + " (" + columns + ") overriding user value select " + columns
                        + " from jsonb_populate_record(null::" + table + ", :row::jsonb)",
                row));
        var column = kasane.sql()
                .sql(
                        "select column_name from information_schema.columns where table_schema || '.' || table_name = :table and is_identity = 'NO' order by ordinal_position limit 1")
                .param("table", table)
                .query(String.class)
                .single();
        refused(user, "update " + table + " set " + column + " = " + column, null);
        refused(user, "delete from " + table, null);
    }

    private static void refused(UUID user, String statement, String row) {
        kasane.inTheNameOf(user, jdbc -> {
            try {
                var asked = jdbc.sql(statement);
                assertThat((row == null ? asked : asked.param("row", row)).update())
                        .as(statement)
                        .isZero();
            } catch (DataAccessException refused) {
                if (!(refused.getRootCause() instanceof SQLException sql) || !"42501".equals(sql.getSQLState())) {
                    fail(statement + " failed for another reason than access", refused);
                }
            }
            return null;
        });
    }

    // ── the rules ──────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void theApplicationCannotGetAroundThePolicies() {
        record Role(boolean superuser, boolean bypass) {}
        assertThat(kasane.sql()
                        .sql(
                                "select rolsuper as superuser, rolbypassrls as bypass from pg_roles where rolname = 'kasane_app'")
                        .query(Role.class)
                        .single())
                .isEqualTo(new Role(false, false));
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from pg_tables where schemaname in ('kasane', 'engine', 'audit') and tableowner = 'kasane_app'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    /** From midnight to nine in Japan it is yesterday in UTC; the exporter's connection and the owner's are in no time zone of ours. */
    @Test
    void theDayIsTheOneInJapanWhateverTimeZoneAConnectionHas() {
        for (var zone : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago")) {
            assertThat((LocalDate) kasane.rolledBack(jdbc -> {
                        jdbc.sql("set local time zone '" + zone + "'").update();
                        return jdbc.sql("select kasane.today()")
                                .query(LocalDate.class)
                                .single();
                    }))
                    .isEqualTo(JapaneseTime.dayOf(Instant.now()));
        }
        assertThat(kasane.sql()
                        .sql(
                                """
                                select p.oid::regprocedure::text from pg_proc p
                                where p.pronamespace in ('kasane'::regnamespace, 'engine'::regnamespace, 'audit'::regnamespace) and p.prokind = 'f'
                                  and pg_get_functiondef(p.oid) ~* 'current_date'
                                union all
                                select polrelid::regclass || '.' || polname from pg_policy
                                where concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) ~* 'current_date'
                                union all
                                select adrelid::regclass::text from pg_attrdef where pg_get_expr(adbin, adrelid) ~* 'current_date'
                                """)
                        .query(String.class)
                        .list())
                .as("asks kasane.today() instead")
                .isEmpty();
    }

    @Test
    void anAgencySeesTheCaseOnlyOnceItIsInvited() {
        assertThat(memberSawTheCaseBeforeBeingInvited).isFalse();
        assertThat(sees(kasane.user("member"), "case_file", "id", theCase)).isTrue();
    }

    @Test
    void theAccompanyingAgencyAndTheSectionSeeTheCase() {
        assertThat(sees(coordinator, "case_file", "id", theCase)).isTrue();
        assertThat(sees(kasane.user("manager"), "case_file", "id", theCase)).isTrue();
    }

    @Test
    void aConcealedAddressIsSeenByTheAccompanyingAgencyButByNoMember() {
        var addresses = "select address from kasane.member_address where case_id = '" + theCase + "' order by address";
        assertThat(texts(coordinator, addresses)).containsExactlyInAnyOrder("公開町一丁目", HIDDEN_ADDRESS);
        assertThat(texts(kasane.user("member"), addresses)).containsExactly("公開町一丁目");
    }

    @Test
    void aConcealedAddressIsNowhereInWhatAMemberIsShown() {
        var member = kasane.as("member");
        for (var path : List.of(
                "/api/v1/cases/" + theCase,
                "/api/v1/cases/" + theCase + "/events",
                "/api/v1/consultations/" + theConsultation,
                "/api/v1/tasks?view=all")) {
            var shown = member.get(path);
            assertThat(shown.status()).as(path).isEqualTo(200);
            assertThat(shown.text()).as(path).doesNotContain(HIDDEN_ADDRESS);
        }
        var page = member.get("/api/v1/cases/" + theCase);
        assertThat(page.at("/household/members/0/addressConcealed").asBoolean()).isTrue();
        assertThat(page.at("/household/members/1/address").asText()).isEqualTo("公開町一丁目");
        assertThat(kasane.as("coordinator").get("/api/v1/cases/" + theCase).text())
                .contains(HIDDEN_ADDRESS);
    }

    @Test
    void whoeverReceivedTheAddressStillSeesItInTheConsultation() {
        assertThat(kasane.as("reception")
                        .get("/api/v1/consultations/" + theConsultation)
                        .text())
                .contains(HIDDEN_ADDRESS);
    }

    @Test
    void whatWasSaidInASupportMeetingStaysWithThoseWhoSatInIt() {
        // The reception's agency reported the case and sees it, but was not invited.
        assertThat(sees(kasane.user("reception"), "case_file", "id", theCase)).isTrue();
        for (var table : List.of("meeting", "meeting_attendee")) {
            assertThat(sees(kasane.user("reception"), table, "case_id", theCase))
                    .as(table)
                    .isFalse();
            assertThat(sees(kasane.user("member"), table, "case_id", theCase))
                    .as(table)
                    .isTrue();
        }
        assertThat(texts(
                        kasane.user("reception"),
                        "select id::text from kasane.submission where data::text like '%" + SAID_IN_THE_MEETING + "%'"))
                .isEmpty();
        assertThat(kasane.as("reception").get("/api/v1/cases/" + theCase).text())
                .doesNotContain(SAID_IN_THE_MEETING);
        assertThat(kasane.as("member").get("/api/v1/cases/" + theCase).text()).contains(SAID_IN_THE_MEETING);
    }

    @Test
    void aReceptionSeesItsOwnConsultationsOnly() {
        assertThat(sees(kasane.user("reception"), "consultation", "id", theConsultation))
                .isTrue();
        assertThat(sees(receptionElsewhere, "consultation", "id", theConsultation))
                .isFalse();
        assertThat(rows(receptionElsewhere, "kasane.consultation")).isZero();
        assertThat(kasane.as("reception-kodomo")
                        .get("/api/v1/consultations/" + theConsultation)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void aRestrictedCaseIsSeenOnlyByItsLeadAndItsAccompanyingAgencyAndTheSection() {
        kasane.sql()
                .sql("update kasane.case_file set restricted = true where id = :id")
                .param("id", theCase)
                .update();
        try {
            assertThat(sees(kasane.user("member"), "case_file", "id", theCase)).isFalse();
            assertThat(sees(kasane.user("member"), "household", "case_id", theCase))
                    .isFalse();
            assertThat(sees(coordinator, "case_file", "id", theCase)).isTrue();
            assertThat(sees(kasane.user("manager"), "case_file", "id", theCase)).isTrue();
        } finally {
            kasane.sql()
                    .sql("update kasane.case_file set restricted = false where id = :id")
                    .param("id", theCase)
                    .update();
        }
    }

    @Test
    void theHistoryCannotBeRewrittenByAnybody() {
        for (var login : List.of("coordinator", "manager", "system")) {
            refused(kasane.user(login), "update kasane.case_event set kind = 'nothing'", null);
            refused(kasane.user(login), "delete from kasane.case_event", null);
        }
    }

    @Test
    void nobodyOfTheApplicationGivesThemselvesARole() {
        refused(kasane.user("manager"), "update kasane.role_assignment set role = 'auditor'", null);
        refused(kasane.user("coordinator"), "update kasane.case_seat set until = null", null);
    }

    private static boolean sees(UUID user, String table, String column, UUID id) {
        return kasane.inTheNameOf(
                        user, jdbc -> jdbc.sql("select count(*) from kasane." + table + " where " + column + " = :id")
                                .param("id", id)
                                .query(Long.class)
                                .single())
                > 0;
    }

    private static long rows(UUID user, String table) {
        return kasane.inTheNameOf(user, jdbc -> count(jdbc, table));
    }

    /** Rows that say something of a case or a consultation: what concerns the whole area is everybody's who works here. */
    private static long rowsOfCases(UUID user, String table) {
        var columns = kasane.sql()
                .sql(
                        """
                        select string_agg(column_name, ', ') from information_schema.columns
                        where table_schema || '.' || table_name = :table and column_name in ('case_id', 'consultation_id')
                        """)
                .param("table", table)
                .query(String.class)
                .single();
        return kasane.inTheNameOf(
                user, jdbc -> jdbc.sql("select count(*) from " + table + " where coalesce(" + columns + ") is not null")
                        .query(Long.class)
                        .single());
    }

    private static List<String> texts(UUID user, String query) {
        return kasane.inTheNameOf(
                user, jdbc -> jdbc.sql(query).query(String.class).list());
    }

    private static long count(JdbcClient jdbc, String table) {
        return jdbc.sql("select count(*) from " + table).query(Long.class).single();
    }
}
