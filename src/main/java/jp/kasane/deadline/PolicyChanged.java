package jp.kasane.deadline;

import java.util.UUID;

/** Published in the transaction that changed a policy, in which the open deadlines follow. */
record PolicyChanged(UUID municipalityId, String step) {}
