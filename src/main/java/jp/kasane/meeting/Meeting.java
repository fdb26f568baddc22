package jp.kasane.meeting;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * @param meetingType support or coordination
 * @param status proposed, convened, postponed, held, cancelled
 * @param sittingId the sitting to which the case is put, or null
 * @param quorumNote why it was held with fewer agencies than the body asks for
 */
public record Meeting(
        UUID id,
        UUID caseId,
        UUID sittingId,
        String meetingType,
        String status,
        String convener,
        String purpose,
        String agenda,
        LocalDate desiredFrom,
        Instant scheduledAt,
        String place,
        String note,
        Instant heldAt,
        String outcome,
        String minutes,
        String approach,
        String quorumNote,
        List<Attendee> attendees) {

    /**
     * @param answer attend, absent or null while nobody has answered
     * @param pledgedAt when 誓約書 was given for this meeting (002, L5079-81)
     * @param substitute who comes in the place of the agency's member, or null
     * @param mine whether the acting user answers for this agency
     */
    public record Attendee(
            UUID id,
            String agencyCode,
            String agency,
            Instant invitedAt,
            String answer,
            Instant answeredAt,
            Instant pledgedAt,
            Boolean attended,
            String information,
            boolean mine,
            String substitute,
            UUID agencyId) {}
}
