/**
 * The local default (DESIGN §3): PostgreSQL and the Camunda distribution as child processes, both kept under one data directory
 * and bound to loopback. Runs before Spring does; an installation with servers of its own never touches it.
 */
package jp.kasane.local;
