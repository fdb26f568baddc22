package jp.kasane.notification.internal;

import java.util.UUID;

/** What the outbox keeps of a letter to an agency: ids only; address and words are looked up when it goes out. */
public record AgencyMailOrder(UUID id, UUID agencyId, String kind, UUID about, String cause) {}
