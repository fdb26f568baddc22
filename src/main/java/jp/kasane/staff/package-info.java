/** 人事異動: the municipality's people, their effective-dated posts, and the hand-over of what they have under their hands. */
package jp.kasane.staff;
