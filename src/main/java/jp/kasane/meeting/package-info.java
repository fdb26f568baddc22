/**
 * 支援会議 (法106条の6, no consent needed) and 重層的支援会議 (consent needed): one process, two legal bases. What was said in a
 * 支援会議 stays with those who sat in it; the database sees to that.
 */
package jp.kasane.meeting;
