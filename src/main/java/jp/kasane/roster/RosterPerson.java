package jp.kasane.roster;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * Somebody on a list.
 *
 * @param number of the list, where it numbers its people
 * @param agency who visits
 * @param status listed, again, met, refused, left, consultation or off
 * @param visitOn when the next visit is planned
 * @param companion with whom
 * @param visits those that count, the newest first; empty on a list
 */
public record RosterPerson(
        UUID id,
        UUID rosterId,
        String roster,
        int position,
        String number,
        String name,
        String kana,
        LocalDate birthDate,
        String address,
        String phone,
        String note,
        String agency,
        String status,
        LocalDate visitOn,
        String companion,
        UUID consultationId,
        String offReason,
        Instant offAt,
        List<Visit> visits) {

    /** Nobody visits any more, unless somebody corrects what was noted. */
    public boolean over() {
        return !status.equals("listed") && !status.equals("again");
    }

    /**
     * @param outcome met, absent, refused, left or concern
     * @param nextOn when to visit again, where nobody was there
     * @param consultationId what came of a concern
     */
    public record Visit(
            UUID submissionId,
            LocalDate visitedOn,
            String companion,
            String outcome,
            String observation,
            LocalDate nextOn,
            UUID consultationId,
            Instant recordedAt,
            String recordedBy) {}
}
