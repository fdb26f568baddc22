package jp.kasane.engine;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The forms that were deployed with the diagrams. A form that belongs to no task is not among them. */
@Component
@Transactional(readOnly = true)
public class RunningForms {

    private static final String SELECT =
            """
            select distinct on (f.form_id) f.form_id, f.version, f.schema::text as schema, f.deployed_at
            from engine.form f join engine.epoch e on e.epoch = f.epoch and e.current
            """;

    private final JdbcClient jdbc;

    RunningForms(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The newest version of a form.
     *
     * @param schema JSON, the same as was deployed but not letter by letter
     */
    public record InForce(String formId, int version, String schema, Instant deployedAt) {}

    /** Every form in force, by its id; empty until the engine has told of them. */
    public List<InForce> inForce() {
        return jdbc.sql(SELECT + " order by f.form_id, f.version desc")
                .query(InForce.class)
                .list();
    }

    public Optional<InForce> inForce(String formId) {
        return inForce(List.of(formId)).stream().findFirst();
    }

    /** Those of these forms that there are. */
    public List<InForce> inForce(Collection<String> formIds) {
        return jdbc.sql(SELECT + " where f.form_id = any (:ids) order by f.form_id, f.version desc")
                .param("ids", formIds.toArray(String[]::new))
                .query(InForce.class)
                .list();
    }
}
