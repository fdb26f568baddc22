package jp.kasane.meeting;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.consent.Consents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The three steps of {@code support-meeting}: asked for, convened, held. */
final class MeetingSteps {

    private MeetingSteps() {}

    /** 会議の開催依頼: 社協 asks the city to hold a 支援会議, and settles with it who should come (002, L2083-84, L2289-91). */
    @Component
    static class Propose implements StepHandler {

        private final JdbcClient jdbc;
        private final Meetings meetings;
        private final Agencies agencies;
        private final Cases cases;
        private final Invitations invitations;
        private final Sittings sittings;
        private final ProposedMembers members;
        private final Clock clock;

        Propose(
                JdbcClient jdbc,
                Meetings meetings,
                Agencies agencies,
                Cases cases,
                Invitations invitations,
                Sittings sittings,
                ProposedMembers members,
                Clock clock) {
            this.members = members;
            this.invitations = invitations;
            this.sittings = sittings;
            this.jdbc = jdbc;
            this.meetings = meetings;
            this.agencies = agencies;
            this.cases = cases;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "meeting-proposal";
        }

        /** Those the table {@code members} proposes; who comes is settled by people (002, L2289-2291). */
        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            return Map.of("agencies", members.of(caseId, meetings.typeFor(caseId)));
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var type = meetings.typeFor(s.caseId());
            var id = Ids.next();
            // Whoever convenes the body it is put to; its sitting may have another one yet.
            jdbc.sql(
                            """
                            insert into kasane.meeting (id, municipality_id, case_id, meeting_type, status, convener_id, purpose, agenda, desired_from, created_at)
                            select :id, f.municipality_id, f.id, :type, 'proposed', kasane.convener_for(f.id, :type, null),
                                :purpose, :agenda, :desired, :now
                            from kasane.case_file f where f.id = :case
                            """)
                    .param("id", id)
                    .param("case", s.caseId())
                    .param("type", type)
                    .param("purpose", s.text("purpose"))
                    .param("agenda", s.text("agenda"))
                    .param("desired", s.date("desiredFrom"))
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            for (var agency : s.list("agencies")) {
                attendee(jdbc, s.caseId(), id, agencies.idOf(agency));
            }
            belongsTo(jdbc, s, id);
            if (type.equals("support")) {
                cases.moveTo(s.caseId(), "meeting", "convene");
            }
            return Map.of(
                    "meetingId",
                    id.toString(),
                    "meetingType",
                    type,
                    "sittingCheckAt",
                    sittings.assign(id).toString());
        }

        /** Why and about what; whom the convening invites is corrected there. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            "update kasane.meeting set purpose = :purpose, agenda = :agenda, desired_from = :desired where id = :id")
                    .param("id", before.meetingId())
                    .param("purpose", after.text("purpose"))
                    .param("agenda", after.text("agenda"))
                    .param("desired", after.date("desiredFrom"))
                    .update();
            var meeting = meetings.find(before.meetingId()).orElseThrow();
            if (meeting.status().equals("proposed")) {
                if (!java.util.Objects.equals(
                        after.date("desiredFrom"), before.submission().date("desiredFrom"))) {
                    sittings.assignAnew(before.meetingId());
                }
                attendees(
                        jdbc,
                        agencies,
                        after,
                        before.meetingId(),
                        before.submission().list("agencies"));
            }
            return false;
        }

        /** The meeting is called off, unless it is over. */
        @Override
        public void withdraw(Recorded before) {
            if (before.latest()) {
                requireOpen(meetings, before);
                invitations.calledOff(before.caseId(), before.meetingId());
                invitations.over(before.caseId(), before.meetingId());
                jdbc.sql("update kasane.meeting set status = 'cancelled' where id = :id")
                        .param("id", before.meetingId())
                        .update();
            }
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(MeetingSteps.place(meetings, before, "propose"));
        }
    }

    /** 日程の決定・招集. */
    @Component
    static class Convene implements StepHandler {

        private final JdbcClient jdbc;
        private final Meetings meetings;
        private final Agencies agencies;
        private final Cases cases;
        private final Invitations invitations;
        private final Sittings sittings;
        private final Streams streams;
        private final Clock clock;

        Convene(
                JdbcClient jdbc,
                Meetings meetings,
                Agencies agencies,
                Cases cases,
                Invitations invitations,
                Sittings sittings,
                Streams streams,
                Clock clock) {
            this.invitations = invitations;
            this.sittings = sittings;
            this.jdbc = jdbc;
            this.meetings = meetings;
            this.agencies = agencies;
            this.cases = cases;
            this.streams = streams;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "meeting-convening";
        }

        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            var type = meetings.typeFor(caseId);
            return Map.of(
                    "meetingType",
                    type,
                    "sittingOptions",
                    meetings.current(caseId, type).map(sittings::offered).orElse(List.of()));
        }

        /** The sitting it is put to, unless somebody chooses another. */
        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            var meeting = current(meetings, caseId);
            var prefill = new HashMap<String, Object>();
            meetings.find(meeting)
                    .map(Meeting::sittingId)
                    .ifPresent(sitting -> prefill.put("sitting", sitting.toString()));
            prefill.put(
                    "agencies",
                    meetings.attendees(meeting).stream()
                            .map(Meeting.Attendee::agencyCode)
                            .toList());
            return prefill;
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var meeting = current(meetings, s.caseId());
            convene(meeting, s);
            for (var agency : s.list("agencies")) {
                attendee(jdbc, s.caseId(), meeting, agencies.idOf(agency));
                invite(meeting, agency);
            }
            belongsTo(jdbc, s, meeting);
            var type = meetings.typeFor(s.caseId());
            if (type.equals("support")) {
                cases.moveTo(s.caseId(), "meeting", "hold");
            }
            streams.append(
                    s.caseId(), CaseEvent.now("meeting.convened", clock.instant(), Map.of("meetingId", meeting)));
            return Map.of("meetingId", meeting.toString(), "meetingType", type);
        }

        /** Another time is another invitation: everybody is asked anew. Of a meeting that is over only what was written is corrected. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            var was = meetings.find(before.meetingId()).orElseThrow();
            if (!before.latest() || !was.status().equals("convened")) {
                // It is over: what was written is corrected, nobody is asked anew.
                jdbc.sql(
                                """
                                update kasane.meeting set note = :note, scheduled_at = coalesce(:at::timestamptz, scheduled_at),
                                    place = coalesce(:place, place)
                                where id = :id
                                """)
                        .param("id", before.meetingId())
                        .param("note", after.text("note"))
                        .param(
                                "at",
                                after.time("scheduledAt") == null
                                        ? null
                                        : after.time("scheduledAt").toString(),
                                java.sql.Types.VARCHAR)
                        .param("place", after.text("place"), java.sql.Types.VARCHAR)
                        .update();
                return false;
            }
            var at = convene(before.meetingId(), after);
            var formerly = before.submission().list("agencies");
            attendees(jdbc, agencies, after, before.meetingId(), formerly);
            for (var agency : after.list("agencies")) {
                invite(before.meetingId(), agency);
            }
            boolean another = !at.equals(was.scheduledAt());
            if (another) {
                invitations.askAgain(before.meetingId());
            }
            // Ended and started again with the case's instances: whoever is not invited any more is not asked any more.
            return another || !Set.copyOf(formerly).equals(Set.copyOf(after.list("agencies")));
        }

        @Override
        public void withdraw(Recorded before) {
            if (before.latest()) {
                requireOpen(meetings, before);
                invitations.calledOff(before.caseId(), before.meetingId());
                invitations.over(before.caseId(), before.meetingId());
                invitations.askAgain(before.meetingId());
                jdbc.sql(
                                "update kasane.meeting set status = 'proposed', scheduled_at = null, place = null where id = :id")
                        .param("id", before.meetingId())
                        .update();
                sittings.assign(before.meetingId());
            }
        }

        /** Where there was nothing to choose, there is nothing to choose; else the sitting it sits in now is offered too. */
        @Override
        public Map<String, Object> contextOf(Recorded before) {
            var type = typeOf(meetings, before).get("meetingType").toString();
            return Map.of(
                    "meetingType",
                    type,
                    "sittingOptions",
                    before.submission().text("sitting") == null ? List.of() : sittings.offered(before.meetingId()));
        }

        /** As it stands now: its sitting may have been moved or merged since. */
        @Override
        public ObjectNode filled(Recorded before) {
            var data = before.submission().data().deepCopy();
            var meeting = meetings.find(before.meetingId()).orElseThrow();
            if (!before.latest() || !meeting.status().equals("convened") || meeting.scheduledAt() == null) {
                return data;
            }
            var chosen = before.submission().text("sitting");
            if (chosen != null && !chosen.equals(Sittings.AT_NEED) && meeting.sittingId() != null) {
                data.put("sitting", meeting.sittingId().toString());
            } else {
                data.put(
                        "scheduledAt",
                        meeting.scheduledAt()
                                .atZone(JapaneseTime.ZONE)
                                .toOffsetDateTime()
                                .toString());
                data.put("place", meeting.place());
            }
            return data;
        }

        /** Puts it to the sitting that was chosen, and says when that is. */
        private Instant convene(UUID meeting, Submission s) {
            var seat = sittings.seat(meeting, s.text("sitting"), s.time("scheduledAt"), s.text("place"));
            jdbc.sql(
                            """
                            update kasane.meeting set status = 'convened', sitting_id = :sitting, put_off_from = null, scheduled_at = :at, place = :place, note = :note
                            where id = :id
                            """)
                    .param("id", meeting)
                    .param("sitting", seat.sittingId())
                    .param("at", Timestamp.from(seat.startsAt()))
                    .param("place", seat.place())
                    .param("note", s.text("note"))
                    .update();
            return seat.startsAt();
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(MeetingSteps.place(meetings, before, "convene"));
        }

        private void invite(UUID meeting, String agency) {
            jdbc.sql(
                            "update kasane.meeting_attendee set invited_at = coalesce(invited_at, :now) where meeting_id = :meeting and agency_id = :agency")
                    .param("meeting", meeting)
                    .param("agency", agencies.idOf(agency))
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        }
    }

    /** 会議の開催・記録: attendance with 誓約書, minutes, and what was decided. */
    @Component
    static class Hold implements StepHandler {

        private final JdbcClient jdbc;
        private final Meetings meetings;
        private final Agencies agencies;
        private final Cases cases;
        private final Consents consents;
        private final Invitations invitations;
        private final Sittings sittings;
        private final Streams streams;
        private final ApplicationEventPublisher events;
        private final Clock clock;

        Hold(
                JdbcClient jdbc,
                Meetings meetings,
                Agencies agencies,
                Cases cases,
                Consents consents,
                Invitations invitations,
                Sittings sittings,
                Streams streams,
                ApplicationEventPublisher events,
                Clock clock) {
            this.events = events;
            this.jdbc = jdbc;
            this.meetings = meetings;
            this.agencies = agencies;
            this.cases = cases;
            this.consents = consents;
            this.invitations = invitations;
            this.sittings = sittings;
            this.streams = streams;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "meeting-record";
        }

        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            return asksFor(meetings.typeFor(caseId), meetings.current(caseId, meetings.typeFor(caseId)));
        }

        private Map<String, Object> asksFor(String type, Optional<UUID> meeting) {
            return Map.of(
                    "meetingType",
                    type,
                    "quorum",
                    meeting.flatMap(sittings::quorum).orElse(0));
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            var attendance = new ArrayList<Map<String, Object>>();
            for (var attendee : meetings.attendees(current(meetings, caseId))) {
                var row = new HashMap<String, Object>(Map.of(
                        "agency", attendee.agencyCode(),
                        "attended", "attend".equals(attendee.answer()),
                        "pledge", attendee.pledgedAt() != null));
                if (attendee.substitute() != null) {
                    row.put("substitute", attendee.substitute());
                }
                attendance.add(row);
            }
            return Map.of("attendance", attendance);
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var meeting = current(meetings, s.caseId());
            if (!meetings.find(meeting).orElseThrow().status().equals("convened")) {
                throw new Refusal.Conflict("この会議の開催が取りやめになりました。「日程の決定・招集」からやり直してください。");
            }
            var type = meetings.typeFor(s.caseId());
            var outcome = s.text(type.equals("support") ? "outcomeSupport" : "outcomeCoordination");
            belongsTo(jdbc, s, meeting);
            var facts =
                    Map.<String, Object>of("outcome", outcome, "meetingId", meeting.toString(), "meetingType", type);
            if (outcome.equals("postponed") || outcome.equals("cancelled")) {
                return notHeld(s, meeting, type, outcome, facts);
            }
            requirePledges(s, type);
            requireQuorum(s, meeting);
            if (outcome.equals("plan") && !consents.sufficient(s.caseId())) {
                throw new Refusal.Invalid(List.of(
                        new Refusal.FieldError("outcomeSupport", "支援会議の結論", "「支援プランへ進む」には、相談の中心となる人の同意の記録が要ります。")));
            }
            jdbc.sql(
                            """
                            update kasane.meeting set status = 'held', held_at = :at, outcome = :outcome, minutes = :minutes, approach = :approach,
                                quorum_note = :quorum
                            where id = :id
                            """)
                    .param("id", meeting)
                    .param("quorum", s.text("quorumNote"))
                    .param("at", Timestamp.from(s.time("heldAt")))
                    .param("outcome", outcome)
                    .param("minutes", s.text("minutes"))
                    .param("approach", s.text("approach"))
                    .update();
            attendance(s, meeting);
            invitations.over(s.caseId(), meeting);
            goOn(s, meeting, type, outcome);
            streams.append(
                    s.caseId(),
                    CaseEvent.now(
                            "meeting.held",
                            clock.instant(),
                            Map.of("meetingId", meeting, "meetingType", type, "outcome", outcome)));
            return facts;
        }

        private void attendance(Submission s, UUID meeting) {
            for (var row : s.data().path("attendance")) {
                var agency = agencies.idOf(row.get("agency").asText());
                attendee(jdbc, s.caseId(), meeting, agency);
                jdbc.sql(
                                """
                                update kasane.meeting_attendee set attended = :attended, invited_at = coalesce(invited_at, :now), substitute = :substitute,
                                    pledged_at = coalesce(pledged_at, case when :pledge then :now::timestamptz end),
                                    pledged_by = coalesce(pledged_by, case when :pledge then :by::uuid end)
                                where meeting_id = :meeting and agency_id = :agency
                                """)
                        .param("meeting", meeting)
                        .param("agency", agency)
                        .param("attended", row.path("attended").asBoolean())
                        .param("pledge", row.path("pledge").asBoolean())
                        .param(
                                "substitute",
                                row.path("attended").asBoolean() && row.hasNonNull("substitute")
                                        ? row.get("substitute").asText()
                                        : null,
                                java.sql.Types.VARCHAR)
                        .param("by", s.submittedBy())
                        .param("now", Timestamp.from(s.recordedAt()))
                        .update();
            }
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcomeSupport", "outcomeCoordination");
        }

        @Override
        public Map<String, Object> contextOf(Recorded before) {
            return asksFor(typeOf(meetings, before).get("meetingType").toString(), Optional.of(before.meetingId()));
        }

        /** Minutes, attendance and pledges; a pledge that was given stays. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            var type = typeOf(meetings, before).get("meetingType").toString();
            if (after.text("heldAt") == null) {
                jdbc.sql("update kasane.meeting set note = :note where id = :id")
                        .param("id", before.meetingId())
                        .param("note", after.text("note"))
                        .update();
                return false;
            }
            requirePledges(after, type);
            requireQuorum(after, before.meetingId());
            jdbc.sql(
                            """
                            update kasane.meeting set held_at = :at, minutes = :minutes, approach = :approach, outcome = :outcome, quorum_note = :quorum
                            where id = :id
                            """)
                    .param("id", before.meetingId())
                    .param("quorum", after.text("quorumNote"))
                    .param("at", Timestamp.from(after.time("heldAt")))
                    .param("outcome", after.text(type.equals("support") ? "outcomeSupport" : "outcomeCoordination"))
                    .param("minutes", after.text("minutes"))
                    .param("approach", after.text("approach"))
                    .update();
            attendance(after, before.meetingId());
            jdbc.sql(
                            """
                            update kasane.plan set decided_on = :on, ratified_on = case when ratified_on is not null then :on::date end where decided_in = :id
                            """)
                    .param("id", before.meetingId())
                    .param("on", JapaneseTime.dayOf(after.time("heldAt")))
                    .update();
            return false;
        }

        /** The meeting is still to be held. A plan it had reviewed or decided waits for it again; what runs already goes on. */
        @Override
        public void withdraw(Recorded before) {
            if (!before.latest()) {
                return;
            }
            var meeting = meetings.find(before.meetingId()).orElseThrow();
            if (!meeting.status().equals("held")
                    && !meeting.status().equals(before.facts().get("outcome"))) {
                throw new Refusal.Conflict("この会議は日程が決まり直しているため、取り消せません。");
            }
            // Another meeting that was asked for since makes way for the one that is open again.
            jdbc.sql(
                            """
                            update kasane.meeting set status = 'cancelled'
                            where case_id = :case and meeting_type = :type and id <> :id and status not in ('held', 'cancelled') returning id
                            """)
                    .param("case", before.caseId())
                    .param("type", meeting.meetingType())
                    .param("id", meeting.id())
                    .query(UUID.class)
                    .list()
                    .forEach(other -> invitations.over(before.caseId(), other));
            jdbc.sql(
                            """
                            update kasane.meeting set status = 'convened', held_at = null, outcome = null, minutes = null, approach = null, quorum_note = null
                            where id = :id
                            """)
                    .param("id", meeting.id())
                    .update();
            sittings.sitAgain(meeting.id());
            events.publishEvent(new MeetingTakenBack(before.caseId(), meeting.id()));
            jdbc.sql("update kasane.meeting_attendee set attended = null where meeting_id = :id")
                    .param("id", meeting.id())
                    .update();
            jdbc.sql(
                            """
                            update kasane.plan set status = 'draft', decision_reason = null, meeting_id = null
                            where meeting_id = :id and status in ('reviewed', 'returned')
                            """)
                    .param("id", meeting.id())
                    .update();
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(MeetingSteps.place(meetings, before, "hold"));
        }

        /** Put off: everybody is asked again for the new day. Called off: the case looks for another way. */
        private Map<String, Object> notHeld(
                Submission s, UUID meeting, String type, String outcome, Map<String, Object> facts) {
            var more = new HashMap<>(facts);
            invitations.calledOff(s.caseId(), meeting);
            invitations.over(s.caseId(), meeting);
            jdbc.sql("update kasane.meeting set status = :status, note = :note where id = :id")
                    .param("id", meeting)
                    .param("status", outcome)
                    .param("note", s.text("note"))
                    .update();
            if (outcome.equals("postponed")) {
                invitations.askAgain(meeting);
                more.put("sittingCheckAt", sittings.putOff(meeting).toString());
                if (type.equals("support")) {
                    cases.moveTo(s.caseId(), "meeting", "convene");
                }
            } else if (type.equals("support")) {
                cases.moveTo(s.caseId(), "assessment", "assess");
            } else {
                jdbc.sql(
                                "update kasane.plan set status = 'returned', decision_reason = :note where case_id = :case and kind = 'support' and status = 'draft'")
                        .param("case", s.caseId())
                        .param("note", s.text("note"))
                        .update();
                cases.begin(s.caseId(), "plan");
            }
            streams.append(
                    s.caseId(),
                    CaseEvent.now(
                            "meeting." + outcome, clock.instant(), Map.of("meetingId", meeting, "meetingType", type)));
            return more;
        }

        /** Too few may be enough, but somebody says why: the quorum is the municipality's own rule, no document names one. */
        private void requireQuorum(Submission s, UUID meeting) {
            int quorum = sittings.quorum(meeting).orElse(0);
            long attended = java.util.stream.StreamSupport.stream(
                            s.data().path("attendance").spliterator(), false)
                    .filter(row -> row.path("attended").asBoolean())
                    .map(row -> row.path("agency").asText())
                    .distinct()
                    .count();
            if (attended < quorum && s.text("quorumNote") == null) {
                throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                        "quorumNote",
                        "定足数に満たないまま開いた理由",
                        "を入力してください。この会議体の定足数は" + quorum + "機関、出席は" + attended + "機関です。")));
            }
        }

        /** Secrecy is statutory in a 支援会議: whoever attends has pledged it for this meeting (002, L5079-81). */
        private static void requirePledges(Submission s, String type) {
            if (!type.equals("support")) {
                return;
            }
            var errors = new ArrayList<Refusal.FieldError>();
            for (int i = 0; i < s.data().path("attendance").size(); i++) {
                var row = s.data().path("attendance").get(i);
                if (row.path("attended").asBoolean() && !row.path("pledge").asBoolean()) {
                    errors.add(new Refusal.FieldError(
                            "attendance[" + i + "].pledge", "出席" + (i + 1) + "件目の誓約書", "がありません。支援会議の出席者には誓約書が必要です。"));
                }
            }
            if (!errors.isEmpty()) {
                throw new Refusal.Invalid(errors);
            }
        }

        private void goOn(Submission s, UUID meeting, String type, String outcome) {
            if (type.equals("coordination")) {
                boolean revise = outcome.equals("revise");
                // A plan that was started at once stays in force while the meeting has it revised: support does not
                // pause.
                jdbc.sql(
                                """
                                update kasane.plan set meeting_id = :meeting, decision_reason = case when :revise then :approach else decision_reason end,
                                    status = case when status = 'started' then 'started' when :revise then 'returned' else 'reviewed' end
                                where case_id = :case and kind = 'support' and status in ('draft', 'started')
                                """)
                        .param("case", s.caseId())
                        .param("revise", revise)
                        .param("approach", s.text("approach"))
                        .param("meeting", meeting)
                        .update();
                cases.moveTo(s.caseId(), "plan", revise ? "draft" : "decide");
                if (!revise && meetings.decidesPlan(meeting)) {
                    events.publishEvent(new PlanDecidedInMeeting(
                            s.caseId(), meeting, s.submittedBy(), JapaneseTime.dayOf(s.time("heldAt"))));
                }
                return;
            }
            switch (outcome) {
                case "outreach" -> cases.begin(s.caseId(), "outreach");
                case "plan" -> cases.begin(s.caseId(), "plan");
                case "adjustment" -> cases.begin(s.caseId(), "monitoring");
                default -> throw new IllegalStateException("The form offers an outcome nobody handles: " + outcome);
            }
        }
    }

    /** Where a meeting stands, for a process that is seated again. */
    @Component
    static class Facts implements ProcessFacts {

        private final Meetings meetings;
        private final Sittings sittings;

        Facts(Meetings meetings, Sittings sittings) {
            this.meetings = meetings;
            this.sittings = sittings;
        }

        @Override
        public String processId() {
            return "support-meeting";
        }

        @Override
        public Map<String, Object> facts(UUID caseId, String instanceKey) {
            var type = meetings.typeFor(caseId);
            var meeting = meetings.current(caseId, type);
            if (meeting.isEmpty()) {
                return Map.of("step", "propose", "meetingType", type);
            }
            var status = meetings.find(meeting.get()).orElseThrow().status();
            return Map.of(
                    "step",
                    status.equals("convened") ? "hold" : "convene",
                    "meetingType",
                    type,
                    "meetingId",
                    meeting.get().toString(),
                    "sittingCheckAt",
                    sittings.lookAgainAt(meeting.get()).toString());
        }
    }

    /** What a meeting was when its form was filled in, wherever the case stands now. */
    private static Map<String, Object> typeOf(Meetings meetings, Recorded before) {
        return Map.of(
                "meetingType", meetings.find(before.meetingId()).orElseThrow().meetingType());
    }

    private static StepHandler.Place place(Meetings meetings, Recorded before, String step) {
        return typeOf(meetings, before).get("meetingType").equals("support")
                ? new StepHandler.Place("meeting", step)
                : new StepHandler.Place("plan", "meeting");
    }

    private static void requireOpen(Meetings meetings, Recorded before) {
        var status = meetings.find(before.meetingId()).orElseThrow().status();
        if (status.equals("held") || status.equals("cancelled")) {
            throw new Refusal.Conflict("この会議は終わっているため、取り消せません。先に「会議の開催・記録」を取り消してください。");
        }
    }

    /** Who is to come, as corrected: dropped agencies are no longer asked, new ones stand beside the others. */
    private static void attendees(
            JdbcClient jdbc, Agencies agencies, Submission after, UUID meeting, List<String> formerly) {
        for (var agency : after.list("agencies")) {
            attendee(jdbc, after.caseId(), meeting, agencies.idOf(agency));
        }
        for (var agency : formerly) {
            if (!after.list("agencies").contains(agency)) {
                jdbc.sql(
                                "update kasane.meeting_attendee set invited_at = null where meeting_id = :meeting and agency_id = :agency and attended is null")
                        .param("meeting", meeting)
                        .param("agency", agencies.idOf(agency))
                        .update();
            }
        }
    }

    private static UUID current(Meetings meetings, UUID caseId) {
        return meetings.current(caseId, meetings.typeFor(caseId))
                .orElseThrow(() -> new Refusal.Conflict("開く会議がありません。"));
    }

    private static void attendee(JdbcClient jdbc, UUID caseId, UUID meeting, UUID agency) {
        jdbc.sql(
                        """
                        insert into kasane.meeting_attendee (id, municipality_id, case_id, meeting_id, agency_id)
                        values (:id, kasane.my_municipality(), :case, :meeting, :agency) on conflict (meeting_id, agency_id) do nothing
                        """)
                .param("id", Ids.next())
                .param("case", caseId)
                .param("meeting", meeting)
                .param("agency", agency)
                .update();
    }

    /** What was said in a 支援会議 is read by those who sat in it, the form included. */
    private static void belongsTo(JdbcClient jdbc, Submission s, UUID meeting) {
        jdbc.sql("update kasane.submission set meeting_id = :meeting where id = :id")
                .param("id", s.id())
                .param("meeting", meeting)
                .update();
    }
}
