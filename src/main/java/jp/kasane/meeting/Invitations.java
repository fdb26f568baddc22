package jp.kasane.meeting;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.Companion;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.AgencyMails;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import jp.kasane.worker.BusinessError;
import jp.kasane.worker.InviteMembers;
import jp.kasane.worker.InviteMembersWorker;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 招集: every invited agency has an instance of {@code invitation} of its own, from being asked to its answer and 誓約書. The
 * attendee's row is the truth; its id is the instance's key.
 */
@Component
class Invitations implements InviteMembers, Companion, StepHandler, Occasion {

    /** Kind of the notice that an invitation does not hold any more. */
    static final String CALLED_OFF = "meeting-called-off";

    private final JdbcClient jdbc;
    private final AgencyMails offices;
    private final EngineOrders engine;
    private final Cases cases;
    private final Streams streams;
    private final Notices notices;
    private final SystemActor system;
    private final Clock clock;

    Invitations(
            JdbcClient jdbc,
            AgencyMails offices,
            EngineOrders engine,
            Cases cases,
            Streams streams,
            Notices notices,
            SystemActor system,
            Clock clock) {
        this.offices = offices;
        this.jdbc = jdbc;
        this.engine = engine;
        this.cases = cases;
        this.streams = streams;
        this.notices = notices;
        this.system = system;
        this.clock = clock;
    }

    @Override
    public void invite(JobContext job) {
        var caseId = Ids.parse(job.caseId()).orElseThrow(() -> new UnknownReference("会議のケースがありません。"));
        system.inTransaction(() -> {
            cases.find(caseId).orElseThrow(() -> new UnknownReference("このケースはデータベースにありません。"));
            streams.lock(caseId);
            startAgain(caseId);
        });
    }

    /** Asks whoever was not asked in this seat of the case yet; asking twice is harmless. */
    @Override
    public void startAgain(UUID caseId) {
        record Waiting(UUID id, UUID meetingId, String meetingType) {}
        int seat = engine.seat(caseId);
        jdbc.sql(
                        """
                        select a.id, m.id as meeting_id, m.meeting_type from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id
                        where a.case_id = :case and m.status = 'convened' and a.invited_at is not null and a.answer is null
                          and a.ordered_seat is distinct from :seat
                        order by a.id
                        """)
                .param("case", caseId)
                .param("seat", seat)
                .query(Waiting.class)
                .list()
                .forEach(waiting -> {
                    jdbc.sql("update kasane.meeting_attendee set ordered_seat = :seat where id = :id")
                            .param("seat", seat)
                            .param("id", waiting.id())
                            .update();
                    engine.startCompanion(
                            caseId,
                            "invitation-sent",
                            "invitation",
                            waiting.id(),
                            Map.of(
                                    "meetingId", waiting.meetingId().toString(),
                                    "meetingType", waiting.meetingType()));
                });
    }

    /** Nobody needs to answer any more: the meeting was held, put off or called off. */
    void over(UUID caseId, UUID meetingId) {
        jdbc.sql(
                        "select id from kasane.meeting_attendee where meeting_id = :meeting and answer is null and ordered_seat is not null")
                .param("meeting", meetingId)
                .query(UUID.class)
                .list()
                .forEach(id -> engine.knock(caseId, "invitation-closed", id.toString()));
    }

    /**
     * Whoever was invited hears that it is off: put off, called off, or not needed. To be said before they are asked anew, and while the
     * meeting still sits in its sitting.
     */
    void calledOff(UUID caseId, UUID meetingId) {
        record Invited(UUID id, UUID municipalityId, UUID agencyId, UUID sittingId, int sequence) {}
        system.inThisTransaction(() -> jdbc.sql(
                        """
                        select a.id, a.municipality_id, a.agency_id, s.id as sitting_id, s.sequence
                        from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id join kasane.sitting s on s.id = m.sitting_id
                        where a.meeting_id = :meeting and a.invited_at is not null and a.ordered_seat is not null
                        """)
                .param("meeting", meetingId)
                .query(Invited.class)
                .list()
                .forEach(invited -> {
                    var cause = "called-off:" + invited.sittingId() + ":" + meetingId + ":" + invited.sequence();
                    var people = notices.peopleOf(invited.municipalityId(), invited.agencyId());
                    if (people.isEmpty()) {
                        offices.send(invited.municipalityId(), invited.agencyId(), CALLED_OFF, invited.id(), cause);
                    } else {
                        notices.tell(people, CALLED_OFF, cause, Notices.About.meeting(caseId, meetingId));
                    }
                }));
    }

    /** For a new day everybody is asked anew; a pledge of secrecy that was given stays, unless every sitting asks for one (墨田). */
    void askAgain(UUID meetingId) {
        jdbc.sql(
                        """
                        update kasane.meeting_attendee set answer = null, answered_at = null, answered_by = null, by_hand = false, substitute = null, ordered_seat = null,
                            pledged_at = case kasane.pledge_rule(:meeting) when 'sitting' then null else pledged_at end,
                            pledged_by = case kasane.pledge_rule(:meeting) when 'sitting' then null else pledged_by end
                        where meeting_id = :meeting
                        """)
                .param("meeting", meetingId)
                .update();
    }

    record Invitation(
            UUID id,
            UUID municipalityId,
            UUID caseId,
            UUID meetingId,
            String meetingType,
            String status,
            Instant scheduledAt,
            UUID agencyId,
            String agency,
            String information,
            boolean pledged,
            boolean pledgeNeeded,
            boolean mine) {}

    private Optional<Invitation> find(String instanceKey) {
        return Ids.parse(instanceKey).flatMap(id -> jdbc.sql(
                        """
                                select a.id, a.municipality_id, a.case_id, a.meeting_id, m.meeting_type, m.status, m.scheduled_at, a.agency_id,
                                       g.name as agency, a.information, a.pledged_at is not null as pledged,
                                       kasane.pledge_needed(a.id) as pledge_needed,
                                       a.agency_id = any (kasane.my_agencies()) as mine
                                from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id join kasane.agency g on g.id = a.agency_id
                                where a.id = :id
                                """)
                .param("id", id)
                .query(Invitation.class)
                .optional());
    }

    @Override
    public String formId() {
        return "invitation-answer";
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        var context = new HashMap<String, Object>();
        find(instanceKey).ifPresent(invitation -> {
            context.put("meetingType", invitation.meetingType());
            context.put("pledgeNeeded", invitation.pledgeNeeded());
        });
        return context;
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var prefill = new HashMap<String, Object>();
        find(instanceKey).ifPresent(invitation -> {
            prefill.put("agencyName", invitation.agency());
            prefill.put("pledge", invitation.pledged());
            if (invitation.information() != null) {
                prefill.put("information", invitation.information());
            }
        });
        return prefill;
    }

    /**
     * An agency answers its invitation, gives its 誓約書 (per meeting; 002, L5079-81) and the information it has.
     *
     * @throws Refusal.Conflict if the meeting is over
     * @throws Refusal.Invalid if the body asks for a pledge (墨田 at every sitting) and who attends gives none
     */
    @Override
    public Map<String, Object> apply(Submission s) {
        var invitation = find(s.instanceKey()).orElseThrow(() -> new Refusal.NotFound("招集"));
        if (!invitation.status().equals("convened")) {
            throw new Refusal.Conflict("この会議は終わったか、取りやめになっています。");
        }
        requirePledge(invitation, s);
        boolean pledge = s.flag("pledge");
        jdbc.sql(
                        """
                        update kasane.meeting_attendee set answer = :answer, answered_at = :now, answered_by = :by, by_hand = :byHand,
                            information = :information, substitute = :substitute,
                            pledged_at = coalesce(pledged_at, case when :pledge then :now::timestamptz end),
                            pledged_by = coalesce(pledged_by, case when :pledge then :by::uuid end)
                        where id = :id
                        """)
                .param("id", invitation.id())
                .param("answer", s.text("outcome"))
                .param("pledge", pledge)
                .param("information", s.text("information"))
                .param("substitute", substitute(s))
                .param("byHand", !invitation.mine())
                .param("by", s.submittedBy())
                .param("now", Timestamp.from(s.recordedAt()))
                .update();
        // What an agency tells a 支援会議 stays with those who sit in it.
        jdbc.sql("update kasane.submission set meeting_id = :meeting where id = :id")
                .param("id", s.id())
                .param("meeting", invitation.meetingId())
                .update();
        streams.append(
                s.caseId(),
                CaseEvent.now(
                        "meeting.answered",
                        clock.instant(),
                        Map.of(
                                "meetingId", invitation.meetingId(),
                                "agencyId", invitation.agencyId(),
                                "answer", s.text("outcome"),
                                "pledge", pledge)));
        return Map.of("outcome", s.text("outcome"));
    }

    /** Who comes in the place of the agency's member. */
    private static String substitute(Submission s) {
        return s.flag("bySubstitute") ? s.text("substitute") : null;
    }

    private static void requirePledge(Invitation invitation, Submission s) {
        if (invitation.pledgeNeeded() && s.text("outcome").equals("attend") && !s.flag("pledge")) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "pledge", "守秘義務に係る誓約書", "の提出が、この会議に出席するために必要です。提出できないときは「欠席する」を選び、情報だけを伝えてください。")));
        }
    }

    /** An answer is corrected as often as the agency says something else; a pledge given with it goes with it. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        if (!before.latest()) {
            return false;
        }
        find(after.instanceKey()).ifPresent(invitation -> requirePledge(invitation, after));
        jdbc.sql(
                        """
                        update kasane.meeting_attendee set answer = :answer, information = :information, substitute = :substitute,
                            pledged_by = case when :pledge then coalesce(pledged_by, :by) when pledged_at = answered_at then null else pledged_by end,
                            pledged_at = case when :pledge then coalesce(pledged_at, :now) when pledged_at = answered_at then null else pledged_at end
                        where id = :id and answer is not null
                        """)
                .param("id", after.instanceId())
                .param("answer", after.text("outcome"))
                .param("information", after.text("information"))
                .param("substitute", substitute(after))
                .param("pledge", after.flag("pledge"))
                .param("by", after.submittedBy())
                .param("now", Timestamp.from(after.recordedAt()))
                .update();
        return false;
    }

    /** Asked once more. @throws Refusal.Conflict if the meeting is over */
    @Override
    public void withdraw(Recorded before) {
        if (!before.latest()) {
            return;
        }
        var invitation = find(before.submission().instanceKey()).orElseThrow(() -> new Refusal.NotFound("招集"));
        if (!invitation.status().equals("convened")) {
            throw new Refusal.Conflict("この会議は終わったか、取りやめになっています。回答は取り消せません。");
        }
        jdbc.sql(
                        """
                        update kasane.meeting_attendee set answer = null, answered_by = null, by_hand = false, information = null, substitute = null, ordered_seat = null,
                            pledged_by = case when pledged_at = answered_at then null else pledged_by end,
                            pledged_at = case when pledged_at = answered_at then null else pledged_at end, answered_at = null
                        where id = :id
                        """)
                .param("id", invitation.id())
                .update();
    }

    @Override
    public String message() {
        return "meeting-invitation";
    }

    /** Everybody who may answer for the agency. */
    @Override
    public void tell(UUID caseId, String instanceKey) {
        var invitation = find(instanceKey).orElseThrow(() -> new UnknownReference("この招集はデータベースにありません。"));
        var people = notices.peopleOf(invitation.municipalityId(), invitation.agencyId());
        if (people.isEmpty()) {
            throw new BusinessError(BusinessError.NOBODY_REACHED, "この機関には、かさねを使う人がいません。");
        }
        tell(invitation, people, message());
    }

    private void tell(Invitation invitation, List<UUID> people, String kind) {
        notices.tell(
                people,
                kind,
                // A new date is a new invitation.
                "invitation:" + invitation.id() + ":" + invitation.scheduledAt(),
                Notices.About.meeting(invitation.caseId(), invitation.meetingId()));
    }

    /** 招集者による連絡: an agency off the list is called by telephone or letter (001, L6486-6488). */
    @Component
    static class ByHand implements Occasion {

        private final Invitations invitations;
        private final Meetings meetings;

        ByHand(Invitations invitations, Meetings meetings) {
            this.invitations = invitations;
            this.meetings = meetings;
        }

        @Override
        public String message() {
            return "invitation-by-hand";
        }

        @Override
        public void tell(UUID caseId, String instanceKey) {
            invitations.find(instanceKey).ifPresent(invitation -> {
                invitations.tell(invitation, meetings.conveners(invitation.meetingId()), message());
                // Where its office has an address, it is asked by mail, too.
                invitations.offices.send(
                        invitation.municipalityId(),
                        invitation.agencyId(),
                        InvitationLinks.Invites.KIND,
                        invitation.id(),
                        "invitation:" + invitation.scheduledAt());
            });
        }
    }

    @Configuration
    static class Workers {
        @Bean
        InviteMembersWorker inviteMembers(InviteMembers port) {
            return new InviteMembersWorker(port);
        }
    }
}
