package jp.kasane.deadline;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Deadlines are computed from policies and calendar. Whoever computes one holds this lock shared, whoever changes a setting and
 * moves the open ones holds it alone: no deadline is computed from what is just being changed. Held until the transaction ends.
 */
final class DeadlineSettingsLock {

    private DeadlineSettingsLock() {}

    static void shared(JdbcClient jdbc) {
        lock(jdbc, "pg_advisory_xact_lock_shared");
    }

    static void alone(JdbcClient jdbc) {
        lock(jdbc, "pg_advisory_xact_lock");
    }

    private static void lock(JdbcClient jdbc, String how) {
        jdbc.sql("select " + how + "(hashtext('kasane.deadline-settings'))")
                .query()
                .listOfRows();
    }
}
