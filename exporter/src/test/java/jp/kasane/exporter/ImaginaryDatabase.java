package jp.kasane.exporter;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A sink that behaves as PostgreSQL may: takes, refuses, fails before or after the commit, or does not answer at all. */
final class ImaginaryDatabase implements RecordSink {

    final List<List<Long>> transactions = new ArrayList<>();
    final Map<Long, String> stored = new LinkedHashMap<>();
    final Set<Long> refused = ConcurrentHashMap.newKeySet();
    final List<Long> rejected = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean down;
    private volatile boolean silent;
    private int lostAnswers;
    private int attempts;

    synchronized void loseAnswers(int count) {
        lostAnswers = count;
    }

    void goDown() {
        down = true;
    }

    void comeBack() {
        down = false;
    }

    void fallSilent() {
        silent = true;
    }

    synchronized int attempts() {
        return attempts;
    }

    synchronized List<Long> positions() {
        return List.copyOf(stored.keySet());
    }

    synchronized List<Long> rejected() {
        return List.copyOf(rejected);
    }

    synchronized List<List<Long>> transactions() {
        return List.copyOf(transactions);
    }

    @Override
    public void apply(List<ExportedRecord> records) throws SQLException {
        reach();
        synchronized (this) {
            for (var record : records) {
                if (refused.contains(record.position())) {
                    throw new SQLException("unsupported Unicode escape sequence", "22P05");
                }
            }
            transactions.add(records.stream().map(ExportedRecord::position).toList());
            records.forEach(record -> stored.putIfAbsent(record.position(), record.value()));
            if (lostAnswers > 0) {
                lostAnswers--;
                throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
            }
        }
    }

    @Override
    public void reject(ExportedRecord record, SQLException refusal) throws SQLException {
        reach();
        synchronized (this) {
            rejected.add(record.position());
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void reach() throws SQLException {
        synchronized (this) {
            attempts++;
        }
        if (silent) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SQLException("closed", "08006");
        }
        if (down) {
            throw new SQLException("Connection refused", "08001");
        }
    }
}
