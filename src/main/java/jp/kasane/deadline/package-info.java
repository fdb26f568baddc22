/**
 * Deadlines are rows (DESIGN §8a). Their days are the municipality's settings with defaults of ours: no document gives a deadline
 * in days (002 §0), and none of them closes anything by itself.
 */
package jp.kasane.deadline;
