package jp.kasane.engine;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The engine's user tasks, as far as the acting user may see them. */
@Component
@Transactional(readOnly = true)
public class EngineTasks {

    private static final String SELECT =
            """
            select t.id, t.key, t.state, t.element_id as step, t.process_id, d.version as process_version,
                   t.process_instance_key, i.instance_key, f.form_id, f.version as form_version, f.schema::text as form_schema,
                   t.case_id, t.consultation_id, t.matter_id, t.municipality_id, t.audience_id, t.created_at
            from engine.user_task t
            join engine.process_definition d on d.epoch = t.epoch and d.key = t.definition_key
            left join engine.process_instance i on i.epoch = t.epoch and i.key = t.process_instance_key
            left join engine.form f on f.epoch = t.epoch and f.key = t.form_key
            """;

    private final JdbcClient jdbc;

    EngineTasks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Optional<EngineTask> find(UUID id) {
        return jdbc.sql(SELECT + "where t.id = :id")
                .param("id", id)
                .query(EngineTask.class)
                .optional();
    }

    /** Tasks nobody has taken note of in the state they are in, the oldest first; some of them may be done by now. */
    public List<EngineTask> notNoted() {
        return jdbc.sql(
                        SELECT
                                + """
                where not t.noted and coalesce(t.case_id, t.consultation_id, t.matter_id) is not null
                order by t.created_at, t.id
                """)
                .query(EngineTask.class)
                .list();
    }

    /** Note is taken of these; a task whose state has changed since it was read stays to be noted. */
    @Transactional
    public void noted(List<EngineTask> tasks) {
        jdbc.sql(
                        """
                        update engine.user_task t set noted = true
                        from unnest(:ids::uuid[], :states::text[]) as seen (id, state) where t.id = seen.id and t.state = seen.state
                        """)
                .param("ids", tasks.stream().map(EngineTask::id).toArray(UUID[]::new))
                .param("states", tasks.stream().map(EngineTask::state).toArray(String[]::new))
                .update();
    }

    /** Open tasks of a municipality that have no deadline, because none was wanted when they appeared. */
    public List<EngineTask> withoutDeadline(UUID municipality) {
        return jdbc.sql(
                        SELECT
                                + """
                where t.state = 'CREATED' and t.municipality_id = :municipality
                  and coalesce(t.case_id, t.consultation_id, t.matter_id) is not null
                  and not exists (select from kasane.deadline l where l.task_id = t.id)
                """)
                .param("municipality", municipality)
                .query(EngineTask.class)
                .list();
    }
}
