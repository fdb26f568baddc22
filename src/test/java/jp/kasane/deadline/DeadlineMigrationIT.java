package jp.kasane.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An installation from before there were a calendar and watches gets them, and keeps the deadlines it has. */
class DeadlineMigrationIT {

    private static void migrate(EmbeddedPostgres database, String target) {
        Flyway.configure()
                .dataSource(database.getPostgresDatabase())
                .schemas("kasane")
                .defaultSchema("kasane")
                .locations("classpath:db/migration")
                .target(target)
                .load()
                .migrate();
    }

    @Test
    void anOlderInstallationGetsOurFirstValuesAndKeepsItsOwn() throws IOException {
        try (var database = EmbeddedPostgres.start()) {
            migrate(database, "3");
            var sql = JdbcClient.create(database.getPostgresDatabase());
            sql.sql(
                            """
                            insert into kasane.municipality (id, code, name) values (gen_random_uuid(), 'old', '以前の市');
                            insert into kasane.stream (id, municipality_id, kind) select gen_random_uuid(), id, 'consultation' from kasane.municipality;
                            insert into kasane.deadline_policy (id, municipality_id, step, due_days, remind_days, escalate_days, origin)
                            select gen_random_uuid(), id, 'Watch_Silence', 99, 9, 9, 'municipality' from kasane.municipality;
                            insert into kasane.deadline (id, municipality_id, stream_id, task_id, step, instance_key, remind_at, due_at, escalate_at, created_at)
                            select gen_random_uuid(), municipality_id, id, gen_random_uuid(), 'Task_Triage', 'x',
                                '2026-11-01', '2026-11-02', '2026-11-03', '2026-10-31' from kasane.stream;
                            """)
                    .update();

            migrate(database, "latest");

            assertThat(sql.sql("select lead_at = due_at and from_at = created_at from kasane.deadline")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
            assertThat(sql.sql("select due_days from kasane.deadline_policy where step = 'Watch_Silence'")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(99);
            assertThat(sql.sql(
                                    "select step from kasane.deadline_policy where origin = 'ours' and step like 'Watch%' order by step")
                            .query(String.class)
                            .list())
                    .containsExactly("Watch_AfterClosure", "Watch_Ratification");
            assertThat(sql.sql("select name || ' ' || from_day || ' ' || to_day from kasane.calendar_yearly_closure")
                            .query(String.class)
                            .single())
                    .isEqualTo("年末年始 12-29 01-03");
        }
    }
}
