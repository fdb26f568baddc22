package jp.kasane.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands in the files of {@code scenarios} and in the table of all of them, without playing any. */
class CatalogueTest {

    private static final Path SCENARIOS = Path.of("scenarios");

    @Test
    void aFileIsCalledAsItsScenarioAndItsMunicipality() throws IOException {
        try (var files = Files.list(SCENARIOS)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(CatalogueIT.catalogue().stream()
                            .map(scenario -> scenario.id() + ".yaml")
                            .toList());
        }
        assertThat(CatalogueIT.catalogue()).allSatisfy(scenario -> {
            assertThat(scenario.id()).startsWith(scenario.profile() + "-");
            assertThat(Path.of("profiles", scenario.profile() + ".yaml")).exists();
            assertThat(scenario.source()).matches("(?s).*\\d.*");
        });
    }

    /** What the first start plays was written before steps had to say where they come from. */
    @Test
    void everyStepSaysWhereItComesFrom() throws IOException {
        assertThat(CatalogueIT.catalogue().stream()
                        .filter(scenario -> !scenario.play())
                        .flatMap(scenario -> scenario.steps().stream()
                                .filter(step ->
                                        step.source() == null || step.source().isBlank())
                                .map(step -> scenario.id() + ": " + step)))
                .isEmpty();
    }

    @Test
    void aStepNamedElsewhereIsOneThatDoesSomething() throws IOException {
        assertThat(CatalogueIT.catalogue().stream().flatMap(scenario -> scenario.elsewhere().stream()
                        .map(elsewhere -> scenario.steps().get(elsewhere.step() - 1))))
                .isNotEmpty()
                .allSatisfy(step -> assertThat(step.expect()).isNull());
    }

    @Test
    void theTableNamesEveryScenarioOfTheDocumentsAndEveryFile() throws IOException {
        var table = Files.readString(SCENARIOS.resolve("README.md"));
        assertThat(Pattern.compile("\\]\\(([a-z0-9-]+)\\.yaml\\)")
                        .matcher(table)
                        .results()
                        .map(link -> link.group(1))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        CatalogueIT.catalogue().stream().map(Scenario::id).toList());
        var codes = Stream.of(
                        IntStream.rangeClosed(1, 21).mapToObj(i -> "C" + i),
                        Stream.of("C22–C25", "C26", "C27", "C28", "C29", "C30"),
                        IntStream.rangeClosed(1, 16).mapToObj(i -> "S" + i),
                        IntStream.rangeClosed('A', 'P').mapToObj(letter -> "" + (char) letter),
                        IntStream.rangeClosed(1, 21).mapToObj(i -> "SC-" + i))
                .flatMap(each -> each);
        assertThat(Pattern.compile("(?m)^\\| ([A-Z][A-Z0-9–-]*) \\|")
                        .matcher(table)
                        .results()
                        .map((MatchResult row) -> row.group(1)))
                .containsExactlyElementsOf(codes.toList());
    }
}
