package jp.kasane.consultation;

import java.util.UUID;

/**
 * A consultation was sent on to one other agency. Published in the transaction that decided it, under the lock of the stream.
 *
 * @param submissionId the form it was decided with
 * @param toAgency code of the agency that is asked to take it
 * @param request what it is asked for
 */
public record SentOn(UUID consultationId, UUID submissionId, String toAgency, String request) {}
