/** 世帯 and 世帯員: several problems are one 世帯課題 (002, L2079-81), yet each member has their own concerns, address and consent. */
package jp.kasane.household;
