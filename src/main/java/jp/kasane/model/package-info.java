/**
 * 図・様式・決定表: what carries a municipality's work is checked, changed by its managers in drafts ({@link jp.kasane.model.Drafts}, one at a
 * time; ADR 0037, 0038, 0040), compared ({@link jp.kasane.model.Versions}, ADR 0039), released by two of them
 * ({@link jp.kasane.model.Releases}, ADR 0041), and what runs goes over to it ({@link jp.kasane.model.Migrations}, ADR 0042).
 */
package jp.kasane.model;
