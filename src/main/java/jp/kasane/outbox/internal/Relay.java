package jp.kasane.outbox.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jp.kasane.access.SystemActor;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderGivenUp;
import jp.kasane.outbox.OrderRefused;
import jp.kasane.outbox.OrderSuperseded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Empties the outbox. The oldest open order of a lane is locked while it is delivered and noted as done in the same
 * transaction; several relays (threads, or servers) skip what another one holds.
 */
@Component
public class Relay implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final SystemActor system;
    private final ObjectProvider<Delivery> deliveries;
    private final ApplicationEventPublisher events;
    /** A mail server that does not answer keeps the ones aside waiting, and never those who work for the engine. */
    private final List<Crew> crews = List.of(new Crew(4, false), new Crew(2, true));

    private volatile ExecutorService threads;

    private record Crew(int size, boolean aside, Semaphore work) {
        Crew(int size, boolean aside) {
            this(size, aside, new Semaphore(0));
        }

        void wake() {
            if (work.availablePermits() < size) {
                work.release();
            }
        }
    }

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
        crews.forEach(Crew::wake);
    }

    @Override
    public void start() {
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("outbox-", 1).daemon().factory());
        for (var crew : crews) {
            for (int i = 0; i < crew.size(); i++) {
                threads.submit(() -> run(crew));
            }
        }
    }

    private void run(Crew crew) {
        // Not the thread's interrupt alone: a delivery that is interrupted fails as any other does, and the flag is
        // gone.
        while (!stopped()) {
            try {
                while (!stopped() && deliverNext(crew)) {
                    crew.wake();
                }
                crew.work().tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
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
    private boolean deliverNext(Crew crew) {
        var ready = deliveries.stream()
                .filter(delivery -> delivery.aside() == crew.aside() && delivery.ready())
                .map(Delivery::kind)
                .toArray(String[]::new);
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
                                              where earlier.lane = o.lane and earlier.done_at is null and earlier.id < o.id)
                            order by o.unhurried, o.id limit 1
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
        var delivery = deliveries.stream()
                .filter(each -> each.kind().equals(order.kind()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No delivery for orders of kind " + order.kind()));
        try {
            var result = delivery.deliver(order);
            close(order, result == Delivery.Result.DONE ? "done" : "superseded", null);
            if (result == Delivery.Result.SUPERSEDED) {
                events.publishEvent(new OrderSuperseded(order));
            }
        } catch (OrderRefused never) {
            giveUp(order, never.getMessage());
        } catch (RuntimeException notNow) {
            int attempts = order.attempts() + 1;
            LOG.info(
                    "Outbox: order {} ({}) not delivered, attempt {}: {}",
                    order.id(),
                    order.kind(),
                    attempts,
                    cause(notNow));
            if (delivery.patience().exhaustedBy(attempts)) {
                giveUp(order, cause(notNow));
                return;
            }
            jdbc.sql(
                            "update kasane.outbox set attempts = attempts + 1, next_attempt_at = :next, last_error = :error where id = :id")
                    .param("id", order.id())
                    .param(
                            "next",
                            java.sql.Timestamp.from(
                                    Instant.now().plus(delivery.patience().pauseAfter(attempts))))
                    .param("error", cause(notNow))
                    .update();
        }
    }

    private void giveUp(Order order, String reason) {
        LOG.warn("Outbox: order {} ({}) given up: {}", order.id(), order.kind(), reason);
        close(order, "given-up", reason);
        events.publishEvent(new OrderGivenUp(order, reason));
    }

    private void close(Order order, String result, String error) {
        jdbc.sql(
                        """
                        update kasane.outbox set done_at = now(), result = :result, attempts = attempts + 1, last_error = coalesce(:error, last_error)
                        where id = :id
                        """)
                .param("id", order.id())
                .param("result", result)
                .param("error", error)
                .update();
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
