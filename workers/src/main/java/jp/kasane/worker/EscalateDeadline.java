package jp.kasane.worker;

/** Tells whoever the reached rung of a deadline is meant for. Each rung once, whatever is retried. */
public interface EscalateDeadline {

    void escalate(JobContext job);
}
