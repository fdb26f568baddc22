package jp.kasane.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.camunda.zeebe.exporter.api.ExporterException;
import io.camunda.zeebe.exporter.test.ExporterTestConfiguration;
import io.camunda.zeebe.exporter.test.ExporterTestContext;
import io.camunda.zeebe.exporter.test.ExporterTestController;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresExporterTest {

    private final ImaginaryDatabase database = new ImaginaryDatabase();
    private final ExporterTestController controller = new ExporterTestController();
    private final ExporterTestContext context = new ExporterTestContext();
    private final List<UUID> epochs = new ArrayList<>();
    private final PostgresExporter exporter = new PostgresExporter((settings, epoch) -> {
        epochs.add(epoch);
        return database;
    });

    @TempDir
    Path directory;

    @BeforeEach
    void configure() {
        context.setConfiguration(new ExporterTestConfiguration<>(
                "kasane",
                Map.of(
                        "url", "jdbc:postgresql://localhost/kasane",
                        "user", "kasane_exporter",
                        "batchsize", "10",
                        "flushmillis", "1",
                        "epochfile", directory.resolve("epoch").toString()),
                arguments -> null));
        exporter.configure(context);
    }

    @AfterEach
    void close() {
        exporter.close();
    }

    @Test
    void leavesNoTraceWhenItIsOnlyConfigured() {
        assertThat(directory).isEmptyDirectory();
        assertThat(context.getRecordFilter()).isInstanceOf(StoredRecords.class);
    }

    @Test
    void acknowledgesWhatItHasWritten() {
        exporter.open(controller);

        for (var position = 1L; position <= 25; position++) {
            exporter.export(Records.engine(position, "{\"n\": " + position + "}"));
        }

        await().until(() -> controller.getPosition() == 25);
        assertThat(database.positions()).hasSize(25).isSorted();
        assertThat(database.stored).containsEntry(25L, "{\"n\": 25}");
        assertThat(controller.getScheduledTasks())
                .as("depends on no timer of the broker")
                .isEmpty();
    }

    @Test
    void turnsRecordsAwayRatherThanFillTheMemory() {
        database.goDown();
        exporter.open(controller);
        for (var position = 1L; position <= 80; position++) {
            exporter.export(Records.engine(position, "{}"));
        }

        assertThatThrownBy(() -> exporter.export(Records.engine(81, "{\"name\": \"山田\"}")))
                .isInstanceOf(ExporterException.class)
                .hasMessageContaining("81")
                .hasMessageNotContaining("山田");

        // The broker offers the same record again.
        database.comeBack();
        await().ignoreExceptions().until(() -> {
            exporter.export(Records.engine(81, "{}"));
            return true;
        });
        await().until(() -> controller.getPosition() == 81);
        assertThat(database.positions()).hasSize(81).isSorted();
    }

    @Test
    void staysInItsEpochUntilTheBrokerIsPurged() throws IOException {
        exporter.open(controller);
        exporter.close();
        exporter.open(controller);
        exporter.close();
        exporter.purge();
        exporter.open(controller);

        assertThat(epochs).hasSize(3);
        assertThat(epochs.get(1)).isEqualTo(epochs.get(0));
        assertThat(epochs.get(2)).isNotEqualTo(epochs.get(0));
    }

    @Test
    void doesNotGuessAnEpochThatItCannotRead() throws IOException {
        Files.writeString(directory.resolve("epoch"), "no epoch");

        assertThatThrownBy(() -> exporter.open(controller))
                .hasMessageContaining(directory.resolve("epoch").toString());
    }

    @Test
    void beginsAnEpochWhereABrokerDiedBeforeItHadOne() throws IOException {
        Files.createFile(directory.resolve("epoch"));

        exporter.open(controller);

        assertThat(Files.readString(directory.resolve("epoch")).strip())
                .isEqualTo(epochs.getFirst().toString());
    }
}
