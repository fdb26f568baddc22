/** Pages to be printed or kept: PDF with the fonts in it, so that they look the same wherever they are read. */
package jp.kasane.printing;
