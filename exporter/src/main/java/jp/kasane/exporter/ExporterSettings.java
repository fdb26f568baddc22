package jp.kasane.exporter;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of the exporter. Names are compared without case, {@code -} and {@code _}: the broker lower-cases those that
 * come from the environment.
 *
 * @param url JDBC URL of the database, {@code jdbc:postgresql://…}; parameters of the driver may follow
 * @param user database role, which needs no more than {@code kasane_exporter} has
 * @param password may be absent
 * @param batchSize records per transaction at most, 1 to 10000, 500 by default
 * @param flushInterval how long a record waits for others at most; {@code flushMillis}, 1 to 60000, 50 by default
 * @param epochFile where the broker's {@link Epoch} is kept; has to lie in the broker's data directory
 */
record ExporterSettings(
        String url, String user, String password, int batchSize, Duration flushInterval, Path epochFile) {

    private static final Set<String> KNOWN = Set.of("url", "user", "password", "batchsize", "flushmillis", "epochfile");

    /** @throws IllegalArgumentException with a sentence for whoever configured the broker */
    static ExporterSettings of(Map<String, Object> arguments) {
        var given = new HashMap<String, String>();
        arguments.forEach((name, value) -> {
            var plain = name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
            if (!KNOWN.contains(plain)) {
                throw new IllegalArgumentException("Unknown argument of the exporter: " + name);
            }
            if (value != null && !value.toString().isBlank()) {
                given.put(plain, value.toString());
            }
        });
        var url = required(given, "url");
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("The exporter's argument url has to start with jdbc:postgresql:");
        }
        return new ExporterSettings(
                url,
                required(given, "user"),
                given.get("password"),
                number(given, "batchsize", 500, 10_000),
                Duration.ofMillis(number(given, "flushmillis", 50, 60_000)),
                given.containsKey("epochfile")
                        ? Path.of(given.get("epochfile")).toAbsolutePath()
                        : defaultEpochFile(
                                System.getenv("ZEEBE_BROKER_DATA_DIRECTORY"), System.getProperty("basedir", ".")));
    }

    /**
     * A broker of 8.6 that is not told otherwise keeps its data in {@code data} below its own directory, which its start script
     * hands over as {@code basedir}.
     */
    static Path defaultEpochFile(String dataDirectory, String brokerDirectory) {
        var data = dataDirectory == null || dataDirectory.isBlank() ? "data" : dataDirectory;
        return Path.of(brokerDirectory).resolve(data).resolve("kasane-epoch").toAbsolutePath();
    }

    /** The URL without its parameters, among which a password may be. */
    String database() {
        return url.replaceFirst("\\?.*", "");
    }

    private static String required(Map<String, String> given, String name) {
        var value = given.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The exporter's argument " + name + " is missing");
        }
        return value;
    }

    private static int number(Map<String, String> given, String name, int otherwise, int highest) {
        var value = given.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("\\d{1,6}") || Integer.parseInt(value) < 1 || Integer.parseInt(value) > highest) {
            throw new IllegalArgumentException(
                    "The exporter's argument " + name + " has to be a number from 1 to " + highest);
        }
        return Integer.parseInt(value);
    }

    /** Without the password: this text may reach a log. */
    @Override
    public String toString() {
        return "ExporterSettings[" + database() + " as " + user + ", " + batchSize + " records or " + flushInterval
                + ", epoch in " + epochFile + "]";
    }
}
