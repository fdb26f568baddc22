package jp.kasane.audit;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import jp.kasane.access.SystemActor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Lets months of the trail and of the engine's records go once their time is over ({@code audit.drop_expired}, ADR 0035). How long that is
 * belongs to the database's owner and is set on the command line; Kasane's default is for ever.
 */
@Component
public class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final JdbcClient jdbc;
    private final Trail trail;
    private final SystemActor system;
    private final TransactionTemplate transaction;

    Retention(JdbcClient jdbc, Trail trail, SystemActor system, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.trail = trail;
        this.system = system;
        this.transaction = transaction;
    }

    /**
     * @param name look, act, engine (entries of the trail) or records (of the engine)
     * @param months null: for ever
     * @param first oldest month there is, or null
     * @param next the day on which a month may go, or null
     */
    public record Kept(String name, Integer months, LocalDate first, LocalDate next) {}

    /** @param gone entries, or batches of records, in all; @param stayed what still vouches for something, or still runs */
    public record Gone(String name, LocalDate month, long gone, long stayed, Instant at) {}

    @Transactional(readOnly = true)
    public List<Kept> kept() {
        return jdbc.sql(
                        """
                        select r.class as name, r.months, min(m.month) as first, min(m.expires) filter (where m.expires > kasane.today()) as next
                        from audit.retention r left join audit.months() m on m.class = r.class and m.month <= kasane.today()
                        group by 1, 2 order by array_position(array ['look', 'act', 'engine', 'records'], r.class)
                        """)
                .query(Kept.class)
                .list();
    }

    /** The newest 100. */
    @Transactional(readOnly = true)
    public List<Gone> gone() {
        return jdbc.sql(
                        """
                        select * from (
                            select distinct on (d.class, d.month) d.class as name, d.month, d.gone, d.stayed, d.at
                            from audit.dropped d order by d.class, d.month, d.at desc) x
                        order by at desc limit 100
                        """)
                .query(Gone.class)
                .list();
    }

    /** A month that cannot go (somebody reads it, or it is not as it was sealed) is asked again the next night; the trail says so. */
    @Scheduled(cron = "${kasane.trail.drop-at:0 15 4 * * *}", zone = "Asia/Tokyo")
    void dropAtNight() {
        system.named(() -> {
            drop();
            return null;
        });
    }

    private void drop() {
        record Month(String name, LocalDate month) {}
        var expired = transaction.execute(status -> jdbc.sql(
                        """
                        select class as name, month from audit.months()
                        where expires <= (now() at time zone 'Asia/Tokyo')::date order by month, class
                        """)
                .query(Month.class)
                .list());
        for (var month : expired) {
            try {
                var gone = transaction.execute(status -> jdbc.sql("select audit.drop_expired(:name, :month)")
                        .param("name", month.name())
                        .param("month", month.month())
                        .query(Long.class)
                        .single());
                if (gone > 0) {
                    LOG.info(
                            "{} of the trail, {}: {} are gone, their time was over", month.name(), month.month(), gone);
                }
            } catch (DataAccessException e) {
                LOG.error(
                        "{} of the trail, {}, stays although its time is over: {}",
                        month.name(),
                        month.month(),
                        e.getMostSpecificCause().getMessage());
                trail.note(
                        false,
                        "trail",
                        "not-dropped",
                        null,
                        List.of(),
                        Map.of("class", month.name(), "month", month.month().toString()),
                        null);
            }
        }
    }
}
