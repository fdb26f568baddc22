/** 相談: any window receives, nobody is turned away (002, L613); what was heard, and where it went. */
package jp.kasane.consultation;
