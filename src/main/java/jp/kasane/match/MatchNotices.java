package jp.kasane.match;

import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Tells the section (所管課) of pairs whose agencies do not see each other's side: nobody else could put them together. Once per pair,
 * a moment after it was recorded, whichever way it came in.
 */
@Component
class MatchNotices {

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Notices notices;

    MatchNotices(JdbcClient jdbc, SystemActor system, Notices notices) {
        this.jdbc = jdbc;
        this.system = system;
        this.notices = notices;
    }

    private record New(UUID streamId, UUID municipalityId, boolean ofCase, UUID section) {}

    @Scheduled(fixedDelayString = "PT20S", initialDelayString = "PT30S")
    void tell() {
        system.inTransaction(() -> jdbc.sql(
                        """
                        select t.stream_id, t.municipality_id, s.kind = 'case' as of_case, m.responsible_agency_id as section
                        from kasane.match_to_tell t join kasane.stream s on s.id = t.stream_id join kasane.municipality m on m.id = t.municipality_id
                        order by t.stream_id limit 200 for update of t skip locked
                        """)
                .query(New.class)
                .list()
                .forEach(this::tell));
    }

    private void tell(New found) {
        var others = jdbc.sql("select kasane.matches_apart(:stream)")
                .param("stream", found.streamId())
                .query(UUID.class)
                .list();
        for (var other : others) {
            boolean first = found.streamId().compareTo(other) < 0;
            notices.tell(
                    notices.holders(found.municipalityId(), "manager", found.section()),
                    "possible-match",
                    "match:" + (first ? found.streamId() + ":" + other : other + ":" + found.streamId()),
                    found.ofCase()
                            ? Notices.About.aCase(found.streamId())
                            : Notices.About.consultation(found.streamId()));
        }
        jdbc.sql("delete from kasane.match_to_tell where stream_id = :stream")
                .param("stream", found.streamId())
                .update();
    }
}
