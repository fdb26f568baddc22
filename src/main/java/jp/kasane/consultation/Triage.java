package jp.kasane.consultation;

import java.util.Map;
import jp.kasane.casefile.Cases;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 相談内容の確認・振り分け: the receiving agency judges whether issues are compound (八王子's ①–④; 002, L2123-25, L2168-2236) and
 * where the consultation goes. When it becomes a case, the case is opened in the same transaction.
 */
@Component
class Triage implements StepHandler {

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final Cases cases;

    Triage(JdbcClient jdbc, Agencies agencies, Cases cases) {
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.cases = cases;
    }

    @Override
    public String formId() {
        return "triage";
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var route = s.text("route");
        var caseId = route.equals("case") ? cases.open(s.text("caseClass"), s.text("urgency")) : null;
        jdbc.sql(
                        """
                        update kasane.consultation set status = :route, case_id = :case, case_class = :class, urgency = :urgency,
                            triage_reason = :reason, referral_agency_id = :referral, answer = :answer
                        where id = :id
                        """)
                .param("id", s.consultationId())
                .param("route", route)
                .param("case", caseId)
                .param("class", s.text("caseClass"))
                .param("urgency", s.text("urgency"))
                .param("reason", s.text("reason"))
                .param("referral", s.text("referralAgency") == null ? null : agencies.idOf(s.text("referralAgency")))
                .param("answer", s.text("answer"))
                .update();
        if (caseId != null) {
            cases.opened(caseId, s.consultationId());
        }
        return Map.of("route", route, "caseClass", s.text("caseClass"), "urgency", s.text("urgency"));
    }
}
