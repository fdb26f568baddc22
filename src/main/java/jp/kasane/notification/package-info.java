/**
 * Telling people: in-app always, and by each person's choice a mail at once or in the day's digest; a webhook for the
 * municipality. Mail and webhook go through the outbox, beside the engine's orders and never before them. What leaves the house
 * names kinds, ids and the case number, and nobody.
 */
package jp.kasane.notification;
