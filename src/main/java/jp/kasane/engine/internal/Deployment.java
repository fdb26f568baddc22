package jp.kasane.engine.internal;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.worker.JobWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.engine.Deployments;
import jp.kasane.engine.EngineMet;
import jp.kasane.engine.ModelsInForce;
import jp.kasane.engine.OwnModels;
import jp.kasane.engine.RefusedModels;
import jp.kasane.foundation.Ids;
import jp.kasane.worker.KasaneWorker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Brings the diagrams to the engine and opens the workers, as soon as the engine answers. */
@Component("engine")
class Deployment implements SmartLifecycle, HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

    private final CamundaClient camunda;
    private final Deployments deployments;
    private final ModelsInForce models;
    private final RefusedModels refusedModels;
    private final ObjectProvider<KasaneWorker> workers;
    private final JdbcClient jdbc;
    private final SystemActor system;
    private final ApplicationEventPublisher events;
    private final List<JobWorker> open = new ArrayList<>();
    private volatile Thread starting;
    private volatile String notReadyBecause = "starting";

    Deployment(
            CamundaClient camunda,
            Deployments deployments,
            ModelsInForce models,
            RefusedModels refusedModels,
            ObjectProvider<KasaneWorker> workers,
            JdbcClient jdbc,
            SystemActor system,
            ApplicationEventPublisher events) {
        this.camunda = camunda;
        this.deployments = deployments;
        this.models = models;
        this.refusedModels = refusedModels;
        this.events = events;
        this.workers = workers;
        this.jdbc = jdbc;
        this.system = system;
    }

    @Override
    public void start() {
        starting = Thread.ofPlatform().name("engine-start").daemon().start(this::run);
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                awaitEngine();
                var refused = deployAll();
                var before = position();
                var hello = startDeadlineSweep();
                notReadyBecause = "waiting for the exporter";
                awaitExporter(before, hello);
                if (!refused.isEmpty()) {
                    putInstead(refused);
                    // Its own process may be one of them.
                    startDeadlineSweep();
                }
                events.publishEvent(new EngineMet(position().epoch()));
                openWorkers();
                notReadyBecause = null;
                return;
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException notYet) {
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
                LOG.debug("Engine: not there yet", away);
            }
            notReadyBecause = "waiting for the engine";
            Thread.sleep(Duration.ofMillis(200));
        }
    }

    /** Tables first: diagrams ask them. What the municipality has released itself comes instead of what is shipped under that id. */
    private List<Refused> deployAll() {
        var shipped = models.shipped();
        var ours = models.own();
        var bundles = new LinkedHashMap<>(shipped);
        bundles.putAll(ours);
        var refused = new ArrayList<Refused>();
        for (var bundle : bundles.values()) {
            try {
                deployments.deploy(bundle);
            } catch (Deployments.NotTaken notTaken) {
                // Kasane's own would be a fault of the build; one diagram of the municipality's does not keep all the
                // others waiting.
                if (!ours.containsKey(bundle.id())) {
                    throw notTaken;
                }
                refused.add(new Refused(bundle.id(), shipped.get(bundle.id()), notTaken.getMessage()));
            }
        }
        return refused;
    }

    /** @param shipped under the same id; null where there is none */
    private record Refused(String id, OwnModels.Bundle shipped, String message) {}

    /**
     * What the engine has stays: running cases and those to come go on as yesterday. A broker without any gets what is shipped. Asked only once
     * the projections speak of this very broker.
     */
    private void putInstead(List<Refused> refused) {
        for (var one : refused) {
            var version = refusedModels.newest(one.id()).orElse(null);
            var instead = version != null
                    ? RefusedModels.Instead.STAYS
                    : one.shipped() != null ? RefusedModels.Instead.STANDARD : RefusedModels.Instead.NOTHING;
            if (instead == RefusedModels.Instead.STANDARD) {
                version = deployments.deploy(one.shipped());
            }
            refusedModels.note(one.id(), instead, version, one.message());
            LOG.error(
                    "Engine: the municipality's own {} was not taken; in force is {}",
                    one.id(),
                    switch (instead) {
                        case STAYS -> "version " + version + ", as before";
                        case STANDARD -> "what Kasane ships";
                        case NOTHING -> "nothing";
                    });
        }
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
    private String startDeadlineSweep() {
        var hello = Ids.next().toString();
        camunda.newPublishMessageCommand()
                .messageName("deadline-sweep-start")
                .correlationKey("deadline-sweep")
                .messageId(hello)
                .variables(Map.of("instanceKey", "deadline-sweep"))
                .timeToLive(Duration.ZERO)
                .send()
                .join();
        return hello;
    }

    private record Position(UUID epoch, long position) {}

    private Position position() {
        return jdbc.sql(
                        """
                        select e.epoch, coalesce((select max(p.position) from engine.exporter_position p where p.epoch = e.epoch), 0) as position
                        from engine.epoch e where e.current
                        """)
                .query(Position.class)
                .optional()
                .orElse(new Position(new UUID(0, 0), 0));
    }

    /**
     * Waits until the projections speak of this very broker: after a restore, or with a wiped broker, what stands there is still
     * of another one, whose keys may mean something else by now. Nothing is worked or ordered before.
     */
    private void awaitExporter(Position before, String hello) throws InterruptedException {
        while (true) {
            var now = position();
            var heard = system.inTransaction(() -> jdbc.sql(
                            """
                            select count(*) from engine.record
                            where epoch = :epoch and position > :position and value_type = 'MESSAGE' and value ->> 'messageId' = :hello
                            """)
                    .param("epoch", now.epoch())
                    .param("position", now.epoch().equals(before.epoch()) ? before.position() : 0)
                    .param("hello", hello)
                    .query(Long.class)
                    .single());
            if (heard > 0) {
                return;
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }

    boolean ready() {
        return notReadyBecause == null;
    }

    @Override
    public Health health() {
        return ready()
                ? Health.up().build()
                : Health.outOfService().withDetail("reason", notReadyBecause).build();
    }

    @Override
    public synchronized void stop() {
        notReadyBecause = "stopping";
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
