package jp.kasane.exporter;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import org.postgresql.Driver;
import org.postgresql.util.PSQLException;

/**
 * The functions {@code engine.apply} and {@code engine.reject}, over one connection that is made anew after any error but a
 * refusal of data.
 *
 * <p>A server that neither answers nor hangs up is given up after 90 s; on the server's side a statement ends after 60 s, so
 * that none is left behind.
 */
final class PostgresSink implements RecordSink {

    private static final String APPLY = "select engine.apply(?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String REJECT = "select engine.reject(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final ExporterSettings settings;
    private final UUID epoch;
    private volatile Connection connection;
    private volatile boolean closed;

    PostgresSink(ExporterSettings settings, UUID epoch) {
        this.settings = settings;
        this.epoch = epoch;
    }

    @Override
    public void apply(List<ExportedRecord> records) throws SQLException {
        inTransaction(c -> {
            try (var statement = c.prepareStatement(APPLY)) {
                statement.setObject(1, epoch);
                statement.setArray(2, c.createArrayOf("int4", column(records, ExportedRecord::partition)));
                statement.setArray(3, c.createArrayOf("int8", column(records, ExportedRecord::position)));
                statement.setArray(4, c.createArrayOf("timestamptz", column(records, r -> utc(r.at()))));
                statement.setArray(5, c.createArrayOf("int8", column(records, ExportedRecord::key)));
                statement.setArray(6, c.createArrayOf("text", column(records, ExportedRecord::valueType)));
                statement.setArray(7, c.createArrayOf("text", column(records, ExportedRecord::intent)));
                statement.setArray(8, c.createArrayOf("text", column(records, ExportedRecord::value)));
                statement.execute();
            }
        });
    }

    @Override
    public void reject(ExportedRecord record, SQLException refusal) throws SQLException {
        inTransaction(c -> {
            try (var statement = c.prepareStatement(REJECT)) {
                statement.setObject(1, epoch);
                statement.setInt(2, record.partition());
                statement.setLong(3, record.position());
                statement.setObject(4, utc(record.at()));
                statement.setLong(5, record.key());
                statement.setString(6, record.valueType());
                statement.setString(7, record.intent());
                statement.setBytes(8, record.value().getBytes(StandardCharsets.UTF_8));
                statement.setString(9, refusal.getSQLState());
                statement.setString(10, sentence(refusal));
                statement.execute();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) throws SQLException {
        try {
            var current = connect();
            work.on(current);
            current.commit();
        } catch (SQLException e) {
            // A commit whose answer was lost is no trouble: what it stored is ignored when it comes again.
            if (Delivery.isOfTheData(e)) {
                connection.rollback();
            } else {
                disconnect();
            }
            throw e;
        } catch (RuntimeException e) {
            disconnect();
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        var current = connection;
        if (current == null) {
            var properties = new Properties();
            properties.setProperty("user", settings.user());
            if (settings.password() != null) {
                properties.setProperty("password", settings.password());
            }
            properties.setProperty("ApplicationName", "kasane-exporter");
            properties.setProperty("connectTimeout", "5");
            properties.setProperty("loginTimeout", "10");
            properties.setProperty("socketTimeout", "90");
            properties.setProperty("tcpKeepAlive", "true");
            properties.setProperty("options", "-c statement_timeout=60s -c jit=off");
            // Not through DriverManager: the broker has a driver of its own, of another version.
            current = open(properties);
            current.setAutoCommit(false);
            connection = current;
        }
        if (closed) {
            disconnect();
            throw new SQLException("closed", "57014");
        }
        return current;
    }

    /** What goes wrong here is never the fault of a record, whatever its SQLSTATE (22023: a parameter in the URL). */
    private Connection open(Properties properties) throws SQLException {
        try {
            return new Driver().connect(settings.url(), properties);
        } catch (SQLException e) {
            throw Delivery.isOfTheData(e) ? new SQLException(e.getMessage(), "08001", e) : e;
        }
    }

    private void disconnect() {
        var current = connection;
        connection = null;
        if (current != null) {
            try {
                // Closes the socket without a word to the server, which may not be listening.
                current.abort(Runnable::run);
            } catch (SQLException e) {
                // It is gone either way.
            }
        }
    }

    private static Object[] column(List<ExportedRecord> records, Function<ExportedRecord, ?> field) {
        return records.stream().map(field).toArray();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** The first line of the server's message, without the detail and context that show more of the value. */
    private static String sentence(SQLException e) {
        return e instanceof PSQLException p && p.getServerErrorMessage() != null
                ? p.getServerErrorMessage().getMessage()
                : e.getClass().getSimpleName();
    }
}
