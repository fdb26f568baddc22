package jp.kasane.plan;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.consent.ConsentDependent;
import jp.kasane.deadline.StandingDeadlines;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A support plan, and each role in it, rests on consent; an outreach plan does not (002, L278-303). */
@Component
class PlansNeedConsent implements ConsentDependent {

    private final JdbcClient jdbc;
    private final Roles roles;
    private final Cases cases;
    private final StandingDeadlines deadlines;
    private final Clock clock;

    PlansNeedConsent(JdbcClient jdbc, Roles roles, Cases cases, StandingDeadlines deadlines, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.roles = roles;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    @Override
    public List<Stopped> consentChanged(UUID caseId, boolean sufficient, List<UUID> covered) {
        var stopped = new ArrayList<Stopped>();
        record Running(UUID id, UUID agencyId) {}
        for (var role : jdbc.sql(
                        """
                        select r.id, r.agency_id from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id
                        join kasane.case_file f on f.id = r.case_id join kasane.municipality m on m.id = f.municipality_id
                        where r.case_id = :case and p.kind = 'support' and p.status in ('decided', 'started')
                          and r.status in ('planned', 'asked', 'accepted')
                          and (not :sufficient or not (r.agency_id = any (:covered::uuid[])
                               or r.agency_id in (f.coordinating_agency_id, m.responsible_agency_id)))
                        """)
                .param("case", caseId)
                .param("sufficient", sufficient)
                .param("covered", covered.toArray(UUID[]::new))
                .query(Running.class)
                .list()) {
            roles.endOne(caseId, role.id(), "consent");
            stopped.add(new Stopped("role", role.id(), role.agencyId()));
        }
        if (!sufficient) {
            jdbc.sql(
                            """
                            update kasane.plan set status = 'stopped', stopped_on = :today, stop_reason = 'consent'
                            where case_id = :case and kind = 'support' and status in ('draft', 'reviewed', 'started', 'decided') returning id
                            """)
                    .param("case", caseId)
                    .param("today", LocalDate.now(clock))
                    .query(UUID.class)
                    .list()
                    .forEach(plan -> stopped.add(new Stopped("plan", plan, null)));
            deadlines.settle(caseId, "Watch_Ratification");
        }
        leadByWhoMayKnow(caseId, sufficient, covered);
        roles.seatsFollow(caseId, covered);
        return stopped;
    }

    /** Nobody is without a lead: where the plan's lead may no longer know, it is who accompanies the case. */
    private void leadByWhoMayKnow(UUID caseId, boolean sufficient, List<UUID> covered) {
        var file = cases.required(caseId);
        if (!sufficient || !covered.contains(file.leadAgencyId())) {
            cases.lead(caseId, file.coordinatingAgencyId());
        }
    }
}
