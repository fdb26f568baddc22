package jp.kasane.consultation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 相談内容の確認・振り分け: the receiving agency judges whether issues are compound (八王子's ①–④; 002, L2123-25, L2168-2236) and
 * where the consultation goes. When it becomes a case, the case is opened in the same transaction.
 */
@Component
class Triage implements StepHandler, Occasion {

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final Outcomes outcomes;
    private final Notices notices;
    private final ApplicationEventPublisher events;
    private final TriageAdvice advice;

    Triage(
            JdbcClient jdbc,
            Agencies agencies,
            Outcomes outcomes,
            Notices notices,
            ApplicationEventPublisher events,
            TriageAdvice advice) {
        this.advice = advice;
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.outcomes = outcomes;
        this.notices = notices;
        this.events = events;
    }

    @Override
    public String formId() {
        return "triage";
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var known = new HashMap<>(advice.prefill(consultationId));
        boolean unconfirmed = jdbc.sql(
                        "select exists (select from kasane.outside_sheet where consultation_id = :id and confirmed_at is null)")
                .param("id", consultationId)
                .query(Boolean.class)
                .single();
        if (unconfirmed) {
            known.put("unconfirmed", true);
        }
        return known;
    }

    /** @throws Refusal.Invalid if it would be sent to the very agency that has it */
    @Override
    public Map<String, Object> apply(Submission s) {
        var route = s.text("route");
        write(s);
        switch (route) {
            case "case" -> {
                outcomes.requireWay(s.consultationId());
                outcomes.becomesCase(s.consultationId(), s.text("caseClass"), s.text("urgency"), s.text("begin"));
            }
            case "referral" -> {
                outcomes.is(s.consultationId(), route);
                events.publishEvent(
                        new SentOn(s.consultationId(), s.id(), s.text("referralAgency"), s.text("referralRequest")));
            }
            default -> outcomes.is(s.consultationId(), route);
        }
        return Map.of("route", route, "caseClass", s.text("caseClass"), "urgency", s.text("urgency"));
    }

    private void write(Submission s) {
        jdbc.sql(
                        """
                        update kasane.consultation set case_class = :class, urgency = :urgency, triage_reason = :reason,
                            referral_agency_id = :referral, answer = :answer
                        where id = :id
                        """)
                .param("id", s.consultationId())
                .param("class", s.text("caseClass"))
                .param("urgency", s.text("urgency"))
                .param("reason", s.text("reason"))
                .param("referral", s.text("referralAgency") == null ? null : agencies.idOf(s.text("referralAgency")))
                .param("answer", s.text("answer"))
                .update();
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("route", "referralAgency");
    }

    /** Texts and class; those of the case that began with it too. Where that case began stays as it was. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        write(after);
        var was = before.submission();
        caseOf(after.consultationId()).ifPresent(caseId -> jdbc.sql(
                        """
                                update kasane.case_file set case_class = :class, urgency = case urgency when :was then :urgency else urgency end
                                where id = :id
                                """)
                .param("id", caseId)
                .param("class", after.text("caseClass"))
                .param("was", was.text("urgency"))
                .param("urgency", after.text("urgency"))
                .update());
        return false;
    }

    /** @throws Refusal.Conflict where it has gone on: a case began with it, or the agency it was sent to has answered */
    @Override
    public void withdraw(Recorded before) {
        var consultation = before.submission().consultationId();
        outcomes.requireNoCase(consultation);
        events.publishEvent(new SendingTakenBack(consultation));
        outcomes.is(consultation, "received");
    }

    private Optional<UUID> caseOf(UUID consultationId) {
        return jdbc.sql("select case_id from kasane.consultation where id = :id and case_id is not null")
                .param("id", consultationId)
                .query(UUID.class)
                .optional();
    }

    @Override
    public String message() {
        return "urgent-consultation";
    }

    /** The section and the accompanying coordinators hear of what cannot wait. */
    @Override
    public void tell(UUID consultationId, String instanceKey) {
        record Where(UUID municipalityId, UUID coordinating) {}
        var where = jdbc.sql(
                        """
                        select c.municipality_id, m.coordinating_agency_id as coordinating
                        from kasane.consultation c join kasane.municipality m on m.id = c.municipality_id where c.id = :id
                        """)
                .param("id", consultationId)
                .query(Where.class)
                .single();
        var people = new ArrayList<>(notices.holders(where.municipalityId(), "manager", null));
        people.addAll(notices.holders(where.municipalityId(), "coordinator", where.coordinating()));
        notices.tell(
                people.stream().distinct().toList(),
                "urgent-consultation",
                "urgent-consultation:" + consultationId,
                new Notices.About(null, consultationId, null, null, null));
    }
}
