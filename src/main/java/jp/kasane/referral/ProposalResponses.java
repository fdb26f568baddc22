package jp.kasane.referral;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.consultation.Outcomes;
import jp.kasane.consultation.TriageAdvice;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 提案を受けて、次を決める: the window that has the consultation back tries what was proposed, and applies again, asks another agency,
 * deals with it itself, or opens a case (002, L5769-5771).
 */
@Component
class ProposalResponses implements StepHandler {

    private final JdbcClient jdbc;
    private final Referrals referrals;
    private final Outcomes outcomes;
    private final Agencies agencies;
    private final TriageAdvice advice;

    ProposalResponses(JdbcClient jdbc, Referrals referrals, Outcomes outcomes, Agencies agencies, TriageAdvice advice) {
        this.advice = advice;
        this.jdbc = jdbc;
        this.referrals = referrals;
        this.outcomes = outcomes;
        this.agencies = agencies;
    }

    @Override
    public String formId() {
        return "referral-proposal";
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        var context = new HashMap<String, Object>();
        referrals.ofConsultation(Referrals.consultationOf(instanceKey)).stream()
                .filter(referral -> referral.status().equals("returned"))
                .reduce((first, second) -> second)
                .ifPresent(referral -> {
                    context.put("askedAgency", referral.toAgency());
                    context.put("proposal", referral.proposal());
                    context.put(
                            "proposedAgencyName", referral.proposedAgency() == null ? "" : referral.proposedAgency());
                });
        return context;
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var known = outcomes.judged(consultationId);
        // It came back, and the table was asked once more.
        known.putAll(advice.prefill(consultationId));
        referrals.last(consultationId).ifPresent(referral -> known.put("referralRequest", referral.request()));
        return known;
    }

    /** @throws Refusal.Invalid if the agency that gave it back is asked as if it were another one */
    @Override
    public Map<String, Object> apply(Submission s) {
        var consultation = s.consultationId();
        var before = referrals.returned(consultation);
        var route = s.text("route");
        switch (route) {
            case "reapply" ->
                referrals.send(consultation, s.id(), codeOf(before), s.text("referralRequest"), s.text("tried"));
            case "referral" -> {
                if (agencies.idOf(s.text("referralAgency")).equals(before.toAgencyId())) {
                    throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                            "referralAgency", "つなぐ機関", "は、提案を付けて戻した機関です。同じ機関へは「試したうえで、もう一度申し込む」を選んでください。")));
                }
                referrals.send(
                        consultation, s.id(), s.text("referralAgency"), s.text("referralRequest"), s.text("tried"));
            }
            case "case" -> outcomes.becomesCase(consultation, s.text("caseClass"), s.text("urgency"), s.text("begin"));
            default -> outcomes.answered(consultation, route, s.text("answer"));
        }
        return Map.of("outcome", route.equals("reapply") || route.equals("referral") ? "again" : "settled");
    }

    private String codeOf(Referral before) {
        return jdbc.sql("select code from kasane.agency where id = :id")
                .param("id", before.toAgencyId())
                .query(String.class)
                .single();
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("route", "referralAgency");
    }

    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.referral set request = coalesce(:request, request), tried = :tried
                        where submission_id in (select coalesce(s.original, s.id) from kasane.submission s where s.id = :before)
                        """)
                .param("before", before.submission().id())
                .param("request", after.text("referralRequest"))
                .param("tried", after.text("tried"))
                .update();
        if (after.text("answer") != null && before.latest()) {
            jdbc.sql(
                            "update kasane.consultation set answer = :answer where id = :id and status in ('information', 'own')")
                    .param("id", after.consultationId())
                    .param("answer", after.text("answer"))
                    .update();
        }
        return false;
    }

    /** @throws Refusal.Conflict if a case began with it, or the agency it was sent to has answered */
    @Override
    public void withdraw(Recorded before) {
        var consultation = before.submission().consultationId();
        outcomes.requireNoCase(consultation);
        var last = referrals.last(consultation);
        if (last.isPresent() && !last.get().status().equals("returned")) {
            referrals.on(new jp.kasane.consultation.SendingTakenBack(consultation));
        }
        outcomes.is(consultation, "referral");
    }
}
