package jp.kasane.network;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * A body that meets by its calendar, its next sitting, its agenda and its last records.
 *
 * @param nextAt when it sits next; null where nothing is planned
 * @param cutoffAt until when something may be put to that sitting
 * @param closed the next sitting's agenda is closed: what is handed in now is for the one after
 * @param heldWithoutCases held even with no agenda (002, L4441-4449)
 */
public record NetworkMeeting(
        UUID id,
        String code,
        String name,
        String convener,
        boolean active,
        boolean heldWithoutCases,
        Instant nextAt,
        Instant cutoffAt,
        String place,
        boolean closed,
        List<Item> agenda,
        List<Past> past) {

    /** @param issueId the 地域課題 it is about, or null; @param closed on the agenda of the next sitting for good */
    public record Item(
            UUID id, String title, String detail, UUID issueId, String agency, Instant submittedAt, boolean closed) {}

    /**
     * @param outcome held, cancelled or no-agenda
     * @param items what was on the agenda, with what was said
     */
    public record Past(
            UUID sittingId,
            Instant at,
            String outcome,
            LocalDate happenedOn,
            List<String> attendees,
            String minutes,
            String reason,
            String feedback,
            List<Said> items) {}

    public record Said(String title, String said) {}
}
