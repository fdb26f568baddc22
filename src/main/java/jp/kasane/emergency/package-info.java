/** 緊急閲覧: a case that is not one's own is opened by its number, for some hours, with a reason and in the sight of those who hold it (ADR 0036). */
package jp.kasane.emergency;
