/** アウトリーチプラン and 支援プラン with the agencies' roles. Who drafts and who decides are different records (002, L5820-22). */
package jp.kasane.plan;
