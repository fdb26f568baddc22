package jp.kasane.consent;

import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.household.Households;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** 同意・利用申込の記録: with consent the person applies to 多機関協働, and the case goes to 重層的支援会議 (002, L2242-44, L2291-95). */
@Component
class RecordConsent implements StepHandler {

    private final JdbcClient jdbc;
    private final Households households;
    private final Agencies agencies;
    private final Cases cases;

    RecordConsent(JdbcClient jdbc, Households households, Agencies agencies, Cases cases) {
        this.jdbc = jdbc;
        this.households = households;
        this.agencies = agencies;
        this.cases = cases;
    }

    @Override
    public String formId() {
        return "consent";
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        return Map.of(
                "memberOptions",
                households.members(caseId).stream()
                        .map(member -> new Forms.Option(member.id().toString(), member.called()))
                        .toList());
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var covered = s.list("agencies").stream().map(agencies::idOf).toArray(UUID[]::new);
        for (var member : s.list("memberIds")) {
            jdbc.sql(
                            """
                            insert into kasane.consent (id, municipality_id, case_id, member_id, submission_id, state, scope, agency_ids, evidence, note,
                                occurred_on, recorded_at, recorded_by)
                            values (:id, kasane.my_municipality(), :case, :member, :submission, 'given', :scope, :agencies, :evidence, :note, :on,
                                :recorded, :by)
                            """)
                    .param("id", Ids.next())
                    .param("case", s.caseId())
                    .param("member", UUID.fromString(member))
                    .param("submission", s.id())
                    .param("scope", s.list("scope").toArray(String[]::new))
                    .param("agencies", covered)
                    .param("evidence", s.text("evidence"))
                    .param("note", s.text("note"))
                    .param("on", s.date("appliedOn"))
                    .param("recorded", java.sql.Timestamp.from(s.recordedAt()))
                    .param("by", s.submittedBy())
                    .update();
        }
        cases.moveTo(s.caseId(), "plan", "draft");
        return Map.of("consentSufficient", true);
    }
}
