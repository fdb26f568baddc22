package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import jp.kasane.model.Checks;
import jp.kasane.model.Form;
import jp.kasane.model.Surroundings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms use only what the server checks as well ({@code forms/README.md}). */
class FormSubsetTest {

    private static final Checks CHECKS = new Checks(Surroundings.shipped());

    static Stream<String> forms() {
        return Stream.concat(
                        Diagram.all().flatMap(diagram -> diagram.forms().stream()),
                        Stream.of(
                                "consultation",
                                "contact",
                                "consent-change",
                                "urgent-event",
                                "moving-out",
                                "member-added",
                                "household-split",
                                "reopening",
                                "meeting-request",
                                "lead-handover",
                                "participation-need",
                                "community-issue"))
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aFormStaysInsideTheNamedSubset(String id) throws IOException {
        var form = new ObjectMapper().readTree(Diagram.resource("forms/" + id + ".form"));
        assertThat(form.path("id").asText()).isEqualTo(id);
        assertThat(form.path("schemaVersion").asInt()).isEqualTo(16);
        assertThat(form.path("executionPlatformVersion").asText()).isEqualTo("8.6.0");
        assertThat(CHECKS.of(
                        Form.read(Diagram.resource("forms/" + id + ".form").getBytes(StandardCharsets.UTF_8)),
                        List.of()))
                .isEmpty();
    }
}
