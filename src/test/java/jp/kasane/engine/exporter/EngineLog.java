package jp.kasane.engine.exporter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jp.kasane.engine.BrokerProcess;

/**
 * A second witness of what the engine wrote: the broker's own debug exporter, which prints every record of the log, commands
 * included, to the broker's output.
 */
final class EngineLog {

    /** What makes a record the same record. */
    record Entry(
            int partition,
            long position,
            long timestamp,
            long key,
            String recordType,
            String valueType,
            String intent) {}

    private static final String MARK = "{\"partitionId\":";

    private final ObjectMapper json = new ObjectMapper();
    private final Path output;
    private final Map<Integer, SortedMap<Long, Entry>> entries = new TreeMap<>();
    private long read;

    private EngineLog(Path output) {
        this.output = output;
    }

    /** Has to be called before the broker starts. */
    static EngineLog of(BrokerProcess broker) {
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
