/**
 * Who acts. Every transaction carries the acting user to the database, whose row-level security decides what is seen
 * (DESIGN §10); nothing above the database filters rows for confidentiality.
 */
package jp.kasane.access;
