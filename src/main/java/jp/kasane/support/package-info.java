/**
 * 支援・モニタリング・終結・見守り: contacts, outreach that is reminded but never closed by a timer (002, L302-303), reviews, and a
 * closure that hands the case over to a lead agency (002, L3039-43).
 */
package jp.kasane.support;
