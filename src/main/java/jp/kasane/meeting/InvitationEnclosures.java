package jp.kasane.meeting;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.notification.MailEnclosures;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** An invitation comes with an entry for the calendar, and the news that it is off takes it away again. */
@Component
class InvitationEnclosures implements MailEnclosures {

    private final JdbcClient jdbc;
    private final CalendarEntries entries;

    InvitationEnclosures(JdbcClient jdbc, CalendarEntries entries) {
        this.jdbc = jdbc;
        this.entries = entries;
    }

    @Override
    public List<CalendarFile> of(String kind, String cause, UUID userId, UUID meetingId, String to, Locale in) {
        return switch (kind) {
            case "meeting-invitation" ->
                sittingOf(meetingId)
                        .map(sitting -> entries.invitation(sitting, to, in))
                        .orElse(List.of());
            case Invitations.CALLED_OFF ->
                calledOff(cause)
                        .filter(sitting -> !stillInvited(sitting, userId))
                        .map(sitting -> entries.cancellation(sitting, to, in))
                        .orElse(List.of());
            default -> List.of();
        };
    }

    /** The sitting that is not held, or not for the case the cause names. */
    static Optional<UUID> calledOff(String cause) {
        var parts = cause.split(":");
        return parts.length < 2 ? Optional.empty() : Ids.parse(parts[1]);
    }

    Optional<UUID> sittingOf(UUID meetingId) {
        return jdbc.sql(
                        "select sitting_id from kasane.meeting where id = :id and status = 'convened' and sitting_id is not null")
                .param("id", meetingId)
                .query(UUID.class)
                .optional();
    }

    /** Another case keeps them there. */
    private boolean stillInvited(UUID sitting, UUID userId) {
        return jdbc.sql(
                        """
                        select exists (select from kasane.sitting s join kasane.meeting m on m.sitting_id = s.id and m.status = 'convened'
                                       join kasane.meeting_attendee a on a.meeting_id = m.id and a.invited_at is not null
                                       join kasane.role_assignment r on r.agency_id = a.agency_id and r.user_id = :user
                                       where s.id = :sitting and s.status = 'planned')
                        """)
                .param("user", userId)
                .param("sitting", sitting)
                .query(Boolean.class)
                .single();
    }
}
