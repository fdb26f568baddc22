/**
 * 紙: what is handed over, signed or filed on A4 (申込票, 同意書, プラン), as pages for the browser's print, with a 文書番号 once it is issued.
 */
package jp.kasane.paper;
