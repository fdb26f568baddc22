package jp.kasane.notification;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional
public class Notices {

    private final JdbcClient jdbc;
    private final Clock clock;

    Notices(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** What a notice is about; ids only, its sentence is put together on the screen for whoever may see the case. */
    public record About(UUID caseId, UUID consultationId, UUID meetingId, UUID taskId) {
        public static About aCase(UUID caseId) {
            return new About(caseId, null, null, null);
        }

        public static About meeting(UUID caseId, UUID meetingId) {
            return new About(caseId, null, meetingId, null);
        }
    }

    public record Notice(
            UUID id,
            String kind,
            UUID caseId,
            UUID consultationId,
            UUID meetingId,
            UUID taskId,
            Instant createdAt,
            Instant readAt) {}

    /**
     * Tells each of them once per cause, however often it is called.
     *
     * @param cause names the event, e.g. {@code deadline:<id>:2}
     */
    public void tell(Collection<UUID> users, String kind, String cause, About about) {
        for (var user : users) {
            jdbc.sql(
                            """
                            insert into kasane.notification (id, municipality_id, user_id, kind, case_id, consultation_id, meeting_id, task_id, cause, created_at)
                            select :id, m.municipality_id, m.id, :kind, :case, :consultation, :meeting, :task, :cause, :now
                            from kasane.app_user m where m.id = :user
                            on conflict (user_id, cause) do nothing
                            """)
                    .param("id", Ids.next())
                    .param("user", user)
                    .param("kind", kind)
                    .param("case", about.caseId())
                    .param("consultation", about.consultationId())
                    .param("meeting", about.meetingId())
                    .param("task", about.taskId())
                    .param("cause", cause)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
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
                        select id, kind, case_id, consultation_id, meeting_id, task_id, created_at, read_at
                        from kasane.notification where user_id = kasane.acting_user() order by created_at desc limit :most
                        """)
                .param("most", most)
                .query(Notice.class)
                .list();
    }

    @Transactional(readOnly = true)
    public int unread() {
        return jdbc.sql(
                        "select count(*) from kasane.notification where user_id = kasane.acting_user() and read_at is null")
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
