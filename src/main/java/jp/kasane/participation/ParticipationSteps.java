package jp.kasane.participation;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.community.Resources;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Households;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The forms of 参加支援: the wish it begins with, the place that is looked for, and looking in on how it goes. */
final class ParticipationSteps {

    private ParticipationSteps() {}

    /** 参加支援を始める: at any time, with a plan or without one (002, L5004-5007). */
    @Component
    static class Need implements FreeForm {

        private final JdbcClient jdbc;
        private final Participations participations;
        private final Households households;
        private final Streams streams;
        private final Clock clock;

        Need(JdbcClient jdbc, Participations participations, Households households, Streams streams, Clock clock) {
            this.jdbc = jdbc;
            this.participations = participations;
            this.households = households;
            this.streams = streams;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "participation-need";
        }

        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            return Map.of("memberOptions", households.options(caseId));
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var id = Ids.next();
            jdbc.sql(
                            """
                            insert into kasane.participation (id, municipality_id, case_id, member_id, submission_id, plan_id, need, consideration,
                                intention, started_at, started_by)
                            values (:id, kasane.my_municipality(), :case, :member, :submission,
                                (select p.id from kasane.plan p where p.case_id = :case and p.kind = 'support' and p.status in ('decided', 'started')
                                 order by p.version desc limit 1),
                                :need, :consideration, :intention, :now, :by)
                            """)
                    .param("id", id)
                    .param("case", s.caseId())
                    .param("member", UUID.fromString(s.text("memberId")))
                    .param("submission", s.id())
                    .param("need", s.text("need"))
                    .param("consideration", s.text("consideration"))
                    .param("intention", s.text("intention"))
                    .param("now", Timestamp.from(s.occurredAt()))
                    .param("by", s.submittedBy())
                    .update();
            streams.append(
                    s.caseId(), CaseEvent.now("participation.started", clock.instant(), Map.of("participationId", id)));
            participations.startAgain(s.caseId());
            return Map.of();
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            """
                            update kasane.participation set member_id = :member, need = :need, consideration = :consideration, intention = :intention,
                                submission_id = :after
                            where submission_id = :before
                            """)
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("member", UUID.fromString(after.text("memberId")))
                    .param("need", after.text("need"))
                    .param("consideration", after.text("consideration"))
                    .param("intention", after.text("intention"))
                    .update();
            return false;
        }

        /** It never was: what was noted on the way stays readable in the history. */
        @Override
        public void withdraw(Recorded before) {
            jdbc.sql("select id from kasane.participation where submission_id = :id and ended_at is null")
                    .param("id", before.id())
                    .query(UUID.class)
                    .optional()
                    .ifPresent(id -> participations.end(before.caseId(), id, "voided", true));
        }
    }

    /** What the two tasks have in common: a step of a participation, noted once, taken back as long as nothing followed. */
    private abstract static class Task implements StepHandler {

        final JdbcClient jdbc;
        final Participations participations;
        private final Clock clock;

        Task(JdbcClient jdbc, Participations participations, Clock clock) {
            this.jdbc = jdbc;
            this.participations = participations;
            this.clock = clock;
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            var known = new HashMap<String, Object>();
            participations.find(instanceKey).ifPresent(row -> {
                known.put("needText", row.need());
                if (row.place() != null) {
                    known.put("placeName", row.place());
                }
            });
            return known;
        }

        Map<String, Object> facts(String outcome, LocalDate lookOn) {
            return lookOn == null
                    ? Map.of("outcome", outcome)
                    : Map.of(
                            "outcome",
                            outcome,
                            "followAt",
                            OfficeDay.opens(lookOn).toString());
        }

        void looksAgain(UUID id, LocalDate on) {
            jdbc.sql("update kasane.participation set look_on = :on where id = :id")
                    .param("id", id)
                    .param("on", on, Types.DATE)
                    .update();
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome");
        }

        /** @return whether the engine waits for another day now */
        boolean correctStep(Recorded before, Submission after, LocalDate was) {
            jdbc.sql(
                            """
                            update kasane.participation_step set observation = :observation, look_on = :look, submission_id = :after
                            where submission_id = :before
                            """)
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("observation", after.text("observation"))
                    .param("look", after.date("lookOn"), Types.DATE)
                    .update();
            if (!before.latest() || Objects.equals(was, after.date("lookOn"))) {
                return false;
            }
            return jdbc.sql(
                                    """
                                    update kasane.participation set look_on = :look
                                    where id = :id and ended_at is null and look_on is not distinct from :was and :look::date is not null
                                    """)
                            .param("id", after.instanceId())
                            .param("look", after.date("lookOn"), Types.DATE)
                            .param("was", was, Types.DATE)
                            .update()
                    > 0;
        }

        /**
         * The step is to be done again, now.
         *
         * @param to seeking or trying
         * @throws Refusal.Conflict if something followed, or the case is closed
         */
        void takeBack(Recorded before, String to) {
            var id = before.submission().instanceId();
            jdbc.sql("update kasane.participation_step set voided_at = :now where submission_id = :id")
                    .param("id", before.id())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            jdbc.sql("update kasane.resource_gap set voided_at = :now where submission_id = :id")
                    .param("id", before.id())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (!before.latest()) {
                return;
            }
            int again = jdbc.sql(
                            """
                            update kasane.participation p set status = :to, ended_at = null, end_reason = null,
                                resource_id = case when :to = 'seeking' then null else resource_id end,
                                place = case when :to = 'seeking' then null else place end,
                                -- The morning of yesterday is over at any hour: the task opens at once.
                                look_on = case when :to = 'trying' then :yesterday::date end
                            where p.id = :id and p.status <> 'voided'
                              and not exists (select from kasane.participation_step n where n.participation_id = p.id and n.voided_at is null
                                              and n.recorded_at > (select recorded_at from kasane.participation_step where submission_id = :submission))
                              and exists (select from kasane.case_file f where f.id = p.case_id and f.closed_at is null)
                              and coalesce(p.end_reason, '') <> 'consent'
                            """)
                    .param("id", id)
                    .param("to", to)
                    .param("submission", before.id())
                    .param("yesterday", LocalDate.now(clock).minusDays(1))
                    .update();
            if (again == 0) {
                throw new Refusal.Conflict("この参加支援は、そのあと先へ進んだか終わっているため、やり直せません。文は訂正できます。");
            }
        }
    }

    /** 受け入れ先を探す: of the list, another one, or none yet; what is not there is noted as a gap (002, L4496-4505). */
    @Component
    static class Match extends Task {

        private final Resources resources;

        Match(JdbcClient jdbc, Participations participations, Resources resources, Clock clock) {
            super(jdbc, participations, clock);
            this.resources = resources;
        }

        @Override
        public String formId() {
            return "participation-match";
        }

        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            var another = new Forms.Option("another", "一覧にない所");
            return Map.of(
                    "resourceOptions",
                    Stream.concat(resources.options().stream(), Stream.of(another))
                            .toList());
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var row = participations.running(s);
            var outcome = s.text("outcome");
            participations.step(s, row.id(), outcome, s.text("observation"), s.date("lookOn"));
            switch (outcome) {
                case "found" -> found(s, row.id());
                case "stop" -> participations.end(s.caseId(), row.id(), "stopped", false);
                default -> looksAgain(row.id(), s.date("lookOn"));
            }
            if (outcome.equals("missing")) {
                jdbc.sql(
                                """
                                insert into kasane.resource_gap (id, municipality_id, case_id, submission_id, gap, noticed_at)
                                values (:id, kasane.my_municipality(), :case, :submission, :gap, :now)
                                """)
                        .param("id", Ids.next())
                        .param("case", s.caseId())
                        .param("submission", s.id())
                        .param("gap", s.text("gap"))
                        .param("now", Timestamp.from(s.recordedAt()))
                        .update();
            }
            return facts(outcome.equals("missing") ? "seeking" : outcome, s.date("lookOn"));
        }

        private void found(Submission s, UUID id) {
            boolean listed = !s.text("resource").equals("another");
            jdbc.sql(
                            """
                            update kasane.participation set status = 'trying', resource_id = :resource, place = :place, joins_as = :as, starts_on = :starts,
                                look_on = :look, matched_at = coalesce(matched_at, :now)
                            where id = :id
                            """)
                    .param("id", id)
                    .param("resource", listed ? UUID.fromString(s.text("resource")) : null, Types.OTHER)
                    .param("place", listed ? null : s.text("place"))
                    .param("as", s.text("joinsAs"))
                    .param("starts", s.date("startsOn"), Types.DATE)
                    .param("look", s.date("lookOn"), Types.DATE)
                    .param("now", Timestamp.from(s.recordedAt()))
                    .update();
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome", "resource");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            "update kasane.resource_gap set gap = coalesce(:gap, gap), submission_id = :after where submission_id = :before")
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("gap", after.text("gap"))
                    .update();
            if (before.latest() && "found".equals(after.text("outcome"))) {
                jdbc.sql(
                                """
                                update kasane.participation set place = case when resource_id is null then coalesce(:place, place) end,
                                    joins_as = :as, starts_on = :starts
                                where id = :id and status in ('trying', 'settled')
                                """)
                        .param("id", after.instanceId())
                        .param("place", after.text("place"))
                        .param("as", after.text("joinsAs"))
                        .param("starts", after.date("startsOn"), Types.DATE)
                        .update();
            }
            return correctStep(before, after, before.submission().date("lookOn"));
        }

        @Override
        public void withdraw(Recorded before) {
            takeBack(before, "seeking");
        }
    }

    /** 定着とその後: how it goes, and when somebody looks in again; "still going" is a success and no open ticket. */
    @Component
    static class Follow extends Task {

        private final Clock clock;

        Follow(JdbcClient jdbc, Participations participations, Clock clock) {
            super(jdbc, participations, clock);
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "participation-follow";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var row = participations.running(s);
            var outcome = s.text("outcome");
            participations.step(s, row.id(), outcome, s.text("observation"), s.date("lookOn"));
            switch (outcome) {
                case "ended" -> participations.end(s.caseId(), row.id(), "moved-on", false);
                case "elsewhere" ->
                    jdbc.sql(
                                    """
                                    update kasane.participation set status = 'seeking', resource_id = null, place = null, joins_as = null, look_on = null
                                    where id = :id
                                    """)
                            .param("id", row.id())
                            .update();
                default ->
                    jdbc.sql(
                                    """
                                    update kasane.participation set look_on = :look, status = case when :settled then 'settled' else status end,
                                        settled_at = case when :settled then coalesce(settled_at, :now::timestamptz) else settled_at end
                                    where id = :id
                                    """)
                            .param("id", row.id())
                            .param("look", s.date("lookOn"), Types.DATE)
                            .param("settled", outcome.equals("settled"))
                            .param("now", Timestamp.from(clock.instant()))
                            .update();
            }
            return facts(outcome.equals("settled") ? "continue" : outcome, s.date("lookOn"));
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            return correctStep(before, after, before.submission().date("lookOn"));
        }

        /** @throws Refusal.Conflict if a place was looked for since: which one it was is no longer known */
        @Override
        public void withdraw(Recorded before) {
            if (before.latest() && "elsewhere".equals(before.submission().text("outcome"))) {
                throw new Refusal.Conflict("別の受け入れ先を探し始めているため、取り消せません。受け入れ先を選び直してください。");
            }
            takeBack(before, "trying");
        }
    }
}
