package jp.kasane.plan;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/**
 * @param kind outreach or support
 * @param status draft, reviewed (a 重層的支援会議 has talked about it), decided, returned, superseded
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
        String decisionReason,
        String documentNo,
        List<Role> roles) {

    public record Role(String agencyCode, String agency, String role, String detail, LocalDate startsOn) {}
}
