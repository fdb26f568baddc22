package jp.kasane.outbox.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jp.kasane.access.SystemActor;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderSuperseded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Empties the outbox. The oldest open order of a stream is locked while it is delivered and noted as done in the same
 * transaction; several relays (threads, or servers) skip what another one holds.
 */
@Component
public class Relay implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int THREADS = 4;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final SystemActor system;
    private final ObjectProvider<Delivery> deliveries;
    private final ApplicationEventPublisher events;
    private final Semaphore work = new Semaphore(0);
    private volatile ExecutorService threads;

    Relay(
            JdbcClient jdbc,
            ObjectMapper json,
            SystemActor system,
            ObjectProvider<Delivery> deliveries,
            ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.json = json;
        this.system = system;
        this.deliveries = deliveries;
        this.events = events;
    }

    /** There may be something to do. */
    public void wake() {
        if (work.availablePermits() < THREADS) {
            work.release();
        }
    }

    @Override
    public void start() {
        threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name("outbox-", 1).daemon().factory());
        for (int i = 0; i < THREADS; i++) {
            threads.submit(this::run);
        }
    }

    private void run() {
        // Not the thread's interrupt alone: a delivery that is interrupted fails as any other does, and the flag is
        // gone.
        while (!stopped()) {
            try {
                while (!stopped() && deliverNext()) {
                    wake();
                }
                work.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException databaseAway) {
                LOG.warn(
                        "Outbox: the database cannot be read ({}); trying again",
                        databaseAway.getClass().getSimpleName());
                try {
                    Thread.sleep(POLL);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }
    }

    private boolean stopped() {
        var running = threads;
        return running == null || running.isShutdown();
    }

    /** @return whether there was an order to deliver */
    private boolean deliverNext() {
        var ready =
                deliveries.stream().filter(Delivery::ready).map(Delivery::kind).toArray(String[]::new);
        if (ready.length == 0) {
            return false;
        }
        return system.inTransaction(() -> {
            var next = jdbc.sql(
                            """
                            select o.id, o.stream_id, o.kind, o.payload, o.created_at, o.attempts
                            from kasane.outbox o
                            where o.done_at is null and o.next_attempt_at <= now() and o.kind = any (:ready)
                              and not exists (select from kasane.outbox earlier
                                              where earlier.stream_id = o.stream_id and earlier.done_at is null and earlier.id < o.id)
                            order by o.id limit 1
                            for update skip locked
                            """)
                    .param("ready", ready)
                    .query((row, n) -> new Order(
                            row.getLong("id"),
                            row.getObject("stream_id", UUID.class),
                            row.getString("kind"),
                            read(row.getString("payload")),
                            row.getTimestamp("created_at").toInstant(),
                            row.getInt("attempts")))
                    .optional();
            next.ifPresent(this::deliver);
            return next.isPresent();
        });
    }

    private void deliver(Order order) {
        try {
            var result = deliveries.stream()
                    .filter(delivery -> delivery.kind().equals(order.kind()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("No delivery for orders of kind " + order.kind()))
                    .deliver(order);
            jdbc.sql(
                            "update kasane.outbox set done_at = now(), result = :result, attempts = attempts + 1 where id = :id")
                    .param("id", order.id())
                    .param("result", result == Delivery.Result.DONE ? "done" : "superseded")
                    .update();
            if (result == Delivery.Result.SUPERSEDED) {
                events.publishEvent(new OrderSuperseded(order));
            }
        } catch (RuntimeException notNow) {
            // 0.2 s, 0.4 s, … 30 s: an engine that restarts is met again soon, one that is away is not hammered.
            var pause = Duration.ofMillis(Math.min(LONGEST_PAUSE.toMillis(), 200L << Math.min(order.attempts(), 10)));
            LOG.info(
                    "Outbox: order {} ({}) not delivered, attempt {}: {}",
                    order.id(),
                    order.kind(),
                    order.attempts() + 1,
                    cause(notNow));
            jdbc.sql(
                            "update kasane.outbox set attempts = attempts + 1, next_attempt_at = :next, last_error = :error where id = :id")
                    .param("id", order.id())
                    .param("next", java.sql.Timestamp.from(Instant.now().plus(pause)))
                    .param("error", cause(notNow))
                    .update();
        }
    }

    private static String cause(Throwable e) {
        var text = e.getClass().getSimpleName() + ": " + e.getMessage();
        return text.length() > 500 ? text.substring(0, 500) : text;
    }

    private JsonNode read(String payload) {
        try {
            return json.readTree(payload);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("An order in the outbox is not JSON", e);
        }
    }

    @Override
    public void stop() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads = null;
    }

    @Override
    public boolean isRunning() {
        return threads != null;
    }

    @Override
    public int getPhase() {
        return 100;
    }
}
