package jp.kasane.bench;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Durations of one kind, and how they are told: median, 95th percentile, longest. */
final class Figures {

    private final String what;
    private final Collection<Long> nanos = new ConcurrentLinkedQueue<>();

    Figures(String what) {
        this.what = what;
    }

    void add(long duration) {
        nanos.add(duration);
    }

    void forget() {
        nanos.clear();
    }

    void report() {
        var sorted = nanos.stream().sorted().toList();
        System.out.printf(
                "%-52s n=%d  median %d ms  p95 %d ms  max %d ms%n",
                what, sorted.size(), millis(sorted, 0.5), millis(sorted, 0.95), millis(sorted, 1));
    }

    private static long millis(java.util.List<Long> sorted, double part) {
        int index = (int) Math.ceil(part * sorted.size()) - 1;
        return Math.round(sorted.get(Math.max(0, index)) / 1e6);
    }
}
