package jp.kasane.engine;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The tables the exporter fills from the engine's records. */
@Component
public class Projections {

    private final JdbcClient jdbc;

    Projections(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Makes them again from the stored records, with the very function that made them (DESIGN §9). */
    @Transactional
    public void rebuild() {
        jdbc.sql("select engine.rebuild()").query().singleRow();
    }
}
