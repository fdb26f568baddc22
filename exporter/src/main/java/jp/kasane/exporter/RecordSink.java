package jp.kasane.exporter;

import java.sql.SQLException;
import java.util.List;

/** Where records end up. Used by one thread; only {@link #close} may come from another one, to break off what it is doing. */
interface RecordSink extends AutoCloseable {

    /**
     * Stores these records in one transaction, ignoring those that are stored already. Has committed when it returns; when it
     * throws, it may have committed or not.
     */
    void apply(List<ExportedRecord> records) throws SQLException;

    /** Sets one record aside that {@link #apply} refused, in a transaction of its own. Doing so twice changes nothing. */
    void reject(ExportedRecord record, SQLException refusal) throws SQLException;

    /** Never blocks. */
    @Override
    void close();
}
