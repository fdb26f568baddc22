/** アセスメント: what is to be done is seen as one 世帯課題, beside it the strengths (002, L2079-81, L5797-5803). Every sheet is a version. */
package jp.kasane.assessment;
