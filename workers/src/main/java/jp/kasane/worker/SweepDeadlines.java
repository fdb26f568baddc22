package jp.kasane.worker;

import java.time.Instant;

/** Finds deadlines whose next rung is due and knocks at their instances. */
public interface SweepDeadlines {

    /** @param now by the engine's clock, so that a test can move time */
    void sweep(Instant now);
}
