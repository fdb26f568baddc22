package jp.kasane.exporter;

import io.camunda.zeebe.protocol.record.Record;
import java.time.Instant;

/**
 * What is kept of a record of the engine.
 *
 * @param position its place in the log of its partition, growing
 * @param at the engine's clock, in milliseconds
 * @param value JSON; may hold what must not be logged
 */
record ExportedRecord(
        int partition, long position, Instant at, long key, String valueType, String intent, String value) {

    static ExportedRecord of(Record<?> record) {
        return new ExportedRecord(
                record.getPartitionId(),
                record.getPosition(),
                Instant.ofEpochMilli(record.getTimestamp()),
                record.getKey(),
                record.getValueType().name(),
                record.getIntent().name(),
                record.getValue().toJson());
    }

    /** Everything but the value. */
    @Override
    public String toString() {
        return valueType + " " + intent + ", key " + key + ", partition " + partition + ", position " + position;
    }
}
