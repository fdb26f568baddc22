package jp.kasane.audit;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.TaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Seals what is written to the trail, anchors it outside of the database, and verifies it: by itself every night, and on demand. */
@Component
public class Chain {

    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);

    /** Entries that one transaction seals. */
    private static final int AT_ONCE = 5_000;

    /**
     * @param sealed links of the chain
     * @param waiting entries that are not sealed yet
     * @param running how many links the verification that is running has done, or null
     */
    public record State(
            long sealed,
            String head,
            long waiting,
            AnchorFiles.Anchor anchor,
            String key,
            Long running,
            Verified last) {}

    /** A verification that has ended. */
    public record Verified(Instant at, String by, Verification.Result result) {}

    private final JdbcClient jdbc;
    private final Trail trail;
    private final SystemActor system;
    private final TransactionTemplate transaction;
    private final AnchorFiles anchors;
    private final TaskExecutor executor;
    private final ObjectMapper json;
    private final Clock clock;
    private final AtomicReference<Long> running = new AtomicReference<>();
    private volatile boolean compared;

    Chain(
            JdbcClient jdbc,
            Trail trail,
            SystemActor system,
            TransactionTemplate transaction,
            TrailSettings settings,
            TaskExecutor applicationTaskExecutor,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.trail = trail;
        this.system = system;
        this.transaction = transaction;
        this.anchors = new AnchorFiles(settings.anchors());
        this.executor = applicationTaskExecutor;
        this.json = json;
        this.clock = clock;
    }

    /** What has been committed is sealed within a second. Several servers may ask: one at a time does it. */
    @Scheduled(fixedDelayString = "PT0.4S", initialDelayString = "PT1S")
    void seal() {
        // Until the anchors are compared it is not known whether the chain goes on, or goes on from a backup.
        if (!compared) {
            return;
        }
        while (sealSome() == AT_ONCE) {
            // There is more.
        }
    }

    private int sealSome() {
        return transaction.execute(status -> jdbc.sql("select audit.seal(:most)")
                .param("most", AT_ONCE)
                .query(Integer.class)
                .single());
    }

    @Scheduled(fixedDelayString = "${kasane.trail.anchor-every:PT10M}", initialDelayString = "PT1M")
    void anchorAgain() {
        if (compared) {
            anchor();
        }
    }

    /** Writes the chain's head as it is now, unless it is written already. */
    Optional<AnchorFiles.Anchor> anchor() {
        seal();
        head().filter(head -> anchors.last()
                        .filter(last -> last.head().equals(head.head()))
                        .isEmpty())
                .ifPresent(head -> anchors.write("head", head.seq(), head.head(), head.now()));
        return anchors.last();
    }

    /**
     * Anchors on demand.
     *
     * @throws Refusal.Forbidden for anybody but auditors and administrators
     */
    public AnchorFiles.Anchor anchorNow() {
        mayLook();
        var written = anchor().orElseThrow(() -> new Refusal.Conflict("証跡がまだないため、アンカーを書き出せません。"));
        trail.note(false, "trail", "anchored", null, List.of(), Map.of("seq", written.seq()), null);
        return written;
    }

    /**
     * A database that is older than its last anchor was restored from a backup: the chain goes on from there, and this is on the trail
     * and among the anchors. Whoever set the database back without saying so finds it there, too.
     */
    @EventListener(ApplicationReadyEvent.class)
    void compare() {
        var last = anchors.last().orElse(null);
        var seq = head().map(Head::seq).orElse(0L);
        if (last == null && seq > 0) {
            LOG.warn("The trail has {} entries and no anchor: nothing outside of the database vouches for them", seq);
            system.named(
                    () -> trail.note(false, "trail", "anchors-missing", null, List.of(), Map.of("seq", seq), null));
        }
        if (last != null && !last.head().equals(headAt(last.seq()))) {
            if (last.seq() > seq) {
                LOG.warn(
                        "The trail ends at {} and was anchored at {}: the database was restored from a backup",
                        seq,
                        last.seq());
                system.named(() -> trail.note(
                        false,
                        "trail",
                        "restored",
                        null,
                        List.of(),
                        Map.of("seq", seq, "anchorSeq", last.seq(), "anchorHead", last.head()),
                        null));
                // What was anchored up to here still has to agree: only what came later stands no more.
                anchors.write(
                        "restored", seq, last.head(), head().map(Head::now).orElseGet(clock::instant));
            } else {
                LOG.error("The trail does not agree with the anchor at {}: it was changed", last.seq());
            }
        }
        compared = true;
        anchor();
    }

    /** What was sealed since the last anchor is anchored before it stops. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        try {
            anchorAgain();
        } catch (RuntimeException e) {
            LOG.warn("The last entries of the trail are not anchored: {}", e.getMessage());
        }
    }

    @Scheduled(cron = "${kasane.trail.verify-at:0 30 3 * * *}", zone = "Asia/Tokyo")
    void verifyAtNight() {
        if (running.compareAndSet(null, 0L)) {
            inBackground(() -> system.named(() -> {
                verifying();
                return null;
            }));
        }
    }

    /**
     * Begins to verify everything; {@link #state} tells how far it is.
     *
     * @throws Refusal.Conflict while it is running already
     */
    public void verify() {
        mayLook();
        if (!running.compareAndSet(null, 0L)) {
            throw new Refusal.Conflict("検証はすでに始まっています。終わるまでお待ちください。");
        }
        var by = Acting.required();
        inBackground(() -> Acting.as(by, () -> {
            verifying();
            return null;
        }));
    }

    private void inBackground(Runnable work) {
        try {
            executor.execute(work);
        } catch (RuntimeException e) {
            running.set(null);
            throw e;
        }
    }

    private void verifying() {
        try {
            seal();
            var result = new Verification(jdbc).run(anchors, running::set);
            var refs = new LinkedHashMap<String, Object>();
            refs.put("links", result.links());
            refs.put("head", result.head());
            refs.put("anchors", result.anchors());
            refs.put("count", result.count());
            refs.put("findings", result.findings());
            trail.note(false, "trail", "verified", null, List.of(), refs, null);
            if (!result.whole()) {
                LOG.error("The trail is not whole: {} findings, see /trail/chain", result.count());
            }
        } finally {
            running.set(null);
        }
    }

    /** @throws Refusal.Forbidden for anybody but auditors and administrators */
    public State state() {
        mayLook();
        var head = head();
        return new State(
                head.map(Head::seq).orElse(0L),
                head.map(Head::head).orElse(null),
                jdbc.sql("select audit.waiting()").query(Long.class).single(),
                anchors.last().orElse(null),
                anchors.fingerprint(),
                running.get(),
                lastVerified().orElse(null));
    }

    private Optional<Verified> lastVerified() {
        return transaction.execute(status -> jdbc.sql(
                        """
                        select e.at, e.refs, u.display_name from audit.entry e left join kasane.app_user u on u.id = e.actor_id
                        where e.class = 'act' and e.kind = 'trail' and e.what = 'verified' order by e.at desc limit 1
                        """)
                .query((row, number) -> new Verified(
                        row.getTimestamp("at").toInstant(),
                        row.getString("display_name"),
                        result(row.getString("refs"))))
                .optional());
    }

    private Verification.Result result(String refs) {
        try {
            var tree = json.readTree(refs);
            return new Verification.Result(
                    tree.path("links").asLong(),
                    tree.path("head").asText(null),
                    tree.path("anchors").asInt(),
                    tree.path("count").asLong(),
                    json.convertValue(tree.path("findings"), new TypeReference<List<Finding>>() {}));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void mayLook() {
        var me = Acting.required();
        if (!me.has("auditor") && !me.has("admin")) {
            throw new Refusal.Forbidden("証跡を確かめられるのは、監査担当者とシステム管理者だけです。");
        }
    }

    AnchorFiles anchors() {
        return anchors;
    }

    private record Head(long seq, String head, Instant now) {}

    private Optional<Head> head() {
        return jdbc.sql("select seq, encode(head, 'hex') as head, now from audit.head()")
                .query((row, number) -> new Head(
                        row.getLong("seq"),
                        row.getString("head"),
                        row.getTimestamp("now").toInstant()))
                .optional();
    }

    private String headAt(long seq) {
        return jdbc.sql("select encode(head, 'hex') from audit.heads_at(array [:seq]::bigint[])")
                .param("seq", seq)
                .query(String.class)
                .optional()
                .orElse("");
    }
}
