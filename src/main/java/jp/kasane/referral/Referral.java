package jp.kasane.referral;

import java.time.Instant;
import java.util.UUID;

/**
 * One hand-over of a consultation and what came of it.
 *
 * @param number the how manieth of its consultation, from 1
 * @param tried what was done of the 提案 it was returned with before; null the first time
 * @param status sent, accepted, returned, or withdrawn before it was answered
 * @param proposal 提案: what to try first; every return has one
 * @param proposedAgency who might be the right one instead; may be null
 * @param byHand answered by somebody else for an agency that does not work with Kasane
 */
public record Referral(
        UUID id,
        UUID consultationId,
        int number,
        UUID fromAgencyId,
        String fromAgency,
        UUID toAgencyId,
        String toAgency,
        String request,
        String tried,
        String status,
        Instant sentAt,
        String sentBy,
        Instant answeredAt,
        String answeredBy,
        boolean byHand,
        String answer,
        String proposal,
        String proposedAgency) {}
