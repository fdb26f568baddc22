package jp.kasane.task;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** How somebody likes the task list: filters kept under a name, for oneself or for the whole agency; columns; cases one watches. */
@Component
@Transactional
public class TaskFilters {

    /** Columns to choose from, in the order in which they stand; what is to be done and the action always stand. */
    public static final List<String> COLUMNS =
            List.of("due", "subject", "case", "phase", "agency", "area", "concern", "taken", "since");

    private static final List<String> FIRST = List.of("due", "subject", "case", "taken");

    private final JdbcClient jdbc;
    private final Clock clock;

    TaskFilters(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** @param sharedWith the agency whose people have it, too; null: the owner alone */
    public record Saved(UUID id, String name, String query, String sharedWith, String owner, boolean mine) {}

    @Transactional(readOnly = true)
    public List<Saved> saved() {
        return jdbc.sql(
                        """
                        select f.id, f.name, f.query, a.name as shared_with, u.display_name as owner, f.user_id = kasane.acting_user() as mine
                        from kasane.task_filter f join kasane.app_user u on u.id = f.user_id left join kasane.agency a on a.id = f.agency_id
                        order by f.name, f.id
                        """)
                .query(Saved.class)
                .list();
    }

    /**
     * Keeps a selection under a name; without the words that were looked for.
     *
     * @param share for all people of one's agency
     * @throws Refusal.Forbidden to an auditor who wants to share it: others would see what they have not chosen
     * @throws Refusal.Invalid for a name that is missing, too long or taken
     */
    public UUID save(String name, TaskSelection selection, boolean share) {
        if (share && Acting.required().has("auditor")) {
            throw new Refusal.Forbidden("監査担当者の絞り込みは、ほかの人と共有できません。");
        }
        var called = name == null ? "" : name.strip();
        if (called.isEmpty() || called.length() > 60) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("name", "名前", "を60字までで入力してください。")));
        }
        var id = Ids.next();
        try {
            jdbc.sql(
                            """
                            insert into kasane.task_filter (id, municipality_id, user_id, name, query, agency_id, created_at)
                            values (:id, kasane.my_municipality(), kasane.acting_user(), :name, :query,
                                case when :share then (kasane.my_agencies())[1] end, :now)
                            """)
                    .param("id", id)
                    .param("name", called)
                    .param("query", selection.searching(null).query())
                    .param("share", share)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        } catch (DuplicateKeyException taken) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("name", "名前", "は、もう使っています。")));
        }
        return id;
    }

    /** Only one's own. */
    public void forget(UUID id) {
        int gone = jdbc.sql("delete from kasane.task_filter where id = :id and user_id = kasane.acting_user()")
                .param("id", id)
                .update();
        if (gone == 0) {
            throw new Refusal.NotFound("この条件");
        }
    }

    @Transactional(readOnly = true)
    public List<String> columns() {
        return jdbc.sql("select columns from kasane.task_columns where user_id = kasane.acting_user()")
                .query((row, n) -> {
                    var chosen = Set.of((String[]) row.getArray(1).getArray());
                    return COLUMNS.stream().filter(chosen::contains).toList();
                })
                .optional()
                .orElse(FIRST);
    }

    /** @param columns of {@link #COLUMNS}; others are left out */
    public void columns(List<String> columns) {
        var chosen = new ArrayList<>(COLUMNS);
        chosen.retainAll(columns);
        jdbc.sql(
                        """
                        insert into kasane.task_columns (user_id, municipality_id, columns)
                        values (kasane.acting_user(), kasane.my_municipality(), :columns)
                        on conflict (user_id) do update set columns = excluded.columns
                        """)
                .param("columns", chosen.toArray(String[]::new))
                .update();
    }

    /** @throws Refusal.NotFound if the acting user does not see the case, consultation or matter */
    public void watch(UUID streamId) {
        boolean seen = jdbc.sql(
                        "select kasane.sees_case(:id) or kasane.sees_consultation(:id) or kasane.sees_matter(:id)")
                .param("id", streamId)
                .query(Boolean.class)
                .single();
        if (!seen) {
            throw new Refusal.NotFound("ケース");
        }
        jdbc.sql(
                        """
                        insert into kasane.watch (user_id, stream_id, municipality_id, since)
                        values (kasane.acting_user(), :stream, kasane.my_municipality(), :now) on conflict do nothing
                        """)
                .param("stream", streamId)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    public void unwatch(UUID streamId) {
        jdbc.sql("delete from kasane.watch where user_id = kasane.acting_user() and stream_id = :stream")
                .param("stream", streamId)
                .update();
    }

    @Transactional(readOnly = true)
    public boolean watched(UUID streamId) {
        return jdbc.sql(
                        "select exists (select from kasane.watch where user_id = kasane.acting_user() and stream_id = :stream)")
                .param("stream", streamId)
                .query(Boolean.class)
                .single();
    }

    /** The steps there are to choose from: those that a deadline is set for, in the order of their codes. */
    @Transactional(readOnly = true)
    public List<String> steps() {
        return jdbc.sql(
                        "select step from kasane.deadline_policy where municipality_id = kasane.my_municipality() and step ^@ 'Task_' order by step")
                .query(String.class)
                .list();
    }
}
