/** 名寄せ: whether a person or a household is known already, pointed out with the reason and never merged (ADR 0026). */
package jp.kasane.match;
