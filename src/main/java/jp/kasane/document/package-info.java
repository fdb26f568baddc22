/**
 * 書類: files of a case (a signed consent, a letter, a photograph). Types are known by content, size is limited, a scanner may look; they
 * lie outside of the web root and of the database, and are given out as attachments to whoever sees the case.
 */
package jp.kasane.document;
