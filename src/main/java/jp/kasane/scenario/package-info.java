/**
 * Plays a case that is written down as data ({@code scenarios/*.yaml}) through the public REST API, as the people in it would:
 * the tests prove the system with it, and the local default fills a first start with it.
 */
package jp.kasane.scenario;
