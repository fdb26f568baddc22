package jp.kasane.support;

import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.deadline.PlannedDate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The next visit and the next review, as people agreed on them. */
@Configuration
class PlannedDates {

    private final JdbcClient jdbc;

    PlannedDates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Bean
    PlannedDate nextContact() {
        return planned(
                "Task_RecordContact",
                """
                select coalesce(
                    (select next_on from kasane.contact where case_id = :id and outreach and voided_at is null order by recorded_at desc limit 1),
                    (select first_on from kasane.plan where case_id = :id and kind = 'outreach' and voided_at is null order by version desc limit 1))
                """);
    }

    @Bean
    PlannedDate nextReview() {
        return planned("Task_Review", "select next_review_on from kasane.case_file where id = :id");
    }

    private PlannedDate planned(String step, String sql) {
        return new PlannedDate() {
            @Override
            public String step() {
                return step;
            }

            @Override
            public Optional<LocalDate> of(UUID caseId) {
                return jdbc.sql(sql)
                        .param("id", caseId)
                        .query((row, n) -> Optional.ofNullable(row.getObject(1, LocalDate.class)))
                        .single();
            }
        };
    }
}
