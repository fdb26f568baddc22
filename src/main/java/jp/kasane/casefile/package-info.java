/**
 * 支援ケース: the case, its phase, its two agencies that are never empty, and the one stream of events from which timeline,
 * notices and the order of everything derive (DESIGN §2).
 */
package jp.kasane.casefile;
