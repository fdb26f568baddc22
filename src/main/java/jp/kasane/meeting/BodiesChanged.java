package jp.kasane.meeting;

import java.util.UUID;

/** A body was added, changed, or is not in use any more; published in the transaction that did it. */
public record BodiesChanged(UUID municipalityId) {}
