package jp.kasane.engine.internal;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.worker.JobWorker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import jp.kasane.worker.KasaneWorker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Brings the diagrams to the engine and opens the workers, as soon as the engine answers. A diagram is deployed in one bundle
 * with its own forms, since one changed file gives every resource of its deployment a new version (DESIGN §6); the engine
 * keeps the version of a bundle that has not changed.
 */
@Component("engine")
class Deployment implements SmartLifecycle, HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
    private static final Pattern FORM = Pattern.compile("formDefinition[^>]*\\bformId=\"([^\"]+)\"");

    private final CamundaClient camunda;
    private final ObjectProvider<KasaneWorker> workers;
    private final JdbcClient jdbc;
    private final List<JobWorker> open = new ArrayList<>();
    private volatile Thread starting;
    private volatile String notReadyBecause = "starting";

    Deployment(CamundaClient camunda, ObjectProvider<KasaneWorker> workers, JdbcClient jdbc) {
        this.camunda = camunda;
        this.workers = workers;
        this.jdbc = jdbc;
    }

    @Override
    public void start() {
        starting = Thread.ofPlatform().name("engine-start").daemon().start(this::run);
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                awaitEngine();
                deployAll();
                openWorkers();
                startDeadlineSweep();
                notReadyBecause = null;
                return;
            } catch (InterruptedException stopped) {
                return;
            } catch (IOException | RuntimeException notYet) {
                notReadyBecause = notYet.getClass().getSimpleName();
                LOG.warn("Engine: not ready ({}); trying again", notYet.toString());
                try {
                    Thread.sleep(Duration.ofSeconds(1));
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }
    }

    private void awaitEngine() throws InterruptedException {
        while (true) {
            try {
                var topology = camunda.newTopologyRequest()
                        .requestTimeout(Duration.ofSeconds(2))
                        .send()
                        .join();
                if (topology.getBrokers().stream()
                        .flatMap(broker -> broker.getPartitions().stream())
                        .anyMatch(partition -> partition.isLeader())) {
                    return;
                }
            } catch (RuntimeException away) {
                // Not there yet: the next look is the answer.
            }
            notReadyBecause = "waiting for the engine";
            Thread.sleep(Duration.ofMillis(200));
        }
    }

    private void deployAll() throws IOException {
        var resolver = new PathMatchingResourcePatternResolver();
        for (var diagram : resolver.getResources("classpath:processes/*.bpmn")) {
            deploy(diagram);
        }
    }

    private void deploy(Resource diagram) throws IOException {
        var xml = diagram.getContentAsByteArray();
        var command = camunda.newDeployResourceCommand().addResourceBytes(xml, diagram.getFilename());
        var forms = new LinkedHashSet<String>();
        FORM.matcher(new String(xml, StandardCharsets.UTF_8)).results().forEach(found -> forms.add(found.group(1)));
        for (var form : forms) {
            command.addResourceFromClasspath("forms/" + form + ".form");
        }
        command.requestTimeout(Duration.ofSeconds(20)).send().join();
    }

    private synchronized void openWorkers() {
        if (!open.isEmpty()) {
            return;
        }
        workers.stream()
                .forEach(worker -> open.add(camunda.newWorker()
                        .jobType(worker.jobType())
                        .handler(worker)
                        .name("kasane")
                        .timeout(Duration.ofMinutes(1))
                        .streamEnabled(true)
                        .pollInterval(Duration.ofMillis(500))
                        .open()));
    }

    /** One everlasting instance: the fixed correlation key lets no second one start beside it. */
    private void startDeadlineSweep() {
        camunda.newPublishMessageCommand()
                .messageName("deadline-sweep-start")
                .correlationKey("deadline-sweep")
                .timeToLive(Duration.ZERO)
                .send()
                .join();
    }

    @Override
    public Health health() {
        if (notReadyBecause != null) {
            return Health.outOfService().withDetail("reason", notReadyBecause).build();
        }
        // Tasks can be worked once the exporter has told us of this engine's diagrams.
        var known = jdbc.sql(
                        "select count(*) from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current")
                .query(Long.class)
                .single();
        return known > 0
                ? Health.up().build()
                : Health.outOfService()
                        .withDetail("reason", "waiting for the exporter")
                        .build();
    }

    @Override
    public synchronized void stop() {
        starting.interrupt();
        open.forEach(JobWorker::close);
        open.clear();
        starting = null;
    }

    @Override
    public boolean isRunning() {
        return starting != null;
    }

    @Override
    public int getPhase() {
        return 200;
    }
}
