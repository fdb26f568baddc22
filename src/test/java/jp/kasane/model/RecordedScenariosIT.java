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
            recordings.put(id, recording(id));
        }
        var heard = played(shipped(), List.copyOf(recordings.values()));
        assertThat(heard.keySet()).isEqualTo(recordings.keySet());
        heard.forEach((id, way) -> {
            assertThat(way.stopped()).as(id).isEmpty();
            assertThat(way.unheard()).as(id).isEmpty();
            assertThat(way.unanswered()).as(id).isEmpty();
            assertThat(Ways.between(recorded(recordings.get(id)), withoutWhatIsOpen(way))
                            .turns())
                    .as(id)
                    .isEmpty();
        });
    }

    /** Otherwise nothing behind it would be tried any more. */
    @Test
    void aStepOfTheMunicipalitysOwnThatIsInForceHoldsNoStoryUp() throws Exception {
        var story = List.of(recording("hachioji-c1"));
        var inForce = with("plan", OwnStepDiagram.plan());
        var before = played(inForce, story).get("hachioji-c1");
        assertThat(before.unanswered()).extracting(Ways.Step::element).contains("Task_Budget");
        assertThat(before.unheard()).isEmpty();

        var behind = OwnStepDiagram.plan().replace("=decision = \"decided\"", "=decision = \"agreed\"");
        var difference =
                Ways.between(before, played(with("plan", behind), story).get("hachioji-c1"));
        assertThat(difference.verdict()).isEqualTo("stopped");
        assertThat(difference.assumed()).isEmpty();
    }

    private static List<DryRunProgram.Bundle> with(String process, String diagram) throws IOException {
        return shipped().stream()
                .map(bundle ->
                        bundle.files().getFirst().name().equals(process + ".bpmn") ? replaced(bundle, diagram) : bundle)
                .toList();
    }

    private static DryRunProgram.Bundle replaced(DryRunProgram.Bundle bundle, String diagram) {
        var files = new ArrayList<>(bundle.files());
        files.set(0, new DryRunProgram.File(files.getFirst().name(), diagram));
        files.add(new DryRunProgram.File("budget-check.form", OwnStepDiagram.BUDGET_FORM));
        return new DryRunProgram.Bundle(files);
    }

    private static Map<String, Ways.Way> played(List<DryRunProgram.Bundle> bundles, List<JsonNode> recordings)
            throws Exception {
        var heard = new HashMap<String, Ways.Way>();
        var program = new DryRunProgram(new DryRunSettings(Duration.ofMinutes(10), 512));
        try {
            program.begin()
                    .play(
                            new DryRunProgram.Plan(new DryRunProgram.Models(bundles, Map.of()), known(), recordings),
                            answer -> {
                                assertThat(answer.refused()).isNull();
                                heard.put(answer.recording(), answer.way());
                            });
        } finally {
            program.end();
        }
        return heard;
    }

    private static JsonNode recording(String id) throws IOException {
        return new ObjectMapper().readTree(RECORDED.resolve(id + ".json").toFile());
    }

    /** What is open when a recording ends is not in it. */
    private static Ways.Way withoutWhatIsOpen(Ways.Way way) {
        return new Ways.Way(
                way.instances().stream()
                        .map(one -> new Ways.Instance(
                                one.process(), one.instance(), one.state(), one.elements(), List.of()))
                        .toList(),
                way.unanswered(),
                way.unheard(),
                way.stopped());
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

    private static Map<String, Set<String>> known() throws IOException {
        var known = new HashMap<String, Set<String>>();
        shipped().stream()
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
