package jp.kasane.support;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.deadline.PlannedDateChanged;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 支援経過: every contact, with or without a task that asked for it. */
@Component
@Transactional(readOnly = true)
public class Contacts implements CaseSection {

    private final JdbcClient jdbc;

    Contacts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * @param outreach before consent, under an outreach plan
     * @param relationStage unseen, seen, talks, trusts: the progress of a relation is a result of its own (002, L972-976)
     */
    public record Contact(
            UUID id,
            Instant occurredAt,
            Instant recordedAt,
            String kind,
            boolean outreach,
            String people,
            String content,
            String relationStage,
            String outcome,
            LocalDate nextOn,
            String agency,
            String recordedBy) {}

    /** Contacts shown at once. */
    private static final int SHOWN = 20;

    private static final int ON_CASE_PAGE = 5;

    private static final int BESIDE_A_FORM = 3;

    /**
     * Some of a case's contacts, the newest first.
     *
     * @param older the last of them, where there are more before it, else null
     */
    public record Page(List<Contact> contacts, UUID older) {}

    @Override
    public List<Contact> of(UUID caseId) {
        return newest(caseId, null, Integer.MAX_VALUE);
    }

    @Override
    public Object onPage(UUID caseId) {
        return page(caseId, null, ON_CASE_PAGE);
    }

    @Override
    public List<Contact> besideForm(UUID caseId) {
        return newest(caseId, null, BESIDE_A_FORM);
    }

    /** @param before {@link Page#older} of the page before, or null for the newest */
    public Page page(UUID caseId, UUID before) {
        return page(caseId, before, SHOWN);
    }

    private Page page(UUID caseId, UUID before, int most) {
        var found = newest(caseId, before, most + 1);
        return found.size() <= most
                ? new Page(found, null)
                : new Page(found.subList(0, most), found.get(most - 1).id());
    }

    /** The newest are chosen before the rest is looked up: row-level security is asked of those alone. */
    private List<Contact> newest(UUID caseId, UUID before, int most) {
        return jdbc.sql(
                        """
                        with c as materialized (
                            select * from kasane.contact x
                            where x.case_id = :id and x.voided_at is null %s order by x.occurred_at desc, x.id desc limit :most)
                        select c.id, c.occurred_at, c.recorded_at, c.kind, c.outreach, c.people, c.content, c.relation_stage, c.outcome, c.next_on,
                               a.name as agency, u.display_name as recorded_by
                        from c join kasane.agency a on a.id = c.agency_id left join kasane.app_user u on u.id = c.recorded_by
                        order by c.occurred_at desc, c.id desc
                        """
                                .formatted(
                                        before == null
                                                ? ""
                                                : "and (x.occurred_at, x.id) < (select b.occurred_at, b.id from kasane.contact b where b.id = :before)"))
                .param("id", caseId)
                .param("before", before)
                .param("most", most)
                .query(Contact.class)
                .list();
    }

    @Override
    public String key() {
        return "contacts";
    }

    @Override
    public int order() {
        return 60;
    }

    private static void insert(JdbcClient jdbc, Agencies agencies, Submission s, boolean outreach) {
        jdbc.sql(
                        """
                        insert into kasane.contact (id, municipality_id, case_id, submission_id, kind, outreach, people, content, relation_stage, outcome,
                            next_on, agency_id, occurred_at, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission, :kind, :outreach, :people, :content, :stage, :outcome, :next,
                            :agency, :occurred, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("kind", s.text("kind"))
                .param("outreach", outreach)
                .param("people", s.text("people"))
                .param("content", s.text("content"))
                .param("stage", s.text("relationStage"))
                .param("outcome", s.text("outcome"))
                .param("next", s.date("nextOn"))
                .param("agency", agencies.ofActingUser().orElseThrow())
                .param("occurred", Timestamp.from(s.time("occurredAt")))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
    }

    private static void correct(JdbcClient jdbc, Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.contact set kind = :kind, people = :people, content = :content, relation_stage = :stage, outcome = :outcome,
                            next_on = :next, occurred_at = :occurred, submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("kind", after.text("kind"))
                .param("people", after.text("people"))
                .param("content", after.text("content"))
                .param("stage", after.text("relationStage"))
                .param("outcome", after.text("outcome"))
                .param("next", after.date("nextOn"))
                .param("occurred", Timestamp.from(after.time("occurredAt")))
                .update();
    }

    private static void strike(JdbcClient jdbc, Recorded before, Clock clock) {
        jdbc.sql("update kasane.contact set voided_at = :now where submission_id = :id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /** A contact outside of any task. */
    @Component
    static class RecordContact implements FreeForm {

        private final JdbcClient jdbc;
        private final Agencies agencies;
        private final Silence silence;
        private final Clock clock;

        RecordContact(JdbcClient jdbc, Agencies agencies, Silence silence, Clock clock) {
            this.jdbc = jdbc;
            this.agencies = agencies;
            this.silence = silence;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "contact";
        }

        @Override
        public Set<String> roles() {
            return Set.of("coordinator", "member", "manager", "reception");
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            return Map.of(
                    "occurredAt",
                    OffsetDateTime.ofInstant(clock.instant(), JapaneseTime.ZONE)
                            .truncatedTo(ChronoUnit.MINUTES)
                            .toString());
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            insert(jdbc, agencies, s, false);
            silence.heardOf(s.caseId(), s.time("occurredAt"));
            return Map.of();
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            Contacts.correct(jdbc, before, after);
            silence.heardAtAnotherTime(
                    after.caseId(), before.submission().time("occurredAt"), after.time("occurredAt"));
            return false;
        }

        /** Struck out; the case stays where it is. */
        @Override
        public void withdraw(Recorded before) {
            strike(jdbc, before, clock);
            silence.notHeardOf(before.caseId(), before.submission().time("occurredAt"));
        }
    }

    /** 訪問・接触の記録: again and again until consent, or another way (002, L235-250). */
    @Component
    static class RecordOutreach implements StepHandler {

        private final JdbcClient jdbc;
        private final Agencies agencies;
        private final Silence silence;
        private final Cases cases;
        private final ApplicationEventPublisher events;
        private final Clock clock;

        RecordOutreach(
                JdbcClient jdbc,
                Agencies agencies,
                Silence silence,
                Cases cases,
                ApplicationEventPublisher events,
                Clock clock) {
            this.jdbc = jdbc;
            this.agencies = agencies;
            this.silence = silence;
            this.cases = cases;
            this.events = events;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "outreach-contact";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            insert(jdbc, agencies, s, true);
            silence.heardOf(s.caseId(), s.time("occurredAt"));
            var outcome = s.text("outcome");
            switch (outcome) {
                case "continue" -> cases.moveTo(s.caseId(), "outreach", "contact");
                case "consent" -> cases.moveTo(s.caseId(), "outreach", "consent");
                case "other" -> cases.begin(s.caseId(), s.text("nextPhase"));
                default -> throw new IllegalStateException("The form offers an outcome nobody handles: " + outcome);
            }
            return Map.of("outcome", outcome);
        }

        /** Whose contact it was does not change with who corrects it. */
        @Override
        public Map<String, Object> applyAnew(Recorded before, Submission after) {
            var facts = apply(after);
            jdbc.sql(
                            """
                            update kasane.contact set agency_id = (select agency_id from kasane.contact where submission_id = :before)
                            where submission_id = :after
                            """)
                    .param("before", before.id())
                    .param("after", after.id())
                    .update();
            return facts;
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome", "nextPhase");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            Contacts.correct(jdbc, before, after);
            silence.heardAtAnotherTime(
                    after.caseId(), before.submission().time("occurredAt"), after.time("occurredAt"));
            if (!Objects.equals(before.submission().date("nextOn"), after.date("nextOn"))) {
                events.publishEvent(new PlannedDateChanged(after.caseId(), "Task_RecordContact"));
            }
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            strike(jdbc, before, clock);
            silence.notHeardOf(before.caseId(), before.submission().time("occurredAt"));
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("outreach", "contact"));
        }
    }
}
