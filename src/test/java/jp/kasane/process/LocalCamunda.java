package jp.kasane.process;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.camunda.client.CamundaClient;
import io.camunda.client.CamundaClientBuilder;
import io.camunda.process.test.api.CamundaProcessTestExtension;
import io.camunda.process.test.api.CamundaProcessTestRuntimeMode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import jp.kasane.engine.BrokerProcess;
import org.flywaydb.core.Flyway;

/**
 * A Camunda 8.6 broker with our exporter and a PostgreSQL behind it, for process tests on any machine, without Docker: started
 * once per JVM by the first test that asks, ended with the JVM. Camunda Process Test talks to it in its remote mode through a
 * {@link CamundaRestGateway}.
 *
 * <p>With Docker the very same tests run against a Camunda that Camunda Process Test starts itself:
 *
 * <pre>mvn verify -Dkasane.camunda=managed [-Dkasane.camunda.image=8.9.0]</pre>
 *
 * <p>Move the time by days or weeks, not by years: after such a jump the broker is busy for many seconds (seen, not explained).
 *
 * <p>What the broker says stands in {@code target/process-test/<pid>/camunda.log}.
 */
public final class LocalCamunda {

    private static final Path DIRECTORY = Path.of("target", "process-test");

    /** Where Camunda Process Test writes what all process tests took of the diagrams. */
    static final Path COVERAGE = DIRECTORY.resolve("coverage");

    private static LocalCamunda running;

    private final EmbeddedPostgres postgres;
    private final BrokerProcess broker;
    private final CamundaClient commands;
    private final CamundaRestGateway gateway;

    private LocalCamunda() throws IOException, SQLException {
        var data = Files.createDirectories(
                DIRECTORY.resolve(Long.toString(ProcessHandle.current().pid())));
        postgres = EmbeddedPostgres.builder().start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-local-camunda"));
        migrate(postgres.getPostgresDatabase());
        allowListedVariables(postgres.getPostgresDatabase());
        broker = new BrokerProcess(data, postgres.getJdbcUrl("kasane_exporter", "postgres"), true)
                .with("ZEEBE_BROKER_EXPORTERS_KASANE_ARGS_FLUSHMILLIS", 10)
                .start();
        commands = client().build();
        var json = new ObjectMapper();
        gateway = new CamundaRestGateway(
                broker.restAddress(),
                broker.managementAddress(),
                commands,
                new EngineSearches(postgres.getPostgresDatabase(), json),
                json);
    }

    /** The extension a process test registers as a static field. Starts the broker unless Docker is to be used. */
    public static CamundaProcessTestExtension extension() {
        var extension = new CamundaProcessTestExtension();
        if (System.getProperty("kasane.camunda", "local").equals("managed")) {
            var image = System.getProperty("kasane.camunda.image");
            return (image == null ? extension : extension.withCamundaDockerImageVersion(image))
                    .withRuntimeMode(CamundaProcessTestRuntimeMode.MANAGED);
        }
        var camunda = running();
        return extension
                .withRuntimeMode(CamundaProcessTestRuntimeMode.REMOTE)
                .withRemoteCamundaClientBuilderFactory(camunda::clientOfTheTest)
                .withRemoteCamundaMonitoringApiAddress(camunda.gateway.address())
                .withCoverageReportDirectory(COVERAGE.toString());
    }

    /** The one of this JVM, started when nobody has asked before. */
    public static synchronized LocalCamunda running() {
        if (running == null) {
            try {
                running = new LocalCamunda();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return running;
    }

    /** Connects to the broker (gRPC) and to the gateway (REST): job commands over REST fail against 8.6. */
    public CamundaClientBuilder client() {
        var builder = CamundaClient.newClientBuilder()
                .grpcAddress(broker.grpcAddress())
                .preferRestOverGrpc(false);
        return gateway == null ? builder : builder.restAddress(gateway.address());
    }

    /**
     * Camunda Process Test turns this to gRPC itself for everything but its first question, whether the broker is healthy:
     * that has to go to the gateway, which knows better after a jump of the clock.
     */
    private CamundaClientBuilder clientOfTheTest() {
        return client().preferRestOverGrpc(true);
    }

    /** The database as its superuser. */
    public DataSource database() {
        return postgres.getPostgresDatabase();
    }

    private static void migrate(DataSource database) {
        Flyway.configure()
                .dataSource(database)
                .schemas("kasane")
                .defaultSchema("kasane")
                .createSchemas(true)
                .locations("classpath:db/migration")
                .load()
                .migrate();
    }

    /** In the application a migration does this; it belongs to a module that is not started here. */
    private static void allowListedVariables(DataSource database) throws IOException, SQLException {
        var listed = new YAMLMapper()
                .readValue(
                        Diagram.resource("processes/variables.yaml"),
                        new TypeReference<List<Map<String, Object>>>() {});
        try (var connection = database.getConnection();
                var insert = connection.prepareStatement(
                        "insert into engine.allowed_variable (name) values (?) on conflict do nothing")) {
            for (var variable : listed) {
                insert.setString(1, (String) variable.get("name"));
                insert.executeUpdate();
            }
        }
    }

    private void stop() {
        try {
            if (gateway != null) {
                gateway.close();
                commands.close();
            }
            if (broker != null) {
                broker.close();
                broker.wipe();
            }
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
