package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import jp.kasane.worker.KasaneWorker;
import org.junit.jupiter.api.Test;

/** Whoever draws picks a typed task instead of typing a job type: there is a template for each, and none for another. */
class ElementTemplatesTest {

    private static final Path WORKERS = Path.of("workers");
    private final List<JsonNode> templates = templates();

    @Test
    void everyJobTypeHasATemplateAndEveryTemplateAJobType() {
        assertThat(templates.stream().map(template -> bound(template, "property", "type")))
                .containsExactlyInAnyOrderElementsOf(jobTypes());
    }

    @Test
    void everyJobTypeIsDescribed() throws IOException {
        var page = Files.readString(WORKERS.resolve("README.md"));
        assertThat(jobTypes()).allSatisfy(type -> assertThat(page).contains("\n## `" + type + "`\n"));
    }

    @Test
    void aTemplateIsNamedAfterItsJobType() {
        assertThat(templates)
                .allSatisfy(template -> assertThat(template.path("id").asText())
                        .isEqualTo("jp.kasane." + bound(template, "property", "type")));
    }

    /** The editor, and Camunda Modeler, pass over whatever does not name this schema, and say nothing of it. */
    @Test
    void aTemplateNamesTheSchemaThatEditorsAskFor() {
        assertThat(templates)
                .allSatisfy(template -> assertThat(template.path("$schema").asText())
                        .contains("@camunda/zeebe-element-templates-json-schema"));
    }

    @Test
    void aTemplateRetriesAsOftenAsTheDiagramsDo() {
        var drawn = Diagram.all()
                .flatMap(diagram -> diagram.zeebe("taskDefinition"))
                .map(definition -> definition.getAttribute("retries"))
                .collect(Collectors.toSet());
        assertThat(templates.stream().map(template -> bound(template, "property", "retries")))
                .containsOnlyElementsOf(drawn);
    }

    @Test
    void theMessagesOneCanChooseAreThoseTheDiagramsSend() {
        var sent = Diagram.all()
                .flatMap(diagram -> diagram.zeebe("header"))
                .filter(header -> header.getAttribute("key").equals("message"))
                .map(header -> header.getAttribute("value"))
                .collect(Collectors.toSet());
        var notify = templates.stream()
                .filter(template -> bound(template, "property", "type").equals("notify"))
                .findFirst()
                .orElseThrow();
        assertThat(StreamSupport.stream(
                                property(notify, "key", "message")
                                        .path("choices")
                                        .spliterator(),
                                false)
                        .map(choice -> choice.path("value").asText()))
                .containsExactlyInAnyOrderElementsOf(sent);
    }

    private static Set<String> jobTypes() {
        return new ClassFileImporter()
                .importPackages(KasaneWorker.class.getPackageName()).stream()
                        .filter(type -> type.isAssignableTo(KasaneWorker.class))
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .filter(type -> !type.isAnonymousClass())
                        .map(JavaClass::reflect)
                        .map(ElementTemplatesTest::jobType)
                        .collect(Collectors.toSet());
    }

    private static String jobType(Class<?> worker) {
        try {
            var withItsPort = worker.getConstructors()[0];
            return ((KasaneWorker) withItsPort.newInstance((Object) null)).jobType();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(worker + " has no constructor with its port", e);
        }
    }

    private static List<JsonNode> templates() {
        try (Stream<Path> files = Files.list(WORKERS.resolve("element-templates"))) {
            var json = new ObjectMapper();
            return files.map(file -> {
                        try {
                            return json.readTree(file.toFile());
                        } catch (IOException e) {
                            throw new IllegalStateException(file + " is not readable", e);
                        }
                    })
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String bound(JsonNode template, String name, String value) {
        return property(template, name, value).path("value").asText();
    }

    private static JsonNode property(JsonNode template, String name, String value) {
        return StreamSupport.stream(template.path("properties").spliterator(), false)
                .filter(property -> property.path("binding").path(name).asText().equals(value))
                .findFirst()
                .orElseThrow(() -> new AssertionError(template.path("id") + " binds no " + value));
    }
}
