package jp.kasane.consent;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.CaseChanges;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Notices;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 同意の変化: given, narrowed or withdrawn at any time, per person, per scope, per agency. What rested on it stops in the same
 * transaction, and the record says what that was; the 支援会議 path is never blocked by it (002, L1180-1211).
 */
@Component
class ChangeConsent implements FreeForm {

    private final JdbcClient jdbc;
    private final ConsentRows rows;
    private final Consents consents;
    private final WhatRestsOnConsent resting;
    private final Agencies agencies;
    private final Cases cases;
    private final CaseChanges changes;
    private final Notices notices;
    private final Clock clock;

    ChangeConsent(
            JdbcClient jdbc,
            ConsentRows rows,
            Consents consents,
            WhatRestsOnConsent resting,
            Agencies agencies,
            Cases cases,
            CaseChanges changes,
            Notices notices,
            Clock clock) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.consents = consents;
        this.resting = resting;
        this.agencies = agencies;
        this.cases = cases;
        this.changes = changes;
        this.notices = notices;
        this.clock = clock;
    }

    @Override
    public String formId() {
        return "consent-change";
    }

    @Override
    public boolean fits(CaseFile file) {
        return !file.closed() && !file.phase().equals("watch");
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        return rows.memberOptions(caseId);
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var state = s.text("state");
        var before = cases.required(s.caseId());
        boolean sufficedBefore = consents.sufficient(s.caseId());
        rows.insert(
                s,
                state,
                s.list("memberIds"),
                s.list("scope"),
                s.list("agencies").stream().map(agencies::idOf).toList(),
                s.date("occurredOn"));
        var stopped = resting.follow(before, sufficedBefore, !state.equals("given"));
        changes.add(
                s.id(),
                before,
                "consent",
                s.date("occurredOn"),
                s.text("note"),
                stopped.stream()
                        .map(each -> each.agencyId() == null
                                ? Map.<String, Object>of("kind", each.kind(), "id", each.id())
                                : Map.<String, Object>of(
                                        "kind", each.kind(), "id", each.id(), "agencyId", each.agencyId()))
                        .toList(),
                Map.of("state", state));
        tell(before, s.id());
        return Map.of("consentSufficient", consents.sufficient(s.caseId()));
    }

    /** What the person is recorded to have said; where that changes what is in force, the case follows. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        var file = cases.required(after.caseId());
        boolean sufficed = consents.sufficient(after.caseId());
        changes.correct(before.id(), after.id(), after.date("occurredOn"), after.text("note"));
        rows.withdraw(before.id());
        rows.insert(
                after,
                after.text("state"),
                after.list("memberIds"),
                after.list("scope"),
                after.list("agencies").stream().map(agencies::idOf).toList(),
                after.date("occurredOn"));
        rows.keepPlace(before.submission(), after);
        resting.follow(file, sufficed, true);
        return false;
    }

    /** What a withdrawal stopped does not begin again by itself; what rested on a consent that was not given stops. */
    @Override
    public void withdraw(Recorded before) {
        var file = cases.required(before.caseId());
        boolean sufficed = consents.sufficient(before.caseId());
        changes.withdraw(before.id());
        rows.withdraw(before.id());
        resting.follow(file, sufficed, true);
    }

    private void tell(CaseFile file, UUID submission) {
        var municipality =
                jdbc.sql("select kasane.my_municipality()").query(UUID.class).single();
        var people = new ArrayList<>(notices.holders(municipality, "coordinator", file.coordinatingAgencyId()));
        people.addAll(notices.peopleOf(municipality, file.leadAgencyId()));
        notices.tell(
                people.stream().distinct().toList(),
                "consent-changed",
                "consent:" + submission,
                Notices.About.aCase(file.id()));
    }
}
