package jp.kasane.meeting;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * 開催: one sitting of a body, or one at need, with the cases that are put to it.
 *
 * @param body its name, or null for one at need that belongs to none
 * @param regular whether a rhythm planned it
 * @param cutoffAt until then a case may be put to it
 * @param status planned, cancelled or merged
 * @param quorum agencies that must attend, or null
 * @param items the cases the acting user sees, in the order in which they were put to it
 */
public record Sitting(
        UUID id,
        String body,
        List<String> kinds,
        boolean regular,
        Instant startsAt,
        Instant cutoffAt,
        String place,
        String status,
        UUID mergedInto,
        Integer quorum,
        List<Item> items) {

    /**
     * @param status of the case's meeting: proposed, convened, held, postponed or cancelled
     * @param asked agencies that were invited; {@code coming} and {@code away} have answered
     */
    public record Item(
            UUID meetingId,
            UUID caseId,
            String caseNumber,
            String householdName,
            String meetingType,
            String status,
            String outcome,
            int asked,
            int coming,
            int away) {

        /** Whether it is still to be talked about. */
        public boolean open() {
            return status.equals("proposed") || status.equals("convened");
        }
    }

    /** Whether cases may still be put to it, and it may still be moved or called off. */
    public boolean planned() {
        return status.equals("planned");
    }

    /**
     * An agency that was invited.
     *
     * @param asked to how many of the cases; {@code coming} and {@code away} it has answered
     * @param bySubstitute where somebody else comes in its member's place
     * @param unpledged meetings for which its 誓約書 is still missing
     */
    public record Expected(String agency, int asked, int coming, int away, int bySubstitute, int unpledged) {

        public boolean comes() {
            return coming > 0;
        }
    }
}
