package jp.kasane.casefile.internal;

import jp.kasane.access.SystemActor;
import jp.kasane.casefile.Cases;
import jp.kasane.engine.EngineMet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The engine is disposable (DESIGN §2). Where the broker is another one than the cases were seated at (its data were wiped, the
 * database was restored, Camunda was exchanged), every open case and consultation is started again where the database says it
 * stands: once, in the transaction that notes it, however often the application crashes on the way.
 */
@Component
class SeatAtAnotherEngine {

    private static final Logger LOG = LoggerFactory.getLogger(SeatAtAnotherEngine.class);

    private final JdbcClient jdbc;
    private final Cases cases;
    private final SystemActor system;

    SeatAtAnotherEngine(JdbcClient jdbc, Cases cases, SystemActor system) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.system = system;
    }

    @EventListener
    void on(EngineMet met) {
        system.inTransaction(() -> {
            int noted = jdbc.sql("insert into engine.seated_epoch (epoch) values (:epoch) on conflict do nothing")
                    .param("epoch", met.epoch())
                    .update();
            if (noted == 0) {
                return;
            }
            int count = cases.reseatAll("another-engine");
            if (count > 0) {
                LOG.info("Another engine: {} open cases and consultations are started again where they stand", count);
            }
        });
    }
}
