/**
 * Writes what the engine does to PostgreSQL: every stored record once, in the order of its partition (DESIGN §9).
 *
 * <p>The broker's thread fills a bounded {@link jp.kasane.exporter.RecordBuffer}; a thread of our own, {@link
 * jp.kasane.exporter.Delivery}, empties it into a {@link jp.kasane.exporter.RecordSink}. What a record means is decided in the
 * database ({@code engine.apply}), so this jar changes only when the transport does.
 */
package jp.kasane.exporter;
