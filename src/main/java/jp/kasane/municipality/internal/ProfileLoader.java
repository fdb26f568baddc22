package jp.kasane.municipality.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
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
    private final boolean demo;

    ProfileLoader(
            Flyway flyway,
            @Value("${kasane.profile}") String profile,
            @Value("${kasane.local-users:false}") boolean localUsers,
            @Value("${kasane.demo:false}") boolean demo,
            @Value("${server.address}") String address) {
        this.flyway = flyway;
        this.profile = profile;
        this.localUsers = localUsers;
        this.demo = demo;
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
            var there = jdbc.sql("select code from kasane.municipality order by created_at")
                    .query(String.class)
                    .list();
            if (there.isEmpty()) {
                // Checked as a whole before anything is written.
                new ProfileTables(jdbc, read()).fill(localUsers, demo);
                LOG.info("Loaded the profile of {}", profile);
            } else if (!there.contains(profile)) {
                LOG.warn(
                        "kasane.profile={} is not loaded: this installation is {}'s already",
                        profile,
                        there.getFirst());
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
        if (!profile.matches("[a-z][a-z0-9-]*") || !resource.exists()) {
            throw new BadProfile("There is no profiles/" + profile + ".yaml: set kasane.profile to one that exists.");
        }
        return ProfileCheck.read(profile, resource.getContentAsString(StandardCharsets.UTF_8));
    }
}
