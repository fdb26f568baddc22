package jp.kasane.referral;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.consultation.ConsultationSection;
import jp.kasane.consultation.SendingTakenBack;
import jp.kasane.consultation.SentOn;
import jp.kasane.consultation.TriageFacts;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.MunicipalRules;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The hand-overs of a consultation, as far as the acting user may see it: one chain, of which at most the last one is open. */
@Component
@Transactional
public class Referrals implements ProcessFacts {

    /** The hand-over from which on a manager hears of it: a person is not passed around unnoticed (002, L4944-4951). Ours. */
    static final int PASSED_AROUND = 3;

    private static final String SELECT =
            """
            select r.id, r.consultation_id, r.number, r.from_agency_id, f.name as from_agency, r.to_agency_id, t.name as to_agency, r.request,
                   r.tried, r.status, r.sent_at, s.display_name as sent_by, r.answered_at, a.display_name as answered_by, r.by_hand, r.answer,
                   r.proposal, p.name as proposed_agency
            from kasane.referral r
            join kasane.agency f on f.id = r.from_agency_id
            join kasane.agency t on t.id = r.to_agency_id
            join kasane.app_user s on s.id = r.sent_by
            left join kasane.app_user a on a.id = r.answered_by
            left join kasane.agency p on p.id = r.proposed_agency_id
            """;

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final Streams streams;
    private final TriageFacts triage;
    private final MunicipalRules rules;
    private final Clock clock;

    Referrals(
            JdbcClient jdbc,
            Agencies agencies,
            Streams streams,
            TriageFacts triage,
            MunicipalRules rules,
            Clock clock) {
        this.rules = rules;
        this.triage = triage;
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.streams = streams;
        this.clock = clock;
    }

    /** All of a consultation, in order; those that were taken back before an answer are left out. */
    @Transactional(readOnly = true)
    public List<Referral> ofConsultation(UUID consultationId) {
        return jdbc.sql(SELECT + "where r.consultation_id = :id and r.status <> 'withdrawn' order by r.number")
                .param("id", consultationId)
                .query(Referral.class)
                .list();
    }

    /** How often the consultation was handed over: a new application to the same agency is none. */
    static int handOvers(List<Referral> chain) {
        int count = 0;
        UUID before = null;
        for (var referral : chain) {
            if (!referral.toAgencyId().equals(before)) {
                count++;
            }
            before = referral.toAgencyId();
        }
        return count;
    }

    Optional<Referral> last(UUID consultationId) {
        var chain = ofConsultation(consultationId);
        return chain.isEmpty() ? Optional.empty() : Optional.of(chain.getLast());
    }

    /** The last one, if it waits for an answer. */
    Referral open(UUID consultationId) {
        return last(consultationId)
                .filter(referral -> referral.status().equals("sent"))
                .orElseThrow(() -> new Refusal.Conflict("このつなぎは、すでに回答されたか、取り消されています。"));
    }

    /** The last one, if it came back and nobody has decided yet how it goes on. */
    Referral returned(UUID consultationId) {
        return last(consultationId)
                .filter(referral -> referral.status().equals("returned"))
                .orElseThrow(() -> new Refusal.Conflict("戻ってきたつなぎは、すでに次へ進んでいます。"));
    }

    @EventListener
    void on(SentOn sent) {
        send(sent.consultationId(), sent.submissionId(), sent.toAgency(), sent.request(), null);
    }

    /**
     * Sends the consultation to an agency.
     *
     * @param tried of the proposal it came back with; null the first time
     * @throws Refusal.Invalid if it is the agency that has the consultation, or the person has not agreed where that comes first
     */
    void send(UUID consultationId, UUID submissionId, String toAgency, String request, String tried) {
        var to = agencies.idOf(toAgency);
        var from = jdbc.sql("select agency_id from kasane.consultation where id = :id")
                .param("id", consultationId)
                .query(UUID.class)
                .single();
        if (from.equals(to)) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("referralAgency", "つなぐ機関", "は、相談を受けた機関とは別の機関を選んでください。")));
        }
        requireConsent(consultationId);
        var chain = ofConsultation(consultationId);
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.referral (id, municipality_id, consultation_id, number, previous_id, from_agency_id, to_agency_id,
                            submission_id, sent_by, sent_at, request, tried)
                        select :id, kasane.my_municipality(), :consultation, coalesce(max(number), 0) + 1, :previous, :from, :to, :submission,
                            kasane.acting_user(), :now, :request, :tried
                        from kasane.referral where consultation_id = :consultation
                        """)
                .param("id", id)
                .param("consultation", consultationId)
                .param("previous", chain.isEmpty() ? null : chain.getLast().id(), java.sql.Types.OTHER)
                .param("from", from)
                .param("to", to)
                .param("submission", submissionId)
                .param("now", Timestamp.from(clock.instant()))
                .param("request", request)
                .param("tried", tried)
                .update();
        jdbc.sql("update kasane.consultation set referral_agency_id = :to where id = :id")
                .param("to", to)
                .param("id", consultationId)
                .update();
        streams.append(
                consultationId,
                CaseEvent.now("referral.sent", clock.instant(), Map.of("referralId", id, "agencyId", to)));
    }

    /**
     * 狛江's つなぐシート goes on together with the person's consent (002, L6133-37, L6820-46). What cannot wait and abuse go on without
     * it, as a 支援会議 may be held without it (社会福祉法106条の6; 002, L1180-1211); that these two are the exceptions is ours.
     */
    private void requireConsent(UUID consultationId) {
        var sheet = rules.referralSheet().filter(MunicipalRules.ReferralSheet::consentFirst);
        if (sheet.isPresent()
                && jdbc.sql(
                                """
                                select c.consent_state <> 'given' and c.urgency is distinct from 'urgent'
                                    and not exists (select from kasane.consultation_concern k where k.consultation_id = c.id and k.concern = 'violence')
                                from kasane.consultation c where c.id = :id
                                """)
                        .param("id", consultationId)
                        .query(Boolean.class)
                        .single()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "route",
                    "どこで受け止めるか",
                    "：この市町村の「" + sheet.get().name()
                            + "」は、本人の同意を得てからつなぎます。相談の受付の「関係機関と情報を共有することへの同意」を「同意がある」に訂正してから、つないでください。"
                            + "直ちに対応が要るとき（緊急度「直ちに」）と、DV・虐待の相談は、同意がなくてもつなげます。")));
        }
    }

    /** @throws Refusal.Conflict if the agency has answered: it has taken the consultation, or given a proposal for it */
    @EventListener
    void on(SendingTakenBack taken) {
        last(taken.consultationId()).ifPresent(referral -> {
            if (!referral.status().equals("sent")) {
                throw new Refusal.Conflict("つなぎ先がすでに回答しているため、行き先の変更や取消はできません。理由などの文は訂正できます。");
            }
            jdbc.sql("update kasane.referral set status = 'withdrawn' where id = :id")
                    .param("id", referral.id())
                    .update();
            streams.append(
                    taken.consultationId(),
                    CaseEvent.now("referral.withdrawn", clock.instant(), Map.of("referralId", referral.id())));
        });
    }

    @Override
    public String processId() {
        return "referral";
    }

    /** {@code step}: answer, or consider where it came back; {@code passedAround} from the third hand-over on. */
    @Override
    public Map<String, Object> facts(UUID consultationId, String instanceKey) {
        var facts = new HashMap<String, Object>();
        var chain = ofConsultation(consultationId);
        facts.put("step", !chain.isEmpty() && chain.getLast().status().equals("returned") ? "consider" : "answer");
        facts.put("passedAround", handOvers(chain) >= PASSED_AROUND);
        facts.putAll(triage.of(consultationId));
        return facts;
    }

    /** The consultation an instance of the process belongs to: it is called with the consultation's id and a suffix. */
    static UUID consultationOf(String instanceKey) {
        return Ids.parse(instanceKey.substring(0, instanceKey.indexOf(':')))
                .orElseThrow(() -> new Refusal.NotFound("相談"));
    }

    @Component
    static class Chain implements ConsultationSection {

        private final Referrals referrals;

        Chain(Referrals referrals) {
            this.referrals = referrals;
        }

        @Override
        public String key() {
            return "referrals";
        }

        @Override
        public Object of(UUID consultationId) {
            return referrals.ofConsultation(consultationId);
        }
    }

    @Component
    static class PassedAround implements ConsultationSection {

        private final Referrals referrals;

        PassedAround(Referrals referrals) {
            this.referrals = referrals;
        }

        @Override
        public String key() {
            return "passedAround";
        }

        @Override
        public Object of(UUID consultationId) {
            return handOvers(referrals.ofConsultation(consultationId)) >= PASSED_AROUND;
        }
    }
}
