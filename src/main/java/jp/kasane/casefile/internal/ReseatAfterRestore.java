package jp.kasane.casefile.internal;

import jp.kasane.access.SystemActor;
import jp.kasane.casefile.Cases;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** After a restore of PostgreSQL alone: the engine knows nothing, so every open case is started again where it stands. */
@Component
class ReseatAfterRestore {

    private static final Logger LOG = LoggerFactory.getLogger(ReseatAfterRestore.class);

    private final Cases cases;
    private final SystemActor system;
    private final boolean wanted;

    ReseatAfterRestore(Cases cases, SystemActor system, @Value("${kasane.re-seat-all:false}") boolean wanted) {
        this.cases = cases;
        this.system = system;
        this.wanted = wanted;
    }

    @EventListener(ApplicationReadyEvent.class)
    void reseat() {
        if (wanted) {
            int count = system.inTransaction(() -> cases.reseatAll("restore"));
            LOG.info("Started {} open cases and consultations again where they stand", count);
        }
    }
}
