package jp.kasane.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * What a diagram may lean on: everything that is deployed beside it, and what Kasane understands.
 *
 * @param forms by id, as they would be deployed
 * @param formDrafts which of these forms somebody is still drawing and nobody has released
 * @param formNames what a form is called: as the first task that uses it
 * @param needed fields (key to type) of each form that the work behind it counts on: what the form Kasane ships requires
 * @param processes ids
 * @param decisions ids
 * @param variables the only ones there are (DESIGN §7)
 * @param templates element template of each job type ({@code workers/element-templates})
 * @param messages names that somebody sends
 * @param errors codes that a worker throws
 * @param steps that have a deadline; null where nobody can say, and so it is not checked
 */
public record Surroundings(
        Map<String, JsonNode> forms,
        Set<String> formDrafts,
        Map<String, String> formNames,
        Map<String, Map<String, String>> needed,
        Set<String> processes,
        Set<String> decisions,
        Set<String> variables,
        Map<String, JsonNode> templates,
        Set<String> messages,
        Set<String> errors,
        Set<String> steps) {

    /** What this version of Kasane ships; without steps. */
    public static Surroundings shipped() {
        var json = new ObjectMapper();
        var forms = new TreeMap<String, JsonNode>();
        for (var file : files("forms/*.form")) {
            forms.put(id(file, ".form"), json(json, file));
        }
        var templates = new LinkedHashMap<String, JsonNode>();
        for (var file : files("element-templates/*.json")) {
            templates.put(id(file, ".json"), json(json, file));
        }
        var processes = new TreeSet<String>();
        var messages = new HashSet<String>();
        var errors = new HashSet<String>();
        var formNames = new HashMap<String, String>();
        for (var file : files("processes/*.bpmn")) {
            var diagram = Diagram.read(bytes(file));
            processes.add(diagram.processId());
            diagram.bpmn("userTask").forEach(task -> Diagram.extension(task, "formDefinition")
                    .ifPresent(form -> formNames.putIfAbsent(
                            form.getAttribute("formId"),
                            task.getAttribute("name").replaceAll("\\s+", " "))));
            diagram.bpmn("message").forEach(message -> messages.add(message.getAttribute("name")));
            diagram.bpmn("error").forEach(error -> errors.add(error.getAttribute("errorCode")));
        }
        var decisions = new TreeSet<String>();
        files("processes/decisions/*.dmn").forEach(file -> decisions.add(id(file, ".dmn")));
        var needed = new HashMap<String, Map<String, String>>();
        forms.forEach((id, form) -> needed.put(id, required(form)));
        return new Surroundings(
                forms,
                Set.of(),
                formNames,
                needed,
                processes,
                decisions,
                listedVariables(),
                templates,
                messages,
                errors,
                null);
    }

    public Surroundings withSteps(Set<String> theSteps) {
        return with(forms, formDrafts, Set.copyOf(theSteps));
    }

    private Surroundings with(Map<String, JsonNode> theForms, Set<String> theDrafts, Set<String> theSteps) {
        return new Surroundings(
                theForms, theDrafts, formNames, needed, processes, decisions, variables, templates, messages, errors,
                theSteps);
    }

    /** The same with one form as somebody would like it to be. */
    public Surroundings withForm(String id, JsonNode form) {
        var changed = new TreeMap<>(forms);
        changed.put(id, form);
        return with(changed, formDrafts, steps);
    }

    /** The same with a form that is only drawn yet: a task may name it, and is told so. */
    public Surroundings withFormDraft(String id, JsonNode form) {
        var drafts = new TreeSet<>(formDrafts);
        drafts.add(id);
        return with(withForm(id, form).forms(), drafts, steps);
    }

    private static Map<String, String> required(JsonNode form) {
        return Form.fields(form).entrySet().stream()
                .filter(field ->
                        field.getValue().path("validate").path("required").asBoolean())
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        field -> field.getValue().path("type").asText()));
    }

    private static Set<String> listedVariables() {
        try {
            var listed = new YAMLMapper()
                    .readValue(
                            files("processes/variables.yaml").getFirst().getInputStream(),
                            new TypeReference<List<Map<String, Object>>>() {});
            return listed.stream()
                    .map(variable -> (String) variable.get("name"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Resource> files(String pattern) {
        try {
            return List.of(new PathMatchingResourcePatternResolver().getResources("classpath:" + pattern));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String id(Resource file, String ending) {
        return file.getFilename().replace(ending, "");
    }

    private static JsonNode json(ObjectMapper json, Resource file) {
        try {
            return json.readTree(bytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Resource file) {
        try {
            return file.getContentAsByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
