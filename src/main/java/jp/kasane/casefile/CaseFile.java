package jp.kasane.casefile;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;

/**
 * 支援ケース: one household's case.
 *
 * @param phase assessment, meeting, outreach, plan, monitoring, closure, watch, closed
 * @param step where in the phase it stands; a re-seated case goes on from here
 * @param owner city or council: who takes it up (002, L914-924); undecided until that is settled, null for a case from before
 * @param splitFrom the case its household parted from, or null
 * @param mergedInto the case its household joined, or null; {@code mergedIntoNumber} is null too where the acting user does not see it
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
        String owner,
        boolean restricted,
        boolean watch,
        LocalDate nextReviewOn,
        LocalDate watchOn,
        Instant openedAt,
        Instant closedAt,
        UUID splitFrom,
        UUID mergedInto,
        String mergedIntoNumber) {

    /** Closed, and nobody looks again: a watched case is not. */
    public boolean closed() {
        return phase.equals("closed");
    }

    /** Whether the engine would go another way from here than from there. */
    public boolean standsElsewhereThan(CaseFile other) {
        return !phase.equals(other.phase) || !step.equals(other.step);
    }
}
