package jp.kasane.task;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.engine.TasksChanged;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The task list: a page of it, how many there are, what was looked for (docs/adr/0020).
 *
 * <p>A page is read in the order it is shown in, audience by audience, along the rarest of the chosen tags ({@code kasane.task_tag}), and
 * stops after its last row: it costs the same with a thousand open tasks as with a million. Only what is few by nature (one's own, what one
 * watches, what a search found) is read whole.
 */
@Component
public class TaskLists {

    /** Counts go up to here; more is "1000+". */
    public static final int COUNTED = 1000;
    /** More cases than this begin with what was typed: that is no search. */
    private static final int FOUND = 2000;
    /** When no chosen tag is rare and they hardly ever meet, counting gives up after this many. */
    private static final int LOOKED_AT = 20_000;
    /** Which of several filters is the rarest is told by so many of each eye. */
    private static final int COMPARED = 40;
    /** Of all eyes together, when several filters have to meet: a page has come together then, as a rule. */
    private static final int AT_FIRST = 1_000;

    private static final Duration SEARCHES_KEPT = Duration.ofDays(1);

    private final JdbcClient jdbc;
    private final TaskRows rows;
    private final SystemActor system;
    private final Clock clock;

    TaskLists(JdbcClient jdbc, TaskRows rows, SystemActor system, Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.system = system;
        this.clock = clock;
    }

    /**
     * @param next where the next page begins; null where this is the last
     * @param tooMany more was found by the words than can be listed: somebody has to type more of them
     */
    public record Page(List<Tasks.Row> rows, String next, boolean tooMany) {}

    /** How many; {@code more}: at least. */
    public record Count(int number, boolean more) {
        @Override
        public String toString() {
            return more ? number + "+" : String.valueOf(number);
        }
    }

    // ── a page ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * @param most rows a page has, 1 to 200
     * @throws Refusal.NotFound for a search that is not the acting user's, or too old
     */
    @Transactional(readOnly = true)
    public Page page(TaskSelection wanted, int most) {
        var query = new Query(wanted);
        if (query.tooMany) {
            return new Page(List.of(), null, true);
        }
        var places = query.places(most + 1);
        boolean more = places.size() > most;
        var shown = more ? places.subList(0, most) : places;
        return new Page(
                rows.of(shown.stream().map(Place::id).toList()),
                more ? shown.getLast().cursor() : null,
                false);
    }

    /** How many there are of it. */
    @Transactional(readOnly = true)
    public Count count(TaskSelection wanted) {
        return new Query(wanted).count();
    }

    /** How many there are in each view, without any filter. */
    @Transactional(readOnly = true)
    public Map<Tasks.View, Count> counts() {
        var counts = new HashMap<Tasks.View, Count>();
        for (var view : Tasks.View.values()) {
            counts.put(view, new Query(TaskSelection.all(view)).count());
        }
        return counts;
    }

    /** Open tasks that appeared since, in the acting user's groups or (for who only looks) anywhere. */
    @Transactional(readOnly = true)
    public int arrivedSince(Tasks.View view, Instant since) {
        return jdbc.sql(
                        """
                        select count(*) from unnest(%s) e (eye) cross join lateral (
                            select from kasane.open_task o where o.audience_id = e.eye and o.created_at > :since limit 100) x
                        """
                                .formatted(eyes(view)))
                .param("since", Timestamp.from(since))
                .query(Integer.class)
                .single();
    }

    /** What is found where: the due date (or when it appeared) and the id, as the order of the list needs them. */
    private record Place(UUID id, String at) {
        String cursor() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((at + "|" + id).getBytes(StandardCharsets.UTF_8));
        }

        static Place of(String cursor) {
            try {
                var parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|");
                java.time.OffsetDateTime.parse(parts[0].equals("infinity") ? "2000-01-01T00:00:00Z" : parts[0]);
                return new Place(UUID.fromString(parts[1]), parts[0]);
            } catch (IllegalArgumentException | java.time.DateTimeException | ArrayIndexOutOfBoundsException broken) {
                throw new Refusal.Invalid(List.of(new Refusal.FieldError("after", "after", "は、前のページが示した値ではありません。")));
            }
        }
    }

    private static final String WORKABLE = "(select kasane.workable_audiences())::uuid[]";
    private static final String SEEN = "(select kasane.audiences())::uuid[]";
    private static final String OTHERS =
            "array(select unnest(kasane.audiences()) except select unnest(kasane.workable_audiences()))";

    private static boolean seesAll() {
        var actor = Acting.required();
        return actor.has("manager") || actor.has("auditor");
    }

    /** Whose tasks a view shows. */
    private static String eyes(Tasks.View view) {
        return switch (view) {
            case GROUP, MINE, WATCHED -> WORKABLE;
            case OVERDUE -> seesAll() ? SEEN : WORKABLE;
            case WAITING -> seesAll() ? OTHERS : "(select kasane.holding_eyes())::uuid[]";
            case ALL -> SEEN;
        };
    }

    private final class Query {

        private final TaskSelection wanted;
        private final boolean few;
        /** Read along the eyes of the cases one holds: they have one row for each task, with all its tags in it. */
        private final boolean holding;

        private final List<UUID> streams;
        private final boolean tooMany;
        private final Map<String, Object> parameters = new HashMap<>();
        private final String dates;
        /** The rarest group of tags first: the list is read along it. */
        private final List<List<String>> groups = new ArrayList<>();

        Query(TaskSelection wanted) {
            this.wanted = wanted;
            streams = wanted.search() == null ? null : streamsFound(wanted.search());
            tooMany = streams != null && streams.size() > FOUND;
            few = streams != null || wanted.view() == Tasks.View.MINE || wanted.view() == Tasks.View.WATCHED;
            holding = wanted.view() == Tasks.View.WAITING && !seesAll();
            dates = dates();
            groups.addAll(wanted.tagGroups());
            if (!few && !holding && groups.size() > 1) {
                var sizes = sizes();
                // Asked only where the eyes have more of each than is compared.
                boolean alike = sizes.values().stream().distinct().count() < groups.size();
                var shares = alike ? shares() : Map.<String, Double>of();
                groups.sort(Comparator.<List<String>, Integer>comparing(group -> sizes.getOrDefault(groupOf(group), 0))
                        .thenComparing(group -> group.stream()
                                .mapToDouble(tag -> shares.getOrDefault(tag, 0.0))
                                .sum()));
            }
        }

        private String dates() {
            var conditions = new StringBuilder();
            if (wanted.from() != null) {
                conditions.append(" and x.due_at >= :from");
                parameters.put("from", midnight(wanted.from()));
            }
            if (wanted.to() != null) {
                conditions.append(" and x.due_at < :to");
                parameters.put("to", midnight(wanted.to().plusDays(1)));
            }
            if (wanted.withoutDate()) {
                conditions.append(" and x.due_at = 'infinity'");
            }
            if (wanted.view() == Tasks.View.OVERDUE) {
                conditions.append(" and x.due_at < :now");
                parameters.put("now", Timestamp.from(clock.instant()));
            }
            return conditions.toString();
        }

        private static Timestamp midnight(java.time.LocalDate date) {
            return Timestamp.from(JapaneseTime.beginningOf(date));
        }

        private String free() {
            return wanted.view() == Tasks.View.GROUP ? (few ? " and x.claimed_by is null" : " and not x.claimed") : "";
        }

        /** The groups that are not read along, each looked up by its key. */
        private String lookedUp() {
            if (holding) {
                return " and x.audience_id <> all (" + WORKABLE + ")" + tagged();
            }
            var conditions = new StringBuilder();
            for (int i = 1; i < groups.size(); i++) {
                parameters.put("tags" + i, groups.get(i).toArray(String[]::new));
                // Most that do not fit are known by their marks, without looking anything up.
                conditions.append(
                        """
                        \sand x.marks & (select kasane.marks(:tags%1$d::text[])) <> 0
                        and exists (select from kasane.task_tag y where y.eye_id = x.eye_id and y.tag = any (:tags%1$d::text[])
                            and y.due_at = x.due_at and y.task_id = x.task_id offset 0)"""
                                .formatted(i));
            }
            return conditions.toString();
        }

        private String[] along() {
            return groups.isEmpty() || holding
                    ? new String[] {"*"}
                    : groups.getFirst().toArray(String[]::new);
        }

        /** How many each group has, as far as it takes to compare them. */
        private Map<String, Integer> sizes() {
            var sizes = new HashMap<String, Integer>();
            jdbc.sql(
                            """
                            select t.in_group, count(*) as number
                            from unnest(%s) e (eye) cross join unnest(:tags::text[], :groups::text[]) t (tag, in_group) cross join lateral (
                                select from kasane.task_tag x where x.eye_id = e.eye and x.tag = t.tag %s%s limit %d) c
                            group by 1
                            """
                                    .formatted(eyes(wanted.view()), dates, free(), COMPARED))
                    .params(parameters)
                    .param("tags", groups.stream().flatMap(List::stream).toArray(String[]::new))
                    .param(
                            "groups",
                            groups.stream()
                                    .flatMap(group -> group.stream().map(tag -> groupOf(group)))
                                    .toArray(String[]::new))
                    .query(row -> {
                        sizes.put(row.getString("in_group"), row.getInt("number"));
                    });
            return sizes;
        }

        /** Of all tasks there are; a tag that is not there is rare. */
        private Map<String, Double> shares() {
            var shares = new HashMap<String, Double>();
            jdbc.sql("select tag, share from kasane.tag_shares(:tags::text[])")
                    .param("tags", groups.stream().flatMap(List::stream).toArray(String[]::new))
                    .query(row -> {
                        shares.put(row.getString("tag"), row.getDouble("share"));
                    });
            return shares;
        }

        private static String groupOf(List<String> tags) {
            return tags.getFirst();
        }

        List<Place> places(int most) {
            parameters.put("most", most);
            if (few) {
                return fewPlaces();
            }
            return wanted.sort() == TaskSelection.Sort.DUE ? placesByDue() : placesByAge();
        }

        private String after(String column, boolean descending) {
            if (wanted.after() == null) {
                return "";
            }
            var place = Place.of(wanted.after());
            parameters.put("at", place.at());
            parameters.put("id", place.id());
            return " and (x.%s, x.task_id) %s (:at::timestamptz, :id)".formatted(column, descending ? "<" : ">");
        }

        private List<Place> placesByDue() {
            var conditions = lookedUp();
            var after = after("due_at", false);
            if (groups.size() < 2 || holding) {
                return placesUntil("", conditions, after);
            }
            // Several groups of tags hardly meet: an office of fifty eyes would look through thousands of tasks of each
            // for
            // a page of fifty. So first those that are due until a day by which most eyes have some, and later ones
            // only
            // where that is no page yet.
            int most = (Integer) parameters.get("most");
            for (int looked = AT_FIRST; ; ) {
                var end = dueOf(looked, after);
                parameters.put("end", end);
                var found = placesUntil(end == null ? "" : " and x.due_at <= :end::timestamptz", conditions, after);
                if (end == null || found.size() >= most) {
                    return found;
                }
                looked *= Math.clamp(3L * most / Math.max(found.size(), 1), 2, 16);
            }
        }

        private List<Place> placesUntil(String end, String looked, String after) {
            return ask(
                    """
                    select c.task_id as id, c.due_at as place
                    from unnest(%s) e (eye) cross join unnest(:along::text[]) t (tag) cross join lateral (
                        select x.task_id, x.due_at from kasane.task_tag x
                        where x.eye_id = e.eye and x.tag = t.tag %s%s%s%s%s
                        order by x.due_at, x.task_id limit :most) c
                    group by c.due_at, c.task_id order by c.due_at, c.task_id limit :most
                    """
                            .formatted(eyes(wanted.view()), dates, end, free(), looked, after),
                    true);
        }

        /** The day by which nine of ten eyes have come to their part of so many tasks; null where none has so many, or they have no date. */
        private Timestamp dueOf(int looked, String after) {
            return jdbc
                    .sql(
                            """
                            select percentile_disc(0.9) within group (order by c.due_at)
                            from (select %1$s as all_of_them) a cross join unnest(a.all_of_them) e (eye) cross join unnest(:along::text[]) t (tag)
                            cross join lateral (
                                select x.due_at from kasane.task_tag x
                                where x.eye_id = e.eye and x.tag = t.tag %2$s%3$s%4$s
                                order by x.due_at, x.task_id
                                offset :looked / greatest(cardinality(a.all_of_them) * cardinality(:along::text[]), 1) limit 1) c
                            """
                                    .formatted(eyes(wanted.view()), dates, free(), after))
                    .params(parameters)
                    .param("along", along())
                    .param("looked", looked)
                    .query((row, n) -> row.getTimestamp(1))
                    .list()
                    .stream()
                    .filter(Objects::nonNull)
                    .filter(time -> !at(time).equals("infinity"))
                    .findFirst()
                    .orElse(null);
        }

        private List<Place> placesByAge() {
            boolean newest = wanted.sort() == TaskSelection.Sort.NEWEST;
            var direction = newest ? "desc" : "asc";
            return ask(
                    """
                    select c.task_id as id, c.created_at as place
                    from unnest(%s) e (eye) cross join lateral (
                        select x.task_id, x.created_at from kasane.open_task x
                        where x.audience_id = e.eye %s%s%s%s
                        order by x.created_at %s, x.task_id %s limit :most) c
                    order by c.created_at %s, c.task_id %s limit :most
                    """
                            .formatted(
                                    eyes(wanted.view()),
                                    dates,
                                    free().replace("not x.claimed", "x.claimed_by is null"),
                                    tagged(),
                                    after("created_at", newest),
                                    direction,
                                    direction,
                                    direction,
                                    direction),
                    false);
        }

        private String tagged() {
            var conditions = new StringBuilder();
            for (int i = 0; i < groups.size(); i++) {
                parameters.put("any" + i, groups.get(i).toArray(String[]::new));
                conditions.append(" and x.tags && :any").append(i).append("::text[]");
            }
            return conditions.toString();
        }

        private List<Place> fewPlaces() {
            var column = wanted.sort() == TaskSelection.Sort.DUE ? "due_at" : "created_at";
            boolean newest = wanted.sort() == TaskSelection.Sort.NEWEST;
            return ask(
                    "select x.task_id as id, x.%1$s as place from %5$s x where %2$s%3$s order by x.%1$s %4$s, x.task_id %4$s limit :most"
                            .formatted(column, fewOnes(), after(column, newest), newest ? "desc" : "asc", fewFrom()),
                    wanted.sort() == TaskSelection.Sort.DUE);
        }

        /** Of a few people, one by one: an array of unknown length would be a reason for the planner to read everything. */
        private String fewFrom() {
            return wanted.view() == Tasks.View.MINE
                    ? """
                      (select c.* from unnest((select array_append(kasane.stands_in_for(), kasane.acting_user()))::uuid[]) p (person)
                       cross join lateral (select * from kasane.open_task o where o.claimed_by = p.person offset 0) c)"""
                    : "kasane.open_task";
        }

        private String fewOnes() {
            var view =
                    switch (wanted.view()) {
                        case MINE -> "true";
                        case WATCHED -> "x.stream_id in (select w.stream_id from kasane.watch w)";
                        // With words that were looked for: what is found and others have to do, as far as one sees it.
                        case WAITING -> "x.audience_id <> all (" + WORKABLE + ")";
                        case GROUP, OVERDUE, ALL -> "x.audience_id = any (" + eyes(wanted.view()) + ")";
                    };
            var found = "";
            if (streams != null) {
                parameters.put("streams", streams.toArray(UUID[]::new));
                found = " and x.stream_id = any (:streams)";
            }
            return view + found + dates + free() + tagged();
        }

        private List<Place> ask(String sql, boolean byDue) {
            if (!few && byDue) {
                parameters.put("along", along());
            }
            return jdbc.sql(sql)
                    .params(parameters)
                    .query((row, n) -> new Place(row.getObject("id", UUID.class), at(row.getTimestamp("place"))))
                    .list();
        }

        /** PostgreSQL's infinity is the driver's last day. */
        private static String at(Timestamp time) {
            return time.getTime() > 9_000_000_000_000_000L
                    ? "infinity"
                    : time.toInstant().toString();
        }

        Count count() {
            if (tooMany) {
                return new Count(COUNTED, true);
            }
            int number;
            if (few) {
                number = jdbc.sql("select count(*) from (select from %s x where %s limit %d) c"
                                .formatted(fewFrom(), fewOnes(), COUNTED + 1))
                        .params(parameters)
                        .query(Integer.class)
                        .single();
                return new Count(Math.min(number, COUNTED), number > COUNTED);
            }
            var looked = lookedUp();
            int most = looked.isEmpty() ? COUNTED + 1 : LOOKED_AT;
            parameters.put("along", along());
            record Seen(int number, int nth) {}
            var seen = jdbc.sql(
                            """
                            select count(distinct c.task_id) as number, coalesce(max(c.nth), 0) as nth
                            from (select x.task_id, z.nth from (
                                    select b.*, row_number() over () as nth
                                    from unnest(%s) e (eye) cross join unnest(:along::text[]) t (tag) cross join lateral (
                                        select x.eye_id, x.audience_id, x.due_at, x.task_id, x.tags, x.marks from kasane.task_tag x
                                        where x.eye_id = e.eye and x.tag = t.tag %s%s limit %d) b
                                    limit %d) z
                                  cross join lateral (select z.eye_id, z.audience_id, z.due_at, z.task_id, z.tags, z.marks) x
                                  where true %s limit %d) c
                            """
                                    .formatted(eyes(wanted.view()), dates, free(), most, most, looked, COUNTED + 1))
                    .params(parameters)
                    .query(Seen.class)
                    .single();
            number = seen.number();
            return new Count(
                    Math.min(number, COUNTED),
                    number > COUNTED || seen.nth() >= LOOKED_AT || along().length > 1 && seen.nth() > COUNTED);
        }
    }

    // ── words that are looked for ──────────────────────────────────────────────────────────────────────────────────

    /**
     * Remembers what somebody looks for, so that the address of the list says only which search it was.
     *
     * @return the search's id; null where nothing was typed
     */
    @Transactional
    public String search(String words) {
        var typed = words == null ? "" : words.strip();
        if (typed.isEmpty()) {
            return null;
        }
        if (typed.length() > 100) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("q", "ことば", "は100字までで入力してください。")));
        }
        jdbc.sql("delete from kasane.task_search where user_id = kasane.acting_user() and at < :old")
                .param("old", Timestamp.from(clock.instant().minus(SEARCHES_KEPT)))
                .update();
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.task_search (id, municipality_id, user_id, words, at)
                        values (:id, kasane.my_municipality(), kasane.acting_user(), :words, :now)
                        """)
                .param("id", id)
                .param("words", typed)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id.toString();
    }

    /** The words of a search of the acting user; empty for one that is too old or somebody else's. */
    @Transactional(readOnly = true)
    public Optional<String> words(String search) {
        return Ids.parse(search).flatMap(id -> jdbc.sql("select words from kasane.task_search where id = :id")
                .param("id", id)
                .query(String.class)
                .optional());
    }

    private List<UUID> streamsFound(String search) {
        var words = words(search).orElseThrow(() -> new Refusal.NotFound("この検索"));
        return jdbc.sql("select * from kasane.streams_called(:words, :most)")
                .param("words", words)
                .param("most", FOUND + 1)
                .query(UUID.class)
                .list();
    }

    // ── kept up to the facts ───────────────────────────────────────────────────────────────────────────────────────

    /** What the exporter entered while somebody was changing the same case. */
    @EventListener
    void on(TasksChanged event) {
        enterLeft();
    }

    /** What somebody held at that moment is entered a moment later. */
    @Scheduled(fixedDelayString = "PT2S", initialDelayString = "PT30S")
    void enterHeld() {
        enterLeft();
    }

    private void enterLeft() {
        int entered;
        do {
            entered = system.inTransaction(() -> jdbc.sql("select kasane.enter_tasks_left()")
                    .query(Integer.class)
                    .single());
        } while (entered == 1000);
    }

    /** Nothing should differ; where something does, the list is right again within the day, and a missing task within the hour. */
    @Scheduled(fixedDelayString = "PT1H", initialDelayString = "PT2M")
    void enterAll() {
        int hour = clock.instant().atZone(JapaneseTime.ZONE).getHour();
        system.inTransaction(() -> jdbc.sql("select kasane.enter_all_tasks(:part)")
                .param("part", hour)
                .query(Integer.class)
                .single());
    }
}
