package jp.kasane.casefile;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * 支援ケース: one household's case.
 *
 * @param phase assessment, meeting, outreach, plan, monitoring, closure, closed
 * @param step where in the phase it stands; a re-seated case goes on from here
 */
public record CaseFile(
        UUID id,
        String number,
        String householdName,
        String phase,
        String step,
        UUID leadAgencyId,
        String leadAgency,
        UUID coordinatingAgencyId,
        String coordinatingAgency,
        UUID receivingAgencyId,
        String caseClass,
        String urgency,
        boolean restricted,
        boolean watch,
        LocalDate nextReviewOn,
        Instant openedAt,
        Instant closedAt) {

    public boolean closed() {
        return closedAt != null;
    }
}
