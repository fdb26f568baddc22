package jp.kasane.engine;

import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Where a case is on the diagrams that carry it, each in the version it runs under: as it was deployed, not as it is in the files. */
@Component
@Transactional(readOnly = true)
public class RunningDiagrams {

    private final JdbcClient jdbc;
    private final Map<Key, Labels> labels = new ConcurrentHashMap<>();

    RunningDiagrams(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A process under which something of the case runs.
     *
     * @param name what the diagram calls itself
     * @param instances how many run: one role, one invitation each
     * @param calledBy whether another process of the case called it: what is called is nearer to where the case is
     */
    public record Running(
            String processId, int version, String name, int instances, boolean calledBy, List<Active> active) {}

    /**
     * An element in which something waits or works.
     *
     * @param name its label in the diagram, or its id where it has none
     * @param type as BPMN names it, e.g. {@code USER_TASK}
     * @param count tokens in it
     * @param since when the oldest came there
     */
    public record Active(String elementId, String name, String type, int count, Instant since) {}

    private record Key(UUID epoch, long definition) {}

    /** What a diagram calls itself and its elements; without a name they go by their id. */
    record Labels(String process, Map<String, String> elements) {}

    private record Token(
            UUID epoch,
            long definitionKey,
            String processId,
            int version,
            int instances,
            boolean called,
            String elementId,
            String elementType,
            int count,
            Instant since) {}

    /** The case's running processes, the innermost first; empty for a case that is closed, or that the acting user does not see. */
    public List<Running> ofCase(UUID caseId) {
        var tokens = jdbc.sql(
                        """
                        with p as materialized (
                            select x.epoch, x.key, x.definition_key, x.process_id, x.version, x.parent_key
                            from engine.process_instance x join engine.epoch e on e.epoch = x.epoch and e.current
                            where x.case_id = :id and x.state = 'ACTIVE'),
                        d as (
                            select p.epoch, p.definition_key, p.process_id, p.version, count(*) as instances, bool_or(coalesce(p.parent_key, 0) > 0) as called
                            from p group by 1, 2, 3, 4),
                        t as (
                            select p.definition_key, x.element_id, x.element_type, count(*) as count, min(x.started_at) as since
                            from p join engine.element_instance x on x.epoch = p.epoch and x.process_instance_key = p.key and x.state = 'ACTIVE'
                            where x.element_type not in ('SUB_PROCESS', 'EVENT_SUB_PROCESS', 'MULTI_INSTANCE_BODY')
                            group by 1, 2, 3)
                        select d.epoch, d.definition_key, d.process_id, d.version, d.instances, d.called, t.element_id, t.element_type,
                               coalesce(t.count, 0) as count, t.since
                        from d left join t on t.definition_key = d.definition_key
                        order by d.called desc, d.process_id, d.version, t.since, t.element_id
                        """)
                .param("id", caseId)
                .query(Token.class)
                .list();
        var running = new LinkedHashMap<Key, Running>();
        for (var token : tokens) {
            var key = new Key(token.epoch(), token.definitionKey());
            var words = labels.computeIfAbsent(key, this::read);
            var one = running.computeIfAbsent(
                    key,
                    any -> new Running(
                            token.processId(),
                            token.version(),
                            words.process() == null ? token.processId() : words.process(),
                            token.instances(),
                            token.called(),
                            new ArrayList<>()));
            if (token.elementId() != null) {
                one.active()
                        .add(new Active(
                                token.elementId(),
                                words.elements().getOrDefault(token.elementId(), token.elementId()),
                                token.elementType(),
                                token.count(),
                                token.since()));
            }
        }
        // A process that only waits for the one it called says the least about where the case is.
        return running.values().stream()
                .sorted(Comparator.comparing(one ->
                        one.active().stream().allMatch(active -> active.type().equals("CALL_ACTIVITY"))))
                .toList();
    }

    /**
     * A diagram as it was deployed (BPMN XML).
     *
     * @param version null for the newest
     */
    public Optional<String> xml(String processId, Integer version) {
        return jdbc.sql(
                        """
                        select d.resource from engine.process_definition d join engine.epoch e on e.epoch = d.epoch
                        where d.process_id = :process and (:version::int is null or d.version = :version)
                        order by e.current desc, d.deployed_at desc, d.version desc limit 1
                        """)
                .param("process", processId)
                .param("version", version, java.sql.Types.INTEGER)
                .query(String.class)
                .optional();
    }

    /**
     * A diagram in force: the newest version of its process.
     *
     * @param name what the diagram calls itself
     */
    public record InForce(String processId, String name, int version, Instant deployedAt) {}

    private record Newest(UUID epoch, long key, String processId, int version, Instant deployedAt) {}

    /** Every diagram in force, by the id of its process; empty until the engine has told of them. */
    public List<InForce> inForce() {
        return newest().map(one -> new InForce(
                        one.processId(),
                        Objects.requireNonNullElse(
                                labels(one.epoch(), one.key()).process(), one.processId()),
                        one.version(),
                        one.deployedAt()))
                .toList();
    }

    /** Diagrams in force (BPMN XML) with a task that uses this form. */
    public List<String> using(String formId) {
        return jdbc.sql(
                        """
                        select newest.resource from (
                            select distinct on (d.process_id) d.resource
                            from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current
                            order by d.process_id, d.version desc) newest
                        where position(:form in newest.resource) > 0
                        """)
                .param("form", "formId=\"" + formId + "\"")
                .query(String.class)
                .list();
    }

    /**
     * One certain diagram as it was deployed (BPMN XML): versions are counted anew in each epoch of the broker.
     *
     * @param key of the definition in that epoch
     */
    public Optional<String> xml(UUID epoch, long key) {
        return jdbc.sql("select resource from engine.process_definition where epoch = :epoch and key = :key")
                .param("epoch", epoch)
                .param("key", key)
                .query(String.class)
                .optional();
    }

    private Stream<Newest> newest() {
        return jdbc
                .sql(
                        """
                        select distinct on (d.process_id) d.epoch, d.key, d.process_id, d.version, d.deployed_at
                        from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current
                        order by d.process_id, d.version desc
                        """)
                .query(Newest.class)
                .list()
                .stream();
    }

    /** What the diagrams in force call an element, whichever of them has it; empty where none does, or it has no label. */
    public Optional<String> label(String elementId) {
        return newest().map(one -> labels(one.epoch(), one.key()).elements().get(elementId))
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The label of an element in a certain diagram, or its id where it has none. */
    public String name(UUID epoch, long definition, String elementId) {
        return labels(epoch, definition).elements().getOrDefault(elementId, elementId);
    }

    Labels labels(UUID epoch, long definition) {
        return labels.computeIfAbsent(new Key(epoch, definition), this::read);
    }

    private Labels read(Key key) {
        return xml(key.epoch(), key.definition()).map(RunningDiagrams::labels).orElse(new Labels(null, Map.of()));
    }

    /** What a diagram calls itself and its elements. */
    private static Labels labels(String xml) {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        String process = null;
        var elements = new HashMap<String, String>();
        try {
            var reader = factory.createXMLStreamReader(new StringReader(xml));
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT) {
                    var id = reader.getAttributeValue(null, "id");
                    var name = reader.getAttributeValue(null, "name");
                    if (name != null && !name.isBlank()) {
                        if (reader.getLocalName().equals("process")) {
                            process = name;
                        } else if (id != null) {
                            elements.put(id, name.replaceAll("\\s+", " "));
                        }
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException("A deployed diagram is not XML", e);
        }
        return new Labels(process, elements);
    }
}
