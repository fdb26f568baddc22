package jp.kasane.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** The Camunda 8.6 distribution as a child process, with the exporter in it, on free loopback ports. */
final class LocalBroker implements AutoCloseable {

    private final Process process;
    private final int grpcPort;
    private final int restPort;

    private LocalBroker(Process process, int grpcPort, int restPort) {
        this.process = process;
        this.grpcPort = grpcPort;
        this.restPort = restPort;
    }

    /** Options of the broker's JVM when none are set: enough for one municipality on a clerk's machine. */
    static final String JAVA_OPTIONS = "-Xms256m -Xmx1g -XX:+UseSerialGC";

    static LocalBroker start(Path home, Path exporterJar, DataDirectory data, String jdbcUrl, String javaOptions)
            throws IOException {
        var log = data.log("camunda.log");
        if (Files.exists(log)) {
            Files.move(log, data.log("camunda.previous.log"), StandardCopyOption.REPLACE_EXISTING);
        }
        int grpc = FreePorts.next();
        int rest = FreePorts.next();
        var windows = System.getProperty("os.name").startsWith("Windows");
        var builder = new ProcessBuilder(
                home.resolve(windows ? "bin/broker.bat" : "bin/broker").toString());
        var environment = builder.environment();
        environment
                .keySet()
                .removeIf(
                        name -> name.startsWith("ZEEBE_") || name.startsWith("CAMUNDA_") || name.startsWith("SPRING_"));
        environment.remove("SERVER_PORT");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS", javaOptions);
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.put("SERVER_PORT", Integer.toString(rest));
        environment.put("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1");
        environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(FreePorts.next()));
        environment.put("ZEEBE_BROKER_NETWORK_HOST", "127.0.0.1");
        environment.put("ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT", Integer.toString(FreePorts.next()));
        environment.put("ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT", Integer.toString(FreePorts.next()));
        environment.put("ZEEBE_BROKER_GATEWAY_NETWORK_HOST", "127.0.0.1");
        environment.put("ZEEBE_BROKER_GATEWAY_NETWORK_PORT", Integer.toString(grpc));
        environment.put(
                "ZEEBE_BROKER_DATA_DIRECTORY", data.camunda().toAbsolutePath().toString());
        // A clerk's laptop has less room than a server: stop taking work only when the disk is really full.
        environment.put("ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING", "512MB");
        environment.put("ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION", "256MB");
        environment.put("ZEEBE_BROKER_DATA_LOGSEGMENTSIZE", "32MB");
        environment.put("ZEEBE_BROKER_EXPORTERS_KASANE_CLASSNAME", "jp.kasane.exporter.PostgresExporter");
        environment.put(
                "ZEEBE_BROKER_EXPORTERS_KASANE_JARPATH",
                exporterJar.toAbsolutePath().toString());
        environment.put("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_URL", jdbcUrl);
        environment.put("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_USER", "kasane_exporter");
        environment.put(
                "ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_EPOCHFILE",
                data.camunda().resolve("kasane-epoch").toAbsolutePath().toString());
        var process = builder.redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(data.path().toFile())
                .start();
        Files.writeString(pidFile(data), Long.toString(process.pid()));
        return new LocalBroker(process, grpc, rest);
    }

    private static Path pidFile(DataDirectory data) {
        return data.path().resolve("camunda.pid");
    }

    /** After a {@code kill -9} of the application the broker goes on, and its exporter keeps PostgreSQL from stopping. */
    static void stopOrphan(DataDirectory data) throws IOException {
        var file = pidFile(data);
        if (!Files.exists(file)) {
            return;
        }
        long pid = Long.parseLong(Files.readString(file).trim());
        ProcessHandle.of(pid)
                .filter(process -> process.info()
                        .commandLine()
                        .orElse(process.info().command().orElse(""))
                        .contains("java"))
                .ifPresent(orphan -> {
                    System.out.println("Kasane: 前回の Camunda（pid " + pid + "）が残っていたので停止します");
                    orphan.destroy();
                    try {
                        orphan.onExit().get(20, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (java.util.concurrent.ExecutionException
                            | java.util.concurrent.TimeoutException stillThere) {
                        orphan.destroyForcibly();
                        orphan.onExit().join();
                    }
                });
        Files.deleteIfExists(file);
    }

    String grpcAddress() {
        return "http://127.0.0.1:" + grpcPort;
    }

    String restAddress() {
        return "http://127.0.0.1:" + restPort;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
