package jp.kasane.notification;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import jp.kasane.foundation.Ids;
import jp.kasane.notification.internal.MailOrder;
import jp.kasane.notification.internal.Postman;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The one door to people: whoever has something to tell calls {@link #tell}, and the channels follow from there. */
@Component
@Transactional
public class Notices {

    /** Every page shows how many there are: somebody with tens of thousands waits for no count of them. */
    private static final int MOST_COUNTED = 100;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Outbox outbox;
    private final Postman postman;

    Notices(JdbcClient jdbc, Clock clock, Outbox outbox, Postman postman) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.outbox = outbox;
        this.postman = postman;
    }

    /** What a notice is about; ids only, its sentence is put together on the screen for whoever may see the case. */
    public record About(UUID caseId, UUID consultationId, UUID meetingId, UUID taskId, UUID matterId) {
        public static About aCase(UUID caseId) {
            return new About(caseId, null, null, null, null);
        }

        public static About consultation(UUID consultationId) {
            return new About(null, consultationId, null, null, null);
        }

        public static About matter(UUID matterId) {
            return new About(null, null, null, null, matterId);
        }

        public static About meeting(UUID caseId, UUID meetingId) {
            return new About(caseId, null, meetingId, null, null);
        }
    }

    public record Notice(
            UUID id,
            String kind,
            UUID caseId,
            UUID consultationId,
            UUID meetingId,
            UUID taskId,
            UUID matterId,
            Instant createdAt,
            Instant readAt) {}

    /**
     * Tells each of them once per cause, however often it is called, in the caller's transaction: in the app, and by their
     * choice with a mail or in the day's digest. The municipality's webhook is called once per cause.
     *
     * @param cause names the event, e.g. {@code deadline:<id>:2}
     */
    public void tell(Collection<UUID> users, String kind, String cause, About about) {
        var municipalities = new LinkedHashSet<UUID>();
        for (var user : users) {
            jdbc.sql(
                            "select municipality_id, kasane.mail_choice(id, :kind) as mail from kasane.app_user where id = :user")
                    .param("user", user)
                    .param("kind", kind)
                    .query(Reader.class)
                    .optional()
                    .ifPresent(reader -> {
                        municipalities.add(reader.municipalityId());
                        tell(user, reader, kind, cause, about);
                    });
        }
        municipalities.forEach(municipality -> call(municipality, kind, cause, about));
    }

    private record Reader(UUID municipalityId, String mail) {}

    private void tell(UUID user, Reader reader, String kind, String cause, About about) {
        var id = Ids.next();
        var mail = postman.employed() ? reader.mail() : "off";
        // No arbiter is named: that would ask whether the acting user sees the other's row.
        int told = jdbc.sql(
                        """
                        insert into kasane.notification (id, municipality_id, user_id, kind, case_id, consultation_id, meeting_id, task_id, matter_id, cause,
                            created_at, mail)
                        values (:id, :municipality, :user, :kind, :case, :consultation, :meeting, :task, :matter, :cause, :now, :mail)
                        on conflict do nothing
                        """)
                .param("id", id)
                .param("municipality", reader.municipalityId())
                .param("user", user)
                .param("kind", kind)
                .param("case", about.caseId())
                .param("consultation", about.consultationId())
                .param("meeting", about.meetingId())
                .param("task", about.taskId())
                .param("matter", about.matterId())
                .param("cause", cause)
                .param("now", Timestamp.from(clock.instant()))
                .param("mail", mail)
                .update();
        if (told > 0 && mail.equals("at-once")) {
            // A lane of its own: one address that does not answer delays no other mail.
            outbox.addAside(reader.municipalityId(), "mail:" + id, "mail", MailOrder.ofNotice(user, id));
        }
    }

    private void call(UUID municipality, String kind, String cause, About about) {
        if (!jdbc.sql("select kasane.has_webhook(:municipality)")
                .param("municipality", municipality)
                .query(Boolean.class)
                .single()) {
            return;
        }
        var id = Ids.next();
        int first = jdbc.sql(
                        """
                        insert into kasane.webhook_event (id, municipality_id, cause, kind, case_id, consultation_id, meeting_id, task_id, matter_id, created_at)
                        values (:id, :municipality, :cause, :kind, :case, :consultation, :meeting, :task, :matter, :now)
                        on conflict do nothing
                        """)
                .param("id", id)
                .param("municipality", municipality)
                .param("cause", cause)
                .param("kind", kind)
                .param("case", about.caseId())
                .param("consultation", about.consultationId())
                .param("meeting", about.meetingId())
                .param("task", about.taskId())
                .param("matter", about.matterId())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (first > 0) {
            outbox.addAside(municipality, "webhook:" + id, "webhook", Map.of("eventId", id));
        }
    }

    /** Who holds a role at an agency, in the acting user's municipality or the case's. */
    @Transactional(readOnly = true)
    public List<UUID> holders(UUID municipalityId, String role, UUID agencyId) {
        return jdbc.sql("select * from kasane.holders(:municipality, :role, :agency)")
                .param("municipality", municipalityId)
                .param("role", role)
                .param("agency", agencyId)
                .query(UUID.class)
                .list();
    }

    /** Everybody who works for an agency's cases, whatever their role there. */
    @Transactional(readOnly = true)
    public List<UUID> peopleOf(UUID municipalityId, UUID agencyId) {
        return Stream.of("member", "reception", "coordinator", "manager")
                .flatMap(role -> holders(municipalityId, role, agencyId).stream())
                .distinct()
                .toList();
    }

    @Transactional(readOnly = true)
    public List<Notice> mine(int most) {
        return jdbc.sql(
                        """
                        select id, kind, case_id, consultation_id, meeting_id, task_id, matter_id, created_at, read_at
                        from kasane.notification where user_id = kasane.acting_user() order by created_at desc limit :most
                        """)
                .param("most", most)
                .query(Notice.class)
                .list();
    }

    @Transactional(readOnly = true)
    public int unread() {
        return jdbc.sql(
                        "select count(*) from (select from kasane.notification where user_id = kasane.acting_user() and read_at is null limit :most) x")
                .param("most", MOST_COUNTED)
                .query(Integer.class)
                .single();
    }

    public void allRead() {
        jdbc.sql(
                        "update kasane.notification set read_at = :now where user_id = kasane.acting_user() and read_at is null")
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }
}
