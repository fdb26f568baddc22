package jp.kasane.engine;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import jp.kasane.access.SystemActor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What the municipality made its own and the engine did not take when this server started, with what is in force in its place. Kept until
 * another version of it is in force, or this server starts again.
 */
@Component
public class RefusedModels {

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Clock clock;
    private final Map<String, Refused> refused = new ConcurrentHashMap<>();

    RefusedModels(JdbcClient jdbc, SystemActor system, Clock clock) {
        this.jdbc = jdbc;
        this.system = system;
        this.clock = clock;
    }

    /** What is in force instead. */
    public enum Instead {
        /** What the engine had before stays. */
        STAYS,
        /** It had none: what Kasane ships. */
        STANDARD,
        /** It had none, and Kasane ships none. */
        NOTHING
    }

    /**
     * @param id of the process or of the decision table
     * @param version in force; null for none
     * @param message what the engine said, in English
     */
    public record Refused(String id, Instead instead, Integer version, String message, Instant since) {}

    public void note(String id, Instead instead, Integer version, String message) {
        refused.put(id, new Refused(id, instead, version, message, clock.instant()));
    }

    /** The engine has taken one of this id. */
    public void taken(String id) {
        refused.remove(id);
    }

    /** By id; without those of which another server has brought a version since. */
    public List<Refused> now() {
        return refused.values().stream()
                .filter(one -> one.version() == null
                        ? newest(one.id()).isEmpty()
                        : newest(one.id())
                                .filter(version -> version > one.version())
                                .isEmpty())
                .sorted(Comparator.comparing(Refused::id))
                .toList();
    }

    /** The version in force in the broker that runs now, as far as the projections tell; of a table as long as the records are kept. */
    public Optional<Integer> newest(String id) {
        return system.inTransaction(() -> jdbc.sql(
                        """
                        select d.version from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current where d.process_id = :id
                        union all
                        select (r.value ->> 'version')::int from engine.epoch e join engine.record r on r.epoch = e.epoch
                        where e.current and r.value_type = 'DECISION' and r.intent = 'CREATED' and r.value ->> 'decisionId' = :id
                        order by 1 desc limit 1
                        """)
                .param("id", id)
                .query(Integer.class)
                .optional());
    }
}
