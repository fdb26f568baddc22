/** Telling people. In-app for now; mail and webhook come through the same table and the same outbox. */
package jp.kasane.notification;
