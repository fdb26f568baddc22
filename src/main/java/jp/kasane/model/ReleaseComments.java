package jp.kasane.model;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 話し合い: what the managers say to each other about a release before it is in force. Who asked for it and who drew it take part as well: they
 * do not review it, but they are asked. Nothing of it is changed or taken away.
 */
@Component
public class ReleaseComments {

    /** Longer than that is a meeting: ours. */
    private static final int LONGEST = 2000;

    private static final String KIND = "release-commented";

    private final JdbcClient jdbc;
    private final Releases releases;
    private final Streams streams;
    private final Notices notices;
    private final Clock clock;

    ReleaseComments(JdbcClient jdbc, Releases releases, Streams streams, Notices notices, Clock clock) {
        this.jdbc = jdbc;
        this.releases = releases;
        this.streams = streams;
        this.notices = notices;
        this.clock = clock;
    }

    /** @param saidBy the name */
    public record Comment(UUID id, String said, String saidBy, Instant saidAt) {}

    /**
     * Says something. The others who take part (asked, drew, reviewed, said something) are told, as long as they are of the section.
     *
     * @param said 1 to 2000 characters
     * @return the id of the comment
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.NotFound if there is no such release
     * @throws Refusal.Conflict once the release is over
     * @throws Refusal.Invalid for a text that is empty or too long
     */
    @Transactional
    public UUID say(UUID release, String said) {
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("図の公開について書きこむのは、所管課の担当者です。");
        }
        releases.one(release);
        streams.lock(release);
        // Under the lock nobody takes it back or approves it meanwhile.
        if (!releases.one(release).open()) {
            throw new Refusal.Conflict("この公開は、もう終わっています。書きこめません。");
        }
        var text = said == null
                ? ""
                : said.replace("\r\n", "\n").replace("\u0000", "").strip();
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("said", "書きこみ", "は 1～" + LONGEST + " 字で入力してください。")));
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.model_release_comment (id, release_id, municipality_id, said, said_by, said_at)
                        values (:id, :release, kasane.my_municipality(), :said, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("release", release)
                .param("said", text)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(release, CaseEvent.now("release.commented", clock.instant(), Map.of("comment", id.toString())));
        notices.tell(others(release), KIND, KIND + ":" + id, Notices.About.matter(release));
        return id;
    }

    /** Who has taken part, is of the section today, and is not the one who speaks. */
    private List<UUID> others(UUID release) {
        return jdbc.sql(
                        """
                        select x.who
                        from (select unnest(array [r.asked_by, r.drawn_by, r.reviewed_by]) as who from kasane.model_release r where r.id = :release
                              union select c.said_by from kasane.model_release_comment c where c.release_id = :release) x
                        where x.who <> kasane.acting_user() and x.who in (select kasane.holders(kasane.my_municipality(), 'manager', null))
                        order by 1
                        """)
                .param("release", release)
                .query(UUID.class)
                .list();
    }

    /**
     * Everything that was said, in that order.
     *
     * @throws Refusal.NotFound for a release the acting user may not know of
     */
    @Transactional(readOnly = true)
    public List<Comment> of(UUID release) {
        releases.one(release);
        return jdbc.sql(
                        """
                        select c.id, c.said, u.display_name as said_by, c.said_at
                        from kasane.model_release_comment c join kasane.app_user u on u.id = c.said_by
                        where c.release_id = :release order by c.said_at, c.id
                        """)
                .param("release", release)
                .query(Comment.class)
                .list();
    }
}
