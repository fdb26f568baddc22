package jp.kasane.engine.internal;

import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import jp.kasane.engine.TasksChanged;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Hears from PostgreSQL when the exporter has written tasks. What is heard is only a hint: listeners look at the tables, and
 * a look is taken every ten seconds in any case, so that a lost notification loses nothing.
 */
@Component
class TaskListener implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(TaskListener.class);
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final ApplicationEventPublisher events;
    private volatile Thread thread;

    TaskListener(DataSource dataSource, ApplicationEventPublisher events) {
        this.dataSource = dataSource;
        this.events = events;
    }

    @Override
    public void start() {
        // Known before it runs: on a busy machine it would look for itself before this method had named it, and end.
        thread = Thread.ofPlatform().name("task-listener").daemon().unstarted(this::run);
        thread.start();
    }

    private void run() {
        while (thread != null) {
            try (var connection = dataSource.getConnection();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(true);
                statement.execute("listen kasane_task");
                var postgres = connection.unwrap(PGConnection.class);
                while (thread != null) {
                    look();
                    postgres.getNotifications((int) LOOK.toMillis());
                }
                statement.execute("unlisten *");
            } catch (SQLException | RuntimeException away) {
                if (thread != null) {
                    LOG.warn(
                            "Task listener: the database is away ({}); trying again",
                            away.getClass().getSimpleName());
                    try {
                        Thread.sleep(Duration.ofSeconds(1));
                    } catch (InterruptedException stopped) {
                        return;
                    }
                }
            }
        }
    }

    private void look() {
        try {
            events.publishEvent(new TasksChanged());
        } catch (RuntimeException e) {
            LOG.warn("Task listener: a listener failed and will look again", e);
        }
    }

    @Override
    public void stop() {
        var stopping = thread;
        thread = null;
        if (stopping != null) {
            stopping.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
