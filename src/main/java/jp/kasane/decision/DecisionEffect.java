package jp.kasane.decision;

import java.util.UUID;

/** What follows from a table's answer in the module it belongs to, beyond being there to be read. */
public interface DecisionEffect {

    /** The table's id. */
    String decision();

    /**
     * Called under the lock of the stream, in the transaction that records the answer; again when the stream is seated again, so
     * that it has to be harmless then.
     *
     * @param streamId the case, or the consultation that is none yet
     */
    void decided(UUID streamId, Decided decided);
}
