package jp.kasane.task;

import java.util.UUID;

/** Published when a correction or a 取消 took a case to another place, in its transaction: what belonged to the former way ends. */
public record PathCorrected(UUID caseId, String phase, String step) {}
