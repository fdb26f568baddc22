package jp.kasane.exporter;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;

/**
 * Carries records from the buffer to the sink, on a daemon thread of its own, in order and without ever skipping one.
 *
 * <p>Logs name records by type, key and position only. The text of an error is logged only where it cannot quote a value.
 */
final class Delivery {

    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

    private final RecordBuffer buffer;
    private final RecordSink sink;
    private final int batchSize;
    private final Duration linger;
    private final BackOff backOff;
    private final LongConsumer acknowledge;
    private final Logger log;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Thread thread;

    private int failures;
    private long failingSinceNanos;
    private long warnedNanos;

    /** @param acknowledge told the position up to which everything is committed */
    Delivery(
            RecordBuffer buffer,
            RecordSink sink,
            int batchSize,
            Duration linger,
            BackOff backOff,
            LongConsumer acknowledge,
            Logger log) {
        this.buffer = buffer;
        this.sink = sink;
        this.batchSize = batchSize;
        this.linger = linger;
        this.backOff = backOff;
        this.acknowledge = acknowledge;
        this.log = log;
    }

    void start(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        // The driver looks for its own classes through this.
        thread.setContextClassLoader(getClass().getClassLoader());
        thread.setUncaughtExceptionHandler((t, e) -> log.error("The exporter's thread ended; restart the broker", e));
        thread.start();
    }

    /** Gives the thread this long to write what is waiting, then this long to give up. */
    void stop(Duration patience) {
        stopping.countDown();
        buffer.close();
        if (thread == null) {
            return;
        }
        try {
            if (!thread.join(patience)) {
                sink.close();
                thread.interrupt();
                if (!thread.join(patience)) {
                    log.warn("The exporter's thread is still busy; it ends with the broker");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sink.close();
        }
    }

    private void run() {
        try {
            while (true) {
                var batch = buffer.awaitBatch(batchSize, linger);
                if (batch.isEmpty() || !deliver(batch)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // stop() does not wait any longer; what was not acknowledged comes again.
            Thread.currentThread().interrupt();
        }
    }

    /** True when all of them are stored or set aside; false when that was given up because of {@link #stop}. */
    private boolean deliver(List<ExportedRecord> records) throws InterruptedException {
        while (true) {
            try {
                sink.apply(records);
                done(records);
                return true;
            } catch (SQLException e) {
                if (isOfTheData(e)) {
                    return isolate(records, e);
                }
                if (!waitAfter(e)) {
                    return false;
                }
            } catch (RuntimeException e) {
                if (!waitAfter(e)) {
                    return false;
                }
            }
        }
    }

    private boolean isolate(List<ExportedRecord> records, SQLException refusal) throws InterruptedException {
        if (records.size() == 1) {
            return setAside(records, refusal);
        }
        var half = records.size() / 2;
        return deliver(records.subList(0, half)) && deliver(records.subList(half, records.size()));
    }

    private boolean setAside(List<ExportedRecord> one, SQLException refusal) throws InterruptedException {
        while (true) {
            try {
                sink.reject(one.getFirst(), refusal);
                log.error(
                        "The database refuses a record, it is kept in engine.record_rejected: {}, SQLSTATE {}",
                        one.getFirst(),
                        refusal.getSQLState());
                done(one);
                return true;
            } catch (SQLException | RuntimeException e) {
                if (!waitAfter(e)) {
                    return false;
                }
            }
        }
    }

    private void done(List<ExportedRecord> records) {
        if (failures > 0) {
            log.info(
                    "PostgreSQL takes records again, after {} failures in {} s",
                    failures,
                    Duration.ofNanos(System.nanoTime() - failingSinceNanos).toSeconds());
            failures = 0;
        }
        var last = records.getLast().position();
        buffer.remove(records.size());
        acknowledge.accept(last);
    }

    private boolean waitAfter(Exception e) throws InterruptedException {
        failures++;
        var now = System.nanoTime();
        if (failures == 1) {
            failingSinceNanos = now;
        }
        if (failures == 1 || now - warnedNanos > BETWEEN_WARNINGS.toNanos()) {
            warnedNanos = now;
            log.warn("PostgreSQL does not take records, trying on: {}", describe(e));
        }
        return !stopping.await(backOff.after(failures).toNanos(), TimeUnit.NANOSECONDS);
    }

    /** 22: data exception, 23: integrity constraint violation. Sending the same again would end the same. */
    static boolean isOfTheData(SQLException e) {
        var state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    /** The message is shown where it speaks of connections, accounts, space or missing objects; others may quote values. */
    static String describe(Exception e) {
        if (e instanceof SQLException s && s.getSQLState() != null) {
            var state = s.getSQLState();
            var harmless = state.length() == 5 && "08 28 3D 42 53 57".contains(state.substring(0, 2));
            return "SQLSTATE " + state
                    + (harmless
                            ? ", "
                                    + String.valueOf(s.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")
                            : "");
        }
        return e.getClass().getName();
    }
}
