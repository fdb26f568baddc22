/**
 * What stands still and what to do about it, for administrators; auditors read. It names case numbers, logins, codes and times,
 * and no person.
 */
package jp.kasane.operations;
