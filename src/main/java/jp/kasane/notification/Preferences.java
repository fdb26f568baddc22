package jp.kasane.notification;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Which notices a person wants by mail, and how. In-app is not a choice: there everything stands. */
@Component
@Transactional
public class Preferences {

    private static final Pattern KIND = Pattern.compile("notice\\.([a-z0-9-]+)");

    private final JdbcClient jdbc;
    private final Clock clock;
    private final List<String> kinds;

    Preferences(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
        // A kind is one that there are words for: without them it could not be shown either.
        var words = ResourceBundle.getBundle("messages", Locale.ROOT);
        var found = new ArrayList<String>();
        for (var key : words.keySet()) {
            var kind = KIND.matcher(key);
            if (kind.matches()) {
                found.add(kind.group(1));
            }
        }
        found.sort(null);
        this.kinds = List.copyOf(found);
    }

    /**
     * @param mail {@code off}, {@code at-once} or {@code digest}
     * @param ours nobody chose: a default of Kasane's own
     */
    public record Choice(String kind, String mail, boolean ours) {}

    /** Every kind of notice there is, with the acting user's choice. */
    @Transactional(readOnly = true)
    public List<Choice> mine() {
        return jdbc.sql(
                        """
                        select k.kind, coalesce(p.mail, kasane.default_mail(k.kind)) as mail, p.mail is null as ours
                        from unnest(:kinds) with ordinality k (kind, position)
                        left join kasane.notification_preference p on p.kind = k.kind and p.user_id = kasane.acting_user()
                        order by k.position
                        """)
                .param("kinds", kinds.toArray(String[]::new))
                .query(Choice.class)
                .list();
    }

    /**
     * What is as it was stays a default, if it was one.
     *
     * @param mail by kind; kinds that do not exist and ways that are none are left out
     */
    public void choose(Map<String, String> mail) {
        mail.forEach((kind, way) -> {
            if (!kinds.contains(kind) || !List.of("off", "at-once", "digest").contains(way)) {
                return;
            }
            jdbc.sql(
                            """
                            insert into kasane.notification_preference as p (user_id, municipality_id, kind, mail, changed_at)
                            select kasane.acting_user(), kasane.my_municipality(), :kind, :mail, :now
                            where :mail <> coalesce(
                                (select mail from kasane.notification_preference where user_id = kasane.acting_user() and kind = :kind),
                                kasane.default_mail(:kind))
                            on conflict (user_id, kind) do update set mail = excluded.mail, changed_at = excluded.changed_at
                            """)
                    .param("kind", kind)
                    .param("mail", way)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        });
    }
}
