/** The first page after logging in: what needs this person today, by what they are here for. */
package jp.kasane.home;
