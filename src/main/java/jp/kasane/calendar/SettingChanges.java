package jp.kasane.calendar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.context.MessageSource;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Who changed which setting of the municipality, and when: old and new values, never rewritten. And who may do so. */
@Component
@Transactional
public class SettingChanges {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final MessageSource messages;
    private final Clock clock;

    SettingChanges(JdbcClient jdbc, ObjectMapper json, MessageSource messages, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.messages = messages;
        this.clock = clock;
    }

    /** @param before null: there was nothing; {@code after} null: it was taken away */
    public record Change(String subject, JsonNode before, JsonNode after, Instant changedAt, String changedBy) {}

    /** @throws Refusal.Forbidden for whoever is neither manager, administrator nor auditor */
    public void requireReader() {
        var me = Acting.required();
        if (!mayChange() && !me.has("auditor")) {
            throw new Refusal.Forbidden(word("rules.readersOnly"));
        }
    }

    /** @throws Refusal.Forbidden for whoever is neither manager nor administrator; the database refuses them, too */
    public void requireChanger() {
        if (!mayChange()) {
            throw new Refusal.Forbidden(word("rules.changersOnly"));
        }
    }

    public boolean mayChange() {
        var me = Acting.required();
        return me.has("manager") || me.has("admin");
    }

    public void note(String kind, String subject, Object before, Object after) {
        jdbc.sql(
                        """
                        insert into kasane.setting_change (id, municipality_id, kind, subject, before, after, changed_at, changed_by)
                        values (:id, :municipality, :kind, :subject, :before::jsonb, :after::jsonb, :now, kasane.acting_user())
                        """)
                .param("id", Ids.next())
                .param("municipality", Acting.required().municipalityId())
                .param("kind", kind)
                .param("subject", subject)
                .param("before", write(before))
                .param("after", write(after))
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /** The latest first. @param subject null: all of the kind */
    @Transactional(readOnly = true)
    public List<Change> list(String kind, String subject, int most) {
        return jdbc.sql(
                        """
                        select c.subject, c.before::text as before, c.after::text as after, c.changed_at, u.display_name as changed_by
                        from kasane.setting_change c join kasane.app_user u on u.id = c.changed_by
                        where c.municipality_id = :municipality and c.kind = :kind and (:subject::text is null or c.subject = :subject)
                        order by c.changed_at desc, c.id desc limit :most
                        """)
                .param("municipality", Acting.required().municipalityId())
                .param("kind", kind)
                .param("subject", subject, java.sql.Types.VARCHAR)
                .param("most", most)
                .query((row, n) -> new Change(
                        row.getString("subject"),
                        read(row.getString("before")),
                        read(row.getString("after")),
                        row.getTimestamp("changed_at").toInstant(),
                        row.getString("changed_by")))
                .list();
    }

    /** In the language of whoever asks. */
    public String word(String key, Object... values) {
        return messages.getMessage(key, values, LocaleContextHolder.getLocale());
    }

    private String write(Object value) {
        try {
            return value == null ? null : json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A setting cannot be written as JSON", e);
        }
    }

    private JsonNode read(String text) {
        try {
            return text == null ? null : json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A change of a setting cannot be read", e);
        }
    }
}
