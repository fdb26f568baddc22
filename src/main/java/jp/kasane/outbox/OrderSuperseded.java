package jp.kasane.outbox;

/** Published in the transaction that closes an order without effect. */
public record OrderSuperseded(Order order) {}
