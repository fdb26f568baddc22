/**
 * The municipality's business calendar: national holidays from a library that follows the Cabinet Office's list, the municipality's
 * own closed days on top, and its week. Deadlines and sittings ask it for open days.
 */
package jp.kasane.calendar;
