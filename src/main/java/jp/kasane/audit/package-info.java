/**
 * The trail: every look, change, refusal, login and setting, and what the engine did, in one append-only record that is sealed in a
 * chain (docs/adr/0030). Changes are noted by the database's own triggers (V47), everything asked over HTTP by
 * {@link jp.kasane.audit.internal.KeptRequests}, before the first byte of the answer leaves.
 */
package jp.kasane.audit;
