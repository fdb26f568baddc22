package jp.kasane.meeting;

import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.deadline.PlannedDate;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A convened meeting is to be recorded on its day. */
@Component
class SittingDate implements PlannedDate {

    private final JdbcClient jdbc;

    SittingDate(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public String step() {
        return "Task_HoldMeeting";
    }

    @Override
    public Optional<LocalDate> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select scheduled_at from kasane.meeting where case_id = :id and status = 'convened' order by created_at desc limit 1
                        """)
                .param("id", caseId)
                .query((row, n) -> JapaneseTime.dayOf(row.getTimestamp(1).toInstant()))
                .optional();
    }
}
