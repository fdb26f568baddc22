package jp.kasane.scenario;

import java.io.IOException;
import jp.kasane.access.SystemActor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Fills an installation that has never seen a consultation with the scenarios that are meant for it. Synthetic people only. */
@Component
class DemoCases {

    private static final Logger LOG = LoggerFactory.getLogger(DemoCases.class);

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final HealthEndpoint health;
    private final boolean wanted;
    private final int port;

    DemoCases(
            JdbcClient jdbc,
            SystemActor system,
            HealthEndpoint health,
            @Value("${kasane.demo:false}") boolean wanted,
            @Value("${server.port}") int port) {
        this.jdbc = jdbc;
        this.system = system;
        this.health = health;
        this.wanted = wanted;
        this.port = port;
    }

    @EventListener
    void on(AvailabilityChangeEvent<ReadinessState> event) {
        if (wanted && event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
            Thread.ofPlatform().name("demo-cases").daemon().start(this::fill);
        }
    }

    private void fill() {
        try {
            while (health.healthForPath("readiness").getStatus() != Status.UP) {
                Thread.sleep(300);
            }
            long known = system.inTransaction(() -> jdbc.sql("select count(*) from kasane.consultation")
                    .query(Long.class)
                    .single());
            if (known > 0) {
                return;
            }
            var profile = system.inTransaction(
                    () -> jdbc.sql("select code from kasane.municipality order by created_at limit 1")
                            .query(String.class)
                            .single());
            var player = new ScenarioPlayer("http://127.0.0.1:" + port);
            for (var file : new PathMatchingResourcePatternResolver().getResources("classpath:scenarios/*.yaml")) {
                if (ScenarioPlayer.onFirstStart(file.getInputStream(), profile)) {
                    player.play(file.getInputStream());
                }
            }
            LOG.info("The demo cases are there");
        } catch (IOException | RuntimeException e) {
            LOG.warn("The demo cases could not all be played: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
