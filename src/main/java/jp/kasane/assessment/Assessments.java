package jp.kasane.assessment;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.consent.Consents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * アセスメントシート, and where it sends the case: 支援会議 without consent, a plan with it; or without any meeting to outreach
 * (002, L1377-81), to adjustment (002, L2436-46), to support before there is a plan, or back to normal support (002, L6857-59).
 */
@Component
@Transactional
public class Assessments implements StepHandler, CaseSection {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Consents consents;
    private final Clock clock;

    Assessments(JdbcClient jdbc, Cases cases, Consents consents, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.consents = consents;
        this.clock = clock;
    }

    public record Assessment(
            UUID id,
            int version,
            String householdIssue,
            String strengths,
            String needs,
            String risks,
            String consentState,
            String route,
            String routeReason,
            Instant recordedAt,
            String recordedBy) {}

    @Override
    public String formId() {
        return "assessment";
    }

    /** A re-assessment starts from the last sheet. */
    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var prefill = new HashMap<String, Object>();
        jdbc.sql(
                        "select household_issue, strengths, needs, risks from kasane.assessment where case_id = :id and voided_at is null order by version desc limit 1")
                .param("id", caseId)
                .query((row, n) -> {
                    prefill.put("householdIssue", row.getString("household_issue"));
                    prefill.put("strengths", row.getString("strengths"));
                    prefill.put("needs", row.getString("needs"));
                    prefill.put("risks", row.getString("risks"));
                    return n;
                })
                .optional();
        return prefill;
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        jdbc.sql(
                        """
                        insert into kasane.assessment (id, municipality_id, case_id, submission_id, version, household_issue, strengths, needs, risks,
                            consent_state, route, route_reason, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission,
                            (select coalesce(max(version), 0) + 1 from kasane.assessment where case_id = :case),
                            :issue, :strengths, :needs, :risks, :consent, :route, :reason, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("issue", s.text("householdIssue"))
                .param("strengths", s.text("strengths"))
                .param("needs", s.text("needs"))
                .param("risks", s.text("risks"))
                .param("consent", s.text("consentState"))
                .param("route", s.text("route"))
                .param("reason", s.text("routeReason"))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        var route = s.text("route");
        if (route.equals("plan") && !consents.sufficient(s.caseId())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "route", "次の道", "「重層的支援会議・支援プランへ進む」には、相談の中心となる人の同意の記録が要ります。ケースの「同意の変化」で記録できます。")));
        }
        cases.begin(
                s.caseId(),
                switch (route) {
                    case "meeting", "plan", "outreach" -> route;
                    case "adjustment", "support" -> "monitoring";
                    case "normal" -> "closure";
                    default -> throw new IllegalStateException("The form offers a route nobody handles: " + route);
                });
        return Map.of("route", route);
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("route");
    }

    /** The sheet's texts; it stays the version it was. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.assessment set household_issue = :issue, strengths = :strengths, needs = :needs, risks = :risks,
                            consent_state = :consent, route = :route, route_reason = :reason, submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("issue", after.text("householdIssue"))
                .param("strengths", after.text("strengths"))
                .param("needs", after.text("needs"))
                .param("risks", after.text("risks"))
                .param("consent", after.text("consentState"))
                .param("route", after.text("route"))
                .param("reason", after.text("routeReason"))
                .update();
        return false;
    }

    @Override
    public void withdraw(Recorded before) {
        jdbc.sql("update kasane.assessment set voided_at = :now where submission_id = :id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    @Override
    public Optional<Place> place(Recorded before) {
        return Optional.of(new Place("assessment", "assess"));
    }

    @Override
    public String key() {
        return "assessments";
    }

    @Override
    public int order() {
        return 30;
    }

    @Override
    @Transactional(readOnly = true)
    public Object of(UUID caseId) {
        return jdbc.sql(
                        """
                        select a.id, a.version, a.household_issue, a.strengths, a.needs, a.risks, a.consent_state, a.route, a.route_reason, a.recorded_at,
                               u.display_name as recorded_by
                        from kasane.assessment a left join kasane.app_user u on u.id = a.recorded_by
                        where a.case_id = :id and a.voided_at is null order by a.version desc
                        """)
                .param("id", caseId)
                .query(Assessment.class)
                .list();
    }
}
