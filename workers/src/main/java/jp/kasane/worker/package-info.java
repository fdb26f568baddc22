/**
 * One class per job type, the port it needs beside it. A worker translates between variables and its port and nothing else:
 * it knows no database and no screen. Jobs are delivered at least once; the ports are idempotent.
 */
package jp.kasane.worker;
