package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import jp.kasane.engine.Deployments;
import org.junit.jupiter.api.Test;

/**
 * What dry runs play is what happens: every recorded scenario goes the way in the in-memory engine that it went in the broker when it was
 * recorded. Whoever changes a diagram on purpose records anew: {@code mvn verify -Dit.test=CatalogueIT -Dkasane.catalogue.record=true}.
 */
class RecordedScenariosIT {

    private static final Path RECORDED = Path.of("scenarios/recorded");

    @Test
    void everyScenarioIsRecorded() throws IOException {
        assertThat(names(RECORDED, ".json")).isEqualTo(names(Path.of("scenarios"), ".yaml"));
    }

    @Test
    void everyRecordedScenarioGoesTheWayItWent() throws Exception {
        var recordings = new LinkedHashMap<String, JsonNode>();
        for (var id : names(RECORDED, ".json")) {
            recordings.put(
                    id,
                    new ObjectMapper().readTree(RECORDED.resolve(id + ".json").toFile()));
        }
        var models = new DryRunProgram.Models(shipped(), Map.of());
        var heard = new HashMap<String, Ways.Way>();
        var program = new DryRunProgram(new DryRunSettings(Duration.ofMinutes(10), 512));
        try {
            program.play(new DryRunProgram.Plan(models, known(models), List.copyOf(recordings.values())), answer -> {
                assertThat(answer.refused()).isNull();
                heard.put(answer.recording(), answer.way());
            });
        } finally {
            program.end();
        }
        assertThat(heard.keySet()).isEqualTo(recordings.keySet());
        heard.forEach((id, way) -> {
            assertThat(way.stopped()).as(id).isEmpty();
            assertThat(way.unheard()).as(id).isEmpty();
            assertThat(way.unanswered()).as(id).isEmpty();
            assertThat(Ways.between(recorded(recordings.get(id)), way).turns())
                    .as(id)
                    .isEmpty();
        });
    }

    private static Ways.Way recorded(JsonNode recording) {
        var instances = new ArrayList<Ways.Instance>();
        for (var one : recording.get("way")) {
            var elements = new ArrayList<String>();
            one.get("elements").forEach(element -> elements.add(element.asText()));
            instances.add(new Ways.Instance(
                    one.get("process").asText(), one.path("instance").asText(null), null, elements, List.of()));
        }
        return new Ways.Way(instances, null, null, null);
    }

    private static List<DryRunProgram.Bundle> shipped() throws IOException {
        var bundles = new ArrayList<DryRunProgram.Bundle>();
        for (var table : names(Path.of("processes/decisions"), ".dmn")) {
            bundles.add(new DryRunProgram.Bundle(List.of(file("processes/decisions/", table + ".dmn"))));
        }
        for (var process : names(Path.of("processes"), ".bpmn")) {
            var files = new ArrayList<>(List.of(file("processes/", process + ".bpmn")));
            for (var form : Deployments.forms(files.getFirst().content().getBytes(StandardCharsets.UTF_8))) {
                files.add(file("forms/", form + ".form"));
            }
            bundles.add(new DryRunProgram.Bundle(files));
        }
        return bundles;
    }

    private static DryRunProgram.File file(String folder, String name) throws IOException {
        return new DryRunProgram.File(name, Files.readString(Path.of(folder, name)));
    }

    private static Map<String, Set<String>> known(DryRunProgram.Models models) {
        var known = new HashMap<String, Set<String>>();
        models.bundles().stream()
                .flatMap(bundle -> bundle.files().stream())
                .filter(file -> file.name().endsWith(".bpmn"))
                .map(file -> Diagram.read(file.content().getBytes(StandardCharsets.UTF_8)))
                .forEach(
                        diagram -> known.put(diagram.processId(), diagram.byId().keySet()));
        return known;
    }

    private static TreeSet<String> names(Path directory, String ending) throws IOException {
        var names = new TreeSet<String>();
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .forEach(name -> names.add(name.substring(0, name.length() - ending.length())));
        }
        return names;
    }
}
