package jp.kasane.engine.exporter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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

    private static final String MARK = "{\"partitionId\":";

    private final ObjectMapper json = new ObjectMapper();
    private final Path output;

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
    Map<Integer, SortedMap<Long, JsonNode>> records() {
        var records = new TreeMap<Integer, SortedMap<Long, JsonNode>>();
        try (var lines = Files.lines(output)) {
            lines.filter(line -> line.contains(MARK)).forEach(line -> {
                try {
                    var record = json.readTree(line.substring(line.indexOf(MARK)));
                    records.computeIfAbsent(record.get("partitionId").asInt(), p -> new TreeMap<>())
                            .put(record.get("position").asLong(), record);
                } catch (JsonProcessingException e) {
                    // The line during which the broker was killed; it is printed again after the restart.
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }
}
