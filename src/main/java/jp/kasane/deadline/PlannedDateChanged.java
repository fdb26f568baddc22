package jp.kasane.deadline;

import java.util.UUID;

/**
 * Published when people agreed on another day, or a day was corrected, while its task is open already: the task's deadline moves
 * there, in the same transaction.
 *
 * @param step whose {@link PlannedDate} it is
 */
public record PlannedDateChanged(UUID caseId, String step) {}
