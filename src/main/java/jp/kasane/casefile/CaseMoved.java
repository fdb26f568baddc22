package jp.kasane.casefile;

import java.util.UUID;

/** Published in the transaction in which a case came to another phase or step, or to the same once more. */
public record CaseMoved(UUID caseId, String phase, String step) {}
