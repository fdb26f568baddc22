package jp.kasane.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExporterSettingsTest {

    private final Map<String, Object> arguments =
            new HashMap<>(Map.of("url", "jdbc:postgresql://db/kasane?password=geheim", "user", "kasane_exporter"));

    @Test
    void needsNoMoreThanADatabaseAndAUser() {
        var settings = ExporterSettings.of(arguments);

        assertThat(settings.password()).isNull();
        assertThat(settings.batchSize()).isEqualTo(500);
        assertThat(settings.flushInterval()).isEqualTo(Duration.ofMillis(50));
        assertThat(settings.epochFile()).isAbsolute().hasFileName("kasane-epoch");
    }

    @Test
    void knowsItsArgumentsHoweverTheyAreSpelled() {
        arguments.put("BATCHSIZE", 100);
        arguments.put("flush-millis", "20");
        arguments.put("epochFile", "/data/epoch");

        var settings = ExporterSettings.of(arguments);

        assertThat(settings.batchSize()).isEqualTo(100);
        assertThat(settings.flushInterval()).isEqualTo(Duration.ofMillis(20));
        assertThat(settings.epochFile()).isEqualTo(Path.of("/data/epoch"));
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        arguments.put("batchSizes", 100);
        assertThatThrownBy(() -> ExporterSettings.of(arguments)).hasMessageContaining("batchSizes");

        arguments.remove("batchSizes");
        arguments.put("batchSize", "0");
        assertThatThrownBy(() -> ExporterSettings.of(arguments)).hasMessageContaining("1 to 10000");

        arguments.remove("batchSize");
        arguments.put("user", " ");
        assertThatThrownBy(() -> ExporterSettings.of(arguments)).hasMessageContaining("user is missing");

        arguments.put("user", "kasane_exporter");
        arguments.put("url", "jdbc:h2:mem:kasane");
        assertThatThrownBy(() -> ExporterSettings.of(arguments)).hasMessageContaining("jdbc:postgresql:");
    }

    @Test
    void looksForTheEpochWhereTheBrokerKeepsItsData() {
        assertThat(ExporterSettings.defaultEpochFile(null, "/opt/camunda"))
                .isEqualTo(Path.of("/opt/camunda/data/kasane-epoch"));
        assertThat(ExporterSettings.defaultEpochFile("state", "/opt/camunda"))
                .isEqualTo(Path.of("/opt/camunda/state/kasane-epoch"));
        assertThat(ExporterSettings.defaultEpochFile("/var/camunda", "/opt/camunda"))
                .isEqualTo(Path.of("/var/camunda/kasane-epoch"));
    }

    @Test
    void doesNotShowThePassword() {
        arguments.put("password", "geheim");

        assertThat(ExporterSettings.of(arguments).toString()).doesNotContain("geheim");
        assertThat(ExporterSettings.of(arguments).database()).isEqualTo("jdbc:postgresql://db/kasane");
    }
}
