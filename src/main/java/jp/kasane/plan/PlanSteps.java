package jp.kasane.plan;

import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

final class PlanSteps {

    private PlanSteps() {}

    /** アウトリーチプラン: how to reach somebody who has not consented (002, L235-250, L278-303). In force as soon as it is written. */
    @Component
    static class OutreachPlan implements StepHandler {

        private final JdbcClient jdbc;
        private final Plans plans;
        private final Agencies agencies;
        private final Cases cases;

        OutreachPlan(JdbcClient jdbc, Plans plans, Agencies agencies, Cases cases) {
            this.jdbc = jdbc;
            this.plans = plans;
            this.agencies = agencies;
            this.cases = cases;
        }

        @Override
        public String formId() {
            return "outreach-plan";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var plan = plans.draft("outreach", s);
            int position = 0;
            for (var visitor : s.list("visitors")) {
                plans.role(s.caseId(), plan, position++, agencies.idOf(visitor), "訪問・連絡", null, s.date("firstOn"));
            }
            jdbc.sql(
                            """
                            update kasane.plan set status = 'decided', approach = :approach, interval_days = :interval, first_on = :first, cautions = :cautions,
                                decided_by = drafted_by, decided_on = drafted_at::date
                            where id = :id
                            """)
                    .param("id", plan)
                    .param("approach", s.text("approach"))
                    .param("interval", s.data().get("intervalDays").asInt())
                    .param("first", s.date("firstOn"))
                    .param("cautions", s.text("cautions"))
                    .update();
            cases.moveTo(s.caseId(), "outreach", "contact");
            return Map.of("planId", plan.toString());
        }
    }

    /** 支援プラン案: the person's wish, goals, and who does what. */
    @Component
    static class DraftPlan implements StepHandler {

        private final JdbcClient jdbc;
        private final Plans plans;
        private final Agencies agencies;
        private final Cases cases;

        DraftPlan(JdbcClient jdbc, Plans plans, Agencies agencies, Cases cases) {
            this.jdbc = jdbc;
            this.plans = plans;
            this.agencies = agencies;
            this.cases = cases;
        }

        @Override
        public String formId() {
            return "plan-draft";
        }

        /** A returned plan, or the one before, is where the next version starts. */
        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId) {
            var prefill = new HashMap<String, Object>();
            plans.of(caseId).stream()
                    .filter(plan -> plan.kind().equals("support"))
                    .findFirst()
                    .ifPresent(plan -> {
                        prefill.put("personWish", plan.personWish());
                        prefill.put("longGoal", plan.longGoal());
                        prefill.put("shortGoal", plan.shortGoal());
                        prefill.put(
                                "roles",
                                plan.roles().stream()
                                        .map(role -> {
                                            var row = new HashMap<String, Object>(
                                                    Map.of("agency", role.agencyCode(), "role", role.role()));
                                            if (role.detail() != null) {
                                                row.put("detail", role.detail());
                                            }
                                            if (role.startsOn() != null) {
                                                row.put("from", role.startsOn().toString());
                                            }
                                            return row;
                                        })
                                        .toList());
                    });
            return prefill;
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var plan = plans.draft("support", s);
            jdbc.sql(
                            """
                            update kasane.plan set person_wish = :wish, short_goal = :short, lead_agency_id = :lead, review_on = :review where id = :id
                            """)
                    .param("id", plan)
                    .param("wish", s.text("personWish"))
                    .param("short", s.text("shortGoal"))
                    .param("lead", agencies.idOf(s.text("leadAgency")))
                    .param("review", s.date("reviewOn"))
                    .update();
            int position = 0;
            for (var role : s.data().path("roles")) {
                plans.role(
                        s.caseId(),
                        plan,
                        position++,
                        agencies.idOf(role.get("agency").asText()),
                        role.get("role").asText(),
                        Submission.text(role, "detail"),
                        role.hasNonNull("from")
                                ? java.time.LocalDate.parse(role.get("from").asText())
                                : null);
            }
            cases.moveTo(s.caseId(), "plan", "meeting");
            return Map.of("planId", plan.toString(), "meetingType", "coordination");
        }
    }

    /** プランの決定: by the city (002, L1356-58), not by whoever drafted it. */
    @Component
    static class DecidePlan implements StepHandler, Occasion {

        private final JdbcClient jdbc;
        private final Cases cases;
        private final Streams streams;
        private final Notices notices;
        private final Clock clock;

        DecidePlan(JdbcClient jdbc, Cases cases, Streams streams, Notices notices, Clock clock) {
            this.jdbc = jdbc;
            this.cases = cases;
            this.streams = streams;
            this.notices = notices;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "plan-decision";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var decision = s.text("decision");
            record Pending(UUID id, UUID leadAgencyId, java.time.LocalDate reviewOn) {}
            var plan = jdbc.sql(
                            """
                            select id, lead_agency_id, review_on from kasane.plan
                            where case_id = :case and kind = 'support' and status in ('draft', 'reviewed') order by version desc limit 1
                            """)
                    .param("case", s.caseId())
                    .query(Pending.class)
                    .single();
            if (decision.equals("decided")) {
                jdbc.sql(
                                "update kasane.plan set status = 'superseded' where case_id = :case and kind = 'support' and status = 'decided'")
                        .param("case", s.caseId())
                        .update();
            }
            jdbc.sql(
                            """
                            update kasane.plan set status = :status, decided_by = :by, decided_on = :on, decision_reason = :reason, document_no = :document
                            where id = :id
                            """)
                    .param("id", plan.id())
                    .param("status", decision)
                    .param("by", s.submittedBy())
                    .param("on", s.date("decidedOn"))
                    .param("reason", s.text("reason"))
                    .param("document", s.text("documentNo"))
                    .update();
            if (decision.equals("decided")) {
                cases.lead(s.caseId(), plan.leadAgencyId());
                cases.nextReview(s.caseId(), plan.reviewOn());
                cases.moveTo(s.caseId(), "monitoring", "review");
            } else {
                cases.moveTo(s.caseId(), "plan", "draft");
            }
            streams.append(s.caseId(), CaseEvent.now("plan." + decision, clock.instant(), Map.of("planId", plan.id())));
            return Map.of("decision", decision, "planId", plan.id().toString());
        }

        @Override
        public String message() {
            return "role-allocated";
        }

        @Override
        public void tell(UUID caseId) {
            record Allocated(UUID municipality, UUID plan, UUID agency) {}
            jdbc.sql(
                            """
                            select distinct p.municipality_id as municipality, p.id as plan, r.agency_id as agency
                            from kasane.plan p join kasane.role_allocation r on r.plan_id = p.id
                            where p.case_id = :case and p.kind = 'support' and p.status = 'decided'
                            """)
                    .param("case", caseId)
                    .query(Allocated.class)
                    .list()
                    .forEach(allocated -> notices.tell(
                            notices.peopleOf(allocated.municipality(), allocated.agency()),
                            "role-allocated",
                            "plan:" + allocated.plan(),
                            Notices.About.aCase(caseId)));
        }
    }
}
