/**
 * What decision tables ({@code processes/decisions}) said of a case or a consultation. A table advises, people decide: what somebody
 * chose stands in the tables of the module it belongs to, beside the advice.
 */
package jp.kasane.decision;
