package jp.kasane.exporter;

import java.time.Duration;

/** How long to wait after the n-th failure in a row: doubling from the shortest to the longest. */
record BackOff(Duration shortest, Duration longest) {

    Duration after(int failures) {
        var factor = 1L << Math.min(failures - 1, 20);
        var delay = shortest.multipliedBy(factor);
        return delay.compareTo(longest) < 0 ? delay : longest;
    }
}
