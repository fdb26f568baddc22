package jp.kasane.meeting;

import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.decision.Decided;
import jp.kasane.decision.DecisionEffect;
import org.springframework.stereotype.Component;

/**
 * A plan whose consent does not suffice any more is not talked about in a 重層的支援会議 (002, L1180-1211): the case goes to a 支援会議, and
 * from there to a visit, to a new plan or to support.
 */
@Component
class MeetingTypeDecided implements DecisionEffect {

    private final Cases cases;

    MeetingTypeDecided(Cases cases) {
        this.cases = cases;
    }

    @Override
    public String decision() {
        return "meeting-type";
    }

    @Override
    public void decided(UUID caseId, Decided decided) {
        boolean supportInThePlan =
                decided.code("meetingType").filter("support"::equals).isPresent()
                        && cases.required(caseId).phase().equals("plan");
        if (supportInThePlan) {
            cases.begin(caseId, "meeting");
        }
    }
}
