package jp.kasane.engine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What was deployed to the engine, version by version: of the broker that runs now, since another one counted from the start. Diagrams and
 * forms are kept for ever; tables as long as the engine's records are (docs/adr/0035). Managers and auditors see versions, others none.
 */
@Component
@Transactional(readOnly = true)
public class DeployedVersions {

    private final JdbcClient jdbc;

    DeployedVersions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param versionTag what its release called it; null for none
     * @param running instances under it that have not ended; null for what has none
     */
    public record Version(int version, String versionTag, Instant deployedAt, Long running) {}

    /** @param name what the file calls itself; null where it does not */
    public record Named(String id, String name, int version, Instant deployedAt) {}

    private record Table(String decisionId, String name, int version, Instant deployedAt, String resource) {}

    /** The newest first; empty for a process that was never deployed. */
    public List<Version> ofProcess(String processId) {
        return jdbc.sql("select version, version_tag, deployed_at, running from engine.versions_of_process(:process)")
                .param("process", processId)
                .query(Version.class)
                .list();
    }

    public List<Version> ofForm(String formId) {
        return jdbc.sql(
                        """
                        select f.version, null as version_tag, f.deployed_at, null::bigint as running
                        from engine.form f join engine.epoch e on e.epoch = f.epoch and e.current
                        where f.form_id = :form order by f.version desc
                        """)
                .param("form", formId)
                .query(Version.class)
                .list();
    }

    public List<Version> ofDecision(String decisionId) {
        return tables().stream()
                .filter(one -> one.decisionId().equals(decisionId))
                .map(one -> new Version(one.version(), null, one.deployedAt(), null))
                .sorted((one, other) -> other.version() - one.version())
                .toList();
    }

    /** The newest version of each table, by its id. */
    public List<Named> decisions() {
        var newest = new TreeMap<String, Named>();
        for (var one : tables()) {
            newest.merge(
                    one.decisionId(),
                    new Named(one.decisionId(), one.name(), one.version(), one.deployedAt()),
                    (known, other) -> known.version() > other.version() ? known : other);
        }
        return List.copyOf(newest.values());
    }

    /** A form as it was deployed (JSON), but for its whitespace and the order of its keys. */
    public Optional<String> form(String formId, int version) {
        return jdbc.sql(
                        """
                        select f.schema::text from engine.form f join engine.epoch e on e.epoch = f.epoch and e.current
                        where f.form_id = :form and f.version = :version
                        """)
                .param("form", formId)
                .param("version", version)
                .query(String.class)
                .optional();
    }

    /** A table as it was deployed (DMN XML). */
    public Optional<String> decision(String decisionId, int version) {
        return tables().stream()
                .filter(one -> one.decisionId().equals(decisionId) && one.version() == version)
                .map(Table::resource)
                .findFirst();
    }

    private List<Table> tables() {
        return jdbc.sql("select * from engine.versions_of_decisions()")
                .query(Table.class)
                .list();
    }
}
