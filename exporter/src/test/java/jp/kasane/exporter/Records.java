package jp.kasane.exporter;

import io.camunda.zeebe.protocol.record.Record;
import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.RecordValue;
import io.camunda.zeebe.protocol.record.ValueType;
import io.camunda.zeebe.protocol.record.intent.VariableIntent;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/** Records for tests. */
final class Records {

    private Records() {}

    static ExportedRecord at(long position) {
        return at(position, "{}");
    }

    static ExportedRecord at(long position, String value) {
        return new ExportedRecord(1, position, Instant.EPOCH, position, "VARIABLE", "CREATED", value);
    }

    static List<ExportedRecord> from(long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(Records::at).toList();
    }

    /** As the broker hands it over; the exporter asks for nothing else. */
    static Record<?> engine(long position, String value) {
        var content = (RecordValue) Proxy.newProxyInstance(
                Records.class.getClassLoader(), new Class<?>[] {RecordValue.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("toJson")) {
                        return value;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
        return (Record<?>) Proxy.newProxyInstance(
                Records.class.getClassLoader(),
                new Class<?>[] {Record.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getPartitionId" -> 1;
                    case "getPosition", "getKey" -> position;
                    case "getTimestamp" -> 1_700_000_000_000L + position;
                    case "getValueType" -> ValueType.VARIABLE;
                    case "getRecordType" -> RecordType.EVENT;
                    case "getIntent" -> VariableIntent.CREATED;
                    case "getValue" -> content;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
