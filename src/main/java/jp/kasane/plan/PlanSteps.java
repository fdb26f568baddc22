package jp.kasane.plan;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.consent.Consents;
import jp.kasane.deadline.PlannedDateChanged;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.MunicipalRules;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.ApplicationEventPublisher;
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
        private final ApplicationEventPublisher events;

        OutreachPlan(JdbcClient jdbc, Plans plans, Agencies agencies, Cases cases, ApplicationEventPublisher events) {
            this.jdbc = jdbc;
            this.plans = plans;
            this.agencies = agencies;
            this.cases = cases;
            this.events = events;
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

        /** The outreach goes on under the corrected plan; who visits is in its list, nobody is asked for a visit by it. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            var plan = before.fact("planId");
            plans.correct(plan, after, after.text("goal"));
            jdbc.sql(
                            "update kasane.plan set approach = :approach, interval_days = :interval, first_on = :first, cautions = :cautions where id = :id")
                    .param("id", plan)
                    .param("approach", after.text("approach"))
                    .param("interval", after.data().get("intervalDays").asInt())
                    .param("first", after.date("firstOn"))
                    .param("cautions", after.text("cautions"))
                    .update();
            plans.removeRoles(plan);
            int position = 0;
            for (var visitor : after.list("visitors")) {
                plans.role(
                        after.caseId(), plan, position++, agencies.idOf(visitor), "訪問・連絡", null, after.date("firstOn"));
            }
            events.publishEvent(new PlannedDateChanged(after.caseId(), "Task_RecordContact"));
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            plans.strike(before.fact("planId"));
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("outreach", "plan"));
        }
    }

    /** 支援プラン案: the person's wish, goals, and who does what. */
    @Component
    static class DraftPlan implements StepHandler {

        private final JdbcClient jdbc;
        private final Plans plans;
        private final Agencies agencies;
        private final Cases cases;
        private final Consents consents;
        private final Roles roles;
        private final StandingDeadlines deadlines;
        private final MunicipalRules rules;
        private final Streams streams;
        private final Clock clock;

        DraftPlan(
                JdbcClient jdbc,
                Plans plans,
                Roles roles,
                StandingDeadlines deadlines,
                Agencies agencies,
                Cases cases,
                Consents consents,
                MunicipalRules rules,
                Streams streams,
                Clock clock) {
            this.rules = rules;
            this.roles = roles;
            this.deadlines = deadlines;
            this.jdbc = jdbc;
            this.plans = plans;
            this.agencies = agencies;
            this.cases = cases;
            this.consents = consents;
            this.streams = streams;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "plan-draft";
        }

        /** A returned plan, or the one before, is where the next version starts. */
        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
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
            var path = s.text("path");
            consented(s, path);
            var plan = plans.draft("support", s);
            jdbc.sql(
                            """
                            update kasane.plan set person_wish = :wish, short_goal = :short, lead_agency_id = :lead, review_on = :review,
                                path = :path, path_reason = :reason
                            where id = :id
                            """)
                    .param("id", plan)
                    .param("path", path)
                    .param("reason", s.text("pathReason"))
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
            if (path.equals("start")) {
                plans.startAtOnce(plan, s.caseId());
                cases.lead(s.caseId(), agencies.idOf(s.text("leadAgency")));
                cases.nextReview(s.caseId(), s.date("reviewOn"));
                streams.append(s.caseId(), CaseEvent.now("plan.started", clock.instant(), Map.of("planId", plan)));
            }
            cases.moveTo(s.caseId(), "plan", path.equals("skip") ? "decide" : "meeting");
            return Map.of("planId", plan.toString(), "meetingType", "coordination", "route", path);
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("path");
        }

        /**
         * The plan stays the version it was. Of one in force roles that are gone end and new ones are asked; lead and next review
         * follow where the plan set them and nobody changed them since. What a plan said that is over is corrected on paper only:
         * it needs no consent any more, and its roles stay ended.
         */
        @Override
        public boolean correct(Recorded before, Submission after) {
            var plan = before.fact("planId");
            var was = before.submission();
            var status = plans.correct(plan, after, after.text("longGoal"));
            boolean over = status.equals("superseded") || status.equals("stopped");
            jdbc.sql(
                            """
                            update kasane.plan set person_wish = :wish, short_goal = :short, lead_agency_id = :lead, review_on = :review,
                                path = :path, path_reason = :reason
                            where id = :id
                            """)
                    .param("id", plan)
                    .param("wish", after.text("personWish"))
                    .param("short", after.text("shortGoal"))
                    .param("lead", agencies.idOf(after.text("leadAgency")))
                    .param("review", after.date("reviewOn"))
                    .param("path", after.text("path"))
                    .param("reason", after.text("pathReason"))
                    .update();
            var file = cases.required(after.caseId());
            boolean inForce = (status.equals("decided") || status.equals("started")) && file.closedAt() == null;
            boolean rolesChanged = roles(after, plan, inForce, over || file.closedAt() != null);
            if (!inForce) {
                return false;
            }
            if (agencies.idOf(was.text("leadAgency")).equals(file.leadAgencyId())) {
                cases.lead(after.caseId(), agencies.idOf(after.text("leadAgency")));
            }
            boolean anotherDay = was.date("reviewOn").equals(file.nextReviewOn())
                    && !was.date("reviewOn").equals(after.date("reviewOn"));
            if (anotherDay) {
                cases.nextReview(after.caseId(), after.date("reviewOn"));
            }
            return rolesChanged || anotherDay;
        }

        private boolean roles(Submission after, UUID plan, boolean inForce, boolean over) {
            var kept = new ArrayList<UUID>();
            var errors = new ArrayList<Refusal.FieldError>();
            boolean changed = false;
            int row = 0;
            int position = plans.roomForRoles(plan);
            for (var role : after.data().path("roles")) {
                var agency = agencies.idOf(role.get("agency").asText());
                var from = role.hasNonNull("from")
                        ? java.time.LocalDate.parse(role.get("from").asText())
                        : null;
                var known = plans.keepRole(
                        plan,
                        kept,
                        position,
                        agency,
                        role.get("role").asText(),
                        Submission.text(role, "detail"),
                        from,
                        over);
                row++;
                if (known.isPresent()) {
                    kept.add(known.get());
                } else if (over) {
                    errors.add(new Refusal.FieldError(
                            "roles[" + (row - 1) + "].agency", row + "件目の役割", "は、終わったプランには足せません。"));
                } else if (!consents.covers(after.caseId(), agency)) {
                    errors.add(uncovered(row - 1));
                } else {
                    kept.add(plans.role(
                            after.caseId(),
                            plan,
                            position,
                            agency,
                            role.get("role").asText(),
                            Submission.text(role, "detail"),
                            from));
                    changed = true;
                }
                position++;
            }
            if (!errors.isEmpty()) {
                throw new Refusal.Invalid(errors);
            }
            for (var gone : plans.rolesBeside(plan, kept)) {
                changed = true;
                if (inForce) {
                    roles.endOne(after.caseId(), gone, "plan");
                } else {
                    plans.removeRole(gone);
                }
            }
            if (changed && inForce) {
                plans.seat(plan);
                roles.seatsFollow(after.caseId(), null);
            }
            return changed && inForce;
        }

        /** The plan never was: what it had begun ends. */
        @Override
        public void withdraw(Recorded before) {
            var plan = before.fact("planId");
            roles.end(before.caseId(), plan, "plan");
            plans.strike(plan);
            if (before.latest()) {
                deadlines.settle(before.caseId(), "Watch_Ratification");
            }
            roles.seatsFollow(before.caseId(), null);
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("plan", "draft"));
        }

        /** What agencies are told in a 重層的支援会議, and the support itself, rest on consent (002, L1190-92). */
        private void consented(Submission s, String path) {
            var errors = new ArrayList<Refusal.FieldError>();
            if (path.equals("skip") && rules.meetingDecidesPlans()) {
                errors.add(new Refusal.FieldError(
                        "path", "プランの進め方", "：この市町村では、支援プランは重層的支援会議が決定します。会議を省くことはできません。急ぐときは「先に始める」を選んでください。"));
            }
            if (!consents.sufficient(s.caseId())) {
                errors.add(new Refusal.FieldError("path", "プランの進め方", "を決めるには、相談の中心となる人の同意の記録が要ります。"));
            }
            for (int i = 0; i < s.data().path("roles").size(); i++) {
                var agency = s.data().path("roles").get(i).get("agency").asText();
                if (errors.isEmpty() && !consents.covers(s.caseId(), agencies.idOf(agency))) {
                    errors.add(uncovered(i));
                }
            }
            if (!errors.isEmpty()) {
                throw new Refusal.Invalid(errors);
            }
        }

        private static Refusal.FieldError uncovered(int row) {
            return new Refusal.FieldError(
                    "roles[" + row + "].agency", (row + 1) + "件目の機関", "は、同意で情報を共有してよい機関に入っていません。");
        }
    }

    /** プランの決定: by the city (002, L1356-58), not by whoever drafted it. One that was started at once is ratified. */
    @Component
    static class DecidePlan implements StepHandler {

        private final JdbcClient jdbc;
        private final Plans plans;
        private final PlanDecisions decisions;

        DecidePlan(JdbcClient jdbc, Plans plans, PlanDecisions decisions) {
            this.jdbc = jdbc;
            this.plans = plans;
            this.decisions = decisions;
        }

        @Override
        public String formId() {
            return "plan-decision";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var decision = s.text("decision");
            var plan = plans.pending(s.caseId()).orElseThrow(() -> new Refusal.Conflict("決定するプランがありません。"));
            decisions.decide(
                    s.caseId(),
                    plan,
                    decision,
                    new PlanDecisions.Made(
                            s.submittedBy(), s.date("decidedOn"), s.text("reason"), s.text("documentNo"), null));
            return Map.of("decision", decision, "planId", plan.id().toString());
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("decision");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            """
                            update kasane.plan set decided_on = :on, decision_reason = coalesce(:reason, decision_reason), document_no = :document,
                                ratified_on = case when ratified_on is not null then :on::date end
                            where id = :id
                            """)
                    .param("id", before.fact("planId"))
                    .param("on", after.date("decidedOn"))
                    .param("reason", after.text("reason"))
                    .param("document", after.text("documentNo"))
                    .update();
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            if (before.latest()) {
                decisions.takeBack(before.caseId(), before.fact("planId"));
            }
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("plan", "decide"));
        }
    }
}
