package jp.kasane.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts what the application needs beside itself, then the application; stops everything in the opposite order. */
public final class LocalRuntime implements AutoCloseable {

    private final DataDirectory data;
    private final LocalPostgres postgres;
    private final LocalBroker broker;
    private final String linkSecret;
    private boolean closed;

    private LocalRuntime(DataDirectory data, LocalPostgres postgres, LocalBroker broker) throws IOException {
        this.linkSecret = data.linkSecret();
        this.data = data;
        this.postgres = postgres;
        this.broker = broker;
    }

    /**
     * The application's main method: runs a command ({@code backup}, {@code restore}) or starts everything.
     *
     * @param start starts Spring with these default properties
     */
    public static void launch(String[] args, Function<Map<String, Object>, ConfigurableApplicationContext> start) {
        try {
            if (LocalCommands.run(args)) {
                return;
            }
            if ("server".equals(setting("kasane.mode", "KASANE_MODE", "local"))) {
                start.apply(Map.of());
                return;
            }
            var port = Integer.parseInt(setting("server.port", "SERVER_PORT", "8080"));
            requireFree(port);
            var runtime = start(dataPath());
            // Runs after Spring has closed its context, on Ctrl-C and SIGTERM alike.
            SpringApplication.getShutdownHandlers().add(runtime::close);
            try {
                var context = start.apply(runtime.settings());
                new LocalWelcome(context, port, runtime.data).await();
            } catch (RuntimeException e) {
                runtime.close();
                throw e;
            }
        } catch (CannotStart reason) {
            System.err.println("Kasane: " + reason.getMessage());
            System.exit(1);
        } catch (IOException | SQLException e) {
            System.err.println("Kasane: " + e.getMessage());
            System.exit(1);
        }
    }

    static Path dataPath() {
        return Path.of(setting("kasane.data", "KASANE_DATA", "data"))
                .toAbsolutePath()
                .normalize();
    }

    private static String setting(String property, String variable, String otherwise) {
        var set = System.getProperty(property, System.getenv(variable));
        return set == null || set.isBlank() ? otherwise : set;
    }

    static void requireFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        } catch (IOException taken) {
            throw new CannotStart("port " + port + " is taken: set SERVER_PORT to another one, e.g. SERVER_PORT=8081."
                    + " / ポート " + port + " は使用中です。SERVER_PORT=8081 のように変えてください。");
        }
    }

    /** @throws CannotStart for reasons the person at the console can change */
    public static LocalRuntime start(Path directory) throws IOException, SQLException {
        var home = Path.of(System.getProperty("kasane.camunda.home", "target/camunda/camunda-zeebe-8.6.0"))
                .toAbsolutePath();
        var exporter = Path.of(
                        System.getProperty("kasane.exporter.jar", "exporter/target/kasane-exporter-0.1.0-SNAPSHOT.jar"))
                .toAbsolutePath();
        for (var needed : new Path[] {home.resolve("bin/broker"), exporter}) {
            if (!Files.exists(needed)) {
                throw new CannotStart(
                        needed + " is missing: build first with mvn -DskipTests package (from the project's root)."
                                + " / 先に mvn -DskipTests package を実行してください。");
            }
        }
        var data = DataDirectory.open(directory);
        LocalBroker broker = null;
        try {
            System.out.println("Kasane: データの場所 " + data.path());
            LocalBroker.stopOrphan(data);
            var port = FreePorts.next();
            // Both at once: the exporter waits for its database.
            System.out.println("Kasane: Camunda 8.6.0 を起動しています…（記録: " + data.log("camunda.log") + "）");
            broker = LocalBroker.start(
                    home,
                    exporter,
                    data,
                    LocalPostgres.jdbcUrl(port),
                    setting("kasane.camunda.java-options", "KASANE_CAMUNDA_JAVA_OPTIONS", LocalBroker.JAVA_OPTIONS));
            System.out.println("Kasane: PostgreSQL 17 を起動しています…（記録: " + data.log("postgres.log") + "）");
            var postgres = LocalPostgres.start(data.postgres(), port, data.log("postgres.log"));
            return new LocalRuntime(data, postgres, broker);
        } catch (IOException | SQLException | RuntimeException e) {
            if (broker != null) {
                broker.close();
            }
            data.close();
            throw e;
        }
    }

    /** What Spring needs to know of the children. */
    public Map<String, Object> settings() {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("spring.datasource.url", postgres.jdbcUrl());
        settings.put("spring.flyway.url", postgres.jdbcUrl());
        settings.put("kasane.engine.grpc-address", broker.grpcAddress());
        settings.put("kasane.engine.rest-address", broker.restAddress());
        settings.put(
                "kasane.documents.directory", data.documents().toAbsolutePath().toString());
        settings.put(
                "kasane.trail.anchors",
                data.path().resolve("anchors").toAbsolutePath().toString());
        settings.put(
                "kasane.trail.exports",
                data.path().resolve("exports").toAbsolutePath().toString());
        settings.put("kasane.link-secret", linkSecret);
        settings.put("kasane.local-users", "true");
        settings.put("kasane.demo", "true");
        return settings;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        System.out.println("Kasane: 停止しています…");
        broker.close();
        try {
            Files.deleteIfExists(data.path().resolve("camunda.pid"));
            postgres.close();
            data.close();
        } catch (IOException e) {
            System.err.println("Kasane: " + e.getMessage());
        }
        System.out.println("Kasane: 停止しました");
    }
}
