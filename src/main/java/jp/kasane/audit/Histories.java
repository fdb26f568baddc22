package jp.kasane.audit;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import jp.kasane.access.Acting;
import jp.kasane.casefile.Timeline;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Everything about one case in one order: what was done (its timeline), what the engine did, and, for auditors, who looked (the trail).
 * Each of the three is read along its own index from where the page before ended in it, so that a long history opens as quickly.
 */
@Component
@Transactional(readOnly = true)
public class Histories {

    /** What can be asked for besides the topics of a timeline. */
    public static final String LOOK = "look";

    public static final String ENGINE = "engine";

    private static final Pattern PLACE = Pattern.compile("([^~]*)~([^~]*)~([^~]*)");

    private final Timeline timeline;
    private final Trails trails;
    private final RunningDiagrams diagrams;
    private final JdbcClient jdbc;

    Histories(Timeline timeline, Trails trails, RunningDiagrams diagrams, JdbcClient jdbc) {
        this.diagrams = diagrams;
        this.timeline = timeline;
        this.trails = trails;
        this.jdbc = jdbc;
    }

    /**
     * One of the three is there, the others are null.
     *
     * @param at when it was recorded: of an event by Kasane, of a look by the database, else by the engine
     */
    public record Entry(Instant at, Timeline.Entry event, Trails.Entry look, Deed deed) {}

    /**
     * What the engine did.
     *
     * @param what instance.started, instance.migrated, instance.modified, instance.completed, instance.terminated, variables.set, task.opened,
     *     element.completed or element.terminated
     * @param instance key of the process instance, as the engine's own tools show it
     * @param definition key of the definition under which it was done
     * @param name of the element in that diagram
     * @param elsewhere it was done without Kasane, in one of the engine's own tools: a task was completed and nobody handed anything in,
     *     an instance was ended without an order, was modified, or its variables were set
     */
    public record Deed(
            Instant at,
            String what,
            String processId,
            int version,
            String epoch,
            String instance,
            String definition,
            String elementId,
            String name,
            boolean elsewhere,
            String place) {}

    /** @param older what gives the next page, or null */
    public record Page(List<Entry> entries, String older) {}

    /**
     * The newest entries, or those from where a page ended.
     *
     * @param kind a topic of the timeline, {@link #LOOK} or {@link #ENGINE}; null for everything, without what
     *     the engine does on its own (saving, deciding by table, telling), which {@link #ENGINE} shows. Who looked is shown to auditors only
     * @param filter by person (the engine is nobody) and days; its topic is left aside
     * @param before {@link Page#older} of the page before, or null
     * @param most how many at most
     * @throws Refusal.Invalid for a kind or a place that there is not
     */
    public Page ofCase(UUID caseId, String kind, Timeline.Filter filter, String before, int most) {
        var place = PLACE.matcher(before == null ? "~~" : before);
        if (!place.matches()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("before", "続き", "の場所が分かりません。経過をはじめから開いてください。")));
        }
        var entries = new ArrayList<Entry>();
        // How far each of them was read, for the page after this.
        var ended = new LinkedHashMap<String, String>();
        ended.put("event", place.group(1));
        ended.put("look", place.group(2));
        ended.put("engine", place.group(3));
        if (!LOOK.equals(kind) && !ENGINE.equals(kind)) {
            var asked = new Timeline.Filter(kind, filter.person(), filter.from(), filter.to());
            timeline.ofCase(caseId, asked, known(place.group(1)), most + 1)
                    .entries()
                    .forEach(event -> entries.add(new Entry(event.recordedAt(), event, null, null)));
        }
        if ((kind == null || LOOK.equals(kind)) && Acting.required().has("auditor")) {
            var asked = new Trails.Filter(
                    null, filter.person(), caseId, null, filter.from(), filter.to(), known(place.group(2)));
            trails.looks(asked, most + 1)
                    .entries()
                    .forEach(look -> entries.add(new Entry(look.at(), null, look, null)));
        }
        if ((kind == null || ENGINE.equals(kind)) && filter.person() == null) {
            deeds(caseId, kind, filter, known(place.group(3)), most + 1)
                    .forEach(deed -> entries.add(new Entry(deed.at(), null, null, deed)));
        }
        // A stable order: what is of one source stays as that source has it.
        entries.sort(Comparator.comparing(Entry::at).reversed());
        if (entries.size() <= most) {
            return new Page(List.copyOf(entries), null);
        }
        var shown = List.copyOf(entries.subList(0, most));
        for (var entry : shown) {
            if (entry.event() != null) {
                ended.put(
                        "event", entry.event().streamId() + "." + entry.event().seq());
            } else if (entry.look() != null) {
                ended.put("look", entry.look().at() + "_" + entry.look().id());
            } else {
                ended.put("engine", entry.deed().place());
            }
        }
        return new Page(shown, String.join("~", ended.values()));
    }

    /** Those who can be asked for: who did something on the case; for auditors everybody, since everybody may have looked. */
    public List<Timeline.Person> people(UUID caseId) {
        return Acting.required().has("auditor")
                ? trails.people().stream()
                        .map(person -> new Timeline.Person(person.id(), person.name()))
                        .toList()
                : timeline.peopleOf(caseId);
    }

    private static String known(String place) {
        return place.isEmpty() ? null : place;
    }

    private List<Deed> deeds(UUID caseId, String kind, Timeline.Filter filter, String before, int most) {
        var where = new ArrayList<String>();
        Map<String, Object> values = new HashMap<>();
        if (kind == null) {
            // Beside what people did, what the engine does on its own after each step only hides it.
            where.add("coalesce(x.element_type, '') not in ('SERVICE_TASK', 'BUSINESS_RULE_TASK', 'SEND_TASK')");
        }
        if (filter.from() != null) {
            where.add("x.at >= :from");
            values.put("from", Timestamp.from(JapaneseTime.beginningOf(filter.from())));
        }
        if (filter.to() != null) {
            where.add("x.at < :to");
            values.put("to", Timestamp.from(JapaneseTime.beginningOf(filter.to().plusDays(1))));
        }
        if (before != null) {
            place(before, where, values);
        }
        values.put("id", caseId);
        values.put("most", most);
        return jdbc.sql(
                        """
                        with p as materialized (select * from engine.instances_of_case(:id)),
                             v as materialized (select v.*, row_number() over (partition by v.epoch, v.key order by v.at) as n
                                                from engine.versions_of_case(:id) v),
                             e as materialized (select * from engine.elements_of_case(:id)),
                             o as materialized (select * from engine.done_outside_of_case(:id)),
                             x as (
                                select p.epoch, p.key, p.started_at as at, 1 as rank, 'instance.started' as what, p.key as instance,
                                       coalesce(v.definition_key, p.definition_key) as definition_key, null as element_id, null as element_type
                                from p left join v on v.epoch = p.epoch and v.key = p.key and v.n = 1
                                union all
                                select p.epoch, p.key, p.ended_at, 9, 'instance.' || lower(p.state), p.key, p.definition_key, null, null
                                from p where p.ended_at is not null
                                union all
                                select v.epoch, v.key, v.at, 5, 'instance.migrated', v.key, v.definition_key, null, null from v where v.n > 1
                                union all
                                select o.epoch, o.key, o.at, 4, o.what, o.instance, o.definition_key, o.element_id, null
                                from o where o.what <> 'instance.terminated'
                                union all
                                select e.epoch, e.key, e.started_at, 2, 'task.opened', e.process_instance_key, e.definition_key, e.element_id, e.element_type
                                from e where e.element_type = 'USER_TASK'
                                union all
                                select e.epoch, e.key, e.ended_at, 3, 'element.' || lower(e.state), e.process_instance_key, e.definition_key, e.element_id,
                                       e.element_type
                                from e where e.ended_at is not null and e.element_type in ('USER_TASK', 'SERVICE_TASK', 'RECEIVE_TASK',
                                    'INTERMEDIATE_CATCH_EVENT', 'BOUNDARY_EVENT', 'BUSINESS_RULE_TASK', 'SEND_TASK')),
                             found as materialized (
                                select x.* from x %s order by x.at desc, x.rank desc, x.epoch desc, x.key desc limit :most)
                        select f.*, d.process_id, d.version,
                               exists (select from o where o.epoch = f.epoch and o.key = f.key and o.what = f.what) or t.state = 'COMPLETED' and f.what = 'element.completed' and f.element_type = 'USER_TASK' and not exists (
                                   select from kasane.case_event c
                                   where c.stream_id = coalesce(t.case_id, t.consultation_id) and c.task_id = t.id and c.submission_id is not null)
                                 and not exists (
                                   select from kasane.case_event c
                                   where c.stream_id = t.consultation_id and c.task_id = t.id and c.submission_id is not null) as elsewhere
                        from found f
                        left join engine.process_definition d on d.epoch = f.epoch and d.key = f.definition_key
                        left join (select * from engine.tasks_of_case(:id)) t on t.epoch = f.epoch and t.element_instance_key = f.key
                        order by f.at desc, f.rank desc, f.epoch desc, f.key desc
                        """
                                .formatted(where.isEmpty() ? "" : "where " + String.join(" and ", where)))
                .params(values)
                .query((row, n) -> {
                    var at = row.getTimestamp("at").toInstant();
                    return new Deed(
                            at,
                            row.getString("what"),
                            row.getString("process_id"),
                            row.getInt("version"),
                            row.getString("epoch"),
                            String.valueOf(row.getLong("instance")),
                            String.valueOf(row.getLong("definition_key")),
                            row.getString("element_id"),
                            row.getString("element_id") == null
                                    ? null
                                    : diagrams.name(
                                            row.getObject("epoch", UUID.class),
                                            row.getLong("definition_key"),
                                            row.getString("element_id")),
                            row.getBoolean("elsewhere"),
                            at + "_" + row.getInt("rank") + "_" + row.getString("epoch") + "_" + row.getLong("key"));
                })
                .list();
    }

    private static void place(String before, List<String> where, Map<String, Object> values) {
        var parts = before.split("_");
        try {
            values.put("at", Timestamp.from(Instant.parse(parts[0])));
            values.put("rank", Integer.parseInt(parts[1]));
            values.put("epoch", UUID.fromString(parts[2]));
            values.put("key", Long.parseLong(parts[3]));
        } catch (RuntimeException none) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("before", "続き", "の場所が分かりません。経過をはじめから開いてください。")));
        }
        where.add("(x.at, x.rank, x.epoch, x.key) < (:at, :rank, :epoch, :key)");
    }
}
