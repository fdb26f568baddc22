/**
 * Camunda Forms on the server: the named subset of form-js that Kasane's forms use (forms/README.md), its conditions and
 * its required fields, checked again where it counts (DESIGN §8.1).
 */
package jp.kasane.form;
