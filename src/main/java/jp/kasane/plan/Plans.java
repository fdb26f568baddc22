package jp.kasane.plan;

import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional
public class Plans implements CaseSection {

    private final JdbcClient jdbc;
    private final StandingDeadlines deadlines;
    private final Clock clock;

    Plans(JdbcClient jdbc, StandingDeadlines deadlines, Clock clock) {
        this.jdbc = jdbc;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    /** A new version; the ones before it that nobody decided are superseded. */
    UUID draft(String kind, Submission s) {
        jdbc.sql(
                        "update kasane.plan set status = 'superseded' where case_id = :case and kind = :kind and status in ('draft', 'reviewed', 'returned')")
                .param("case", s.caseId())
                .param("kind", kind)
                .update();
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.plan (id, municipality_id, case_id, kind, version, status, submission_id, long_goal, drafted_by, drafted_at)
                        values (:id, kasane.my_municipality(), :case, :kind,
                            (select coalesce(max(version), 0) + 1 from kasane.plan where case_id = :case and kind = :kind),
                            'draft', :submission, :goal, :by, :at)
                        """)
                .param("id", id)
                .param("case", s.caseId())
                .param("kind", kind)
                .param("submission", s.id())
                .param("goal", s.text(kind.equals("support") ? "longGoal" : "goal"))
                .param("by", s.submittedBy())
                .param("at", java.sql.Timestamp.from(s.recordedAt()))
                .update();
        return id;
    }

    /** The corrected version of what was drafted. @return the plan's status */
    String correct(UUID plan, Submission after, String longGoal) {
        return jdbc.sql(
                        "update kasane.plan set submission_id = :after, long_goal = :goal where id = :id returning status")
                .param("id", plan)
                .param("after", after.id())
                .param("goal", longGoal)
                .query(String.class)
                .single();
    }

    /** The plan was voided. */
    void strike(UUID plan) {
        jdbc.sql("update kasane.plan set status = 'superseded', voided_at = :now where id = :id")
                .param("id", plan)
                .param("now", java.sql.Timestamp.from(clock.instant()))
                .update();
    }

    void removeRoles(UUID plan) {
        jdbc.sql("delete from kasane.role_allocation where plan_id = :plan")
                .param("plan", plan)
                .update();
    }

    void removeRole(UUID role) {
        jdbc.sql("delete from kasane.role_allocation where id = :id")
                .param("id", role)
                .update();
    }

    /** The first position behind all roles of the plan. */
    int roomForRoles(UUID plan) {
        return jdbc.sql("select coalesce(max(position), -1) + 1 from kasane.role_allocation where plan_id = :plan")
                .param("plan", plan)
                .query(Integer.class)
                .single();
    }

    /**
     * The role the agency has in the plan already, with its corrected words; empty for a new one. One that ended for another reason
     * than a correction stays ended.
     *
     * @param over the plan is: then all its roles are known, however they ended
     */
    Optional<UUID> keepRole(
            UUID plan,
            List<UUID> taken,
            int position,
            UUID agency,
            String role,
            String detail,
            LocalDate from,
            boolean over) {
        return jdbc.sql(
                        """
                        update kasane.role_allocation set role = :role, detail = :detail, starts_on = :from, position = :position
                        where id = (select id from kasane.role_allocation
                                    where plan_id = :plan and agency_id = :agency and not (id = any (:taken::uuid[]))
                                      and (:over or status <> 'ended' or end_reason <> 'plan')
                                    order by role <> :role, status = 'ended', position limit 1)
                        returning id
                        """)
                .param("plan", plan)
                .param("over", over)
                .param("taken", taken.toArray(UUID[]::new))
                .param("position", position)
                .param("agency", agency)
                .param("role", role)
                .param("detail", detail)
                .param("from", from, java.sql.Types.DATE)
                .query(UUID.class)
                .optional();
    }

    List<UUID> rolesBeside(UUID plan, List<UUID> kept) {
        return jdbc.sql(
                        """
                        select id from kasane.role_allocation
                        where plan_id = :plan and not (id = any (:kept::uuid[])) and status in ('planned', 'asked', 'accepted')
                        """)
                .param("plan", plan)
                .param("kept", kept.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
    }

    /** Whoever has a role in a plan in force sees the case. */
    void seat(UUID plan) {
        jdbc.sql("update kasane.plan set status = status where id = :id")
                .param("id", plan)
                .update();
    }

    UUID role(UUID caseId, UUID planId, int position, UUID agency, String role, String detail, LocalDate from) {
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.role_allocation (id, municipality_id, case_id, plan_id, position, agency_id, role, detail, starts_on)
                        values (:id, kasane.my_municipality(), :case, :plan, :position, :agency, :role, :detail, :from)
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("plan", planId)
                .param("position", position)
                .param("agency", agency)
                .param("role", role)
                .param("detail", detail)
                .param("from", from)
                .update();
        return id;
    }

    record Pending(UUID id, String status, UUID leadAgencyId, LocalDate reviewOn, UUID draftedBy) {}

    /** The support plan that waits for its decision, or for being ratified. */
    Optional<Pending> pending(UUID caseId) {
        return jdbc.sql(
                        """
                        select id, status, lead_agency_id, review_on, drafted_by from kasane.plan
                        where case_id = :case and kind = 'support' and status in ('draft', 'reviewed', 'started') order by version desc limit 1
                        """)
                .param("case", caseId)
                .query(Pending.class)
                .optional();
    }

    /** Support plans in force beside this one: what it takes the place of. */
    List<UUID> others(UUID caseId, UUID planId) {
        return jdbc.sql(
                        "select id from kasane.plan where case_id = :case and kind = 'support' and status in ('decided', 'started') and id <> :plan")
                .param("case", caseId)
                .param("plan", planId)
                .query(UUID.class)
                .list();
    }

    /** 着手後の承認: support begins before the meeting, which ratifies it. */
    void startAtOnce(UUID planId, UUID caseId) {
        jdbc.sql("update kasane.plan set status = 'started', started_on = :today where id = :id")
                .param("id", planId)
                .param("today", LocalDate.now(clock))
                .update();
        deadlines.keep(caseId, "Watch_Ratification", caseId + ":plan", clock.instant());
    }

    /** How many plans of the municipality were started before a meeting, and how many of those nobody ratified yet. */
    public record StartedAtOnce(long started, long waiting) {}

    @Transactional(readOnly = true)
    public StartedAtOnce startedAtOnce() {
        return jdbc.sql(
                        """
                        select count(*) as started, count(*) filter (where status = 'started') as waiting
                        from kasane.plan where started_on is not null
                        """)
                .query(StartedAtOnce.class)
                .single();
    }

    @Override
    @Transactional(readOnly = true)
    public List<Plan> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select p.*, a.name as lead_agency, u.display_name as drafted_name, d.display_name as decided_name
                        from kasane.plan p left join kasane.agency a on a.id = p.lead_agency_id
                        left join kasane.app_user u on u.id = p.drafted_by left join kasane.app_user d on d.id = p.decided_by
                        where p.case_id = :id and p.voided_at is null order by p.drafted_at desc
                        """)
                .param("id", caseId)
                .query((row, n) -> new Plan(
                        row.getObject("id", UUID.class),
                        row.getString("kind"),
                        row.getInt("version"),
                        row.getString("status"),
                        row.getString("person_wish"),
                        row.getString("long_goal"),
                        row.getString("short_goal"),
                        row.getString("approach"),
                        row.getObject("interval_days", Integer.class),
                        row.getObject("first_on", LocalDate.class),
                        row.getString("cautions"),
                        row.getString("lead_agency"),
                        row.getObject("review_on", LocalDate.class),
                        row.getString("drafted_name"),
                        row.getTimestamp("drafted_at").toInstant(),
                        row.getString("decided_name"),
                        row.getObject("decided_on", LocalDate.class),
                        row.getObject("decided_in") != null,
                        row.getString("decision_reason"),
                        row.getString("document_no"),
                        row.getString("path"),
                        row.getString("path_reason"),
                        row.getObject("started_on", LocalDate.class),
                        row.getObject("ratified_on", LocalDate.class),
                        roles(row.getObject("id", UUID.class))))
                .list();
    }

    private List<Plan.Role> roles(UUID planId) {
        return jdbc.sql(
                        """
                        select r.id, a.code as agency_code, a.name as agency, r.role, r.detail, r.starts_on, r.status, r.contact_person,
                               r.answer_note, r.next_report_on
                        from kasane.role_allocation r join kasane.agency a on a.id = r.agency_id where r.plan_id = :id order by r.position
                        """)
                .param("id", planId)
                .query((row, n) -> new Plan.Role(
                        row.getObject("id", UUID.class),
                        row.getString("agency_code"),
                        row.getString("agency"),
                        row.getString("role"),
                        row.getString("detail"),
                        row.getObject("starts_on", LocalDate.class),
                        row.getString("status"),
                        row.getString("contact_person"),
                        row.getString("answer_note"),
                        row.getObject("next_report_on", LocalDate.class),
                        reports(row.getObject("id", UUID.class))))
                .list();
    }

    private List<Plan.Report> reports(UUID roleId) {
        return jdbc.sql(
                        """
                        select r.progress, r.result, r.next_on, r.recorded_at, u.display_name as recorded_by
                        from kasane.role_report r left join kasane.app_user u on u.id = r.recorded_by
                        where r.role_id = :id and r.voided_at is null order by r.recorded_at desc
                        """)
                .param("id", roleId)
                .query(Plan.Report.class)
                .list();
    }

    /**
     * What changed from one version of the case's plan to another.
     *
     * @param kind outreach or support
     * @throws Refusal.NotFound if there is no such version, or the acting user does not see the case
     */
    @Transactional(readOnly = true)
    public PlanDifference difference(UUID caseId, String kind, int before, int after) {
        var plans = of(caseId);
        return PlanDifference.of(version(plans, kind, before), version(plans, kind, after));
    }

    private static Plan version(List<Plan> plans, String kind, int version) {
        return plans.stream()
                .filter(plan -> plan.kind().equals(kind) && plan.version() == version)
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("プランの版"));
    }

    @Override
    public String key() {
        return "plans";
    }

    @Override
    public int order() {
        return 50;
    }
}
