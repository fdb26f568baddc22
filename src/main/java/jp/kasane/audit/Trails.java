package jp.kasane.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What auditors read: the trail of everything, or of one case. */
@Component
@Transactional(readOnly = true)
public class Trails {

    /** What can be asked for, in the order it is offered in. */
    public static final List<String> KINDS = List.of(
            "read",
            "export",
            "denied",
            "break-glass",
            "write",
            "act",
            "setting",
            "model",
            "login",
            "logout",
            "trail",
            "undelivered",
            "engine");

    /**
     * @param what a request's method and route, an event's kind, or a table and what was done to its row
     * @param actor null where nobody was logged in, or nobody knows
     * @param about number of the case, or null
     * @param subjects how many cases, consultations and matters had something in the answer
     */
    public record Entry(
            UUID id,
            Instant at,
            String kind,
            String what,
            UUID actorId,
            String actor,
            UUID requestId,
            UUID streamId,
            String streamKind,
            String about,
            int subjects,
            JsonNode refs,
            Integer status) {}

    /** @param before where the page before ended, or null */
    public record Filter(
            String kind, UUID person, UUID stream, UUID request, LocalDate from, LocalDate to, String before) {}

    /** @param older what {@link Filter#before} has to be for the next page, or null */
    public record Page(List<Entry> entries, String older) {}

    public record Person(UUID id, String name) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Trails(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * The newest entries that the filter lets through.
     *
     * @throws Refusal.Forbidden for anybody but auditors
     */
    public Page page(Filter filter, int size) {
        return page(filter, size, false);
    }

    /**
     * The same, but only who saw, took out or was refused something; what was changed stands in the case's own timeline.
     *
     * @throws Refusal.Forbidden for anybody but auditors
     */
    Page looks(Filter filter, int size) {
        return page(filter, size, true);
    }

    private Page page(Filter filter, int size, boolean looks) {
        mayLook();
        var where = new ArrayList<String>();
        Map<String, Object> values = new HashMap<>();
        if (looks) {
            where.add("e.kind in ('read', 'export', 'denied', 'undelivered')");
        } else if (filter.kind() != null) {
            where.add("e.kind = :kind");
            values.put("kind", filter.kind());
        } else {
            // What the engine tells itself is asked for by itself.
            where.add("e.class <> 'engine'");
        }
        if (filter.person() != null) {
            where.add("e.actor_id = :person");
            values.put("person", filter.person());
        }
        if (filter.stream() != null) {
            where.add("(e.stream_id = :stream or e.subjects @> array [:stream]::uuid[])");
            values.put("stream", filter.stream());
        }
        if (filter.request() != null) {
            where.add("e.request_id = :request");
            values.put("request", filter.request());
        }
        if (filter.from() != null) {
            where.add("e.at >= :from");
            values.put("from", Timestamp.from(JapaneseTime.beginningOf(filter.from())));
        }
        if (filter.to() != null) {
            where.add("e.at < :to");
            values.put("to", Timestamp.from(JapaneseTime.beginningOf(filter.to().plusDays(1))));
        }
        if (filter.before() != null) {
            var place = place(filter.before());
            where.add("(e.at, e.id) < (:at, :id)");
            values.put("at", Timestamp.from(place.at()));
            values.put("id", place.id());
        }
        values.put("most", size + 1);
        var found = jdbc.sql(
                        """
                        select e.id, e.at, e.kind, e.what, e.actor_id, u.display_name, e.request_id, e.stream_id as about_id, s.kind as stream_kind, f.number,
                               cardinality(e.subjects) as subjects, e.refs, e.status
                        from (select e.* from audit.entry e where %s order by e.at desc, e.id desc limit :most) e
                             left join kasane.app_user u on u.id = e.actor_id
                             left join kasane.stream s on s.id = e.stream_id
                             left join kasane.case_file f on f.id = e.stream_id
                        order by e.at desc, e.id desc
                        """
                                .formatted(String.join(" and ", where)))
                .params(values)
                .query((row, number) -> new Entry(
                        row.getObject("id", UUID.class),
                        row.getTimestamp("at").toInstant(),
                        row.getString("kind"),
                        row.getString("what"),
                        row.getObject("actor_id", UUID.class),
                        row.getString("display_name"),
                        row.getObject("request_id", UUID.class),
                        row.getObject("about_id", UUID.class),
                        row.getString("stream_kind"),
                        row.getString("number"),
                        row.getInt("subjects"),
                        read(row.getString("refs")),
                        row.getObject("status", Integer.class)))
                .list();
        if (found.size() <= size) {
            return new Page(found, null);
        }
        var last = found.get(size - 1);
        return new Page(found.subList(0, size), last.at() + "_" + last.id());
    }

    /** Everybody who can be asked for, by name. */
    public List<Person> people() {
        mayLook();
        return jdbc.sql("select id, display_name from kasane.app_user where kind = 'person' order by display_name, id")
                .query((row, number) -> new Person(row.getObject("id", UUID.class), row.getString("display_name")))
                .list();
    }

    /**
     * A case by its number.
     *
     * @throws Refusal.Invalid if there is none
     */
    public UUID caseOf(String number) {
        return jdbc.sql("select id from kasane.case_file where number = :number")
                .param("number", number.strip())
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new Refusal.Invalid(
                        List.of(new Refusal.FieldError("number", "ケース番号", "のケースはありません。番号を確かめてください。"))));
    }

    private record Place(Instant at, UUID id) {}

    private static Place place(String before) {
        int cut = before.indexOf('_');
        try {
            return new Place(
                    Instant.parse(before.substring(0, Math.max(cut, 0))),
                    Ids.parse(before.substring(cut + 1)).orElseThrow());
        } catch (RuntimeException none) {
            throw new Refusal.NotFound("ページ");
        }
    }

    private JsonNode read(String refs) {
        try {
            return json.readTree(refs);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws Refusal.Forbidden for anybody but auditors */
    static void mayLook() {
        if (!Acting.required().has("auditor")) {
            throw new Refusal.Forbidden("証跡を見られるのは、監査担当者だけです。");
        }
    }
}
