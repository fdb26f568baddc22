package jp.kasane.consent;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What rests on consent, and the case's way, follow what is in force now (002, L1180-1211). */
@Component
class WhatRestsOnConsent {

    private final JdbcClient jdbc;
    private final Consents consents;
    private final List<ConsentDependent> dependents;
    private final Cases cases;

    WhatRestsOnConsent(JdbcClient jdbc, Consents consents, List<ConsentDependent> dependents, Cases cases) {
        this.jdbc = jdbc;
        this.consents = consents;
        this.dependents = dependents;
        this.cases = cases;
    }

    /**
     * @param before as the case stood
     * @param less whether less may be allowed now than before
     * @return what was stopped
     */
    List<ConsentDependent.Stopped> follow(CaseFile before, boolean sufficedBefore, boolean less) {
        boolean suffices = consents.sufficient(before.id());
        var covered = consents.covered(before.id());
        var stopped = new ArrayList<ConsentDependent.Stopped>();
        if (less) {
            dependents.forEach(dependent -> stopped.addAll(dependent.consentChanged(before.id(), suffices, covered)));
        }
        boolean planStopped = stopped.stream().anyMatch(each -> each.kind().equals("plan"));
        if (!suffices && (before.phase().equals("plan") || before.phase().equals("monitoring") && planStopped)) {
            if (hasOutreachPlan(before.id())) {
                cases.moveTo(before.id(), "outreach", "contact");
            } else {
                cases.begin(before.id(), "outreach");
            }
        } else if (suffices && !sufficedBefore && before.phase().equals("outreach")) {
            cases.begin(before.id(), "plan");
        }
        return stopped;
    }

    private boolean hasOutreachPlan(UUID caseId) {
        return jdbc.sql(
                                "select count(*) from kasane.plan where case_id = :id and kind = 'outreach' and status = 'decided'")
                        .param("id", caseId)
                        .query(Long.class)
                        .single()
                > 0;
    }
}
