package jp.kasane.notification;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** When a municipality's digests go out, in Japanese time. */
@Component
@Transactional
public class DigestTime {

    /** A default of Kasane's own. */
    public static final LocalTime OURS = LocalTime.of(8, 0);

    private final JdbcClient jdbc;
    private final Clock clock;

    DigestTime(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** What the acting user's municipality has set, if it has. */
    @Transactional(readOnly = true)
    public Optional<LocalTime> chosen() {
        return jdbc.sql("select at from kasane.digest_time where municipality_id = kasane.my_municipality()")
                .query(LocalTime.class)
                .optional();
    }

    /** For administrators (row-level security). */
    public void choose(LocalTime at) {
        jdbc.sql(
                        """
                        insert into kasane.digest_time as t (municipality_id, at, changed_at, changed_by)
                        values (kasane.my_municipality(), :at, :now, kasane.acting_user())
                        on conflict (municipality_id) do update set at = excluded.at, changed_at = excluded.changed_at, changed_by = excluded.changed_by
                        where t.at <> excluded.at
                        """)
                .param("at", at)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }
}
