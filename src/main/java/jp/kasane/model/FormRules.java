package jp.kasane.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import jp.kasane.form.Subset;
import jp.kasane.model.Finding.Severity;

/**
 * The rules of the house for one form: only the subset of form-js that the server checks as well (ADR 0002, {@code forms/README.md}), and
 * nothing gone that other fields or the work behind the form count on.
 */
final class FormRules {

    /** What form-js wrote when Camunda 8.6 came out. */
    static final int SCHEMA = 16;

    private static final Pattern KEY = Pattern.compile("[a-z][A-Za-z]*");
    private static final Pattern CALLED = Pattern.compile("([A-Za-z][A-Za-z ]*?)\\s*\\(");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Set<String> WORDS = Set.of("and", "or", "null", "true", "false");
    /** FEEL that goes through lists, and could do so for long: the server evaluates conditions at each save. */
    private static final Pattern LONG_RUNNING = Pattern.compile("\\b(for|some|every|function|in)\\b|\\.\\.");

    private static final int LONGEST_PATTERN = 200;
    /** {@code (a+)+}: takes for ever to say no. */
    private static final Pattern REPEATED_TWICE = Pattern.compile("[+*}]\\??\\)[+*{]");

    private final Form form;
    private final Map<String, String> needed;
    private final Feel feel;
    private final List<Finding> findings = new ArrayList<>();

    /** @param needed fields (key to type) that the work behind the form counts on */
    FormRules(Form form, Map<String, String> needed, Feel feel) {
        this.form = form;
        this.needed = needed;
        this.feel = feel;
    }

    List<Finding> findings() {
        if (form.schema().path("schemaVersion").asInt(SCHEMA) > SCHEMA) {
            ofForm(
                    Severity.WARNING,
                    "form.version",
                    form.schema().path("schemaVersion").asInt());
        }
        var fields = form.fields();
        if (fields.isEmpty()) {
            ofForm(Severity.ERROR, "form.empty");
        }
        needed.forEach((key, type) -> {
            if (!fields.containsKey(key)) {
                ofForm(Severity.ERROR, "form.needed", key);
            } else if (!fields.get(key).path("type").asText().equals(type)) {
                error(fields.get(key), "form.changed", key, type);
            } else if (!fields.get(key).path("validate").path("required").asBoolean()) {
                error(fields.get(key), "form.optional", key);
            }
        });
        look(form.schema(), new HashSet<>(), fields.keySet(), false);
        return List.copyOf(findings);
    }

    private void look(JsonNode parent, Set<String> keys, Set<String> all, boolean inList) {
        for (var component : parent.path("components")) {
            var type = component.path("type").asText();
            if (!Subset.COMPONENTS.contains(type)) {
                error(component, "form.type", type);
                continue;
            }
            var list = type.equals("dynamiclist");
            if (!Subset.LAID_OUT.contains(type)) {
                field(component, component.path(list ? "path" : "key").asText(), keys);
            }
            if (Subset.CHOICES.contains(type)) {
                choices(component);
            }
            for (var part : List.of("valuesExpression", "defaultValue")) {
                if (!component.path(part).isMissingNode()
                        && !component.path(part).isNull()) {
                    error(component, "form.part", part);
                }
            }
            for (var text : List.of("label", "description", "dateLabel", "timeLabel")) {
                var value = component.path(text).asText();
                if (value.startsWith("=") || value.contains("{{")) {
                    error(component, "form.template", text);
                }
            }
            condition(component, all, inList);
            look(component, list ? new HashSet<>() : keys, all, inList || list);
        }
    }

    private void field(JsonNode component, String key, Set<String> keys) {
        if (!KEY.matcher(key).matches()) {
            error(component, "form.key", key);
        } else if (!keys.add(key)) {
            error(component, "form.twice", key);
        }
        if ((component.path("label").asText() + component.path("dateLabel").asText()).isBlank()) {
            error(component, "form.label", key);
        }
        component.path("validate").fieldNames().forEachRemaining(rule -> {
            if (!Subset.VALIDATIONS.contains(rule)) {
                error(component, "form.validation", rule);
            }
        });
        var pattern = component.path("validate").path("pattern").asText();
        if (!pattern.isEmpty() && !usable(pattern)) {
            error(component, "form.pattern", pattern.substring(0, Math.min(pattern.length(), 80)));
        }
    }

    private static boolean usable(String pattern) {
        try {
            Pattern.compile(pattern);
            return pattern.length() <= LONGEST_PATTERN
                    && !REPEATED_TWICE.matcher(pattern).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private void choices(JsonNode component) {
        if (component.hasNonNull("valuesKey")) {
            var options = component.get("valuesKey").asText();
            if (!Subset.OPTIONS_OF_THE_SERVER.contains(options)) {
                error(component, "form.options", options);
            }
            return;
        }
        var codes = new HashSet<String>();
        for (var value : component.path("values")) {
            var code = value.path("value").asText();
            if (code.isBlank() || value.path("label").asText().isBlank()) {
                error(component, "form.choice");
            } else if (!codes.add(code)) {
                error(component, "form.choiceTwice", code);
            }
        }
        if (component.path("values").isEmpty()) {
            error(component, "form.choice");
        }
    }

    private void condition(JsonNode component, Set<String> all, boolean inList) {
        if (!component.path("conditional").has("hide")) {
            return;
        }
        var condition = component.path("conditional").path("hide").asText();
        if (inList) {
            error(component, "form.inList");
        }
        if (!condition.startsWith("=")) {
            error(component, "feel.condition");
            return;
        }
        var text = condition.substring(1).strip();
        switch (feel.expression(text)) {
            case TOO_LONG -> error(component, "feel.long", Feel.LONGEST);
            case UNREADABLE -> error(component, "feel.unreadable", text);
            case FINE, ENDLESS -> looksAt(component, STRING.matcher(text).replaceAll(" "), all);
        }
    }

    private void looksAt(JsonNode component, String text, Set<String> all) {
        if (LONG_RUNNING.matcher(text).find()) {
            error(component, "form.condition");
            return;
        }
        var called = CALLED.matcher(text);
        while (called.find()) {
            var words = called.group(1).strip().split(" ");
            var last = words[words.length - 1];
            if (!WORDS.contains(last) && !Subset.FUNCTIONS.contains(last)) {
                error(component, "form.condition");
                return;
            }
        }
        var names = NAME.matcher(text);
        while (names.find()) {
            var name = names.group().split("\\.")[0];
            if (!WORDS.contains(name)
                    && !Subset.FUNCTIONS.contains(name)
                    && !Subset.TOLD_BY_THE_SERVER.contains(name)
                    && !all.contains(name)) {
                error(component, "form.unknownField", name);
            }
        }
    }

    private void ofForm(Severity severity, String code, Object... args) {
        findings.add(Finding.of(severity, code, form.formId(), form.formId(), args));
    }

    private void error(JsonNode component, String code, Object... args) {
        var id = component.path("id").asText();
        findings.add(Finding.of(Severity.ERROR, code, id.isEmpty() ? form.formId() : id, name(component), args));
    }

    /** How whoever looks at the form would call it. */
    private static String name(JsonNode component) {
        for (var name : List.of("label", "dateLabel", "timeLabel", "text", "key", "path", "id")) {
            var text = component.path(name).asText().strip();
            if (!text.isEmpty()) {
                return text.length() > 40 ? text.substring(0, 40) + "…" : text;
            }
        }
        return component.path("type").asText();
    }
}
