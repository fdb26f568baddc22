/**
 * 図: what carries a municipality's work is checked, and changed by its managers. A draft lies in a table of its own until somebody releases
 * it; nothing here reaches the engine yet (ADR 0037, 0038).
 */
package jp.kasane.model;
