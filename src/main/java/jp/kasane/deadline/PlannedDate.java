package jp.kasane.deadline;

import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;

/** A step whose date people have agreed on (the next visit, the sitting, the review): that date is its deadline. */
public interface PlannedDate {

    String step();

    Optional<LocalDate> of(UUID caseId);
}
