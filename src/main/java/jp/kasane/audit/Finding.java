package jp.kasane.audit;

import java.time.Instant;
import java.util.UUID;

/**
 * Something on the trail is not as it was sealed.
 *
 * @param kind entry-changed, entry-missing, entry-inserted, link-changed, link-missing, event-changed, event-missing, event-inserted, submission-inserted, records-inserted, model-changed, model-missing,
 *     submission-changed, submission-missing, records-changed, dropped-differs, proof-inserted, proof-missing, anchor-forged, anchor-broken
 * @param seq its place in the chain, or null where it has none
 * @param about what the entry says it is, if it is there
 */
public record Finding(String kind, Long seq, UUID entryId, Instant at, String about) {}
