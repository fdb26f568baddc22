package jp.kasane.support;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** モニタリング: how far support has come, and whether to go on, plan anew or close (002, L1205-09). */
@Component
@Transactional
public class Reviews implements StepHandler, CaseSection, ProcessFacts {

    private static final int DAYS_TO_PREPARE = 14;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final EngineOrders engine;
    private final Clock clock;

    Reviews(JdbcClient jdbc, Cases cases, Streams streams, EngineOrders engine, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.engine = engine;
        this.clock = clock;
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
            case "continue" -> cases.begin(s.caseId(), "monitoring");
            case "replan" -> cases.begin(s.caseId(), "plan");
            case "close" -> cases.begin(s.caseId(), "closure");
            default -> throw new IllegalStateException("The form offers a decision nobody handles: " + decision);
        }
        var facts = new HashMap<String, Object>(Map.of("decision", decision));
        if (decision.equals("continue")) {
            facts.put("reviewAt", opensAt(s.date("nextOn")));
        }
        return facts;
    }

    /** What the agencies with a role have reported, so that nobody types it again (002, L3633-35). */
    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var reports = jdbc.sql(
                        """
                        select a.name || '（' || r.role || '）：' || p.progress as line
                        from kasane.role_report p join kasane.role_allocation r on r.id = p.role_id join kasane.agency a on a.id = r.agency_id
                        where p.case_id = :id and p.voided_at is null
                          and p.recorded_at > coalesce((select max(recorded_at) from kasane.review where case_id = :id and voided_at is null), '-infinity')
                        order by p.recorded_at
                        """)
                .param("id", caseId)
                .query(String.class)
                .list();
        return reports.isEmpty() ? Map.of() : Map.of("progress", String.join("\n", reports));
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("decision");
    }

    /** Another day for the next review holds where nobody has agreed on yet another since. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.review set held_on = :held, progress = :progress, goal_state = :goal, decision = :decision, reason = :reason,
                            next_on = :next, submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("held", after.date("heldOn"))
                .param("progress", after.text("progress"))
                .param("goal", after.text("goalState"))
                .param("decision", after.text("decision"))
                .param("reason", after.text("reason"))
                .param("next", after.date("nextOn"))
                .update();
        var was = before.submission().date("nextOn");
        var now = after.date("nextOn");
        var file = cases.required(after.caseId());
        if (!before.latest() || now == null || now.equals(was) || !java.util.Objects.equals(was, file.nextReviewOn())) {
            return false;
        }
        cases.nextReview(after.caseId(), now);
        return file.phase().equals("monitoring");
    }

    /** The review is still to be held: on the day it was. */
    @Override
    public void withdraw(Recorded before) {
        jdbc.sql("update kasane.review set voided_at = :now where submission_id = :id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (before.latest()) {
            cases.nextReview(before.caseId(), before.submission().date("heldOn"));
        }
    }

    @Override
    public Optional<Place> place(Recorded before) {
        return Optional.of(new Place("monitoring", "support"));
    }

    /** The coordinator asks for the review now, before its day has come. */
    public void askNow(UUID caseId) {
        var actor = Acting.required();
        if (!actor.has("coordinator") && !actor.has("manager")) {
            throw new Refusal.Forbidden("モニタリングを始める役割ではありません。");
        }
        streams.lock(caseId);
        if (!cases.required(caseId).phase().equals("monitoring")) {
            throw new Refusal.Conflict("支援・モニタリングの段階ではありません。");
        }
        streams.append(caseId, CaseEvent.now("review.asked", clock.instant(), Map.of()));
        engine.knock(caseId, "review-asked", caseId + ":monitoring");
    }

    @Override
    public String processId() {
        return "monitoring";
    }

    @Override
    public Map<String, Object> facts(UUID caseId, String instanceKey) {
        var next = cases.required(caseId).nextReviewOn();
        // Nobody agreed on a day yet: then it is time to.
        return Map.of("reviewAt", next == null ? OffsetDateTime.now(clock).toString() : opensAt(next));
    }

    /** The task is there some days before the review is due, so that it can be prepared: our setting, no document names one. */
    private static String opensAt(LocalDate review) {
        return OfficeDay.opens(review.minusDays(DAYS_TO_PREPARE)).toString();
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
                        from kasane.review r left join kasane.app_user u on u.id = r.recorded_by where r.case_id = :id and r.voided_at is null order by r.recorded_at desc
                        """)
                .param("id", caseId)
                .query(Review.class)
                .list();
    }
}
