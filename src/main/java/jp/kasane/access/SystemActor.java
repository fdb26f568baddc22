package jp.kasane.access;

import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Acts for job workers, the outbox and the sweeps: work that no person asked for at that moment. */
@Component
public class SystemActor {

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private volatile Actor actor;

    SystemActor(JdbcClient jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** Runs the work in a transaction of its own (or the one that is open) in the system's name. */
    public <T> T inTransaction(Supplier<T> work) {
        return Acting.as(actor(), () -> transaction.execute(status -> work.get()));
    }

    /** Runs the work in the system's name; it opens its transactions itself. */
    public <T> T named(Supplier<T> work) {
        return Acting.as(actor(), work);
    }

    public void inTransaction(Runnable work) {
        inTransaction(() -> {
            work.run();
            return null;
        });
    }

    /**
     * In the open transaction, but past what the acting person sees: an administrator sees no case, and its deadline has to move all
     * the same when a setting is changed. Whether the person may do what leads to it was decided before, by the database; what is
     * recorded stays recorded as theirs.
     */
    public void inThisTransaction(Runnable work) {
        var person = jdbc.sql("select coalesce(current_setting('kasane.user_id', true), '')")
                .query(String.class)
                .single();
        jdbc.sql("select set_config('kasane.user_id', kasane.system_user()::text, true)")
                .query(String.class)
                .single();
        work.run();
        jdbc.sql("select set_config('kasane.user_id', :person, true)")
                .param("person", person)
                .query(String.class)
                .single();
    }

    private Actor actor() {
        if (actor == null) {
            var id = jdbc.sql("select kasane.system_user()")
                    .query(UUID.class)
                    .optional()
                    .orElseThrow(
                            () -> new IllegalStateException("No system user: is the municipality's profile loaded?"));
            actor = new Actor(id, null, "system", "システム", Set.of("system"));
        }
        return actor;
    }
}
