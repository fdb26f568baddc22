package jp.kasane.local;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import jp.kasane.engine.BrokerProcess;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Application, PostgreSQL and broker, each a process of its own as in server mode, so that each can be killed. */
final class ThreeProcesses implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path directory;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    final BrokerProcess broker;
    final int port = FreePorts.next();
    private final int databasePort = FreePorts.next();
    private LocalPostgres database;
    private Process application;

    /** Starts the database and prepares the broker. */
    ThreeProcesses(Path directory) throws IOException, SQLException {
        this.directory = directory;
        startDatabase();
        broker = new BrokerProcess(directory.resolve("broker"), LocalPostgres.jdbcUrl(databasePort), false);
    }

    void startDatabase() throws IOException, SQLException {
        database = LocalPostgres.start(directory.resolve("postgres"), databasePort, directory.resolve("postgres.log"));
    }

    /** The postmaster and whatever works for it: each of them would end by itself, but as it likes and not at once. */
    void killDatabase() throws IOException {
        var pid = Long.parseLong(Files.readAllLines(directory.resolve("postgres/postmaster.pid"))
                .getFirst()
                .strip());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        var all = new ArrayList<>(postmaster.descendants().toList());
        all.addFirst(postmaster);
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
        database = null;
    }

    void startApplication() throws IOException {
        var jar = Path.of("src/target").toAbsolutePath();
        try (var built = Files.list(jar)) {
            jar = built.filter(file -> file.getFileName().toString().matches("kasane-.*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("run `mvn -DskipTests package` first"));
        }
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString(),
                "--server.port=" + port,
                "--spring.datasource.url=" + LocalPostgres.jdbcUrl(databasePort),
                "--spring.flyway.url=" + LocalPostgres.jdbcUrl(databasePort),
                "--kasane.engine.grpc-address=" + broker.grpcAddress(),
                "--kasane.engine.rest-address=" + broker.restAddress(),
                "--kasane.documents.directory=" + directory.resolve("documents"),
                "--kasane.trail.anchors=" + directory.resolve("anchors"),
                "--kasane.local-users=true");
        builder.environment().keySet().removeIf(name -> name.startsWith("SPRING_") || name.startsWith("KASANE_"));
        builder.environment().put("KASANE_MODE", "server");
        application = builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("kasane.log").toFile()))
                .start();
        await("the application to answer, see " + directory.resolve("kasane.log"))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .failFast("the application ended", () -> !application.isAlive())
                .until(() -> answers("readiness"));
    }

    void killApplication() {
        application.destroyForcibly().onExit().join();
    }

    boolean answers(String what) {
        try {
            return http.send(
                                    HttpRequest.newBuilder(
                                                    URI.create("http://127.0.0.1:" + port + "/actuator/health/" + what))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    JdbcClient sql() {
        return JdbcClient.create(new DriverManagerDataSource(LocalPostgres.jdbcUrl(databasePort), "postgres", ""));
    }

    @Override
    public void close() throws IOException {
        if (application != null) {
            application.destroyForcibly();
        }
        broker.close();
        if (database != null) {
            database.close();
        }
    }
}
