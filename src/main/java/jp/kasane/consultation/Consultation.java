package jp.kasane.consultation;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A consultation as it was received.
 *
 * @param subject the person's name, or what they are called while nobody knows it
 * @param subjectAddress null where there is none, or where it is concealed (DV) from the acting user
 * @param concerns ○, the codes of {@link jp.kasane.form.Concerns}
 * @param consentState given, refused or unasked: whether the application may be shared (002, L6133-37)
 * @param mainConcern ◎, one of them
 * @param advisedClass what the table {@code triage} suggested, with {@code advice}; null where it was not asked yet
 * @param caseClass what somebody chose, which need not be that
 */
public record Consultation(
        UUID id,
        UUID caseId,
        String agency,
        String status,
        String channel,
        String broughtBy,
        boolean subjectKnown,
        String subject,
        String subjectKana,
        String subjectAddress,
        boolean addressConcealed,
        List<String> concerns,
        String mainConcern,
        String story,
        String wishes,
        String since,
        String consentState,
        String consentNote,
        String phone,
        String advisedClass,
        String advice,
        String caseClass,
        String urgency,
        String triageReason,
        String referralAgency,
        String answer,
        Instant occurredAt,
        Instant recordedAt,
        String recordedBy,
        String onBehalfOf) {}
