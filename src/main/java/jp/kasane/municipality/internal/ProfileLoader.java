package jp.kasane.municipality.internal;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.foundation.Ids;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Fills an empty installation from the profile file; an installation that has a municipality is left alone, since from then
 * on the tables are the truth. Writes as the owner of the tables: there is no user yet in whose name it could be done.
 */
@Component
class ProfileLoader implements InitializingBean {

    private static final Logger LOG = LoggerFactory.getLogger(ProfileLoader.class);

    private final Flyway flyway;
    private final String profile;
    private final boolean localUsers;

    ProfileLoader(
            Flyway flyway,
            @Value("${kasane.profile}") String profile,
            @Value("${kasane.local-users:false}") boolean localUsers,
            @Value("${server.address}") String address) {
        this.flyway = flyway;
        this.profile = profile;
        this.localUsers = localUsers;
        if (localUsers && !isLoopback(address)) {
            throw new IllegalStateException(
                    "kasane.local-users=true (a password equal to the name) is possible only while"
                            + " server.address is a loopback address, not " + address);
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return java.net.InetAddress.getByName(address).isLoopbackAddress();
        } catch (java.net.UnknownHostException e) {
            return false;
        }
    }

    @Override
    public void afterPropertiesSet() throws IOException, SQLException {
        try (var connection = flyway.getConfiguration().getDataSource().getConnection()) {
            var jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            connection.setAutoCommit(false);
            jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.profile'))")
                    .query()
                    .listOfRows();
            if (jdbc.sql("select count(*) from kasane.municipality")
                            .query(Long.class)
                            .single()
                    == 0) {
                load(jdbc, read());
            }
            commit(connection);
        }
    }

    private static void commit(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }

    private Profile read() throws IOException {
        var resource = new ClassPathResource("profiles/" + profile + ".yaml");
        if (!resource.exists()) {
            throw new IllegalStateException(
                    "There is no profiles/" + profile + ".yaml: set kasane.profile to one that exists");
        }
        try (var file = resource.getInputStream()) {
            return JsonMapper.builder(new YAMLFactory())
                    .addModule(new JavaTimeModule())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build()
                    .readValue(file, Profile.class);
        }
    }

    private void load(JdbcClient jdbc, Profile profile) {
        var municipality = Ids.next();
        jdbc.sql("insert into kasane.municipality (id, code, name) values (?, ?, ?)")
                .params(municipality, profile.code(), profile.name())
                .update();
        int position = 0;
        for (var agency : profile.agencies()) {
            jdbc.sql(
                            "insert into kasane.agency (id, municipality_id, code, name, field, position) values (?, ?, ?, ?, ?, ?)")
                    .params(Ids.next(), municipality, agency.code(), agency.name(), agency.field(), position++)
                    .update();
        }
        jdbc.sql("update kasane.municipality set coordinating_agency_id = ?, responsible_agency_id = ? where id = ?")
                .params(
                        agency(jdbc, profile.coordinatingAgency()),
                        agency(jdbc, profile.responsibleAgency()),
                        municipality)
                .update();
        for (var deadline : profile.deadlines()) {
            jdbc.sql(
                            "insert into kasane.deadline_policy (id, municipality_id, step, active, due_days, unit, remind_days, lead_days, escalate_days)"
                                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)")
                    .params(
                            Ids.next(),
                            municipality,
                            deadline.step(),
                            deadline.active() == null || deadline.active(),
                            deadline.dueDays(),
                            deadline.unit() == null ? "calendar" : deadline.unit(),
                            deadline.remindDays(),
                            deadline.leadDays() == null ? 0 : deadline.leadDays(),
                            deadline.escalateDays())
                    .update();
        }
        calendar(jdbc, municipality, profile.calendar());
        if (profile.meetings() != null) {
            profile.meetings().forEach(body -> meetingBody(jdbc, municipality, body));
        }
        jdbc.sql("select kasane.add_default_settings(?)")
                .param(municipality)
                .query()
                .listOfRows();
        user(jdbc, municipality, "system", "システム", null, "system", "system", null);
        if (localUsers) {
            // Cheap to check on purpose: a password that equals the name protects nothing, loopback does.
            var encoder = new BCryptPasswordEncoder(4);
            for (var user : profile.localUsers()) {
                user(
                        jdbc,
                        municipality,
                        user.login(),
                        user.name(),
                        "{bcrypt}" + encoder.encode(user.login()),
                        "person",
                        user.role(),
                        user.agency() == null ? null : agency(jdbc, user.agency()));
            }
        }
        LOG.info("Loaded the profile of {}", profile.code());
    }

    private static void calendar(JdbcClient jdbc, UUID municipality, Profile.CalendarEntry calendar) {
        if (calendar == null) {
            return;
        }
        if (calendar.closedWeekdays() != null) {
            jdbc.sql("insert into kasane.calendar_week (municipality_id, closed_weekdays) values (?, ?)")
                    .params(municipality, calendar.closedWeekdays().toArray(Integer[]::new))
                    .update();
        }
        if (calendar.closures() != null) {
            for (var closure : calendar.closures()) {
                jdbc.sql(
                                "insert into kasane.calendar_yearly_closure (id, municipality_id, name, from_day, to_day) values (?, ?, ?, ?, ?)")
                        .params(Ids.next(), municipality, closure.name(), closure.from(), closure.to())
                        .update();
            }
        }
    }

    private static void meetingBody(JdbcClient jdbc, UUID municipality, Profile.MeetingEntry body) {
        jdbc.sql(
                        """
                        insert into kasane.meeting_body (id, municipality_id, code, name, kinds, rhythm, every, counts_from, weekday, nths, months,
                            starts, place, cutoff_days, cutoff_unit, closed_day, quorum)
                        values (:id, :municipality, :code, :name, :kinds, :rhythm, coalesce(:every, 1), :from, :weekday, coalesce(:nths::int[], '{}'),
                            coalesce(:months::int[], '{1,2,3,4,5,6,7,8,9,10,11,12}'), coalesce(:starts::time, '14:00'), coalesce(:place, ''),
                            coalesce(:cutoff, 7), coalesce(:unit, 'calendar'), coalesce(:closed, 'next'), :quorum)
                        """)
                .param("id", Ids.next())
                .param("municipality", municipality)
                .param("code", body.code())
                .param("name", body.name())
                .param("kinds", body.kinds().toArray(String[]::new))
                .param("rhythm", body.rhythm())
                .param("every", body.every(), Types.INTEGER)
                .param("from", body.countsFrom(), Types.DATE)
                .param("weekday", body.weekday(), Types.INTEGER)
                .param("nths", numbers(body.nths()), Types.VARCHAR)
                .param("months", numbers(body.months()), Types.VARCHAR)
                .param("starts", body.starts(), Types.VARCHAR)
                .param("place", body.place(), Types.VARCHAR)
                .param("cutoff", body.cutoffDays(), Types.INTEGER)
                .param("unit", body.cutoffUnit(), Types.VARCHAR)
                .param("closed", body.closedDay(), Types.VARCHAR)
                .param("quorum", body.quorum(), Types.INTEGER)
                .update();
    }

    /** As PostgreSQL writes an array; null where nothing is said. */
    private static String numbers(List<Integer> numbers) {
        return numbers == null
                ? null
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static UUID agency(JdbcClient jdbc, String code) {
        return jdbc.sql("select id from kasane.agency where code = ?")
                .param(code)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new IllegalStateException("The profile names an agency it does not list: " + code));
    }

    private static void user(
            JdbcClient jdbc,
            UUID municipality,
            String login,
            String name,
            String hash,
            String kind,
            String role,
            UUID agency) {
        var id = Ids.next();
        jdbc.sql(
                        "insert into kasane.app_user (id, municipality_id, login, display_name, password_hash, kind) values (?, ?, ?, ?, ?, ?)")
                .params(id, municipality, login, name, hash, kind)
                .update();
        jdbc.sql(
                        "insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id) values (?, ?, ?, ?, ?)")
                .params(Ids.next(), municipality, id, role, agency)
                .update();
    }
}
