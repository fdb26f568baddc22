package jp.kasane.task;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What a list shows of tasks, as far as the acting user may see it: names come from the tables that own them, under their rules. */
@Component
class TaskRows {

    private static final String SELECT =
            """
            select t.id, t.element_id as step, t.process_id, t.created_at, t.case_id, t.consultation_id, t.matter_id,
                   f.number as case_number, f.phase, coalesce(f.urgency, k.urgency) as urgency, g.name as agency,
                   coalesce(h.name, k.subject_name, k.subject_label, case when t.matter_id is not null then kasane.matter_title(t.matter_id) end) as subject,
                   l.due_at, coalesce(l.rung, 0) as rung, c.user_id as claimed_by, u.display_name as claimed_by_name, c.claimed_at,
                   t.audience_id = any ((select kasane.workable_audiences())::uuid[]) as workable,
                   coalesce(c.user_id = kasane.acting_user(), false) as mine,
                   coalesce(c.user_id = any ((select kasane.stands_in_for())::uuid[]), false) as as_deputy, o.tags,
                   exists (select from kasane.outside_sheet w where w.consultation_id = t.consultation_id and w.confirmed_at is null) as unconfirmed
            from engine.user_task t
            left join kasane.open_task o on o.task_id = t.id
            left join kasane.case_file f on f.id = t.case_id
            left join kasane.household h on h.case_id = t.case_id
            left join lateral (
                select n.subject_name, n.subject_label, n.urgency, n.agency_id from kasane.consultation n where n.id = t.consultation_id
                union all
                select n.subject_name, n.subject_label, n.urgency, n.agency_id from kasane.consultation n
                where t.consultation_id is null and h.case_id is null and n.case_id = t.case_id
                limit 1) k on true
            left join kasane.agency g on g.id = coalesce(f.lead_agency_id, k.agency_id)
            left join kasane.deadline l on l.task_id = t.id
            left join kasane.task_claim c on c.task_id = t.id
            left join kasane.app_user u on u.id = c.user_id
            where t.state = 'CREATED' and not exists (select from kasane.submission s where s.task_id = t.id)
            """;

    private final JdbcClient jdbc;

    TaskRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those of these that are open, in their order. */
    List<Tasks.Row> of(List<UUID> ids) {
        if (ids.isEmpty()) {
            return List.of();
        }
        var rows = new HashMap<UUID, Tasks.Row>();
        jdbc.sql(SELECT + " and t.id = any (:ids)")
                .param("ids", ids.toArray(UUID[]::new))
                .query(TaskRows::row)
                .list()
                .forEach(row -> rows.put(row.id(), row));
        return ids.stream().map(rows::get).filter(Objects::nonNull).toList();
    }

    /** Open tasks of a case, a consultation or a matter; of one step, unless that is null. */
    List<Tasks.Row> ofStream(UUID streamId, String step, int most) {
        return jdbc.sql(
                        SELECT
                                + """
                          and (t.case_id = :stream or t.consultation_id = :stream or t.matter_id = :stream)
                          and (:step::text is null or t.element_id = :step)
                        order by l.due_at nulls last, t.created_at, t.id limit :most
                        """)
                .param("stream", streamId)
                .param("step", step, java.sql.Types.VARCHAR)
                .param("most", most)
                .query(TaskRows::row)
                .list();
    }

    private static Tasks.Row row(ResultSet row, int number) throws SQLException {
        var tags = row.getArray("tags") == null
                ? new String[0]
                : (String[]) row.getArray("tags").getArray();
        return new Tasks.Row(
                row.getObject("id", UUID.class),
                row.getString("step"),
                row.getString("process_id"),
                instant(row.getTimestamp("created_at")),
                row.getObject("case_id", UUID.class),
                row.getObject("consultation_id", UUID.class),
                row.getObject("matter_id", UUID.class),
                row.getString("case_number"),
                row.getString("phase"),
                row.getString("urgency"),
                row.getString("agency"),
                tagged(tags, "area"),
                tagged(tags, "concern"),
                tagged(tags, "main"),
                row.getString("subject"),
                instant(row.getTimestamp("due_at")),
                row.getInt("rung"),
                row.getObject("claimed_by", UUID.class),
                row.getString("claimed_by_name"),
                instant(row.getTimestamp("claimed_at")),
                row.getBoolean("workable"),
                row.getBoolean("mine"),
                row.getBoolean("as_deputy"),
                row.getBoolean("unconfirmed"));
    }

    private static List<String> tagged(String[] tags, String facet) {
        return Stream.of(tags)
                .filter(tag -> tag.startsWith(facet + ":"))
                .map(tag -> tag.substring(facet.length() + 1))
                .sorted()
                .toList();
    }

    private static Instant instant(Timestamp time) {
        return time == null ? null : time.toInstant();
    }
}
