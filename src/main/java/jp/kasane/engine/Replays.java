package jp.kasane.engine;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The way a case has gone through its diagrams, instance by instance, to be followed again (docs/adr/0032). */
@Component
@Transactional(readOnly = true)
public class Replays {

    /** What is over sooner is no moment of its own, unless somebody did it: it belongs to what comes next. */
    private static final Duration NOTICEABLE = Duration.ofSeconds(1);

    /** Elements that only lead on, or only hold others: they are on the path, and say nothing by themselves. */
    private static final Set<String> LEAD_ON = Set.of(
            "EXCLUSIVE_GATEWAY",
            "PARALLEL_GATEWAY",
            "INCLUSIVE_GATEWAY",
            "MULTI_INSTANCE_BODY",
            "SUB_PROCESS",
            "EVENT_SUB_PROCESS",
            "START_EVENT");

    private static final Set<String> BY_SOMEBODY = Set.of("USER_TASK", "CALL_ACTIVITY");

    private final JdbcClient jdbc;
    private final RunningDiagrams diagrams;
    private final Clock clock;

    Replays(JdbcClient jdbc, RunningDiagrams diagrams, Clock clock) {
        this.jdbc = jdbc;
        this.diagrams = diagrams;
        this.clock = clock;
    }

    /**
     * One instance of a process, from its start to its end: the consultation, the case, what they called, each role and invitation. A
     * case that was started again has an instance for each of its lives.
     *
     * @param id of the instance, over all epochs of the broker
     * @param parent the instance that called it, or null
     * @param calledFrom the parent's {@link Step} in which it ran, or null
     * @param name what the diagram calls itself
     * @param state ACTIVE, COMPLETED, TERMINATED, or LOST with the broker it ran in
     * @param versions under which it ran, the first first: more than one where it was migrated
     * @param steps elements that were entered, in the order of their start
     * @param flows in the order they were taken
     * @param moments at which something noticeable began or ended, the last one now while it is running
     */
    public record Course(
            String id,
            String parent,
            String calledFrom,
            String processId,
            String name,
            String state,
            Instant startedAt,
            Instant endedAt,
            List<Version> versions,
            List<Step> steps,
            List<Flow> flows,
            List<Instant> moments) {

        public Version version() {
            return versions.getLast();
        }

        public boolean running() {
            return state.equals("ACTIVE");
        }
    }

    /**
     * A version of a diagram and from when on the instance ran under it.
     *
     * @param definition where to get it: epoch and key as {@code /api/v1/processes/definitions/{epoch}/{key}/diagram} has them
     */
    public record Version(Instant since, int version, String definition) {}

    /**
     * An element that was entered, once per time.
     *
     * @param name its label in the diagram, or null where it has none
     * @param type as BPMN names it, e.g. {@code USER_TASK}
     * @param state ACTIVE, COMPLETED, TERMINATED or LOST
     * @param version of the diagram it was in, at last
     * @param formerly how it was called before its instance was migrated
     * @param who did it, for a task
     * @param onBehalfOf in whose place, or null
     * @param submissionId what was handed in, or null
     * @param elsewhere it is a task that was completed in the engine without Kasane: nobody handed anything in
     * @param called instances that ran inside, of a call activity
     */
    public record Step(
            String key,
            String elementId,
            String name,
            String type,
            String state,
            Instant startedAt,
            Instant endedAt,
            int version,
            List<Former> formerly,
            String who,
            String onBehalfOf,
            UUID submissionId,
            boolean elsewhere,
            List<String> called) {

        /** Whether it says something to somebody who reads, as against a fork in the road. */
        public boolean telling() {
            return !LEAD_ON.contains(type);
        }
    }

    public record Former(String elementId, Instant until) {}

    public record Flow(String elementId, Instant at) {}

    private record Doer(String who, String onBehalfOf, UUID submissionId) {}

    private record Task(String state, Doer doer) {}

    /** All instances of the case and of its consultations, by their start; empty for a case that the acting user does not see. */
    public List<Course> ofCase(UUID caseId) {
        var versions = new HashMap<String, List<Version>>();
        each(
                caseId,
                "select epoch, key, at, definition_key, version from engine.versions_of_case(:id)",
                row -> add(versions, id(row, "key"), version(row, "at")));
        var formerly = new HashMap<String, List<Former>>();
        each(
                caseId,
                "select epoch, key, element_id, until from engine.renamed_of_case(:id) order by until",
                row -> add(formerly, id(row, "key"), new Former(row.getString("element_id"), instant(row, "until"))));
        var flows = new HashMap<String, List<Flow>>();
        each(
                caseId,
                "select epoch, process_instance_key, element_id, at from engine.flows_of_case(:id) order by position",
                row -> add(
                        flows,
                        id(row, "process_instance_key"),
                        new Flow(row.getString("element_id"), instant(row, "at"))));
        var tasks = tasks(caseId);
        var called = new HashMap<String, List<String>>();
        each(
                caseId,
                """
                select epoch, key, parent_element_key from engine.instances_of_case(:id)
                where parent_element_key is not null order by started_at, key
                """,
                row -> add(called, id(row, "parent_element_key"), id(row, "key")));
        var steps = new HashMap<String, List<Step>>();
        each(
                caseId,
                """
                select e.epoch, e.key, e.process_instance_key, e.definition_key, e.element_id, e.element_type, e.state, e.started_at,
                       e.ended_at, d.version
                from engine.elements_of_case(:id) e
                left join engine.process_definition d on d.epoch = e.epoch and d.key = e.definition_key
                order by e.started_at, e.key
                """,
                row -> {
                    var key = id(row, "key");
                    var task = tasks.get(key);
                    var doer = task == null ? null : task.doer();
                    var labels = diagrams.labels(row.getObject("epoch", UUID.class), row.getLong("definition_key"));
                    add(
                            steps,
                            id(row, "process_instance_key"),
                            new Step(
                                    key,
                                    row.getString("element_id"),
                                    labels.elements().get(row.getString("element_id")),
                                    row.getString("element_type"),
                                    row.getString("state"),
                                    instant(row, "started_at"),
                                    instant(row, "ended_at"),
                                    row.getInt("version"),
                                    formerly.getOrDefault(key, List.of()),
                                    doer == null ? null : doer.who(),
                                    doer == null ? null : doer.onBehalfOf(),
                                    doer == null ? null : doer.submissionId(),
                                    task != null && doer == null && task.state().equals("COMPLETED"),
                                    called.getOrDefault(key, List.of())));
                });
        var courses = new ArrayList<Course>();
        each(
                caseId,
                """
                select epoch, key, parent_key, parent_element_key, process_id, definition_key, version, state, started_at, ended_at
                from engine.instances_of_case(:id) order by started_at, key
                """,
                row -> {
                    var key = id(row, "key");
                    var ran = steps.getOrDefault(key, List.of());
                    var process = diagrams.labels(row.getObject("epoch", UUID.class), row.getLong("definition_key"))
                            .process();
                    var endedAt = instant(row, "ended_at");
                    courses.add(new Course(
                            key,
                            row.getObject("parent_key") == null ? null : id(row, "parent_key"),
                            row.getObject("parent_element_key") == null ? null : id(row, "parent_element_key"),
                            row.getString("process_id"),
                            process == null ? row.getString("process_id") : process,
                            row.getString("state"),
                            instant(row, "started_at"),
                            endedAt,
                            // Without the engine's records of that time, the version it ran under at last is all that
                            // is known.
                            versions.getOrDefault(key, List.of(version(row, "started_at"))),
                            ran,
                            flows.getOrDefault(key, List.of()),
                            moments(instant(row, "started_at"), row.getString("state"), endedAt, ran)));
                });
        return courses;
    }

    /** Who did which task, by the element it was in: what was handed in says so, not the engine. */
    private Map<String, Task> tasks(UUID caseId) {
        var tasks = new HashMap<String, Task>();
        each(
                caseId,
                """
                with e as materialized (
                    select distinct on (x.task_id) x.task_id, x.actor_id, x.on_behalf_of, x.submission_id from kasane.case_event x
                    where x.stream_id = any (array(select :id::uuid union all select c.id from kasane.consultation c where c.case_id = :id))
                      and x.task_id is not null and x.submission_id is not null
                    order by x.task_id, x.seq)
                select t.epoch, t.element_instance_key, t.state, e.task_id, a.display_name, b.display_name as behalf, e.submission_id
                from engine.tasks_of_case(:id) t
                left join e on e.task_id = t.id
                left join kasane.app_user a on a.id = e.actor_id
                left join kasane.app_user b on b.id = e.on_behalf_of
                """,
                row -> tasks.put(
                        id(row, "element_instance_key"),
                        new Task(
                                row.getString("state"),
                                row.getObject("task_id") == null
                                        ? null
                                        : new Doer(
                                                row.getString("display_name"),
                                                row.getString("behalf"),
                                                row.getObject("submission_id", UUID.class)))));
        return tasks;
    }

    private List<Instant> moments(Instant startedAt, String state, Instant endedAt, List<Step> steps) {
        var moments = new TreeSet<Instant>();
        moments.add(startedAt);
        var over = state.equals("ACTIVE") ? clock.instant() : endedAt;
        var ends = new HashSet<Instant>();
        for (var step : steps) {
            var until = step.endedAt() == null ? over : step.endedAt();
            if (BY_SOMEBODY.contains(step.type())
                    || until == null
                    || Duration.between(step.startedAt(), until).compareTo(NOTICEABLE) >= 0) {
                moments.add(step.startedAt());
                if (step.endedAt() != null) {
                    ends.add(step.endedAt());
                }
            }
        }
        // Where something else begins right after, that is the moment.
        for (var end : ends) {
            var next = moments.ceiling(end);
            if (next == null || Duration.between(end, next).compareTo(NOTICEABLE) >= 0) {
                moments.add(end);
            }
        }
        if (over != null) {
            moments.add(over);
        }
        // Something may be recorded a breath after the instance is said to be over: the last moment shows all.
        steps.stream()
                .map(step -> step.endedAt() == null ? step.startedAt() : step.endedAt())
                .max(Comparator.naturalOrder())
                .filter(last -> last.isAfter(moments.last()))
                .ifPresent(moments::add);
        return List.copyOf(moments);
    }

    private interface Reading {
        void of(ResultSet row) throws SQLException;
    }

    private void each(UUID caseId, String query, Reading reading) {
        jdbc.sql(query).param("id", caseId).query((ResultSet row) -> reading.of(row));
    }

    private static <T> void add(Map<String, List<T>> lists, String key, T value) {
        lists.computeIfAbsent(key, any -> new ArrayList<>()).add(value);
    }

    /** Keys begin anew with each epoch. */
    private static String id(ResultSet row, String key) throws SQLException {
        return row.getString("epoch") + "-" + row.getLong(key);
    }

    private static Version version(ResultSet row, String since) throws SQLException {
        return new Version(
                instant(row, since),
                row.getInt("version"),
                row.getString("epoch") + "/" + row.getLong("definition_key"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
