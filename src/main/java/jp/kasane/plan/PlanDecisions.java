package jp.kasane.plan;

import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.MeetingTakenBack;
import jp.kasane.meeting.PlanDecidedInMeeting;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * How a plan is decided: by the section in a step of its own (西東京; 002, L5820-22), or by the 重層的支援会議 it is put to, where that
 * body decides plans (立川; 002, L3849-3855; 墨田; 002, L4877-4887). Never by whoever drafted it.
 */
@Component
class PlanDecisions {

    private final JdbcClient jdbc;
    private final Plans plans;
    private final Roles roles;
    private final Cases cases;
    private final StandingDeadlines deadlines;
    private final Streams streams;
    private final Clock clock;

    PlanDecisions(
            JdbcClient jdbc,
            Plans plans,
            Roles roles,
            Cases cases,
            StandingDeadlines deadlines,
            Streams streams,
            Clock clock) {
        this.jdbc = jdbc;
        this.plans = plans;
        this.roles = roles;
        this.cases = cases;
        this.deadlines = deadlines;
        this.streams = streams;
        this.clock = clock;
    }

    /**
     * @param by who decided, or recorded the meeting that did
     * @param meetingId the meeting that decided; null where somebody did
     */
    record Made(UUID by, LocalDate on, String reason, String documentNo, UUID meetingId) {}

    /**
     * @param decision decided or returned
     * @throws Refusal.Conflict if it is who drafted the plan
     */
    void decide(UUID caseId, Plans.Pending plan, String decision, Made made) {
        if (made.by().equals(plan.draftedBy())) {
            throw new Refusal.Conflict(
                    made.meetingId() == null
                            ? "この案をつくった人は決定できません。別の人が決定してください。"
                            : "この会議はプランを決定します。案をつくった人とは別の人が記録してください。");
        }
        boolean decided = decision.equals("decided");
        if (decided) {
            plans.others(caseId, plan.id()).forEach(earlier -> {
                jdbc.sql("update kasane.plan set status = 'superseded' where id = :id")
                        .param("id", earlier)
                        .update();
                roles.end(caseId, earlier, "plan");
            });
        }
        boolean started = plan.status().equals("started");
        jdbc.sql(
                        """
                        update kasane.plan set decided_by = :by, decided_on = :on, decision_reason = coalesce(:reason, decision_reason),
                            document_no = :document, ratified_on = :ratified, decided_in = :meeting,
                            status = case when :decision = 'returned' and status = 'started' then 'started' else :decision end
                        where id = :id
                        """)
                .param("id", plan.id())
                .param("decision", decision)
                .param("by", made.by())
                .param("on", made.on())
                .param("reason", made.reason())
                .param("document", made.documentNo())
                .param("ratified", started && decided ? made.on() : null, Types.DATE)
                .param("meeting", made.meetingId(), Types.OTHER)
                .update();
        if (decided) {
            deadlines.settle(caseId, "Watch_Ratification");
            cases.lead(caseId, plan.leadAgencyId());
            cases.nextReview(caseId, plan.reviewOn());
            cases.begin(caseId, "monitoring");
        } else {
            cases.begin(caseId, "plan");
        }
        var refs = new HashMap<String, Object>();
        refs.put("planId", plan.id());
        if (made.meetingId() != null) {
            refs.put("meetingId", made.meetingId());
        }
        streams.append(
                caseId,
                CaseEvent.now(started && decided ? "plan.ratified" : "plan." + decision, clock.instant(), refs));
    }

    @EventListener
    void on(PlanDecidedInMeeting meeting) {
        plans.pending(meeting.caseId())
                .ifPresent(plan -> decide(
                        meeting.caseId(),
                        plan,
                        "decided",
                        new Made(meeting.recordedBy(), meeting.heldOn(), null, null, meeting.meetingId())));
    }

    @EventListener
    void on(MeetingTakenBack meeting) {
        jdbc.sql("select id from kasane.plan where decided_in = :meeting")
                .param("meeting", meeting.meetingId())
                .query(UUID.class)
                .list()
                .forEach(plan -> {
                    takeBack(meeting.caseId(), plan);
                    // What started before the meeting goes on; what was only a draft is one again.
                    jdbc.sql(
                                    "update kasane.plan set meeting_id = null, status = case status when 'started' then 'started' else 'draft' end where id = :id")
                            .param("id", plan)
                            .update();
                });
    }

    /**
     * The plan waits for its decision again: its roles pause and go on where they were once it is decided. A plan whose place it had
     * taken does not come back by itself, nor does the lead.
     *
     * @throws Refusal.Conflict if another plan took its place, or it was stopped
     */
    void takeBack(UUID caseId, UUID planId) {
        var started = jdbc.sql(
                        """
                        update kasane.plan set decided_by = null, decided_on = null, document_no = null, ratified_on = null, decided_in = null,
                            status = case when started_on is not null then 'started' when meeting_id is not null then 'reviewed' else 'draft' end
                        where id = :id and status in ('decided', 'returned', 'started') returning started_on is not null
                        """)
                .param("id", planId)
                .query(Boolean.class)
                .optional()
                .orElseThrow(() -> new Refusal.Conflict("このプランは、別のプランに替わったか、止まっています。決定は取り消せません。"));
        if (started) {
            deadlines.keep(caseId, "Watch_Ratification", caseId + ":plan", clock.instant());
        }
        roles.seatsFollow(caseId, null);
    }
}
