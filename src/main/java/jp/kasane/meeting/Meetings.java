package jp.kasane.meeting;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional
public class Meetings implements CaseSection {

    private final JdbcClient jdbc;
    private final Streams streams;
    private final Clock clock;

    Meetings(JdbcClient jdbc, Streams streams, Clock clock) {
        this.jdbc = jdbc;
        this.streams = streams;
        this.clock = clock;
    }

    /** The case's meeting that is still to be held, in this kind. */
    Optional<UUID> current(UUID caseId, String meetingType) {
        return jdbc.sql(
                        """
                        select id from kasane.meeting where case_id = :case and meeting_type = :type and status <> 'held'
                        order by created_at desc limit 1
                        """)
                .param("case", caseId)
                .param("type", meetingType)
                .query(UUID.class)
                .optional();
    }

    /** In the plan phase a meeting is 重層的支援会議, before it 支援会議. */
    String typeFor(UUID caseId) {
        return jdbc.sql("select phase from kasane.case_file where id = :id")
                        .param("id", caseId)
                        .query(String.class)
                        .single()
                        .equals("plan")
                ? "coordination"
                : "support";
    }

    @Transactional(readOnly = true)
    public Optional<Meeting> find(UUID id) {
        return meetings("m.id = :id", id).stream().findFirst();
    }

    @Transactional(readOnly = true)
    @Override
    public List<Meeting> of(UUID caseId) {
        return meetings("m.case_id = :id", caseId);
    }

    private List<Meeting> meetings(String where, UUID id) {
        return jdbc.sql(
                        """
                        select m.*, a.name as convener from kasane.meeting m join kasane.agency a on a.id = m.convener_id
                        where %s order by m.created_at desc
                        """
                                .formatted(where))
                .param("id", id)
                .query((row, n) -> new Meeting(
                        row.getObject("id", UUID.class),
                        row.getObject("case_id", UUID.class),
                        row.getString("meeting_type"),
                        row.getString("status"),
                        row.getString("convener"),
                        row.getString("purpose"),
                        row.getString("agenda"),
                        row.getObject("desired_from", java.time.LocalDate.class),
                        instant(row.getTimestamp("scheduled_at")),
                        row.getString("place"),
                        row.getString("note"),
                        instant(row.getTimestamp("held_at")),
                        row.getString("outcome"),
                        row.getString("minutes"),
                        row.getString("approach"),
                        attendees(row.getObject("id", UUID.class))))
                .list();
    }

    private static java.time.Instant instant(Timestamp time) {
        return time == null ? null : time.toInstant();
    }

    List<Meeting.Attendee> attendees(UUID meetingId) {
        return jdbc.sql(
                        """
                        select t.id, a.code as agency_code, a.name as agency, t.invited_at, t.answer, t.answered_at, t.pledged_at, t.attended,
                               t.information, t.agency_id = any (kasane.my_agencies()) as mine
                        from kasane.meeting_attendee t join kasane.agency a on a.id = t.agency_id
                        where t.meeting_id = :id order by a.position
                        """)
                .param("id", meetingId)
                .query(Meeting.Attendee.class)
                .list();
    }

    /**
     * An agency answers its invitation, gives its 誓約書 and the information it has.
     *
     * @param attend whether it comes
     * @param pledge whether the pledge of secrecy is given; once given it stays
     * @throws Refusal.NotFound if there is no such invitation for the acting user's agencies
     * @throws Refusal.Conflict if the meeting has been held
     */
    public void answer(UUID meetingId, boolean attend, boolean pledge, String information) {
        var meeting = find(meetingId).orElseThrow(() -> new Refusal.NotFound("会議"));
        var invitation = meeting.attendees().stream()
                .filter(Meeting.Attendee::mine)
                .findFirst()
                .orElseThrow(() -> new Refusal.Forbidden("この会議に招かれた機関の方ではないため、回答できません。"));
        if (meeting.status().equals("held")) {
            throw new Refusal.Conflict("この会議は終わっています。");
        }
        if (information != null && information.length() > 8000) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("information", "提供する情報", "は8000字以内で入力してください。")));
        }
        streams.lock(meeting.caseId());
        jdbc.sql(
                        """
                        update kasane.meeting_attendee set answer = :answer, answered_at = :now, answered_by = kasane.acting_user(),
                            information = :information,
                            pledged_at = coalesce(pledged_at, case when :pledge then :now::timestamptz end),
                            pledged_by = coalesce(pledged_by, case when :pledge then kasane.acting_user() end)
                        where id = :id
                        """)
                .param("id", invitation.id())
                .param("answer", attend ? "attend" : "absent")
                .param("pledge", pledge)
                .param("information", information == null || information.isBlank() ? null : information)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                meeting.caseId(),
                CaseEvent.now(
                        "meeting.answered",
                        clock.instant(),
                        Map.of("meetingId", meetingId, "answer", attend ? "attend" : "absent", "pledge", pledge)));
    }

    @Override
    public String key() {
        return "meetings";
    }

    @Override
    public int order() {
        return 40;
    }
}
