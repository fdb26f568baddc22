package jp.kasane.exporter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Records on their way to the database, bounded by number and by size. One thread adds, one other thread takes; a record stays
 * here, and counts, until it is removed after its commit.
 *
 * <p>Time is {@link System#nanoTime()}: neither the broker's clock nor the machine's can stop it.
 */
final class RecordBuffer {

    /** A message may be 4 MB; a batch of hundreds of them would not fit into one statement. */
    private static final long CHARS_PER_BATCH = 4L * 1024 * 1024;

    private record Waiting(ExportedRecord record, long sinceNanos) {}

    private final int maxRecords;
    private final long maxChars;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition spaceLeft = lock.newCondition();
    private final Condition somethingToDo = lock.newCondition();
    private long chars;
    private boolean closed;

    RecordBuffer(int maxRecords, long maxChars) {
        this.maxRecords = maxRecords;
        this.maxChars = maxChars;
    }

    /** Waits until a record may be added; false when the time is over, or when nothing will be taken any more. */
    boolean awaitSpace(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = patience.toNanos();
            // A record larger than the whole buffer is let in alone.
            while (!closed && !waiting.isEmpty() && (waiting.size() >= maxRecords || chars >= maxChars)) {
                if (left <= 0) {
                    return false;
                }
                left = spaceLeft.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    void add(ExportedRecord record) {
        lock.lock();
        try {
            waiting.add(new Waiting(record, System.nanoTime()));
            chars += record.value().length();
            somethingToDo.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The oldest records, without removing them: as soon as there are {@code size} of them or the first has waited for {@code
     * linger}. Empty only after {@link #close}, when none are left.
     */
    List<ExportedRecord> awaitBatch(int size, Duration linger) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && waiting.size() < size && chars < CHARS_PER_BATCH) {
                if (waiting.isEmpty()) {
                    somethingToDo.await();
                } else {
                    var left = linger.toNanos()
                            - (System.nanoTime() - waiting.peek().sinceNanos());
                    if (left <= 0) {
                        break;
                    }
                    somethingToDo.awaitNanos(left);
                }
            }
            var batch = new ArrayList<ExportedRecord>(Math.min(size, waiting.size()));
            var batchChars = 0L;
            for (var next : waiting) {
                if (batch.size() == size || !batch.isEmpty() && batchChars >= CHARS_PER_BATCH) {
                    break;
                }
                batch.add(next.record());
                batchChars += next.record().value().length();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the oldest records. */
    void remove(int count) {
        lock.lock();
        try {
            for (var i = 0; i < count; i++) {
                chars -= waiting.remove().record().value().length();
            }
            spaceLeft.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more comes in; what is there may still be taken, without waiting for more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            spaceLeft.signalAll();
            somethingToDo.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
