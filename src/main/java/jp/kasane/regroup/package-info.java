/** 世帯の分離・統合: people live apart from a day on, or two cases turn out to be one household; both stay as history (ADR 0029). */
package jp.kasane.regroup;
