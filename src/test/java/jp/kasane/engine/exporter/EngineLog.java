package jp.kasane.engine.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jp.kasane.engine.BrokerProcess;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A second witness of what the engine wrote: the broker's own debug exporter, which prints every record of the log, commands
 * included, to the broker's output.
 */
public final class EngineLog {

    /** What makes a record the same record. */
    record Entry(
            int partition,
            long position,
            long timestamp,
            long key,
            String recordType,
            String valueType,
            String intent) {}

    /** What the exporter keeps, said a second time on purpose: dropping one has to be decided twice. */
    private static final Set<String> STORED = Set.of(
            "PROCESS",
            "FORM",
            "DECISION",
            "DECISION_REQUIREMENTS",
            "DECISION_EVALUATION",
            "RESOURCE_DELETION",
            "PROCESS_INSTANCE",
            "PROCESS_INSTANCE_CREATION",
            "PROCESS_INSTANCE_MODIFICATION",
            "PROCESS_INSTANCE_MIGRATION",
            "PROCESS_EVENT",
            "VARIABLE",
            "VARIABLE_DOCUMENT",
            "JOB",
            "USER_TASK",
            "INCIDENT",
            "ERROR",
            "ESCALATION",
            "TIMER",
            "MESSAGE",
            "MESSAGE_CORRELATION",
            "MESSAGE_START_EVENT_SUBSCRIPTION",
            "PROCESS_MESSAGE_SUBSCRIPTION",
            "SIGNAL",
            "SIGNAL_SUBSCRIPTION",
            "COMPENSATION_SUBSCRIPTION");

    private static final String MARK = "{\"partitionId\":";

    private final ObjectMapper json = new ObjectMapper();
    private final Path output;
    private final Map<Integer, SortedMap<Long, Entry>> entries = new TreeMap<>();
    private long read;

    private EngineLog(Path output) {
        this.output = output;
    }

    /** Has to be called before the broker starts. */
    public static EngineLog of(BrokerProcess broker) {
        broker.with(
                        "ZEEBE_BROKER_EXPORTERS_WITNESS_CLASSNAME",
                        "io.camunda.zeebe.broker.exporter.debug.DebugLogExporter")
                .with("ZEEBE_BROKER_EXPORTERS_WITNESS_ARGS_LOGLEVEL", "info");
        return new EngineLog(broker.log());
    }

    /** Everything printed so far, per partition in order of position; what was printed twice is there once. */
    Map<Integer, SortedMap<Long, Entry>> entries() {
        try (var file = FileChannel.open(output)) {
            var bytes = Channels.newInputStream(file.position(read)).readAllBytes();
            var end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                // A line that is not complete yet.
                end--;
            }
            read += end;
            new String(bytes, 0, end, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.contains(MARK))
                    .forEach(this::remember);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    /**
     * Compares the database with the broker's log, record by record: all of it is there, once, and nothing else.
     *
     * @param sql sees everything
     */
    public void assertStoredOnce(JdbcClient sql, int partitions) {
        var log = entries();
        assertThat(log).as("partitions").hasSize(partitions);
        log.forEach((partition, entries) -> assertThat(entries.lastKey() - entries.firstKey() + 1)
                .as("the witness has seen the log of partition %d without gaps", partition)
                .isEqualTo(entries.size()));
        var expected = log.values().stream()
                .flatMap(entries -> entries.values().stream())
                .filter(entry -> entry.recordType().equals("EVENT") && STORED.contains(entry.valueType()))
                .collect(Collectors.toSet());
        var stored = stored(sql);
        assertThat(stored.size()).as("records").isEqualTo(expected.size());
        assertThat(new HashSet<>(stored).equals(expected))
                .as("the same records, each once")
                .isTrue();
    }

    private static List<Entry> stored(JdbcClient sql) {
        return sql.sql(
                        """
                        select partition_id, position, (extract(epoch from at) * 1000)::bigint, key, value_type, intent
                        from (select epoch, partition_id, position, at, key, value_type, intent from engine.record union all
                              select epoch, partition_id, position, at, key, value_type, intent from engine.record_rejected) r
                        join engine.epoch e using (epoch) where e.current""")
                .query((row, n) -> new Entry(
                        row.getInt(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        "EVENT",
                        row.getString(5),
                        row.getString(6)))
                .list();
    }

    /** The output starts from the beginning, and so does the engine. */
    void forget() {
        entries.clear();
        read = 0;
    }

    private void remember(String line) {
        JsonNode record;
        try {
            record = json.readTree(line.substring(line.indexOf(MARK)));
        } catch (JsonProcessingException e) {
            // The line during which the broker was killed; it is printed again after the restart.
            return;
        }
        var entry = new Entry(
                record.get("partitionId").asInt(),
                record.get("position").asLong(),
                record.get("timestamp").asLong(),
                record.get("key").asLong(),
                record.get("recordType").asText(),
                record.get("valueType").asText(),
                record.get("intent").asText());
        entries.computeIfAbsent(entry.partition(), p -> new TreeMap<>()).put(entry.position(), entry);
    }
}
