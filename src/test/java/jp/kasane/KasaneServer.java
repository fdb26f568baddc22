package jp.kasane;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import jp.kasane.local.FreePorts;
import jp.kasane.local.LocalRuntime;
import jp.kasane.scenario.ScenarioPlayer;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The whole of Kasane as the local default runs it (PostgreSQL, Camunda with the exporter, the application), on a data directory
 * of its own and a free port. {@link #shared()} is one per JVM for all tests; what they play must not get in each other's way.
 */
public final class KasaneServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static KasaneServer shared;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port = FreePorts.next();
    private final Path data;
    private Runnable afterwards = () -> {};
    private final Set<String> employed = ConcurrentHashMap.newKeySet();
    private final LocalRuntime runtime;
    private final ConfigurableApplicationContext application;

    private KasaneServer(Path data, String profile) throws IOException, SQLException {
        this.data = data;
        runtime = LocalRuntime.start(data);
        var settings = runtime.settings();
        try {
            var spring = new SpringApplication(Kasane.class);
            spring.setRegisterShutdownHook(false);
            spring.setDefaultProperties(settings);
            // Command line: above application.yaml, where server.port stands.
            application = spring.run("--server.port=" + port, "--kasane.demo=false", "--kasane.profile=" + profile);
        } catch (RuntimeException e) {
            runtime.close();
            throw e;
        }
        awaitReady();
        cheapPasswords();
    }

    /** Every request of a test logs in: thousands of slow hashes would be most of what the tests do. */
    private void cheapPasswords() {
        sql().sql("update kasane.app_user set password_hash = '{noop}' || login where password_hash is not null")
                .update();
    }

    /** The one of this JVM, started when nobody has asked before and stopped with the JVM. */
    public static synchronized KasaneServer shared() {
        if (shared == null) {
            try {
                var data = Files.createTempDirectory("kasane-test-");
                shared = new KasaneServer(data, "hachioji");
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(
                                () -> {
                                    shared.close();
                                    delete(data);
                                },
                                "stop-kasane"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return shared;
    }

    /** One of another municipality, {@code profiles/<profile>.yaml}; its data is gone when it is closed. */
    public static KasaneServer startWith(String profile) {
        try {
            var data = Files.createTempDirectory("kasane-" + profile + "-");
            var kasane = start(data, profile);
            kasane.afterwards = () -> delete(data);
            return kasane;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of its own, on a data directory that is kept. */
    public static KasaneServer on(Path data) {
        return start(data, "hachioji");
    }

    /** One on a data directory that outlives it: whoever starts it again finds what was there. */
    public static KasaneServer startIn(Path data, String profile) {
        return start(data, profile);
    }

    private static KasaneServer start(Path data, String profile) {
        try {
            return new KasaneServer(data, profile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady() {
        await("readiness")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> as(null).get("/actuator/health/readiness").status() == 200);
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + port;
    }

    public Path data() {
        return data;
    }

    /** @param login a local user, whose password is the name; null for nobody */
    public User as(String login) {
        return new User(login);
    }

    public ScenarioPlayer player() {
        return new ScenarioPlayer(baseUrl());
    }

    public ScenarioPlayer.Played play(String scenario) {
        try (InputStream file = KasaneServer.class.getResourceAsStream("/scenarios/" + scenario + ".yaml")) {
            return player().play(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Plays steps that stand in the test, as a scenario's file would have them. */
    public ScenarioPlayer.Played playSteps(String steps) {
        var file = "id: steps\ntitle: steps of a test\nsource: made up\nplay: false\nsteps:\n" + steps.indent(2);
        try {
            return player().play(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    // ── PostgreSQL ─────────────────────────────────────────────────────────────────────────────────────────────────

    /** In the product's time zone, as its own connections are: from midnight to nine in Japan the day is another one elsewhere. */
    private DataSource dataSource(String role) {
        return new DriverManagerDataSource(
                application.getEnvironment().getRequiredProperty("spring.datasource.url"), role, "") {
            @Override
            protected Connection getConnectionFromDriver(Properties properties) throws SQLException {
                var connection = super.getConnectionFromDriver(properties);
                try (var zone = connection.createStatement()) {
                    zone.execute(application
                            .getEnvironment()
                            .getRequiredProperty("spring.datasource.hikari.connection-init-sql"));
                }
                return connection;
            }
        };
    }

    /** As superuser: row-level security hides nothing. */
    public JdbcClient sql() {
        return JdbcClient.create(dataSource("postgres"));
    }

    /** As superuser, in a transaction that is rolled back. */
    public <T> T rolledBack(Function<JdbcClient, T> work) {
        var dataSource = dataSource("postgres");
        return new TransactionTemplate(new DataSourceTransactionManager(dataSource)).execute(status -> {
            status.setRollbackOnly();
            return work.apply(JdbcClient.create(dataSource));
        });
    }

    /** The same with all triggers off: what somebody with the keys to everything could do. */
    public <T> T tampering(Function<JdbcClient, T> work) {
        return rolledBack(jdbc -> {
            jdbc.sql("set local session_replication_role = replica").update();
            return work.apply(jdbc);
        });
    }

    /** As the application, in a transaction of this user; what is written is rolled back. */
    public <T> T inTheNameOf(UUID user, Function<JdbcClient, T> work) {
        var dataSource = dataSource("kasane_app");
        var transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        return transaction.execute(status -> {
            status.setRollbackOnly();
            var jdbc = JdbcClient.create(dataSource);
            if (user != null) {
                jdbc.sql("select set_config('kasane.user_id', :user, true)")
                        .param("user", user.toString())
                        .query(String.class)
                        .single();
            }
            return work.apply(jdbc);
        });
    }

    public UUID user(String login) {
        return sql().sql("select id from kasane.app_user where login = :login")
                .param("login", login)
                .query(UUID.class)
                .single();
    }

    /** Adds somebody whose password is their login, unless they are there; {@link #dismissEmployed} lets them go again. */
    public UUID employ(String login, String name, String role, String agency) {
        var id = UUID.randomUUID();
        employed.add(login);
        sql().sql(
                        """
                        with added as (
                            insert into kasane.app_user (id, municipality_id, login, display_name, password_hash)
                            select :id, id, :login, :name, '{noop}' || :login from kasane.municipality
                            on conflict (login) do update set active = true returning id, municipality_id)
                        insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id)
                        select gen_random_uuid(), a.municipality_id, a.id, :role, g.id
                        from added a join kasane.agency g on g.municipality_id = a.municipality_id and g.code = :agency
                        where not exists (select from kasane.role_assignment r where r.user_id = a.id and r.role = :role)
                        """)
                .param("id", id)
                .param("login", login)
                .param("name", name)
                .param("role", role)
                .param("agency", agency)
                .update();
        return user(login);
    }

    /**
     * Whoever was employed so far is told nothing any more: people who get a mail for everything that happens to an agency, some of
     * which never arrive, are work and noise for all tests to come.
     */
    public void dismissEmployed() {
        sql().sql("update kasane.app_user set active = false where login = any (:logins)")
                .param("logins", employed.toArray(String[]::new))
                .update();
        sql().sql("delete from kasane.outbox where kind = 'mail' and done_at is null")
                .update();
        employed.clear();
    }

    // ── Camunda ────────────────────────────────────────────────────────────────────────────────────────────────────

    /** The broker sleeps while this is done: it neither answers nor forgets. */
    public void whileTheEngineSleeps(Runnable work) {
        signal("STOP");
        try {
            work.run();
        } finally {
            signal("CONT");
        }
    }

    /** The engine goes on while this is done; what it does is seen afterwards. */
    public void whileTheProjectionStandsStill(Runnable work) {
        var dataSource = dataSource("postgres");
        new TransactionTemplate(new DataSourceTransactionManager(dataSource)).executeWithoutResult(status -> {
            // Readers go on, the exporter waits.
            JdbcClient.create(dataSource)
                    .sql("lock table engine.process_instance in exclusive mode")
                    .update();
            work.run();
        });
    }

    private void signal(String name) {
        try {
            var pid = Files.readString(data.resolve("camunda.pid")).trim();
            new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    // ── HTTP ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /** What the server said; {@code request} is the id that its trail carries. */
    public record Answer(int status, String contentType, String text, JsonNode body, UUID request) {
        public JsonNode at(String pointer) {
            return body.at(pointer);
        }
    }

    /** Somebody who talks to the REST API with HTTP Basic. */
    public final class User {

        private final String login;

        private User(String login) {
            this.login = login;
        }

        public Answer get(String path) {
            return send(path, request -> request.GET());
        }

        /** @param body JSON, as it is */
        public Answer post(String path, String body) {
            return send(path, request -> request.POST(HttpRequest.BodyPublishers.ofString(body)));
        }

        /** Sends a file as it is. */
        public Answer upload(String path, byte[] file) {
            return send(path, request -> request.setHeader("Content-Type", "application/octet-stream")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(file)));
        }

        /** Puts a file as it is in the place of another one. */
        public Answer replace(String path, byte[] file) {
            return send(path, request -> request.setHeader("Content-Type", "application/octet-stream")
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(file)));
        }

        public Answer put(String path, String body) {
            return send(path, request -> request.PUT(HttpRequest.BodyPublishers.ofString(body)));
        }

        public Answer delete(String path) {
            return send(path, request -> request.DELETE());
        }

        /** @param data JSON of the form's data */
        public Answer submit(String task, String data) {
            return post("/api/v1/tasks/" + task + "/submission", "{\"data\":" + data + "}");
        }

        /** Registers a consultation and returns its id. */
        public String register(String data) {
            var answer = post("/api/v1/consultations", "{\"data\":" + data + "}");
            if (answer.status() != 201) {
                throw new AssertionError(answer.toString());
            }
            return answer.at("/consultationId").asText();
        }

        /** The open task of this step, as soon as it is on the list. */
        public String task(String step, String place) {
            return await(step + " of " + place)
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> openTask(step, place), id -> id != null);
        }

        public String openTask(String step, String place) {
            var tasks = get("/api/v1/tasks?view=all&step=" + step + "&" + place).body();
            return tasks.isEmpty() ? null : tasks.get(0).get("id").asText();
        }

        private Answer send(String path, Consumer<HttpRequest.Builder> how) {
            var request = HttpRequest.newBuilder(URI.create(baseUrl() + path))
                    .timeout(Duration.ofSeconds(30))
                    .header("Content-Type", "application/json");
            if (login != null) {
                request.header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString((login + ":" + login).getBytes(StandardCharsets.UTF_8)));
            }
            how.accept(request);
            try {
                var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                var type = response.headers().firstValue("Content-Type").orElse("");
                return new Answer(
                        response.statusCode(),
                        type,
                        response.body(),
                        type.contains("json") ? json.readTree(response.body()) : json.nullNode(),
                        response.headers()
                                .firstValue("X-Request-Id")
                                .map(UUID::fromString)
                                .orElse(null));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        application.close();
        runtime.close();
        afterwards.run();
    }

    public static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
