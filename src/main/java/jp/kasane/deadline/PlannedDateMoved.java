package jp.kasane.deadline;

import java.util.UUID;

/** Published in the transaction that moved dates people had agreed on ({@link PlannedDate}): the open deadlines of the step follow. */
public record PlannedDateMoved(UUID municipalityId, String step) {}
