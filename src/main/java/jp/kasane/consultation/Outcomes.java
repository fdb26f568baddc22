package jp.kasane.consultation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.MunicipalRules;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** What becomes of a consultation: answered, handed over, or a case. In the caller's transaction, under the lock of its stream. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class Outcomes implements ProcessFacts {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final MunicipalRules rules;

    Outcomes(JdbcClient jdbc, Cases cases, MunicipalRules rules) {
        this.rules = rules;
        this.jdbc = jdbc;
        this.cases = cases;
    }

    /**
     * The consultation becomes a case, which begins where it is needed: mostly with the assessment, an urgent one with an outreach
     * even before any plan (002, L1377-81).
     *
     * @param begin the case's first phase; null for the assessment
     */
    public UUID becomesCase(UUID consultationId, String caseClass, String urgency, String begin) {
        var caseId = cases.open(caseClass, urgency, begin == null ? "assessment" : begin);
        jdbc.sql(
                        """
                        update kasane.consultation set status = 'case', case_id = :case, case_class = :class, urgency = :urgency where id = :id
                        """)
                .param("id", consultationId)
                .param("case", caseId)
                .param("class", caseClass)
                .param("urgency", urgency)
                .update();
        cases.opened(caseId, consultationId);
        return caseId;
    }

    /**
     * 杉並's cases come through agencies only: its centre backs their consultations and takes none of a citizen (001, L15886-15896). An
     * agency that takes a referral opens one all the same: then it has come through an agency.
     *
     * @throws Refusal.Invalid where a citizen's consultation may not become a case at the window
     */
    public void requireWay(UUID consultationId) {
        if (!rules.mayCitizenOpenCase()
                && !jdbc.sql("select brought_by from kasane.consultation where id = :id")
                        .param("id", consultationId)
                        .query(String.class)
                        .single()
                        .equals("agency")) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "route", "振り分け先", "：この市町村では、区民から直接受けた相談は支援ケースにできません。相談機関へつなぎ、その機関からの相談として受け付けてください。")));
        }
    }

    /** @param status received, information, own, referral or handed-over */
    public void is(UUID consultationId, String status) {
        jdbc.sql("update kasane.consultation set status = :status where id = :id")
                .param("id", consultationId)
                .param("status", status)
                .update();
    }

    /** What the person was told, where the window deals with it itself. */
    public void answered(UUID consultationId, String status, String answer) {
        is(consultationId, status);
        jdbc.sql("update kasane.consultation set answer = :answer where id = :id")
                .param("id", consultationId)
                .param("answer", answer)
                .update();
    }

    /** {@code caseClass} and {@code urgency} as the window judged them, for whoever judges next; null where nobody has. */
    public Map<String, Object> judged(UUID consultationId) {
        return jdbc.sql("select case_class, urgency from kasane.consultation where id = :id")
                .param("id", consultationId)
                .query((row, n) -> {
                    var judged = new HashMap<String, Object>();
                    judged.put("caseClass", row.getString("case_class"));
                    judged.put("urgency", row.getString("urgency"));
                    return judged;
                })
                .single();
    }

    /** @throws Refusal.Conflict where a case began with the consultation: that case has its own way to its end */
    public void requireNoCase(UUID consultationId) {
        jdbc.sql("select case_id from kasane.consultation where id = :id and case_id is not null")
                .param("id", consultationId)
                .query(UUID.class)
                .optional()
                .ifPresent(caseId -> {
                    throw new Refusal.Conflict("この相談から支援ケースが始まっているため、行き先の変更や取消はできません。理由などの文は訂正できます。");
                });
    }

    @Override
    public String processId() {
        return "consultation";
    }

    /** {@code step}: triage, referral while it is on its way, else settled, and then {@code route} says where it went. */
    @Override
    public Map<String, Object> facts(UUID consultationId, String instanceKey) {
        var status = jdbc.sql("select status from kasane.consultation where id = :id")
                .param("id", consultationId)
                .query(String.class)
                .single();
        return switch (status) {
            case "received" -> Map.of("step", "triage");
            case "referral" -> Map.of("step", "referral", "route", "referral");
            default -> Map.of("step", "settled", "route", status);
        };
    }
}
