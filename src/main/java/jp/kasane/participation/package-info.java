/**
 * 参加支援 (2号): a person's wish, a place that fits it, the first weeks there and looking in afterwards. It rests on the person's own
 * intention, not on a plan (002, L5004-5007).
 */
package jp.kasane.participation;
