package jp.kasane.consultation;

import java.util.UUID;

/** The decision to send a consultation on was taken back (訂正・取消), in the transaction that publishes it. */
public record SendingTakenBack(UUID consultationId) {}
