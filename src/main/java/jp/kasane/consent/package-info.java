/** 同意: a history per person, never a flag; members of one household may disagree (DESIGN §7). */
package jp.kasane.consent;
