package jp.kasane.outbox;

import java.time.Duration;

/**
 * How often an order is tried and how long to wait in between: each pause is twice the one before, up to the longest.
 *
 * @param attempts after so many it is given up
 */
public record Patience(int attempts, Duration first, Duration longest) {

    /** 0.2 s, 0.4 s, … 30 s: an engine that restarts is met again soon, one that is away is not hammered. */
    public static final Patience ENDLESS =
            new Patience(Integer.MAX_VALUE, Duration.ofMillis(200), Duration.ofSeconds(30));

    /** @param failed attempts so far, at least one */
    public Duration pauseAfter(int failed) {
        var doubled = first.multipliedBy(1L << Math.min(failed - 1, 20));
        return doubled.compareTo(longest) < 0 ? doubled : longest;
    }

    public boolean exhaustedBy(int failed) {
        return failed >= attempts;
    }
}
