/** Tables that people have as files: CSV or Excel. */
package jp.kasane.table;
