/** 移行: the open cases of before, taken over from a file (ADR 0027). */
package jp.kasane.migration;
