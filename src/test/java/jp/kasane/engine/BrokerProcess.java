package jp.kasane.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jp.kasane.local.FreePorts;
import org.awaitility.Awaitility;

/**
 * A Camunda 8.6 broker with the exporter in it, as a child process on free loopback ports, which it keeps over restarts. Runs
 * on the JDK that runs the tests, and ends with it at the latest.
 *
 * <p>The build says where the distribution and the exporter are: system properties {@code camunda.home} and {@code
 * kasane.exporter.jar}; started from an editor, it looks for them below the repository's {@code target} directories.
 */
public final class BrokerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);

    private final Path dataDirectory;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final int grpcPort = FreePorts.next();
    private final int restPort = FreePorts.next();
    private final int managementPort = FreePorts.next();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private Process process;

    /**
     * Starts nothing yet.
     *
     * @param dataDirectory holds the broker's data in {@code camunda} and its output in {@code camunda.log}; may not exist yet
     * @param jdbcUrl the database the exporter writes to, as kasane_exporter
     * @param controlledClock whether {@code /actuator/clock} may move the broker's time
     */
    public BrokerProcess(Path dataDirectory, String jdbcUrl, boolean controlledClock) {
        this.dataDirectory = dataDirectory.toAbsolutePath();
        with("JAVA_HOME", System.getProperty("java.home"));
        // C1 only: a test's broker lives for a minute, most of which C2 would spend compiling.
        with("JAVA_OPTS", "-Xms256m -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        with("SERVER_ADDRESS", "127.0.0.1");
        with("SERVER_PORT", restPort);
        with("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1");
        with("MANAGEMENT_SERVER_PORT", managementPort);
        with("ZEEBE_BROKER_NETWORK_HOST", "127.0.0.1");
        with("ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT", FreePorts.next());
        with("ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT", FreePorts.next());
        with("ZEEBE_BROKER_GATEWAY_NETWORK_HOST", "127.0.0.1");
        with("ZEEBE_BROKER_GATEWAY_NETWORK_PORT", grpcPort);
        with("ZEEBE_BROKER_DATA_DIRECTORY", data());
        with("ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING", "512MB");
        with("ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION", "256MB");
        with("ZEEBE_BROKER_DATA_LOGSEGMENTSIZE", "32MB");
        with("ZEEBE_CLOCK_CONTROLLED", controlledClock);
        with("ZEEBE_BROKER_EXPORTERS_KASANE_CLASSNAME", "jp.kasane.exporter.PostgresExporter");
        with("ZEEBE_BROKER_EXPORTERS_KASANE_JARPATH", exporterJar());
        with("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_URL", jdbcUrl);
        with("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_USER", "kasane_exporter");
        with("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_EPOCHFILE", data().resolve("kasane-epoch"));
    }

    /** Sets a variable of the broker's environment from its next start on. */
    public BrokerProcess with(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }

    /** Starts the broker and waits until it takes commands; goes on with the data that are there. */
    public BrokerProcess start() {
        try {
            Files.createDirectories(data());
            var windows = System.getProperty("os.name").startsWith("Windows");
            var builder = new ProcessBuilder(
                    home().resolve(windows ? "bin/broker.bat" : "bin/broker").toString());
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("ZEEBE_")
                            || name.startsWith("CAMUNDA_")
                            || name.startsWith("SPRING_")
                            || name.startsWith("JDK_JAVA_OPTIONS"));
            builder.environment().putAll(environment);
            process = builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .directory(dataDirectory.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Awaitility.await("broker, see " + log())
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .failFast("the broker ended, see " + log(), () -> !process.isAlive())
                .until(this::takesCommands);
        return this;
    }

    /** Ends it in order, as an operator would; does nothing when it does not run. */
    public void stop() {
        if (process != null) {
            process.destroy();
            awaitEnd();
        }
    }

    /** Ends it at once, as a power failure would ({@code kill -9}). */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Removes the broker's data, once it has ended: the next start begins a new epoch. */
    public void wipe() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("The broker still runs");
        }
        try (var files = Files.walk(data())) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    public URI grpcAddress() {
        return URI.create("http://127.0.0.1:" + grpcPort);
    }

    public URI restAddress() {
        return URI.create("http://127.0.0.1:" + restPort);
    }

    /** Where {@code /actuator/clock} is. */
    public URI managementAddress() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    /** What the broker printed, over all its starts. */
    public Path log() {
        return dataDirectory.resolve("camunda.log");
    }

    private Path data() {
        return dataDirectory.resolve("camunda");
    }

    private boolean takesCommands() throws InterruptedException {
        try {
            var topology = http.send(
                    HttpRequest.newBuilder(restAddress().resolve("/v1/topology"))
                            .timeout(Duration.ofSeconds(2))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            var partitions = Integer.parseInt(environment.getOrDefault("ZEEBE_BROKER_CLUSTER_PARTITIONSCOUNT", "1"));
            return topology.statusCode() == 200
                    && topology.body().split("\"role\":\"leader\",\"health\":\"healthy\"", -1).length == partitions + 1;
        } catch (IOException notYet) {
            return false;
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static Path home() {
        return existing("camunda.home", "target/camunda/camunda-zeebe-8.6.0");
    }

    private static Path exporterJar() {
        return existing("kasane.exporter.jar", "exporter/target/kasane-exporter-0.1.0-SNAPSHOT.jar");
    }

    private static Path existing(String property, String inRepository) {
        var told = System.getProperty(property);
        for (var path : told != null
                ? new Path[] {Path.of(told)}
                : new Path[] {Path.of(inRepository), Path.of("..").resolve(inRepository)}) {
            if (Files.exists(path)) {
                return path.toAbsolutePath().normalize();
            }
        }
        throw new IllegalStateException(
                (told != null ? told : inRepository) + " does not exist; run `mvn -DskipTests package` first");
    }
}
