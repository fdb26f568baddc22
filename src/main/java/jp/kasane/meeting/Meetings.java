package jp.kasane.meeting;

import java.sql.Timestamp;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.decision.Decisions;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional
public class Meetings implements CaseSection {

    private final JdbcClient jdbc;
    private final Decisions decisions;

    Meetings(JdbcClient jdbc, Decisions decisions) {
        this.jdbc = jdbc;
        this.decisions = decisions;
    }

    /** The case's meeting that is still to be held, in this kind. */
    Optional<UUID> current(UUID caseId, String meetingType) {
        return jdbc.sql(
                        """
                        select id from kasane.meeting where case_id = :case and meeting_type = :type and status not in ('held', 'cancelled')
                        order by created_at desc limit 1
                        """)
                .param("case", caseId)
                .param("type", meetingType)
                .query(UUID.class)
                .optional();
    }

    /**
     * What a meeting of the case is where it stands now: as the table {@code meeting-type} said in this phase; where nobody has asked it
     * yet, a 重層的支援会議 in the plan phase, else a 支援会議.
     */
    String typeFor(UUID caseId) {
        var phase = jdbc.sql("select phase from kasane.case_file where id = :id")
                .param("id", caseId)
                .query(String.class)
                .single();
        return decisions
                .latest(caseId, "meeting-type")
                .filter(decided -> phase.equals(decided.given().get("phase")))
                .flatMap(decided -> decided.code("meetingType"))
                .orElse(phase.equals("plan") ? "coordination" : "support");
    }

    /** Those to whom its convening is addressed: the convener's people, as the body it is put to has them. */
    List<UUID> conveners(UUID meetingId) {
        return jdbc.sql("select kasane.meeting_people(:id)")
                .param("id", meetingId)
                .query(UUID.class)
                .list();
    }

    /** Whether the body it is put to decides the plan itself (立川; 002, L3849-3855), and does not only look at it. */
    boolean decidesPlan(UUID meetingId) {
        return jdbc.sql("select kasane.decides_plan(:id)")
                .param("id", meetingId)
                .query(Boolean.class)
                .single();
    }

    /** Whom it is put to first: the slot that the table {@code meeting-body} named for the case's meetings of the kind. */
    Optional<String> slotFor(UUID caseId, String meetingType) {
        return decisions
                .latest(caseId, "meeting-body")
                .filter(decided -> meetingType.equals(decided.given().get("meetingType")))
                .flatMap(decided -> decided.code("bodySlot"));
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
                        row.getObject("sitting_id", UUID.class),
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
                        row.getString("quorum_note"),
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
                               t.information, t.agency_id = any (kasane.my_agencies()) as mine, t.substitute, t.agency_id
                        from kasane.meeting_attendee t join kasane.agency a on a.id = t.agency_id
                        where t.meeting_id = :id order by a.position
                        """)
                .param("id", meetingId)
                .query(Meeting.Attendee.class)
                .list();
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
