package jp.kasane.municipality.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Every profile fills an empty installation, each in a database of its own. */
class ProfilesIT {

    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.start();
        // Migrated once; the others are copies.
        var template = JdbcClient.create(server.getPostgresDatabase());
        template.sql("create database empty").update();
        flyway("empty").migrate();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    static Stream<String> shipped() throws IOException {
        return ProfileCheckTest.shipped();
    }

    private static DriverManagerDataSource dataSource(String database) {
        return new DriverManagerDataSource(
                "jdbc:postgresql://localhost:" + server.getPort() + "/" + database, "postgres", "");
    }

    private static Flyway flyway(String database) {
        return Flyway.configure()
                .dataSource(dataSource(database))
                .schemas("kasane")
                .defaultSchema("kasane")
                .locations("classpath:db/migration")
                .load();
    }

    private static JdbcClient empty(String name) {
        JdbcClient.create(server.getPostgresDatabase())
                .sql("create database \"" + name + "\" template empty")
                .update();
        return JdbcClient.create(dataSource(name));
    }

    private static JdbcClient load(String profile) throws Exception {
        return load(profile, profile);
    }

    private static JdbcClient load(String database, String profile) throws Exception {
        var sql = empty(database);
        loader(database, profile).afterPropertiesSet();
        return sql;
    }

    private static ProfileLoader loader(String database, String profile) {
        return new ProfileLoader(flyway(database), profile, true, true, "127.0.0.1");
    }

    private static List<String> list(JdbcClient sql, String query) {
        return sql.sql(query).query(String.class).list();
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void aProfileFillsAnEmptyInstallation(String profile) throws Exception {
        var sql = load("p-" + profile, profile);
        assertThat(list(sql, "select code from kasane.municipality")).containsExactly(profile);
        assertThat(list(sql, "select login from kasane.app_user where kind = 'person'"))
                .contains("reception", "coordinator", "member", "manager", "auditor", "admin")
                // Two of the section, so that what takes four eyes can be tried.
                .contains("manager2");
        // Whoever the tasks are addressed to is somebody.
        assertThat(
                        list(
                                sql,
                                """
                                select r.role from kasane.role_assignment r join kasane.municipality m
                                on r.role = 'coordinator' and r.agency_id = m.coordinating_agency_id
                                   or r.role = 'manager' and r.agency_id = m.responsible_agency_id
                                """))
                .contains("coordinator", "manager");
        assertThat(list(sql, "select code from kasane.meeting_body where convener_id is null"))
                .isEmpty();
        assertThat(list(sql, "select code from kasane.closure_code")).contains("moved", "death", "other", "handover");
        assertThat(list(sql, "select step from kasane.deadline_policy")).containsAll(tasksWithADeadline());
        for (var table : List.of(
                "municipal_word",
                "municipal_rule",
                "intake_way",
                "closure_code",
                "area_scheme",
                "area",
                "agency",
                "meeting_body")) {
            assertThat(list(
                            sql,
                            "select coalesce(source, table_name) from kasane." + table + ", (values ('" + table
                                    + "')) t (table_name)"))
                    .as(table)
                    .allMatch(source -> source.matches("ours|00[0-4], L.+"));
        }
    }

    /** Every task of every diagram: a profile may leave all days to Kasane's first values. */
    private static TreeSet<String> tasksWithADeadline() throws IOException {
        var steps = new TreeSet<String>();
        try (var diagrams = Files.newDirectoryStream(Path.of("processes"), "*.bpmn")) {
            for (var diagram : diagrams) {
                var tasks = Pattern.compile("userTask id=\"(Task_\\w+)\"").matcher(Files.readString(diagram));
                while (tasks.find()) {
                    steps.add(tasks.group(1));
                }
            }
        }
        assertThat(steps).hasSizeGreaterThan(20);
        return steps;
    }

    /** They stood in its file once. */
    @Test
    void daysAndClosuresThatAProfileLeavesOutAreKasanesFirstValues() throws Exception {
        var hachioji = load("days", "hachioji");
        assertThat(
                        list(
                                hachioji,
                                """
                                select concat_ws(' ', step, due_days, remind_days, lead_days, escalate_days, unit) from kasane.deadline_policy
                                where active and (step in ('Task_Triage', 'Task_Review') or step like 'Watch%') order by step
                                """))
                .containsExactly(
                        "Task_Review 90 14 0 14 calendar",
                        "Task_Triage 3 1 0 2 calendar",
                        "Watch_AfterClosure 90 7 7 21 calendar",
                        "Watch_Ratification 14 3 0 7 calendar",
                        "Watch_Silence 30 0 7 21 calendar");
        assertThat(list(hachioji, "select closed_weekdays::text from kasane.calendar_week"))
                .containsExactly("{6,7}");
        assertThat(list(hachioji, "select concat_ws(' ', name, from_day, to_day) from kasane.calendar_yearly_closure"))
                .containsExactly("年末年始 12-29 01-03");
    }

    @Test
    void whatTheDocumentsSayIsInTheTables() throws Exception {
        var tachikawa = load("tachikawa");
        assertThat(
                        list(
                                tachikawa,
                                "select a.name from kasane.area a join kasane.area_district d on d.area_id = a.id where d.district = '上砂町'"))
                .containsExactly("第６地区");
        assertThat(list(
                        tachikawa,
                        "select value || ' ' || source from kasane.municipal_rule where key = 'plan.decider'"))
                .containsExactly("meeting 002, L3849-3855");
        assertThat(list(tachikawa, "select count(*)::text from kasane.agency_area"))
                .containsExactly("6");

        var yuzawa = load("yuzawa");
        assertThat(
                        list(
                                yuzawa,
                                "select concat_ws(' ', rhythm, weekday, nths, cutoff_days) from kasane.meeting_body where code = 'suishin'"))
                .containsExactly("monthly 3 {3} 7");

        var nakano = load("nakano");
        assertThat(list(nakano, "select code from kasane.meeting_body where held_without_cases and every = 2"))
                .containsExactly("renkei");
        assertThat(list(nakano, "select unnest(ours) from kasane.meeting_body where code = 'renkei'"))
                .containsExactly("countsFrom", "weekday", "nths");

        var nakagawa = load("nakagawa");
        assertThat(list(nakagawa, "select code from kasane.closure_code order by position"))
                .containsExactly("scheme", "death", "eased", "children", "moved", "handover", "other");
        assertThat(list(nakagawa, "select word from kasane.municipal_word where key = 'supportPlan'"))
                .containsExactly("支援計画書");

        var komae = load("komae");
        assertThat(list(komae, "select code || ' ' || slot from kasane.meeting_body order by code"))
                .containsExactly("kodomo child", "komaru needy", "kourei elderly", "shogai disabled");
        assertThat(
                        list(
                                komae,
                                "select concat_ws(' ', concern, field, target_group, origin, source) from kasane.concern_field where concern in ('mental', 'care') order by concern"))
                .containsExactly("care 高齢 elderly ours ours", "mental 障害 disabled municipality ours");

        var sumida = load("sumida");
        assertThat(list(sumida, "select pledge from kasane.meeting_body order by code"))
                .containsExactly("none", "sitting");
        assertThat(list(
                        sumida,
                        "select value from kasane.municipal_rule where key = 'counting.participationWithoutPlan'"))
                .containsExactly("true");
        assertThat(list(sumida, "select code from kasane.area")).isEmpty();
    }

    /** The setting is for an empty installation only. */
    @Test
    void anInstallationThatIsThereStaysAsItIs() throws Exception {
        var sql = load("twice", "komae");
        loader("twice", "nakano").afterPropertiesSet();
        assertThat(list(sql, "select code from kasane.municipality")).containsExactly("komae");
    }

    @Test
    void ofABadProfileNothingIsWritten() {
        var sql = empty("bad");
        // src/test/resources/profiles/bad.yaml
        assertThatThrownBy(() -> loader("bad", "bad").afterPropertiesSet())
                .isInstanceOf(BadProfile.class)
                .hasMessageContaining(
                        "profiles/bad.yaml, line 15, meetings[0].convener: 'office' is none of the agencies")
                .hasMessageContaining("profiles/bad.yaml, line 16, population: is not a key of a profile");
        assertThat(list(sql, "select code from kasane.municipality")).isEmpty();
        assertThatThrownBy(() -> loader("bad", "nowhere").afterPropertiesSet())
                .isInstanceOf(BadProfile.class)
                .hasMessage("There is no profiles/nowhere.yaml: set kasane.profile to one that exists.");
    }

    /** From before there were profiles of this kind: it goes on with what it worked with. */
    @Test
    void anOlderInstallationKeepsItsClosureReasonsAndRules() {
        JdbcClient.create(server.getPostgresDatabase())
                .sql("create database older")
                .update();
        Flyway.configure()
                .configuration(flyway("older").getConfiguration())
                .target("10")
                .load()
                .migrate();
        var sql = JdbcClient.create(dataSource("older"));
        sql.sql(
                        """
                        insert into kasane.municipality (id, code, name) values (gen_random_uuid(), 'old', '以前の市');
                        insert into kasane.agency (id, municipality_id, code, name, field) select gen_random_uuid(), id, 'section', '課', '市' from kasane.municipality;
                        update kasane.municipality set responsible_agency_id = (select id from kasane.agency);
                        insert into kasane.meeting_body (id, municipality_id, code, name, kinds, rhythm)
                        select gen_random_uuid(), id, 'shien', '支援会議', '{support}', 'adhoc' from kasane.municipality;
                        """)
                .update();
        flyway("older").migrate();
        assertThat(list(sql, "select code from kasane.closure_code order by position"))
                .containsExactly("scheme", "eased", "ended", "handover", "normal", "moved", "death", "other");
        assertThat(list(sql, "select a.code from kasane.meeting_body b join kasane.agency a on a.id = b.convener_id"))
                .containsExactly("section");
        assertThat(list(sql, "select value from kasane.municipal_rule where key = 'intake.citizenOpensCase'"))
                .containsExactly("true");
    }
}
