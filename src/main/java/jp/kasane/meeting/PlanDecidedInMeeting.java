package jp.kasane.meeting;

import java.time.LocalDate;
import java.util.UUID;

/**
 * A 重層的支援会議 whose body decides plans found the case's plan right, and thereby decided it (立川; 002, L3849-3855). Heard in the
 * transaction in which the meeting is recorded.
 *
 * @param recordedBy who recorded the meeting: never who drafted the plan
 */
public record PlanDecidedInMeeting(UUID caseId, UUID meetingId, UUID recordedBy, LocalDate heldOn) {}
