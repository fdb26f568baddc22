package jp.kasane.consent;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Households;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The one place that writes what a person said about consent. */
@Component
class ConsentRows {

    private final JdbcClient jdbc;
    private final Households households;
    private final Clock clock;

    ConsentRows(JdbcClient jdbc, Households households, Clock clock) {
        this.jdbc = jdbc;
        this.households = households;
        this.clock = clock;
    }

    Map<String, Object> memberOptions(UUID caseId) {
        return Map.of("memberOptions", households.options(caseId));
    }

    /** What was recorded wrongly no longer counts. */
    void withdraw(UUID submission) {
        jdbc.sql("update kasane.consent set voided_at = :now where submission_id = :id")
                .param("id", submission)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /**
     * What a person said keeps its place in the history, whenever and however often it is corrected: a withdrawal that came later
     * stays the later one.
     */
    void keepPlace(Submission before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.consent set recorded_at = (select min(recorded_at) from kasane.consent where submission_id = :before)
                        where submission_id = :after
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .update();
    }

    void insert(
            Submission s, String state, List<String> members, List<String> scope, List<UUID> agencies, LocalDate on) {
        var until = s.date("until");
        if (until != null && until.isBefore(on)) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("until", "同意の期限", "は同意した日より後の日にしてください。")));
        }
        for (var member : members) {
            jdbc.sql(
                            """
                            insert into kasane.consent (id, municipality_id, case_id, member_id, submission_id, state, scope, agency_ids, evidence, note,
                                occurred_on, until, recorded_at, recorded_by)
                            values (:id, kasane.my_municipality(), :case, :member, :submission, :state, :scope, :agencies, :evidence, :note, :on, :until,
                                :recorded, :by)
                            """)
                    .param("id", Ids.next())
                    .param("case", s.caseId())
                    .param("member", UUID.fromString(member))
                    .param("submission", s.id())
                    .param("state", state)
                    .param("scope", scope.toArray(String[]::new))
                    .param("agencies", agencies.toArray(UUID[]::new))
                    .param("evidence", s.text("evidence"))
                    .param("note", s.text("note"))
                    .param("on", on)
                    .param("until", state.equals("withdrawn") ? null : until, Types.DATE)
                    .param("recorded", Timestamp.from(s.recordedAt()))
                    .param("by", s.submittedBy())
                    .update();
        }
    }
}
