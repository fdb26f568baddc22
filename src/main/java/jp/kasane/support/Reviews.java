package jp.kasane.support;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** モニタリング: how far support has come, and whether to go on, plan anew or close (002, L1205-09). */
@Component
@Transactional
public class Reviews implements StepHandler, CaseSection {

    private final JdbcClient jdbc;
    private final Cases cases;

    Reviews(JdbcClient jdbc, Cases cases) {
        this.jdbc = jdbc;
        this.cases = cases;
    }

    public record Review(
            UUID id,
            LocalDate heldOn,
            String progress,
            String goalState,
            String decision,
            String reason,
            LocalDate nextOn,
            Instant recordedAt,
            String recordedBy) {}

    @Override
    public String formId() {
        return "review";
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var decision = s.text("decision");
        jdbc.sql(
                        """
                        insert into kasane.review (id, municipality_id, case_id, submission_id, held_on, progress, goal_state, decision, reason, next_on,
                            recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission, :held, :progress, :goal, :decision, :reason, :next, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("held", s.date("heldOn"))
                .param("progress", s.text("progress"))
                .param("goal", s.text("goalState"))
                .param("decision", decision)
                .param("reason", s.text("reason"))
                .param("next", s.date("nextOn"))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        cases.nextReview(s.caseId(), s.date("nextOn"));
        switch (decision) {
            case "continue" -> cases.moveTo(s.caseId(), "monitoring", "review");
            case "replan" -> cases.moveTo(s.caseId(), "plan", "draft");
            case "close" -> cases.moveTo(s.caseId(), "closure", "evaluate");
            default -> throw new IllegalStateException("The form offers a decision nobody handles: " + decision);
        }
        return Map.of("decision", decision);
    }

    @Override
    public String key() {
        return "reviews";
    }

    @Override
    public int order() {
        return 65;
    }

    @Override
    @Transactional(readOnly = true)
    public List<Review> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select r.id, r.held_on, r.progress, r.goal_state, r.decision, r.reason, r.next_on, r.recorded_at, u.display_name as recorded_by
                        from kasane.review r left join kasane.app_user u on u.id = r.recorded_by where r.case_id = :id order by r.recorded_at desc
                        """)
                .param("id", caseId)
                .query(Review.class)
                .list();
    }
}
