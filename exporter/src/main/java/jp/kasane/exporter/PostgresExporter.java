package jp.kasane.exporter;

import io.camunda.zeebe.exporter.api.Exporter;
import io.camunda.zeebe.exporter.api.ExporterException;
import io.camunda.zeebe.exporter.api.context.Context;
import io.camunda.zeebe.exporter.api.context.Controller;
import io.camunda.zeebe.protocol.record.Record;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import org.slf4j.Logger;

/**
 * The exporter the broker loads; one instance per partition. Its arguments are those of {@link ExporterSettings}.
 *
 * <p>Promises: a record is acknowledged to the broker only after the transaction that holds it has committed, so the broker
 * keeps its log for whatever PostgreSQL does not have yet. After a crash the broker sends again what was not acknowledged, and
 * the database ignores what it has. Nothing is skipped: a record whose content the database refuses is set aside in {@code
 * engine.record_rejected} and reported as an ERROR, every other failure is retried until it passes.
 *
 * <p>While PostgreSQL is away, memory stays bounded: once the buffer is full, {@link #export} throws, and the broker offers
 * the same record again after a while (1 s, growing to 10 s).
 *
 * <p>Committing depends on no timer of the broker, whose clock may be moved or may jump (DESIGN §3): it happens on a thread of
 * our own. That thread also acknowledges, which {@code Controller} allows from any thread: the broker hands the call over to
 * its own actor ({@code ActorControl.run}).
 */
public class PostgresExporter implements Exporter {

    /** How long the broker's thread waits for space before it is told to come back; it serves others, too. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final BiFunction<ExporterSettings, UUID, RecordSink> sinks;
    private Logger log;
    private int partition;
    private ExporterSettings settings;
    private RecordBuffer buffer;
    private Delivery delivery;

    /** For the broker, which wants a constructor without arguments. */
    public PostgresExporter() {
        this(PostgresSink::new);
    }

    PostgresExporter(BiFunction<ExporterSettings, UUID, RecordSink> sinks) {
        this.sinks = sinks;
    }

    /**
     * Also called once at the start of the broker, on an instance that is then thrown away: touches neither files nor the
     * database.
     *
     * @throws IllegalArgumentException when an argument is missing, unknown or out of range; the broker does not start then
     */
    @Override
    public void configure(Context context) {
        log = context.getLogger();
        partition = context.getPartitionId();
        settings = ExporterSettings.of(context.getConfiguration().getArguments());
        context.setFilter(new StoredRecords());
    }

    @Override
    public void open(Controller controller) {
        UUID epoch;
        try {
            epoch = Epoch.of(settings.epochFile());
        } catch (IOException e) {
            // The broker tries again.
            throw new UncheckedIOException("The broker's epoch cannot be kept in " + settings.epochFile(), e);
        }
        buffer = new RecordBuffer(settings.batchSize() * 8, 16L * 1024 * 1024);
        delivery = new Delivery(
                buffer,
                sinks.apply(settings, epoch),
                settings.batchSize(),
                settings.flushInterval(),
                new BackOff(Duration.ofMillis(100), Duration.ofSeconds(5)),
                controller::updateLastExportedRecordPosition,
                log);
        delivery.start("kasane-exporter-" + partition);
        log.info("Exports partition {} of epoch {} to {}", partition, epoch, settings.database());
    }

    @Override
    public void export(Record<?> record) {
        try {
            if (!buffer.awaitSpace(PATIENCE)) {
                throw new ExporterException("PostgreSQL does not keep up; the record at position "
                        + record.getPosition() + " has to wait in the broker's log");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExporterException("Interrupted", e);
        }
        // The record is a view of a buffer that the broker uses again: it is read here and now.
        buffer.add(ExportedRecord.of(record));
    }

    /** Writes what is waiting if that is quick, and otherwise leaves it to the broker's log. Returns within about two seconds. */
    @Override
    public void close() {
        if (delivery != null) {
            delivery.stop(CLOSING);
        }
    }

    /**
     * Called by brokers from 8.8 on when the whole cluster is emptied ({@code POST /actuator/cluster/purge}): what follows is a
     * new life of the broker. What the old one did stays known; whatever ran in it becomes LOST when the new one's first record
     * arrives. No {@code @Override}: the interface of 8.6 has no such method.
     *
     * @throws IOException when the epoch's file cannot be removed; the broker tries again
     */
    public void purge() throws IOException {
        Epoch.end(settings.epochFile());
    }
}
