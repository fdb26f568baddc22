package jp.kasane.casefile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The history of a case in order, its consultations included: who, when, which step, under which version of the diagram. */
@Component
@Transactional(readOnly = true)
public class Timeline {

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Timeline(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * @param topic what it is about: one of {@link #TOPICS}
     * @param actor who did it; null when it was done outside of Kasane and nobody knows
     * @param step element id in the diagram, where it was a step
     * @param processVersion version of the diagram under which the step was done
     */
    public record Entry(
            UUID streamId,
            long seq,
            String kind,
            String topic,
            Instant occurredAt,
            Instant recordedAt,
            String actor,
            String onBehalfOf,
            String step,
            String processId,
            Integer processVersion,
            UUID submissionId,
            Correction correction,
            JsonNode refs) {

        /** Recorded noticeably later than it happened. */
        public boolean late() {
            return recordedAt.isAfter(occurredAt.plusSeconds(3600));
        }
    }

    /**
     * What became of what was recorded.
     *
     * @param state valid, corrected (訂正前), voided (取消), or hidden from the acting user
     * @param reason why, where it was voided
     */
    public record Correction(String state, String by, Instant at, String reason) {
        public boolean voided() {
            return state.equals("voided");
        }

        public boolean corrected() {
            return state.equals("corrected");
        }
    }

    /**
     * What is asked of a case's timeline; null asks for nothing.
     *
     * @param topic one of {@link #TOPICS}
     * @param person who did it
     * @param from day on which it happened at the earliest, in Japan
     * @param to day on which it happened at the latest
     */
    public record Filter(String topic, UUID person, LocalDate from, LocalDate to) {

        public static final Filter NONE = new Filter(null, null, null, null);

        public boolean any() {
            return topic != null || person != null || from != null || to != null;
        }
    }

    /**
     * Some of a timeline, the newest first.
     *
     * @param older where the entries before these begin, to be given back as it is; null when these are the first
     */
    public record Page(List<Entry> entries, String older) {}

    /** Somebody who did something on a case. */
    public record Person(UUID id, String name) {}

    public static final List<String> TOPICS =
            List.of("contact", "consent", "meeting", "plan", "assessment", "referral", "document", "deadline", "case");

    private static final String STREAMS_OF_CASE =
            "select :id::uuid as id union all select c.id from kasane.consultation c where c.case_id = :id";
    private static final String THIS_STREAM = "select :id::uuid as id";

    /** The order things happened in; what a case came from is before it. */
    private static final String OLDEST_FIRST = "recorded_at, e.consultation_id is null, e.stream_id, e.seq";

    private static final String NEWEST_FIRST =
            "recorded_at desc, (e.consultation_id is null) desc, e.stream_id desc, e.seq desc";

    public List<Entry> ofCase(UUID caseId) {
        return all(STREAMS_OF_CASE, caseId);
    }

    public List<Entry> ofConsultation(UUID consultationId) {
        return all(THIS_STREAM, consultationId);
    }

    public List<Entry> ofMatter(UUID matterId) {
        return all(THIS_STREAM, matterId);
    }

    /**
     * The case's timeline from the newest entry on, or from where an earlier page ended.
     *
     * @param before {@link Page#older} of the page before, or null
     * @param most how many at most, 1 to 200
     * @throws Refusal.Invalid for a place or a topic that there is not
     */
    public Page ofCase(UUID caseId, Filter filter, String before, int most) {
        if (filter.topic() != null && !TOPICS.contains(filter.topic())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("topic", "種類", "は一覧から選んでください。")));
        }
        var where = new StringBuilder("x.stream_id = s.id");
        var values = new HashMap<String, Object>();
        if (filter.topic() != null) {
            where.append(" and x.topic = :topic");
            values.put("topic", filter.topic());
        }
        if (filter.person() != null) {
            where.append(" and x.actor_id = :person");
            values.put("person", filter.person());
        }
        if (filter.from() != null) {
            where.append(" and x.occurred_at >= :from");
            values.put("from", startOf(filter.from()));
        }
        if (filter.to() != null) {
            where.append(" and x.occurred_at < :to");
            values.put("to", startOf(filter.to().plusDays(1)));
        }
        if (before != null) {
            var place = place(before);
            // The first condition is what an index can be entered with.
            where.append(" and x.recorded_at <= :at and (x.recorded_at, x.consultation_id is null, x.stream_id, x.seq)"
                    + " < (:at, :ofCase, :stream, :seq)");
            values.put("at", place.recordedAt());
            values.put("ofCase", place.ofCase());
            values.put("stream", place.stream());
            values.put("seq", place.seq());
        }
        values.put("id", caseId);
        values.put("most", most + 1);
        // Stream by stream: each gives its newest, and row-level security is asked of no others.
        var found = entries(
                """
                select l.* from (%s) s cross join lateral (
                    select x.* from kasane.case_event x where %s order by x.recorded_at desc, x.seq desc limit :most) l
                """
                        .formatted(STREAMS_OF_CASE, where),
                NEWEST_FIRST + " limit :most",
                values);
        if (found.size() <= most) {
            return new Page(found, null);
        }
        var last = found.get(most - 1);
        return new Page(found.subList(0, most), last.streamId() + "." + last.seq());
    }

    /** Those who did something on the case, by name. */
    public List<Person> peopleOf(UUID caseId) {
        return jdbc.sql("select id, name from kasane.actors_of(:id)")
                .param("id", caseId)
                .query(Person.class)
                .list();
    }

    private record Place(Timestamp recordedAt, boolean ofCase, UUID stream, long seq) {}

    private Place place(String before) {
        var parts = before.split("\\.", 2);
        var stream = Ids.parse(parts[0]);
        if (parts.length < 2 || stream.isEmpty() || !parts[1].matches("[0-9]{1,18}")) {
            throw unknownPlace();
        }
        return jdbc.sql(
                        """
                        select recorded_at, consultation_id is null as of_case, stream_id, seq
                        from kasane.case_event where stream_id = :stream and seq = :seq
                        """)
                .param("stream", stream.get())
                .param("seq", Long.parseLong(parts[1]))
                .query((row, n) -> new Place(
                        row.getTimestamp("recorded_at"),
                        row.getBoolean("of_case"),
                        row.getObject("stream_id", UUID.class),
                        row.getLong("seq")))
                .optional()
                .orElseThrow(Timeline::unknownPlace);
    }

    private static Refusal.Invalid unknownPlace() {
        return new Refusal.Invalid(List.of(new Refusal.FieldError("before", "続き", "の場所が分かりません。経過をはじめから開いてください。")));
    }

    private static Timestamp startOf(LocalDate day) {
        return Timestamp.from(JapaneseTime.beginningOf(day));
    }

    private List<Entry> all(String streams, UUID id) {
        // By stream, whatever it is of: "or" would have the rules of row-level security asked of every event there is.
        return entries(
                "select x.* from kasane.case_event x where x.stream_id = any (array(%s))".formatted(streams),
                OLDEST_FIRST,
                Map.of("id", id));
    }

    /** @param order of the entries, and how many; columns of the event are those of {@code e} */
    private List<Entry> entries(String events, String order, Map<String, ?> values) {
        return jdbc.sql(
                        """
                        with e as materialized (select e.* from (%s) e order by e.%s)
                        select e.stream_id, e.seq, e.kind, e.topic, e.occurred_at, e.recorded_at, a.display_name as actor,
                               b.display_name as behalf,
                               coalesce(t.element_id, s.step) as step, t.process_id, d.version, e.submission_id, e.refs::text as refs,
                               case when s.voided_at is not null then 'voided' when n.id is not null then 'corrected'
                                    when s.id is not null then 'valid' else 'hidden' end as state,
                               coalesce(v.display_name, w.display_name) as changed_by, coalesce(s.voided_at, n.recorded_at) as changed_at,
                               s.void_reason
                        from e
                        left join kasane.app_user a on a.id = e.actor_id
                        left join kasane.app_user b on b.id = e.on_behalf_of
                        left join engine.user_task t on t.id = e.task_id
                        left join engine.process_definition d on d.epoch = t.epoch and d.key = t.definition_key
                        left join kasane.submission s on s.id = e.submission_id
                        left join kasane.submission n on n.corrects = s.id
                        left join kasane.app_user v on v.id = s.voided_by
                        left join kasane.app_user w on w.id = n.submitted_by
                        order by e.%s
                        """
                                .formatted(events, order, order))
                .params(values)
                .query((row, n) -> new Entry(
                        row.getObject("stream_id", UUID.class),
                        row.getLong("seq"),
                        row.getString("kind"),
                        row.getString("topic"),
                        row.getTimestamp("occurred_at").toInstant(),
                        row.getTimestamp("recorded_at").toInstant(),
                        row.getString("actor"),
                        row.getString("behalf"),
                        row.getString("step"),
                        row.getString("process_id"),
                        row.getObject("version", Integer.class),
                        row.getObject("submission_id", UUID.class),
                        row.getObject("submission_id") == null
                                ? null
                                : new Correction(
                                        row.getString("state"),
                                        row.getString("changed_by"),
                                        row.getTimestamp("changed_at") == null
                                                ? null
                                                : row.getTimestamp("changed_at").toInstant(),
                                        row.getString("void_reason")),
                        read(row.getString("refs"))))
                .list();
    }

    private JsonNode read(String refs) {
        try {
            return json.readTree(refs);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("References of an event are not JSON", e);
        }
    }
}
