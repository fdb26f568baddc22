package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms use only what the server checks as well ({@code forms/README.md}). */
class FormSubsetTest {

    private static final Set<String> COMPONENTS = Set.of(
            "text",
            "textfield",
            "textarea",
            "number",
            "checkbox",
            "radio",
            "select",
            "checklist",
            "datetime",
            "group",
            "separator",
            "dynamiclist");
    private static final Set<String> VALIDATIONS =
            Set.of("required", "minLength", "maxLength", "min", "max", "pattern");
    private static final Set<String> OPTIONS_OF_THE_SERVER = Set.of(
            "agencyOptions",
            "concernOptions",
            "memberOptions",
            "sittingOptions",
            "answerOptions",
            "resourceOptions",
            "issueOptions",
            "areaOptions",
            "bodyOptions",
            "closureOptions");
    private static final Set<String> LAID_OUT = Set.of("text", "separator", "group");

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
        var findings = new ArrayList<String>();
        assertThat(form.path("id").asText()).isEqualTo(id);
        assertThat(form.path("schemaVersion").asInt()).isEqualTo(16);
        assertThat(form.path("executionPlatformVersion").asText()).isEqualTo("8.6.0");
        look(form, new HashSet<>(), false, findings);
        assertThat(findings).isEmpty();
    }

    private static void look(JsonNode parent, Set<String> keys, boolean inList, List<String> findings) {
        for (var component : parent.path("components")) {
            var type = component.path("type").asText();
            var key =
                    component.path(type.equals("dynamiclist") ? "path" : "key").asText();
            if (!COMPONENTS.contains(type)) {
                findings.add(type + " is outside the subset");
            }
            if (!LAID_OUT.contains(type) && (!key.matches("[a-z][A-Za-z]*") || !keys.add(key))) {
                findings.add("'" + key + "' must be a camelCase key used once");
            }
            if (!LAID_OUT.contains(type)
                    && (component.path("label").asText()
                                    + component.path("dateLabel").asText())
                            .isBlank()) {
                findings.add(key + " has no label");
            }
            component.path("validate").fieldNames().forEachRemaining(rule -> {
                if (!VALIDATIONS.contains(rule)) {
                    findings.add(key + " is validated by " + rule);
                }
            });
            if (component.has("valuesKey")
                    && !OPTIONS_OF_THE_SERVER.contains(
                            component.get("valuesKey").asText())) {
                findings.add(key + " asks the server for unknown options");
            }
            if (inList && component.has("conditional")) {
                findings.add(key + " has a condition inside a list");
            }
            var list = type.equals("dynamiclist");
            look(component, list ? new HashSet<>() : keys, inList || list, findings);
        }
    }
}
