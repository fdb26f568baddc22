package jp.kasane.plan;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * @param kind outreach or support
 * @param status draft, reviewed (a 重層的支援会議 has talked about it), started (at once, to be
 *     ratified), decided, returned, superseded, stopped (consent was withdrawn)
 * @param path meeting, start (at once, ratified by the next meeting) or skip (no meeting)
 * @param decidedInMeeting a 重層的支援会議 decided it, and {@code decidedBy} recorded that
 * @param intervalDays days between contacts; of an outreach plan only
 */
public record Plan(
        UUID id,
        String kind,
        int version,
        String status,
        String personWish,
        String longGoal,
        String shortGoal,
        String approach,
        Integer intervalDays,
        LocalDate firstOn,
        String cautions,
        String leadAgency,
        LocalDate reviewOn,
        String draftedBy,
        Instant draftedAt,
        String decidedBy,
        LocalDate decidedOn,
        boolean decidedInMeeting,
        String decisionReason,
        String documentNo,
        String path,
        String pathReason,
        LocalDate startedOn,
        LocalDate ratifiedOn,
        List<Role> roles) {

    /** The version it followed, among these; null for the first (one that was voided is not among them). */
    public Integer versionBefore(List<Plan> plans) {
        return plans.stream()
                .filter(other -> other.kind.equals(kind) && other.version < version)
                .map(Plan::version)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /**
     * 役割分担.
     *
     * @param status planned, asked, accepted, declined, done, ended (the plan changed, consent was withdrawn, the case closed)
     * @param nextReportOn when the agency says how it goes
     */
    public record Role(
            UUID id,
            String agencyCode,
            String agency,
            String role,
            String detail,
            LocalDate startsOn,
            String status,
            String contactPerson,
            String answerNote,
            LocalDate nextReportOn,
            List<Report> reports) {}

    /** @param result continue, difficult or done */
    public record Report(String progress, String result, LocalDate nextOn, Instant recordedAt, String recordedBy) {}
}
