package jp.kasane.outbox;

/**
 * Published in the transaction that gives an order up.
 *
 * @param reason what is stored with it, without personal data
 */
public record OrderGivenUp(Order order, String reason) {}
