package jp.kasane.referral;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.consultation.Outcomes;
import jp.kasane.consultation.TriageFacts;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * つなぎへの回答: the agency that was asked takes the consultation, opens a case of it (the one that does 多機関協働), or gives it back,
 * and then only with a 提案 of what to try first (002, L5572-5580).
 */
@Component
class ReferralAnswers implements StepHandler {

    private static final List<Forms.Option> ANYBODY =
            List.of(new Forms.Option("accepted", "引き受ける"), new Forms.Option("returned", "提案を付けて戻す"));
    private static final List<Forms.Option> COORDINATOR = List.of(
            new Forms.Option("case", "受けて、支援ケースを始める（多機関協働）"),
            new Forms.Option("accepted", "受けて、当機関で対応する"),
            new Forms.Option("returned", "提案を付けて戻す"));

    private final JdbcClient jdbc;
    private final Referrals referrals;
    private final Outcomes outcomes;
    private final Agencies agencies;
    private final Streams streams;
    private final TriageFacts triage;
    private final Clock clock;

    ReferralAnswers(
            JdbcClient jdbc,
            Referrals referrals,
            Outcomes outcomes,
            Agencies agencies,
            Streams streams,
            TriageFacts triage,
            Clock clock) {
        this.triage = triage;
        this.jdbc = jdbc;
        this.referrals = referrals;
        this.outcomes = outcomes;
        this.agencies = agencies;
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public String formId() {
        return "referral-answer";
    }

    /** What may be answered: a case is opened only by the municipality's 多機関協働事業者. */
    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        var context = new HashMap<String, Object>();
        referrals.last(Referrals.consultationOf(instanceKey)).ifPresent(referral -> {
            context.put("answerOptions", coordinates(referral) ? COORDINATOR : ANYBODY);
            context.put("askedAgency", referral.toAgency());
            context.put("request", referral.request());
            context.put("tried", referral.tried() == null ? "" : referral.tried());
        });
        return context;
    }

    private boolean coordinates(Referral referral) {
        return jdbc.sql(
                        "select exists (select from kasane.municipality m where m.coordinating_agency_id = :agency and m.id = kasane.my_municipality())")
                .param("agency", referral.toAgencyId())
                .query(Boolean.class)
                .single();
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        return outcomes.judged(consultationId);
    }

    /** @throws Refusal.Conflict if it was answered before */
    @Override
    public Map<String, Object> apply(Submission s) {
        var referral = referrals.open(s.consultationId());
        var outcome = s.text("outcome");
        jdbc.sql(
                        """
                        update kasane.referral set status = :status, answer_id = :submission, answered_at = :now, answered_by = :by,
                            by_hand = not to_agency_id = any (kasane.my_agencies()), answer = :answer, proposal = :proposal,
                            proposed_agency_id = :proposed
                        where id = :id
                        """)
                .param("id", referral.id())
                .param("status", outcome.equals("returned") ? "returned" : "accepted")
                .param("submission", s.id())
                .param("now", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .param("answer", s.text("answer"))
                .param("proposal", s.text("proposal"))
                .param("proposed", proposed(s), java.sql.Types.OTHER)
                .update();
        streams.append(
                s.consultationId(),
                CaseEvent.now(
                        "referral." + outcome,
                        clock.instant(),
                        Map.of(
                                "referralId", referral.id(),
                                "agencyId", referral.toAgencyId())));
        switch (outcome) {
            case "accepted" -> outcomes.is(s.consultationId(), "handed-over");
            case "case" ->
                outcomes.becomesCase(s.consultationId(), s.text("caseClass"), s.text("urgency"), s.text("begin"));
            default -> outcomes.is(s.consultationId(), "referral");
        }
        var facts = new HashMap<String, Object>(triage.of(s.consultationId()));
        facts.put("outcome", outcome.equals("returned") ? "returned" : "accepted");
        return facts;
    }

    private UUID proposed(Submission s) {
        return s.text("proposedAgency") == null ? null : agencies.idOf(s.text("proposedAgency"));
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("outcome");
    }

    /** Text only; the way it took stays. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.referral set answer = :answer, proposal = :proposal, proposed_agency_id = :proposed
                        where consultation_id = :consultation
                          and answer_id in (select coalesce(s.original, s.id) from kasane.submission s where s.id = :before)
                        """)
                .param("consultation", after.consultationId())
                .param("before", before.submission().id())
                .param("answer", after.text("answer"))
                .param("proposal", after.text("proposal"))
                .param("proposed", proposed(after), java.sql.Types.OTHER)
                .update();
        return false;
    }

    /** @throws Refusal.Conflict if it has gone on since: a case began, or it was sent on */
    @Override
    public void withdraw(Recorded before) {
        var consultation = before.submission().consultationId();
        outcomes.requireNoCase(consultation);
        int undone = jdbc.sql(
                        """
                        update kasane.referral r set status = 'sent', answer_id = null, answered_at = null, answered_by = null, by_hand = false,
                            answer = null, proposal = null, proposed_agency_id = null
                        where r.consultation_id = :consultation
                          and r.answer_id in (select coalesce(s.original, s.id) from kasane.submission s where s.id = :before)
                          and not exists (select from kasane.referral n where n.consultation_id = r.consultation_id
                                          and n.number > r.number and n.status <> 'withdrawn')
                          and exists (select from kasane.consultation c where c.id = r.consultation_id and c.status in ('referral', 'handed-over'))
                        """)
                .param("consultation", consultation)
                .param("before", before.submission().id())
                .update();
        if (undone == 0) {
            throw new Refusal.Conflict("この回答のあと、相談はすでに次へ進んでいます。回答の文は訂正できます。");
        }
        outcomes.is(consultation, "referral");
    }
}
