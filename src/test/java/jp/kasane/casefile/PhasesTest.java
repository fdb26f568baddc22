package jp.kasane.casefile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A case can be led into every phase that a form offers as the next one. */
class PhasesTest {

    private static final Set<String> QUESTIONS = Set.of("begin", "next", "nextPhase");

    @Test
    void everyPhaseAFormOffersHasAFirstStep() throws IOException {
        var offered = offered();
        assertThat(offered).contains("assessment", "meeting", "outreach", "monitoring", "closure");
        assertThat(offered)
                .allSatisfy(phase -> assertThat(Phases.firstStep(phase)).isNotBlank());
    }

    @ParameterizedTest
    @ValueSource(strings = {"watch", "closed", "asis"})
    void aCaseIsClosedIntoTheOthers(String phase) {
        assertThatThrownBy(() -> Phases.firstStep(phase))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(phase);
    }

    private static Set<String> offered() throws IOException {
        var phases = new TreeSet<String>();
        try (var forms = Files.newDirectoryStream(Path.of("forms"), "*.form")) {
            for (var form : forms) {
                for (var question : new ObjectMapper().readTree(form.toFile()).findParents("key")) {
                    if (QUESTIONS.contains(question.get("key").asText())) {
                        for (JsonNode choice : question.path("values")) {
                            phases.add(choice.get("value").asText());
                        }
                    }
                }
            }
        }
        phases.remove("asis");
        return phases;
    }
}
