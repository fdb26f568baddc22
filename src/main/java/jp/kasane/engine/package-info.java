/**
 * The only door to Camunda: commands out (through the outbox), projections in (written by the exporter, read as plain SQL).
 * Besides {@code workers} the only package that may import {@code io.camunda.*}.
 */
package jp.kasane.engine;
