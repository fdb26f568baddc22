/**
 * Plays recorded cases against diagrams in Camunda's in-memory engine, and tells which way each went. A program of its own: its
 * engine's classes are of another version than the application's client, an expression that never ends can be killed with it, and
 * its memory is its own.
 *
 * <p>One JSON on standard input ({@link jp.kasane.dryrun.Plan}), one JSON a line on standard output ({@link jp.kasane.dryrun.Answer}).
 */
package jp.kasane.dryrun;
