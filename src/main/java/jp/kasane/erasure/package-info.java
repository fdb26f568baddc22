/**
 * 消去: what was said in a closed case is taken out for good, by two people, on a basis they name. What happened and who did it stays on the
 * trail, whose chain stays whole (ADR 0035).
 */
package jp.kasane.erasure;
