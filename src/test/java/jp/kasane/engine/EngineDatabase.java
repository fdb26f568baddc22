package jp.kasane.engine;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import jp.kasane.local.FreePorts;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A PostgreSQL with all migrations in it that can be stopped and started again on the same port, with the same data. */
public final class EngineDatabase implements AutoCloseable {

    private final Path dataDirectory;
    private final int port;
    private EmbeddedPostgres server;

    private EngineDatabase(Path dataDirectory, int port) {
        this.dataDirectory = dataDirectory;
        this.port = port;
    }

    /** Starts a new one below this directory and migrates it. */
    public static EngineDatabase in(Path directory) {
        var database = new EngineDatabase(directory, FreePorts.next());
        database.start();
        Flyway.configure()
                .dataSource(database.jdbcUrl(), "postgres", null)
                .schemas("kasane")
                .defaultSchema("kasane")
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return database;
    }

    public void start() {
        try {
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(dataDirectory)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("track_commit_timestamp", "on")
                    .setPGStartupWait(Duration.ofSeconds(30))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void stop() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    /** As a superuser: row-level security does not hide anything. */
    public JdbcClient sql() {
        return as("postgres");
    }

    public JdbcClient as(String role) {
        return JdbcClient.create(new DriverManagerDataSource(jdbcUrl(), role, ""));
    }
}
