package jp.kasane.engine;

import java.util.UUID;

/** Instances that run beside a case's own (invitations, roles): ended with it by a re-seat, and started again after it. */
public interface Companion {

    /** Orders the start of every instance of this kind that the database holds for open. */
    void startAgain(UUID caseId);
}
