package jp.kasane.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 移行: running instances of a process go over to the version in force. A manager sees what would become of each, maps what has another id now,
 * and begins; the system takes one after the other and may be stopped. What cannot go over is named with the reason, and may be seated again
 * (DESIGN §2) instead. What they have called goes over with them, if the manager wants it: each to the version of its own process.
 *
 * <p>Each instance is a row of its own with a target of its own; {@link MigrationTurns} takes one after the other.
 */
@Component
public class Migrations {

    private static final int MOST = 200;
    /** The reason of a row that stays because the one above it does. */
    static final String PARENT = "parent";

    private static final String SELECT =
            """
            select m.id, m.process_id, m.to_version, m.status, u.display_name as begun_by, m.begun_at, m.ended_at,
                   count(i.*)::int as total, count(i.*) filter (where i.status in ('waiting', 'moved'))::int as waiting,
                   count(i.*) filter (where i.status = 'done')::int as done, count(i.*) filter (where i.status = 'failed')::int as failed,
                   count(i.*) filter (where i.status = 'hand')::int as hand, count(i.*) filter (where i.status = 'gone')::int as gone,
                   count(i.*) filter (where i.status = 'reseated')::int as reseated
            from kasane.model_migration m join kasane.app_user u on u.id = m.begun_by
            left join kasane.model_migration_instance i on i.migration_id = m.id
            """;

    /** Not over, and about one of these processes: as the migrated one or as a called one. */
    private static final String OPEN =
            """
            select m.id, m.process_id, m.epoch, m.to_key from kasane.model_migration m
            where m.status <> 'done' and (m.process_id = any (:processes) or exists (
                select from kasane.model_migration_instance i where i.migration_id = m.id and i.process_id = any (:processes)))
            """;

    private final JdbcClient jdbc;
    private final RunningDiagrams running;
    private final Streams streams;
    private final Cases cases;
    private final EngineOrders engine;
    private final ObjectMapper json;
    private final Clock clock;

    Migrations(
            JdbcClient jdbc,
            RunningDiagrams running,
            Streams streams,
            Cases cases,
            EngineOrders engine,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.running = running;
        this.streams = streams;
        this.cases = cases;
        this.engine = engine;
        this.json = json;
        this.clock = clock;
    }

    // ── what would become of each ──────────────────────────────────────────────────────────────────────────────────

    /**
     * What was chosen for one process.
     *
     * @param version the one in force when the preview was looked at
     * @param mapping elements of former versions to elements of the one in force, beyond those of the same id
     */
    public record Choice(int version, Map<String, String> mapping) {
        static final Choice NONE = new Choice(0, Map.of());
    }

    /**
     * Instances that stand alike: under the same version, in the same elements.
     *
     * @param instances how many
     * @param obstacles why they cannot go over by themselves; empty: they go
     * @param timers events whose timer is written otherwise now: they are set anew
     */
    public record Group(
            int version, List<Named> standing, int instances, List<Obstacle> obstacles, List<Named> timers) {
        @JsonProperty
        public boolean goes() {
            return obstacles.isEmpty();
        }
    }

    /** @param name its label, or its id */
    public record Named(String id, String name) {}

    /**
     * @param elementId null for {@code parent}
     * @param code gone, kind or scope; parent: what called it does not go over
     * @param candidates where it may be mapped to
     */
    public record Obstacle(String elementId, String name, String code, List<Named> candidates) {}

    /**
     * @param version in force, to which they go
     * @param newer instances that run under it already
     * @param called processes of which the instances that go over have called something that runs under a former version
     */
    public record Preview(
            String processId,
            String name,
            int version,
            int newer,
            List<Group> groups,
            Map<String, String> mapping,
            List<Called> called) {
        @JsonProperty
        public int going() {
            return count(groups, true);
        }

        @JsonProperty
        public int staying() {
            return count(groups, false);
        }

        /** Of all called processes. */
        @JsonProperty
        public int calledGoing() {
            return called.stream().mapToInt(Called::going).sum();
        }

        /** Of all called processes. */
        @JsonProperty
        public int calledStaying() {
            return called.stream().mapToInt(Called::staying).sum();
        }
    }

    /**
     * Running instances of a process that the migrated ones have called, themselves or through others.
     *
     * @param version in force, to which they go
     */
    public record Called(String processId, String name, int version, List<Group> groups, Map<String, String> mapping) {
        @JsonProperty
        public int going() {
            return count(groups, true);
        }

        @JsonProperty
        public int staying() {
            return count(groups, false);
        }
    }

    private static int count(List<Group> groups, boolean going) {
        return groups.stream()
                .filter(group -> group.goes() == going)
                .mapToInt(Group::instances)
                .sum();
    }

    private record Definition(UUID epoch, long key, int version) {}

    /** Under the same version, in the same elements; and whether what called them stays. */
    private record Alike(long definitionKey, List<String> active, boolean left) {}

    private record Standing(long key, long definitionKey, int version, UUID stream, String[] active) {}

    /** @param parent the one it called it, or called what called it, and runs under a former version like it */
    private record Kin(Standing at, String processId, Definition to, long parent, long tree) {}

    /**
     * An instance that is to go over, with what is in its way.
     *
     * @param parent null: nothing of this migration called it
     * @param left whether what called it does not go over, either
     */
    private record Candidate(
            Standing at,
            String processId,
            Definition to,
            Long parent,
            long tree,
            MigrationRules rules,
            List<MigrationRules.Obstacle> inTheWay,
            boolean left) {
        boolean goes() {
            return inTheWay.isEmpty() && !left;
        }
    }

    /**
     * What would become of the running instances if they were migrated now.
     *
     * @param chosen per process, the migrated one and those it calls; what is missing is mapped by ids alone
     * @throws Refusal.NotFound for a process of which no version is in force
     */
    @Transactional(readOnly = true)
    public Preview preview(String processId, Map<String, Choice> chosen) {
        mayLook();
        var target = inForce(processId);
        var all = new Look(target.epoch(), chosen).everything(processId, target);
        int newer = jdbc.sql(
                        """
                        select count(*)::int from engine.process_instance p
                        where p.epoch = :epoch and p.definition_key = :key and p.state = 'ACTIVE'
                        """)
                .param("epoch", target.epoch())
                .param("key", target.key())
                .query(Integer.class)
                .single();
        var called = all.stream()
                .filter(one -> !one.processId().equals(processId))
                .collect(Collectors.groupingBy(Candidate::processId, TreeMap::new, Collectors.toList()));
        return new Preview(
                processId,
                diagram(target.epoch(), target.key()).name(),
                target.version(),
                newer,
                groups(all.stream()
                        .filter(one -> one.processId().equals(processId))
                        .toList()),
                chosen.getOrDefault(processId, Choice.NONE).mapping(),
                called.entrySet().stream()
                        .map(one -> {
                            var to = one.getValue().getFirst().to();
                            return new Called(
                                    one.getKey(),
                                    diagram(to.epoch(), to.key()).name(),
                                    to.version(),
                                    groups(one.getValue()),
                                    chosen.getOrDefault(one.getKey(), Choice.NONE)
                                            .mapping());
                        })
                        .toList());
    }

    /** Reads each diagram once while the instances are looked at. */
    private final class Look {
        private final UUID epoch;
        private final Map<String, Choice> chosen;
        private final Map<Long, Diagram> diagrams = new HashMap<>();
        private final Map<Long, MigrationRules> rules = new HashMap<>();

        Look(UUID epoch, Map<String, Choice> chosen) {
            this.epoch = epoch;
            this.chosen = chosen;
        }

        /** The instances of the process, then what those that go over have called, each after what called it. */
        List<Candidate> everything(String processId, Definition target) {
            var all = new ArrayList<Candidate>();
            for (var instance : standing(target, processId)) {
                all.add(candidate(instance, processId, target, null, instance.key(), false));
            }
            var byKey = all.stream().collect(Collectors.toMap(one -> one.at().key(), one -> one));
            var going = all.stream()
                    .filter(Candidate::goes)
                    .map(one -> one.at().key())
                    .toList();
            for (var kin : called(epoch, processId, going)) {
                var child = candidate(
                        kin.at(),
                        kin.processId(),
                        kin.to(),
                        kin.parent(),
                        kin.tree(),
                        !byKey.get(kin.parent()).goes());
                byKey.put(kin.at().key(), child);
                all.add(child);
            }
            return all;
        }

        private Candidate candidate(
                Standing at, String processId, Definition to, Long parent, long tree, boolean left) {
            var rule = rules.computeIfAbsent(
                    at.definitionKey(),
                    from -> new MigrationRules(
                            read(from),
                            read(to.key()),
                            chosen.getOrDefault(processId, Choice.NONE).mapping()));
            return new Candidate(at, processId, to, parent, tree, rule, rule.obstacles(List.of(at.active())), left);
        }

        private Diagram read(long key) {
            return diagrams.computeIfAbsent(key, any -> diagram(epoch, key));
        }
    }

    private static List<Group> groups(List<Candidate> candidates) {
        var groups = new TreeMap<String, Group>();
        for (var alike : candidates.stream()
                .collect(Collectors.groupingBy(one ->
                        new Alike(one.at().definitionKey(), List.of(one.at().active()), one.left())))
                .values()) {
            var one = alike.getFirst();
            groups.put(
                    "%08d %s %s"
                            .formatted(
                                    one.at().version(),
                                    String.join(" ", one.at().active()),
                                    one.left()),
                    group(one, alike.size()));
        }
        return List.copyOf(groups.values());
    }

    private static Group group(Candidate one, int instances) {
        var active = List.of(one.at().active());
        var obstacles = new ArrayList<Obstacle>();
        for (var obstacle : one.inTheWay()) {
            obstacles.add(new Obstacle(
                    obstacle.elementId(),
                    obstacle.name(),
                    obstacle.code(),
                    one.rules().candidates(obstacle.elementId()).entrySet().stream()
                            .map(found -> new Named(found.getKey(), found.getValue()))
                            .toList()));
        }
        if (one.left()) {
            obstacles.add(new Obstacle(null, "", PARENT, List.of()));
        }
        return new Group(
                one.at().version(),
                active.stream().map(id -> new Named(id, one.rules().nameOf(id))).toList(),
                instances,
                obstacles,
                one.rules().timers(active).stream()
                        .map(id -> new Named(id, one.rules().nameOf(id)))
                        .toList());
    }

    /** Those under a former version of their process, each with the nearest above it that is one, too. Those above come first. */
    private List<Kin> called(UUID epoch, String processId, List<Long> callers) {
        var found = new ArrayList<Kin>();
        var nearest = new HashMap<Long, Long>();
        callers.forEach(key -> nearest.put(key, key));
        jdbc.sql(
                        """
                        with recursive tree as (
                            select p.epoch, p.key, p.key as tree_key, 0 as depth from engine.process_instance p
                            where p.epoch = :epoch and p.key = any (:callers)
                            union all
                            select c.epoch, c.key, t.tree_key, t.depth + 1
                            from tree t join engine.process_instance c on c.parent_key = t.key and c.epoch = t.epoch
                            where c.state = 'ACTIVE' and c.process_id <> :process)
                        select p.key, p.process_id, p.definition_key, p.version, p.parent_key, t.tree_key,
                               coalesce(p.case_id, p.consultation_id, p.matter_id) as stream, f.key as to_key, f.version as to_version,
                               array(select distinct x.element_id from engine.element_instance x
                                     where x.epoch = p.epoch and x.process_instance_key = p.key and x.state = 'ACTIVE' order by 1) as active
                        from tree t join engine.process_instance p on p.epoch = t.epoch and p.key = t.key
                        cross join lateral (
                            select d.key, d.version from engine.process_definition d where d.epoch = p.epoch and d.process_id = p.process_id
                            order by d.version desc limit 1) f
                        where t.depth > 0 order by t.depth, p.key
                        """)
                .param("epoch", epoch)
                .param("callers", callers.toArray(Long[]::new))
                .param("process", processId)
                .query(row -> {
                    long key = row.getLong("key");
                    long parent = nearest.get(row.getLong("parent_key"));
                    boolean former = row.getInt("version") < row.getInt("to_version");
                    nearest.put(key, former ? key : parent);
                    if (former) {
                        found.add(new Kin(
                                at(row),
                                row.getString("process_id"),
                                new Definition(epoch, row.getLong("to_key"), row.getInt("to_version")),
                                parent,
                                row.getLong("tree_key")));
                    }
                });
        return found;
    }

    private static Standing at(ResultSet row) throws SQLException {
        return new Standing(
                row.getLong("key"),
                row.getLong("definition_key"),
                row.getInt("version"),
                row.getObject("stream", UUID.class),
                (String[]) row.getArray("active").getArray());
    }

    private Definition inForce(String processId) {
        return jdbc.sql(
                        """
                        select d.epoch, d.key, d.version from engine.process_definition d join engine.epoch e on e.epoch = d.epoch and e.current
                        where d.process_id = :process order by d.version desc limit 1
                        """)
                .param("process", processId)
                .query(Definition.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("図"));
    }

    private List<Standing> standing(Definition target, String processId) {
        return jdbc.sql(
                        """
                        select p.key, p.definition_key, p.version, coalesce(p.case_id, p.consultation_id, p.matter_id) as stream,
                               array(select distinct x.element_id from engine.element_instance x
                                     where x.epoch = p.epoch and x.process_instance_key = p.key and x.state = 'ACTIVE' order by 1) as active
                        from engine.process_instance p
                        where p.epoch = :epoch and p.process_id = :process and p.state = 'ACTIVE' and p.version < :version
                        order by p.key
                        """)
                .param("epoch", target.epoch())
                .param("process", processId)
                .param("version", target.version())
                .query((row, n) -> at(row))
                .list();
    }

    Diagram diagram(UUID epoch, long key) {
        return Diagram.read(running.xml(epoch, key)
                .orElseThrow(() -> new Refusal.NotFound("図"))
                .getBytes(StandardCharsets.UTF_8));
    }

    // ── beginning, stopping, going on ──────────────────────────────────────────────────────────────────────────────

    /**
     * Begins it for all instances that run under former versions; those that cannot go over are noted with the reason and not tried.
     *
     * @param chosen the process' own, and one for each called process that the preview named
     * @param withCalled whether what they have called goes with them: each after what called it, and only if that went
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.Conflict if another one of the process (of a called one) is not over, a newer version came between, or there is nothing to migrate
     */
    @Transactional
    public UUID begin(String processId, Map<String, Choice> chosen, boolean withCalled) {
        requireManager();
        jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.migration'))")
                .query()
                .listOfRows();
        var target = inForce(processId);
        mustBe(target, processId, chosen);
        mustBeOver(List.of(processId), "");
        var all = new Look(target.epoch(), chosen)
                .everything(processId, target).stream()
                        .filter(one -> withCalled || one.processId().equals(processId))
                        .toList();
        if (all.isEmpty()) {
            throw new Refusal.Conflict("前の版で動いているものはありません。");
        }
        var called = new TreeMap<String, Definition>();
        all.stream()
                .filter(one -> !one.processId().equals(processId))
                .forEach(one -> called.put(one.processId(), one.to()));
        called.forEach((process, to) -> mustBe(to, process, chosen));
        mustBeOver(List.copyOf(called.keySet()), "終わるのを待つか、呼び出した先を残して始めてください。");
        var mappings = new TreeMap<String, Map<String, String>>();
        called.keySet()
                .forEach(process -> mappings.put(process, chosen.get(process).mapping()));
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.model_migration (id, municipality_id, process_id, epoch, to_key, to_version, mapping, called, status, begun_by,
                            begun_at)
                        values (:id, kasane.my_municipality(), :process, :epoch, :key, :version, :mapping::jsonb, :called::jsonb, 'running',
                            kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("process", processId)
                .param("epoch", target.epoch())
                .param("key", target.key())
                .param("version", target.version())
                .param(
                        "mapping",
                        write(chosen.getOrDefault(processId, Choice.NONE).mapping()))
                .param("called", withCalled ? write(mappings) : null, Types.VARCHAR)
                .param("now", now())
                .update();
        all.forEach(one -> insert(id, one));
        return id;
    }

    private void mustBe(Definition inForce, String processId, Map<String, Choice> chosen) {
        if (chosen.getOrDefault(processId, Choice.NONE).version() != inForce.version()) {
            throw new Refusal.Conflict(
                    "「" + diagram(inForce.epoch(), inForce.key()).name() + "」は、第 " + inForce.version()
                            + " 版が公開されています。見直してから始めてください。");
        }
    }

    /** @param instead what may be done meanwhile */
    private void mustBeOver(List<String> processes, String instead) {
        jdbc.sql(OPEN + " order by m.begun_at limit 1")
                .param("processes", processes.toArray(String[]::new))
                .query((row, n) -> diagram(row.getObject("epoch", UUID.class), row.getLong("to_key"))
                        .name())
                .optional()
                .ifPresent(name -> {
                    throw new Refusal.Conflict("「" + name + "」の移行が、まだ終わっていません。" + instead);
                });
    }

    private void insert(UUID migration, Candidate one) {
        var obstacle = one.inTheWay().stream().findFirst();
        jdbc.sql(
                        """
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, process_id, from_key, from_version,
                            to_key, to_version, parent_key, tree_key, of_stream, status, element_id, reason)
                        values (:migration, kasane.my_municipality(), :key, :process, :from, :version, :toKey, :toVersion, :parent, :tree, :stream, :status,
                            :element, :reason)
                        """)
                .param("migration", migration)
                .param("key", one.at().key())
                .param("process", one.processId())
                .param("from", one.at().definitionKey())
                .param("version", one.at().version())
                .param("toKey", one.to().key())
                .param("toVersion", one.to().version())
                .param("parent", one.parent(), Types.BIGINT)
                .param("tree", one.tree())
                .param("stream", one.at().stream(), Types.OTHER)
                .param("status", one.goes() ? "waiting" : "hand")
                .param(
                        "element",
                        obstacle.map(MigrationRules.Obstacle::elementId).orElse(null),
                        Types.VARCHAR)
                .param(
                        "reason",
                        obstacle.map(MigrationRules.Obstacle::code).orElse(one.left() ? PARENT : null),
                        Types.VARCHAR)
                .update();
    }

    /** @throws Refusal.Conflict if it is over */
    @Transactional
    public void pause(UUID id, boolean paused) {
        requireManager();
        if (jdbc.sql("update kasane.model_migration set status = :status where id = :id and status <> 'done'")
                        .param("id", id)
                        .param("status", paused ? "paused" : "running")
                        .update()
                == 0) {
            one(id);
            throw new Refusal.Conflict("この移行は、もう終わっています。");
        }
    }

    /**
     * Instead: ends what runs of the case (the consultation, the matter) and starts it again where it stands, under the versions in force.
     *
     * @param instance one that could not go over, or went over with a timer that is not the new diagram's
     * @throws Refusal.Conflict for one that has gone over, or whose case is not known
     */
    @Transactional
    public void reseat(UUID id, long instance) {
        requireManager();
        one(id);
        var stream = jdbc.sql(
                        """
                        select of_stream from kasane.model_migration_instance
                        where migration_id = :id and instance_key = :key and of_stream is not null
                          and (status in ('hand', 'failed') or status = 'done' and timers <> '{}') for update
                        """)
                .param("id", id)
                .param("key", instance)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new Refusal.Conflict("始め直しの要らないものです。"));
        var reason = "図の移行（第 " + one(id).toVersion() + " 版）";
        if (cases.find(stream).isPresent()) {
            cases.reseat(stream, reason);
        } else {
            streams.lock(stream);
            streams.append(stream, CaseEvent.now("case.re-seated", clock.instant(), Map.of("reason", reason)));
            engine.reseat(stream);
        }
        jdbc.sql(
                        """
                        update kasane.model_migration_instance set status = 'reseated', ended_at = :now
                        where migration_id = :id and of_stream = :stream and (status in ('hand', 'failed') or status = 'done' and timers <> '{}')
                        """)
                .param("id", id)
                .param("stream", stream)
                .param("now", now())
                .update();
    }

    // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * @param status running, paused or done
     * @param waiting instances whose turn has not come
     * @param hand not tried, because they cannot go over by themselves
     * @param gone ended before their turn
     */
    public record Migration(
            UUID id,
            String processId,
            int toVersion,
            String status,
            String begunBy,
            Instant begunAt,
            Instant endedAt,
            int total,
            int waiting,
            int done,
            int failed,
            int hand,
            int gone,
            int reseated) {}

    /** Of one process: the migrated one, or one that it calls; counted as the whole is. */
    public record Part(
            String processId,
            int toVersion,
            int total,
            int waiting,
            int done,
            int failed,
            int hand,
            int gone,
            int reseated) {}

    /**
     * @param stream the case, consultation or matter
     * @param status done: only a timer stayed behind
     * @param reason a code (gone, kind, scope, parent) for what was not tried, the engine's sentence for what failed
     * @param timers elements whose timer is still the former diagram's, though the instance went over
     */
    public record Left(
            long instanceKey,
            String processId,
            int fromVersion,
            UUID stream,
            String status,
            String elementId,
            String reason,
            List<String> timers) {}

    /** The newest first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Migration> all() {
        mayLook();
        return jdbc.sql(SELECT + " group by m.id, u.display_name order by m.begun_at desc limit " + MOST)
                .query(Migration.class)
                .list();
    }

    /** The one that is not over and has instances of this process: its own, or called by those of another. */
    @Transactional(readOnly = true)
    public Optional<Migration> open(String processId) {
        mayLook();
        return jdbc.sql(OPEN + " order by m.begun_at limit 1")
                .param("processes", new String[] {processId})
                .query((row, n) -> row.getObject("id", UUID.class))
                .optional()
                .map(this::one);
    }

    /** @throws Refusal.NotFound for one the acting user may not know of */
    @Transactional(readOnly = true)
    public Migration one(UUID id) {
        mayLook();
        return jdbc.sql(SELECT + " where m.id = :id group by m.id, u.display_name")
                .param("id", id)
                .query(Migration.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("移行"));
    }

    /** Per process, the migrated one first. */
    @Transactional(readOnly = true)
    public List<Part> parts(UUID id) {
        one(id);
        return jdbc.sql(
                        """
                        select i.process_id, i.to_version, count(*)::int as total, count(*) filter (where i.status in ('waiting', 'moved'))::int as waiting,
                               count(*) filter (where i.status = 'done')::int as done, count(*) filter (where i.status = 'failed')::int as failed,
                               count(*) filter (where i.status = 'hand')::int as hand, count(*) filter (where i.status = 'gone')::int as gone,
                               count(*) filter (where i.status = 'reseated')::int as reseated
                        from kasane.model_migration_instance i join kasane.model_migration m on m.id = i.migration_id
                        where m.id = :id group by i.process_id, i.to_version, m.process_id order by i.process_id <> m.process_id, i.process_id
                        """)
                .param("id", id)
                .query(Part.class)
                .list();
    }

    /** Those that did not go over, or not with all their timers, and why; 1,000 at most. */
    @Transactional(readOnly = true)
    public List<Left> left(UUID id) {
        one(id);
        return jdbc.sql(
                        """
                        select instance_key, process_id, from_version, of_stream, status, element_id, reason, timers from kasane.model_migration_instance
                        where migration_id = :id and (status in ('hand', 'failed', 'reseated') or status = 'done' and timers <> '{}')
                        order by status, tree_key, instance_key limit 1000
                        """)
                .param("id", id)
                .query((row, n) -> new Left(
                        row.getLong("instance_key"),
                        row.getString("process_id"),
                        row.getInt("from_version"),
                        row.getObject("of_stream", UUID.class),
                        row.getString("status"),
                        row.getString("element_id"),
                        row.getString("reason"),
                        List.of((String[]) row.getArray("timers").getArray())))
                .list();
    }

    private String write(Map<String, ?> mapping) {
        try {
            return json.writeValueAsString(new LinkedHashMap<>(mapping));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }

    private static void requireManager() {
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("移行は所管課の担当者が行います。");
        }
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor") && !actor.has("system")) {
            throw new Refusal.Forbidden("移行は所管課と監査の担当者だけが見られます。");
        }
    }
}
