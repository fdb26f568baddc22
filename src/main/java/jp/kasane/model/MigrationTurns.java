package jp.kasane.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.engine.Deployments;
import jp.kasane.engine.InstanceMigrations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Takes the instances of a migration over, one after the other: a tree before the next one, and in it what called before what was called. Each
 * row is locked while the engine is asked, as an order of the outbox is: after a crash it is asked again, and one that had gone over already is
 * found there.
 */
@Component
class MigrationTurns {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationTurns.class);
    /** The engine's no may come from a projection that was behind: it is asked so often before it counts. */
    private static final int TRIES = 3;
    /** The same for a token that may have left its timer meanwhile; one every half second. */
    private static final int TRIES_FOR_TOKENS = 20;

    private final JdbcClient jdbc;
    private final Migrations migrations;
    private final InstanceMigrations instances;
    private final SystemActor system;
    private final ObjectMapper json;
    private final Clock clock;

    MigrationTurns(
            JdbcClient jdbc,
            Migrations migrations,
            InstanceMigrations instances,
            SystemActor system,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.migrations = migrations;
        this.instances = instances;
        this.system = system;
        this.json = json;
        this.clock = clock;
    }

    /** @param called mappings by called process; null: they stay */
    private record Order(UUID id, UUID epoch, String processId, String mapping, String called) {}

    private record Row(
            long instanceKey,
            String processId,
            long fromKey,
            long toKey,
            long treeKey,
            String parentStatus,
            int attempts) {}

    /** @param retimed tokens to enter their timers anew; null: that was not looked at, or there are none */
    private record Arrived(
            long instanceKey, String processId, long fromKey, long toKey, Long[] retimed, int attempts) {}

    private record Token(long instanceKey, long key, String elementId) {}

    private record Task(long toKey, long taskKey, String elementId, String[] groups) {}

    @Scheduled(fixedDelayString = "PT0.5S", initialDelayString = "PT5S")
    void goOn() {
        var orders = system.inTransaction(() -> jdbc.sql(
                        """
                        select id, epoch, process_id, mapping::text, called::text from kasane.model_migration where status = 'running' order by begun_at
                        """)
                .query(Order.class)
                .list());
        for (var order : orders) {
            try {
                new Turn(order).goOn();
            } catch (RuntimeException away) {
                LOG.warn(
                        "Migration {}: the engine or the database does not answer ({}); trying again",
                        order.id(),
                        away.getClass().getSimpleName());
            }
        }
    }

    /** One time round the instances that wait; reads each diagram once. */
    private final class Turn {
        private final Order order;
        private final Map<Long, Diagram> diagrams = new HashMap<>();
        private final Map<Long, MigrationRules> rules = new HashMap<>();

        Turn(Order order) {
            this.order = order;
        }

        void goOn() {
            long tree = Long.MIN_VALUE;
            long instance = Long.MIN_VALUE;
            while (true) {
                long afterTree = tree;
                long after = instance;
                var next = system.inTransaction(() -> migrateNext(afterTree, after));
                if (next.isEmpty()) {
                    break;
                }
                tree = next.get().treeKey();
                instance = next.get().instanceKey();
            }
            lineUp();
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

        private Diagram diagram(long key) {
            return diagrams.computeIfAbsent(key, any -> migrations.diagram(order.epoch(), key));
        }

        private MigrationRules rules(String processId, long from, long to) {
            return rules.computeIfAbsent(
                    from, any -> new MigrationRules(diagram(from), diagram(to), chosen(processId)));
        }

        private Map<String, String> chosen(String processId) {
            try {
                return processId.equals(order.processId())
                        ? json.readValue(order.mapping(), new TypeReference<Map<String, String>>() {})
                        : json.readValue(order.called(), new TypeReference<Map<String, Map<String, String>>>() {})
                                .getOrDefault(processId, Map.of());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        /** @return the instance that had its turn; empty: none is left for now, or it was paused */
        private Optional<Row> migrateNext(long afterTree, long after) {
            var next = jdbc.sql(
                            """
                            select i.instance_key, i.process_id, i.from_key, i.to_key, i.tree_key, a.status as parent_status, i.attempts
                            from kasane.model_migration_instance i
                            join kasane.model_migration m on m.id = i.migration_id and m.status = 'running'
                            left join kasane.model_migration_instance a on a.migration_id = i.migration_id and a.instance_key = i.parent_key
                            where i.migration_id = :id and i.status = 'waiting' and (i.tree_key, i.instance_key) > (:tree, :after)
                              and a.status is distinct from 'waiting'
                            order by i.tree_key, i.instance_key limit 1 for update of i skip locked
                            """)
                    .param("id", order.id())
                    .param("tree", afterTree)
                    .param("after", after)
                    .query(Row.class)
                    .optional();
            next.ifPresent(this::migrate);
            return next;
        }

        private void migrate(Row row) {
            var runsUnder = jdbc.sql(
                            "select definition_key from engine.process_instance where epoch = :epoch and key = :key and state = 'ACTIVE'")
                    .param("epoch", order.epoch())
                    .param("key", row.instanceKey())
                    .query(Long.class)
                    .optional();
            if (runsUnder.isEmpty()) {
                note(row, "gone", null, List.of());
                return;
            }
            if (Set.of("failed", "hand").contains(row.parentStatus() == null ? "" : row.parentStatus())) {
                note(row, "hand", Migrations.PARENT, List.of());
                return;
            }
            var rule = rules(row.processId(), row.fromKey(), row.toKey());
            var fired = fired(rule, row);
            var behind = fired.stream().flatMap(id -> rule.target(id).stream()).toList();
            if (runsUnder.get() == row.toKey()) {
                note(row, "moved", null, behind);
                return;
            }
            try {
                note(row, migrated(row, rule.mapping(fired)), null, behind);
            } catch (Deployments.NotTaken no) {
                withTheTimersItHas(row, rule, no);
            }
        }

        private String migrated(Row row, Map<String, String> mapping) {
            return instances.migrate(row.instanceKey(), row.toKey(), mapping) ? "moved" : "gone";
        }

        /** A timer that cannot be set from the new diagram, because its expression yields no time, is no reason to stay. */
        private void withTheTimersItHas(Row row, MigrationRules rule, Deployments.NotTaken first) {
            var kept = rule.timersLeftToTheEngine(active(row.instanceKey()));
            try {
                if (!kept.isEmpty()) {
                    var behind = kept.stream()
                            .flatMap(id -> rule.target(id).stream())
                            .toList();
                    note(row, migrated(row, rule.mapping(kept)), null, behind);
                    return;
                }
            } catch (Deployments.NotTaken again) {
                LOG.debug("Not with the timers it has, either: {}", again.getMessage());
            }
            note(row, row.attempts() + 1 < TRIES ? "waiting" : "failed", first.getMessage(), List.of());
        }

        private List<String> active(long instance) {
            return jdbc.sql(
                            """
                            select distinct x.element_id from engine.element_instance x
                            where x.epoch = :epoch and x.process_instance_key = :key and x.state = 'ACTIVE' order by 1
                            """)
                    .param("epoch", order.epoch())
                    .param("key", instance)
                    .query(String.class)
                    .list();
        }

        /** Timers whose time has come while what they are attached to is still open: set anew, they would strike a second time. */
        private List<String> fired(MigrationRules rule, Row row) {
            var listeners = rule.listeners();
            if (listeners.isEmpty()) {
                return List.of();
            }
            return jdbc.sql(
                            """
                            select distinct w.id from unnest(:ids::text[], :hosts::text[], :newHosts::text[]) w(id, host, new_host)
                            join engine.element_instance x on x.epoch = :epoch and x.process_instance_key = :key and x.element_id = w.id
                            where w.host is null or x.started_at >= (
                                select min(h.started_at) from engine.element_instance h
                                where h.epoch = :epoch and h.process_instance_key = :key and h.element_id in (w.host, w.new_host) and h.state = 'ACTIVE')
                            order by w.id
                            """)
                    .param(
                            "ids",
                            listeners.stream().map(MigrationRules.Listener::id).toArray(String[]::new))
                    .param(
                            "hosts",
                            listeners.stream()
                                    .map(MigrationRules.Listener::host)
                                    .toArray(String[]::new))
                    .param(
                            "newHosts",
                            listeners.stream()
                                    .map(one -> one.host() == null
                                            ? null
                                            : rule.target(one.host()).orElse(null))
                                    .toArray(String[]::new))
                    .param("epoch", order.epoch())
                    .param("key", row.instanceKey())
                    .query(String.class)
                    .list();
        }

        private void note(Row row, String status, String reason, List<String> timers) {
            boolean over = !status.equals("waiting") && !status.equals("moved");
            jdbc.sql(
                            """
                            update kasane.model_migration_instance set status = :status, reason = left(:reason, 4000), attempts = attempts + 1,
                                timers = :timers, ended_at = :ended
                            where migration_id = :id and instance_key = :key
                            """)
                    .param("id", order.id())
                    .param("key", row.instanceKey())
                    .param("status", status)
                    .param("reason", reason, Types.VARCHAR)
                    .param("timers", timers.toArray(String[]::new))
                    .param("ended", over ? now() : null, Types.TIMESTAMP)
                    .update();
        }

        // ── what Camunda leaves as it was ───────────────────────────────────────────────────────────────────────────

        /** Timers in which a token stands, the groups of tasks, and our deadlines, of which Camunda knows nothing. */
        private void lineUp() {
            var arrived = system.inTransaction(this::arrived);
            if (arrived.isEmpty()) {
                return;
            }
            system.inTransaction(() -> noteTokens(arrived.stream()
                    .filter(one -> one.retimed() == null)
                    .filter(one -> !rules(one.processId(), one.fromKey(), one.toKey())
                            .standingInTimers()
                            .isEmpty())
                    .toList()));
            var keys = arrived.stream()
                    .filter(this::enterTimersAnew)
                    .map(Arrived::instanceKey)
                    .toArray(Long[]::new);
            for (var task : system.inTransaction(() -> tasks(keys))) {
                var wanted = groups(diagram(task.toKey()), task.elementId());
                if (!wanted.isEmpty() && !wanted.equals(Arrays.asList(task.groups()))) {
                    instances.candidateGroups(task.taskKey(), wanted);
                }
            }
            system.inTransaction(() -> done(keys));
        }

        /** Of which the projection tells that they went over. */
        private List<Arrived> arrived() {
            return jdbc.sql(
                            """
                            select i.instance_key, i.process_id, i.from_key, i.to_key, i.retimed, i.attempts
                            from kasane.model_migration_instance i
                            join engine.process_instance p on p.epoch = :epoch and p.key = i.instance_key
                                                          and (p.definition_key = i.to_key or p.state <> 'ACTIVE')
                            where i.migration_id = :id and i.status = 'moved' order by i.instance_key
                            """)
                    .param("epoch", order.epoch())
                    .param("id", order.id())
                    .query((row, n) -> new Arrived(
                            row.getLong("instance_key"),
                            row.getString("process_id"),
                            row.getLong("from_key"),
                            row.getLong("to_key"),
                            array(row, "retimed", Long[].class),
                            row.getInt("attempts")))
                    .list();
        }

        /** Committed before the engine is told, so that a token is asked for once, and what was modified is known to be Kasane's doing. */
        private void noteTokens(List<Arrived> unlooked) {
            for (var one : unlooked) {
                var tokens = tokens(
                        one.instanceKey(),
                        rules(one.processId(), one.fromKey(), one.toKey()).standingInTimers());
                jdbc.sql(
                                """
                                update kasane.model_migration_instance set retimed = :tokens, attempts = 0
                                where migration_id = :id and instance_key = :key and status = 'moved' and retimed is null
                                """)
                        .param("id", order.id())
                        .param("key", one.instanceKey())
                        .param("tokens", tokens.stream().map(Token::key).toArray(Long[]::new))
                        .update();
            }
        }

        private List<Token> tokens(long instance, Set<String> elements) {
            return jdbc.sql(
                            """
                            select x.process_instance_key as instance_key, x.key, x.element_id from engine.element_instance x
                            where x.epoch = :epoch and x.process_instance_key = :key and x.state = 'ACTIVE' and x.element_id = any (:elements) order by x.key
                            """)
                    .param("epoch", order.epoch())
                    .param("key", instance)
                    .param("elements", elements.toArray(String[]::new))
                    .query(Token.class)
                    .list();
        }

        /** @return false: the engine said no about a token that is there as far as is known; it is looked at again */
        private boolean enterTimersAnew(Arrived one) {
            var elements = rules(one.processId(), one.fromKey(), one.toKey()).standingInTimers();
            if (elements.isEmpty()) {
                return true;
            }
            var noted = system.inTransaction(() -> jdbc.sql(
                            "select retimed, attempts from kasane.model_migration_instance where migration_id = :id and instance_key = :key")
                    .param("id", order.id())
                    .param("key", one.instanceKey())
                    .query((row, n) -> List.of(array(row, "retimed", Long[].class)))
                    .single());
            var refused = new ArrayList<String>();
            for (var token : system.inTransaction(() -> tokens(one.instanceKey(), elements))) {
                if (noted.contains(token.key())) {
                    try {
                        instances.enterAnew(one.instanceKey(), token.elementId(), token.key());
                    } catch (Deployments.NotTaken no) {
                        refused.add(token.elementId());
                    }
                }
            }
            if (refused.isEmpty()) {
                return true;
            }
            boolean given = one.retimed() != null && one.attempts() + 1 >= TRIES_FOR_TOKENS;
            system.inTransaction(() -> jdbc.sql(
                            """
                            update kasane.model_migration_instance set attempts = attempts + 1, timers = timers || :left::text[]
                            where migration_id = :id and instance_key = :key
                            """)
                    .param("id", order.id())
                    .param("key", one.instanceKey())
                    .param("left", given ? refused.toArray(String[]::new) : new String[0])
                    .update());
            return given;
        }

        private List<Task> tasks(Long[] keys) {
            return jdbc.sql(
                            """
                            select i.to_key, t.key as task_key, t.element_id, t.candidate_groups as groups
                            from kasane.model_migration_instance i
                            join engine.user_task t on t.epoch = :epoch and t.process_instance_key = i.instance_key and t.state = 'CREATED'
                            where i.migration_id = :id and i.instance_key = any (:keys) order by i.instance_key
                            """)
                    .param("epoch", order.epoch())
                    .param("id", order.id())
                    .param("keys", keys)
                    .query((row, n) -> new Task(
                            row.getLong("to_key"),
                            row.getLong("task_key"),
                            row.getString("element_id"),
                            array(row, "groups", String[].class)))
                    .list();
        }

        private void done(Long[] keys) {
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
        }
    }

    private static <T> T array(ResultSet row, String column, Class<T> type) throws SQLException {
        var array = row.getArray(column);
        return array == null ? null : type.cast(array.getArray());
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

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }
}
