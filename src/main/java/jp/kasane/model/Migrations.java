package jp.kasane.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.Deployments;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.InstanceMigrations;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 移行: running instances of a process go over to the version in force. A manager sees what would become of each, maps what has another id now,
 * and begins; the system takes one after the other and may be stopped. What cannot go over is named with the reason, and may be seated again
 * (DESIGN §2) instead.
 *
 * <p>Each instance is a row of its own that is locked while the engine is asked, as an order of the outbox is: after a crash it is asked again,
 * and one that had gone over already is found there.
 */
@Component
public class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
    private static final int MOST = 200;
    /** The engine's no may come from a projection that was behind: it is asked so often before it counts. */
    private static final int TRIES = 3;

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

    private final JdbcClient jdbc;
    private final RunningDiagrams running;
    private final InstanceMigrations instances;
    private final Streams streams;
    private final Cases cases;
    private final EngineOrders engine;
    private final SystemActor system;
    private final ObjectMapper json;
    private final Clock clock;

    Migrations(
            JdbcClient jdbc,
            RunningDiagrams running,
            InstanceMigrations instances,
            Streams streams,
            Cases cases,
            EngineOrders engine,
            SystemActor system,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.running = running;
        this.instances = instances;
        this.streams = streams;
        this.cases = cases;
        this.engine = engine;
        this.system = system;
        this.json = json;
        this.clock = clock;
    }

    // ── what would become of each ──────────────────────────────────────────────────────────────────────────────────

    /**
     * Instances that stand alike: under the same version, in the same elements.
     *
     * @param instances how many
     * @param obstacles why they cannot go over by themselves; empty: they go
     * @param timers elements whose timer is written otherwise now and will keep the time it has
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
     * @param code gone, kind or scope
     * @param candidates where it may be mapped to
     */
    public record Obstacle(String elementId, String name, String code, List<Named> candidates) {}

    /**
     * @param version in force, to which they go
     * @param newer instances that run under it already
     */
    public record Preview(
            String processId, String name, int version, int newer, List<Group> groups, Map<String, String> mapping) {
        @JsonProperty
        public int going() {
            return groups.stream()
                    .filter(Group::goes)
                    .mapToInt(Group::instances)
                    .sum();
        }

        @JsonProperty
        public int staying() {
            return groups.stream()
                    .filter(group -> !group.goes())
                    .mapToInt(Group::instances)
                    .sum();
        }
    }

    private record Definition(UUID epoch, long key, int version) {}

    /** Under the same version, in the same elements. */
    private record Alike(long definitionKey, List<String> active) {}

    private record Standing(long key, long definitionKey, int version, UUID stream, String[] active) {}

    /**
     * What would become of the running instances if they were migrated now.
     *
     * @param chosen elements of former versions to elements of the one in force, beyond those of the same id
     * @throws Refusal.NotFound for a process of which no version is in force
     */
    @Transactional(readOnly = true)
    public Preview preview(String processId, Map<String, String> chosen) {
        mayLook();
        var target = inForce(processId);
        var to = diagram(target.epoch(), target.key());
        var rules = new HashMap<Long, MigrationRules>();
        var froms = new HashMap<Long, Diagram>();
        var groups = new TreeMap<String, Group>();
        for (var alike : standing(target, processId).stream()
                .collect(Collectors.groupingBy(
                        instance -> new Alike(instance.definitionKey(), List.of(instance.active()))))
                .values()) {
            var instance = alike.getFirst();
            var from = froms.computeIfAbsent(instance.definitionKey(), key -> diagram(target.epoch(), key));
            var rule = rules.computeIfAbsent(instance.definitionKey(), key -> new MigrationRules(from, to, chosen));
            groups.put(
                    "%08d %s".formatted(instance.version(), String.join(" ", instance.active())),
                    group(instance, alike.size(), from, rule));
        }
        int newer = jdbc.sql(
                        """
                        select count(*)::int from engine.process_instance p
                        where p.epoch = :epoch and p.definition_key = :key and p.state = 'ACTIVE'
                        """)
                .param("epoch", target.epoch())
                .param("key", target.key())
                .query(Integer.class)
                .single();
        return new Preview(processId, to.name(), target.version(), newer, List.copyOf(groups.values()), chosen);
    }

    private static Group group(Standing instance, int instances, Diagram from, MigrationRules rules) {
        var active = List.of(instance.active());
        return new Group(
                instance.version(),
                active.stream()
                        .map(id -> new Named(id, MigrationRules.name(from, id)))
                        .toList(),
                instances,
                rules.obstacles(active).stream()
                        .map(obstacle -> new Obstacle(
                                obstacle.elementId(),
                                obstacle.name(),
                                obstacle.code(),
                                rules.candidates(obstacle.elementId()).entrySet().stream()
                                        .map(one -> new Named(one.getKey(), one.getValue()))
                                        .toList()))
                        .toList(),
                active.stream()
                        .filter(rules::timerDiffers)
                        .map(id -> new Named(id, MigrationRules.name(from, id)))
                        .toList());
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
                .query((row, n) -> new Standing(
                        row.getLong("key"),
                        row.getLong("definition_key"),
                        row.getInt("version"),
                        row.getObject("stream", UUID.class),
                        (String[]) row.getArray("active").getArray()))
                .list();
    }

    private Diagram diagram(UUID epoch, long key) {
        return Diagram.read(running.xml(epoch, key)
                .orElseThrow(() -> new Refusal.NotFound("図"))
                .getBytes(StandardCharsets.UTF_8));
    }

    // ── beginning, stopping, going on ──────────────────────────────────────────────────────────────────────────────

    /**
     * Begins it for all instances that run under former versions; those that cannot go over are noted with the reason and not tried.
     *
     * @param version the one in force when the preview was looked at
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.Conflict if another one of the process is not over, a newer version came between, or there is nothing to migrate
     */
    @Transactional
    public UUID begin(String processId, int version, Map<String, String> chosen) {
        requireManager();
        jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.migration'))")
                .query()
                .listOfRows();
        var target = inForce(processId);
        if (target.version() != version) {
            throw new Refusal.Conflict("第 " + target.version() + " 版が公開されています。見直してから始めてください。");
        }
        if (jdbc.sql(
                        "select exists (select from kasane.model_migration where process_id = :process and status <> 'done')")
                .param("process", processId)
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Conflict("この図の移行が、まだ終わっていません。");
        }
        var standing = standing(target, processId);
        if (standing.isEmpty()) {
            throw new Refusal.Conflict("前の版で動いているものはありません。");
        }
        var to = diagram(target.epoch(), target.key());
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.model_migration (id, municipality_id, process_id, epoch, to_key, to_version, mapping, status, begun_by, begun_at)
                        values (:id, kasane.my_municipality(), :process, :epoch, :key, :version, :mapping::jsonb, 'running', kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("process", processId)
                .param("epoch", target.epoch())
                .param("key", target.key())
                .param("version", version)
                .param("mapping", write(chosen))
                .param("now", now())
                .update();
        var rules = new HashMap<Long, MigrationRules>();
        for (var instance : standing) {
            var obstacle = rules
                    .computeIfAbsent(
                            instance.definitionKey(),
                            key -> new MigrationRules(diagram(target.epoch(), key), to, chosen))
                    .obstacles(List.of(instance.active()))
                    .stream()
                    .findFirst();
            insert(id, instance, obstacle);
        }
        return id;
    }

    private void insert(UUID migration, Standing instance, Optional<MigrationRules.Obstacle> obstacle) {
        jdbc.sql(
                        """
                        insert into kasane.model_migration_instance (migration_id, municipality_id, instance_key, from_key, from_version, of_stream, status,
                            element_id, reason)
                        values (:migration, kasane.my_municipality(), :key, :from, :version, :stream, :status, :element, :reason)
                        """)
                .param("migration", migration)
                .param("key", instance.key())
                .param("from", instance.definitionKey())
                .param("version", instance.version())
                .param("stream", instance.stream(), java.sql.Types.OTHER)
                .param("status", obstacle.isPresent() ? "hand" : "waiting")
                .param(
                        "element",
                        obstacle.map(MigrationRules.Obstacle::elementId).orElse(null),
                        java.sql.Types.VARCHAR)
                .param("reason", obstacle.map(MigrationRules.Obstacle::code).orElse(null), java.sql.Types.VARCHAR)
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
     * @param instance one that could not go over
     * @throws Refusal.Conflict for one that has gone over, or whose case is not known
     */
    @Transactional
    public void reseat(UUID id, long instance) {
        requireManager();
        one(id);
        var stream = jdbc.sql(
                        """
                        select of_stream from kasane.model_migration_instance
                        where migration_id = :id and instance_key = :key and status in ('hand', 'failed') and of_stream is not null for update
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
                        where migration_id = :id and of_stream = :stream and status in ('hand', 'failed')
                        """)
                .param("id", id)
                .param("stream", stream)
                .param("now", now())
                .update();
    }

    // ── one after the other ────────────────────────────────────────────────────────────────────────────────────────

    private record Order(UUID id, UUID epoch, long toKey, String mapping) {}

    private record Row(long instanceKey, long fromKey, int attempts) {}

    @Scheduled(fixedDelayString = "PT0.5S", initialDelayString = "PT5S")
    void goOn() {
        var orders = system.inTransaction(() -> jdbc.sql(
                        "select id, epoch, to_key, mapping::text from kasane.model_migration where status = 'running' order by begun_at")
                .query(Order.class)
                .list());
        for (var order : orders) {
            try {
                goOn(order);
            } catch (RuntimeException away) {
                LOG.warn(
                        "Migration {}: the engine or the database does not answer ({}); trying again",
                        order.id(),
                        away.getClass().getSimpleName());
            }
        }
    }

    private void goOn(Order order) {
        var mappings = new HashMap<Long, Map<String, String>>();
        long after = Long.MIN_VALUE;
        while (true) {
            long from = after;
            var next = system.inTransaction(() -> migrateNext(order, mappings, from));
            if (next.isEmpty()) {
                break;
            }
            after = next.get();
        }
        lineUp(order);
        system.inTransaction(() -> jdbc.sql(
                        """
                        update kasane.model_migration set status = 'done', ended_at = :now
                        where id = :id and status = 'running' and not exists (
                            select from kasane.model_migration_instance i where i.migration_id = :id and i.status in ('waiting', 'moved'))
                        """)
                .param("id", order.id())
                .param("now", now())
                .update());
    }

    /** @return the key of the instance that had its turn; empty: none is left for now, or it was paused */
    private Optional<Long> migrateNext(Order order, Map<Long, Map<String, String>> mappings, long after) {
        var next = jdbc.sql(
                        """
                        select i.instance_key, i.from_key, i.attempts from kasane.model_migration_instance i
                        join kasane.model_migration m on m.id = i.migration_id and m.status = 'running'
                        where i.migration_id = :id and i.status = 'waiting' and i.instance_key > :after
                        order by i.instance_key limit 1 for update of i skip locked
                        """)
                .param("id", order.id())
                .param("after", after)
                .query(Row.class)
                .optional();
        next.ifPresent(row -> migrate(order, mappings, row));
        return next.map(Row::instanceKey);
    }

    private void migrate(Order order, Map<Long, Map<String, String>> mappings, Row row) {
        var runsUnder = jdbc.sql(
                        "select definition_key from engine.process_instance where epoch = :epoch and key = :key and state = 'ACTIVE'")
                .param("epoch", order.epoch())
                .param("key", row.instanceKey())
                .query(Long.class)
                .optional();
        if (runsUnder.isEmpty()) {
            note(order, row, "gone", null);
            return;
        }
        if (runsUnder.get() == order.toKey()) {
            note(order, row, "moved", null);
            return;
        }
        var mapping = mappings.computeIfAbsent(row.fromKey(), from -> new MigrationRules(
                        diagram(order.epoch(), from), diagram(order.epoch(), order.toKey()), read(order.mapping()))
                .mapping());
        try {
            note(order, row, instances.migrate(row.instanceKey(), order.toKey(), mapping) ? "moved" : "gone", null);
        } catch (Deployments.NotTaken no) {
            note(order, row, row.attempts() + 1 < TRIES ? "waiting" : "failed", no.getMessage());
        }
    }

    private void note(Order order, Row row, String status, String reason) {
        boolean over = !status.equals("waiting") && !status.equals("moved");
        jdbc.sql(
                        """
                        update kasane.model_migration_instance set status = :status, reason = left(:reason, 4000), attempts = attempts + 1,
                            ended_at = :ended
                        where migration_id = :id and instance_key = :key
                        """)
                .param("id", order.id())
                .param("key", row.instanceKey())
                .param("status", status)
                .param("reason", reason, java.sql.Types.VARCHAR)
                .param("ended", over ? now() : null, java.sql.Types.TIMESTAMP)
                .update();
    }

    private record Task(long instanceKey, Long taskKey, String elementId, String[] groups) {}

    /** Camunda leaves a task with the groups it had, and knows nothing of our deadlines. */
    private void lineUp(Order order) {
        var arrived = system.inTransaction(() -> jdbc.sql(
                        """
                        select i.instance_key, t.key as task_key, t.element_id, t.candidate_groups as groups
                        from kasane.model_migration_instance i
                        join engine.process_instance p on p.epoch = :epoch and p.key = i.instance_key and (p.definition_key = :to or p.state <> 'ACTIVE')
                        left join engine.user_task t on t.epoch = p.epoch and t.process_instance_key = p.key and t.state = 'CREATED'
                        where i.migration_id = :id and i.status = 'moved' order by i.instance_key
                        """)
                .param("epoch", order.epoch())
                .param("to", order.toKey())
                .param("id", order.id())
                .query((row, n) -> new Task(
                        row.getLong("instance_key"),
                        row.getObject("task_key", Long.class),
                        row.getString("element_id"),
                        row.getArray("groups") == null
                                ? null
                                : (String[]) row.getArray("groups").getArray()))
                .list());
        if (arrived.isEmpty()) {
            return;
        }
        var to = system.inTransaction(() -> diagram(order.epoch(), order.toKey()));
        for (var task : arrived) {
            if (task.taskKey() != null) {
                var wanted = groups(to, task.elementId());
                if (!wanted.isEmpty() && !wanted.equals(Arrays.asList(task.groups()))) {
                    instances.candidateGroups(task.taskKey(), wanted);
                }
            }
        }
        var keys = arrived.stream().map(Task::instanceKey).distinct().toArray(Long[]::new);
        system.inTransaction(() -> {
            // Its deadline is another step's now: it is planned anew, as if the task had just been heard of.
            jdbc.sql(
                            """
                            update engine.user_task t set noted = false from kasane.deadline l
                            where l.task_id = t.id and t.epoch = :epoch and t.process_instance_key = any (:keys) and t.state = 'CREATED'
                              and l.step <> t.element_id
                            """)
                    .param("epoch", order.epoch())
                    .param("keys", keys)
                    .update();
            jdbc.sql(
                            """
                            update kasane.model_migration_instance set status = 'done', ended_at = :now
                            where migration_id = :id and status = 'moved' and instance_key = any (:keys)
                            """)
                    .param("id", order.id())
                    .param("now", now())
                    .param("keys", keys)
                    .update();
        });
    }

    private static List<String> groups(Diagram diagram, String elementId) {
        var groups = diagram.element(elementId)
                .flatMap(element -> Diagram.extension(element, "assignmentDefinition"))
                .map(assignment -> assignment.getAttribute("candidateGroups"))
                .orElse("");
        return groups.isBlank() || groups.startsWith("=")
                ? List.of()
                : Arrays.stream(groups.split(",")).map(String::strip).toList();
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

    /**
     * @param stream the case, consultation or matter
     * @param reason a code (gone, kind, scope) for what was not tried, the engine's sentence for what failed
     */
    public record Left(
            long instanceKey, int fromVersion, UUID stream, String status, String elementId, String reason) {}

    /** The newest first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Migration> all() {
        mayLook();
        return jdbc.sql(SELECT + " group by m.id, u.display_name order by m.begun_at desc limit " + MOST)
                .query(Migration.class)
                .list();
    }

    /** The one of this process that is not over. */
    @Transactional(readOnly = true)
    public Optional<Migration> open(String processId) {
        mayLook();
        return jdbc.sql(SELECT + " where m.process_id = :process and m.status <> 'done' group by m.id, u.display_name")
                .param("process", processId)
                .query(Migration.class)
                .optional();
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

    /** Those that did not go over, and why; 1,000 at most. */
    @Transactional(readOnly = true)
    public List<Left> left(UUID id) {
        one(id);
        return jdbc.sql(
                        """
                        select instance_key, from_version, of_stream as stream, status, element_id, reason from kasane.model_migration_instance
                        where migration_id = :id and status in ('hand', 'failed', 'reseated') order by status, instance_key limit 1000
                        """)
                .param("id", id)
                .query(Left.class)
                .list();
    }

    private String write(Map<String, String> mapping) {
        try {
            return json.writeValueAsString(new LinkedHashMap<>(mapping));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> read(String mapping) {
        try {
            return json.readValue(mapping, new TypeReference<Map<String, String>>() {});
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
