/**
 * What has been decided in a transaction and must still happen outside of the database: one table, first-in-first-out per
 * lane (the stream's, for the engine), retried until done (DESIGN §8.3). Other modules add orders and provide the {@link jp.kasane.outbox.Delivery}.
 */
package jp.kasane.outbox;
