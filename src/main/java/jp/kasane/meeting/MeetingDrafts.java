package jp.kasane.meeting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.task.Tasks;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The minutes while they are written: one draft for each meeting that is still to be recorded, shared by those who may record it. Who
 * saves names the version they began with; where somebody else was faster nothing is overwritten.
 */
@Component
@Transactional
public class MeetingDrafts {

    static final String STEP = "Task_HoldMeeting";
    private static final int LONGEST = 300_000;

    private final JdbcClient jdbc;
    private final Tasks tasks;
    private final SettingChanges words;
    private final ObjectMapper json;
    private final Clock clock;

    MeetingDrafts(JdbcClient jdbc, Tasks tasks, SettingChanges words, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.tasks = tasks;
        this.words = words;
        this.json = json;
        this.clock = clock;
    }

    /** @param version 1 for the first that was saved */
    public record Draft(int version, ObjectNode data, Instant savedAt, String savedBy) {}

    /** The task by which the meeting is recorded, if it is the acting user's to do. */
    @Transactional(readOnly = true)
    public Optional<Tasks.Row> task(Meeting meeting) {
        return meeting.status().equals("convened")
                ? tasks.ofStream(meeting.caseId(), STEP, 5).stream()
                        .filter(Tasks.Row::workable)
                        .findFirst()
                : Optional.empty();
    }

    @Transactional(readOnly = true)
    public Optional<Draft> find(UUID meetingId) {
        return jdbc.sql(
                        """
                        select d.version, d.data::text as data, d.saved_at, u.display_name from kasane.meeting_draft d
                        join kasane.app_user u on u.id = d.saved_by where d.meeting_id = :id
                        """)
                .param("id", meetingId)
                .query((row, n) -> new Draft(
                        row.getInt("version"),
                        read(row.getString("data")),
                        row.getTimestamp("saved_at").toInstant(),
                        row.getString("display_name")))
                .optional();
    }

    /**
     * @param basedOn the version that was shown to whoever writes, 0 where there was none
     * @return the new version
     * @throws Refusal.Conflict if somebody else has saved since, and says who and when; nothing is changed
     * @throws Refusal.Forbidden for whoever does not record the meeting
     * @throws Refusal.Invalid for more than is ever said in a meeting
     */
    public int save(Meeting meeting, int basedOn, ObjectNode data) {
        if (task(meeting).isEmpty()) {
            throw new Refusal.Forbidden(words.word("hold.error.notYours"));
        }
        // PostgreSQL keeps no NUL.
        var text = data.toString().replace("\\u0000", "");
        if (text.length() > LONGEST) {
            throw new Refusal.Invalid(List.of(
                    new Refusal.FieldError("minutes", words.word("meeting.minutes"), words.word("hold.error.long"))));
        }
        int saved = jdbc.sql(
                        basedOn == 0
                                ? """
                                insert into kasane.meeting_draft (meeting_id, municipality_id, case_id, version, data, saved_at, saved_by)
                                values (:id, kasane.my_municipality(), :case, :basedOn + 1, :data::jsonb, :now, kasane.acting_user())
                                on conflict (meeting_id) do nothing
                                """
                                : """
                                update kasane.meeting_draft set version = version + 1, data = :data::jsonb, saved_at = :now,
                                    saved_by = kasane.acting_user()
                                where meeting_id = :id and version = :basedOn and case_id = :case
                                """)
                .param("id", meeting.id())
                .param("case", meeting.caseId())
                .param("basedOn", basedOn)
                .param("data", text)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (saved == 0) {
            throw new Refusal.Conflict(find(meeting.id())
                    .map(draft -> words.word(
                            "hold.error.meanwhile",
                            draft.savedBy(),
                            WrittenDates.hour(draft.savedAt(), LocaleContextHolder.getLocale())))
                    .orElse(words.word("hold.error.gone")));
        }
        return basedOn + 1;
    }

    /** The record was submitted: what was written for it stands there. */
    public void drop(UUID meetingId) {
        jdbc.sql("delete from kasane.meeting_draft where meeting_id = :id")
                .param("id", meetingId)
                .update();
    }

    private ObjectNode read(String text) {
        try {
            return (ObjectNode) json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A draft cannot be read", e);
        }
    }
}
