/**
 * Figures that carry their definition, their period and the day they are as of: the same word means different things from one
 * municipality to the next (001b §5.8), and the definition is the municipality's setting.
 */
package jp.kasane.report;
