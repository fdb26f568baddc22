package jp.kasane.consent;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.stereotype.Component;

/** 同意・利用申込の記録: with consent the person applies to 多機関協働, and the case goes to 重層的支援会議 (002, L2242-44, L2291-95). */
@Component
class RecordConsent implements StepHandler {

    private final ConsentRows rows;
    private final Consents consents;
    private final Agencies agencies;
    private final Cases cases;

    RecordConsent(ConsentRows rows, Consents consents, Agencies agencies, Cases cases) {
        this.rows = rows;
        this.consents = consents;
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
        rows.insert(
                s,
                "given",
                s.list("memberIds"),
                s.list("scope"),
                s.list("agencies").stream().map(agencies::idOf).toList(),
                s.date("appliedOn"));
        boolean suffices = consents.sufficient(s.caseId());
        if (!suffices) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "memberIds", "同意した人", "に相談の中心となる人が足りないか、範囲に「支援プランの作成」がありません。一部の同意は「同意の変化」に記録し、関わりを続けてください。")));
        }
        cases.moveTo(s.caseId(), "plan", "draft");
        return Map.of("consentSufficient", true);
    }
}
