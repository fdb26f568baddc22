package jp.kasane.consent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.stereotype.Component;

/** 同意・利用申込の記録: with consent the person applies to 多機関協働, and the case goes to 重層的支援会議 (002, L2242-44, L2291-95). */
@Component
class RecordConsent implements StepHandler {

    private final ConsentRows rows;
    private final Consents consents;
    private final List<ConsentDependent> dependents;
    private final Agencies agencies;
    private final Cases cases;

    RecordConsent(
            ConsentRows rows, Consents consents, List<ConsentDependent> dependents, Agencies agencies, Cases cases) {
        this.rows = rows;
        this.consents = consents;
        this.dependents = dependents;
        this.agencies = agencies;
        this.cases = cases;
    }

    @Override
    public String formId() {
        return "consent";
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        return rows.memberOptions(caseId);
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        insert(s);
        requireSufficient(s);
        cases.begin(s.caseId(), "plan");
        return Map.of("consentSufficient", true);
    }

    private void insert(Submission s) {
        rows.insert(
                s,
                "given",
                s.list("memberIds"),
                s.list("scope"),
                s.list("agencies").stream().map(agencies::idOf).toList(),
                s.date("appliedOn"));
    }

    private void requireSufficient(Submission s) {
        if (!consents.sufficient(s.caseId())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "memberIds", "同意した人", "に相談の中心となる人が足りないか、範囲に「支援プランの作成」がありません。一部の同意は「同意の変化」に記録し、関わりを続けてください。")));
        }
    }

    /** What was agreed to. Agencies it no longer covers lose their roles at once. One that no longer suffices is voided instead. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        boolean sufficed = consents.sufficient(after.caseId());
        rows.withdraw(before.id());
        insert(after);
        rows.keepPlace(before.submission(), after);
        if (sufficed) {
            requireSufficient(after);
        }
        var covered = consents.covered(after.caseId());
        dependents.forEach(
                dependent -> dependent.consentChanged(after.caseId(), consents.sufficient(after.caseId()), covered));
        return false;
    }

    /** What rested on it stops, as when it is withdrawn. */
    @Override
    public void withdraw(Recorded before) {
        rows.withdraw(before.id());
        boolean suffices = consents.sufficient(before.caseId());
        var covered = consents.covered(before.caseId());
        dependents.forEach(dependent -> dependent.consentChanged(before.caseId(), suffices, covered));
    }

    @Override
    public Optional<Place> place(Recorded before) {
        return Optional.of(new Place("outreach", "consent"));
    }
}
