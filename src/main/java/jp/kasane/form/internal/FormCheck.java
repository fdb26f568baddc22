package jp.kasane.form.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import jp.kasane.foundation.Refusal.FieldError;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;

/** One form, one set of entered data: what is left of it once hidden fields are gone, and what is wrong with it. */
public final class FormCheck {

    private static final int LONGEST_TEXT = 8000;
    private static final int MOST_ROWS = 200;

    private final FeelEngineApi feel = FeelEngineBuilder.forJava().build();
    private final ObjectMapper json = new ObjectMapper();

    public record Result(ObjectNode data, List<FieldError> errors) {}

    /**
     * @throws IllegalArgumentException if the form uses something outside of the subset of forms/README.md: a form is then
     *     refused and not half checked
     */
    public Result check(JsonNode schema, ObjectNode entered, JsonNode context) {
        var errors = new ArrayList<FieldError>();
        var visible = entered.deepCopy();
        // A field that hides another may itself be hidden: until nothing changes any more.
        for (int before = -1; before != visible.size(); ) {
            before = visible.size();
            dropHidden(schema.get("components"), visible, context, false);
        }
        var data = JsonNodeFactory.instance.objectNode();
        components(schema.get("components"), visible, data, context, "", errors);
        return new Result(data, errors);
    }

    private void dropHidden(JsonNode components, ObjectNode data, JsonNode context, boolean parentHidden) {
        for (var component : components) {
            boolean hidden = parentHidden || hidden(component, data, context);
            if (component.path("type").asText().equals("group")) {
                dropHidden(component.path("components"), data, context, hidden);
            } else if (hidden && key(component) != null) {
                data.remove(key(component));
            }
        }
    }

    private boolean hidden(JsonNode component, ObjectNode data, JsonNode context) {
        var condition = component.path("conditional").path("hide").asText("");
        if (!condition.startsWith("=")) {
            return false;
        }
        Map<String, Object> variables = new HashMap<>();
        data.fields().forEachRemaining(entry -> variables.put(entry.getKey(), plain(entry.getValue())));
        // What the server knows comes last: a condition on it cannot be turned by sending it along.
        context.fields().forEachRemaining(entry -> variables.put(entry.getKey(), plain(entry.getValue())));
        var result = feel.evaluateExpression(condition.substring(1), variables);
        return result.isSuccess() && Boolean.TRUE.equals(result.result());
    }

    private Object plain(JsonNode node) {
        return json.convertValue(node, Object.class);
    }

    private void components(
            JsonNode components,
            ObjectNode entered,
            ObjectNode data,
            JsonNode context,
            String path,
            List<FieldError> errors) {
        for (var component : components) {
            if (hidden(component, entered, context)) {
                continue;
            }
            var type = component.path("type").asText();
            switch (type) {
                case "text", "separator", "spacer" -> {}
                case "group" -> components(component.path("components"), entered, data, context, path, errors);
                case "dynamiclist" -> rows(component, entered, data, context, path, errors);
                default -> field(component, type, entered, data, context, path, errors);
            }
        }
    }

    private void rows(
            JsonNode component,
            ObjectNode entered,
            ObjectNode data,
            JsonNode context,
            String path,
            List<FieldError> errors) {
        var key = key(component);
        var label = component.path("label").asText(key);
        var value = entered.get(key);
        if (isEmpty(value)) {
            if (component.path("validate").path("required").asBoolean()) {
                errors.add(new FieldError(path + key, label, "は一件以上入力してください。"));
            }
            return;
        }
        if (!value.isArray()) {
            errors.add(new FieldError(path + key, label, "の形が正しくありません。"));
            return;
        }
        if (value.size() > MOST_ROWS) {
            errors.add(new FieldError(path + key, label, "は" + MOST_ROWS + "件までです。"));
            return;
        }
        var rows = data.putArray(key);
        for (int i = 0; i < value.size(); i++) {
            var rowPath = path + key + "[" + i + "].";
            if (value.get(i) instanceof ObjectNode row) {
                components(component.path("components"), row, rows.addObject(), context, rowPath, errors);
            } else {
                errors.add(new FieldError(rowPath, label, (i + 1) + "件目の形が正しくありません。"));
            }
        }
    }

    private void field(
            JsonNode component,
            String type,
            ObjectNode entered,
            ObjectNode data,
            JsonNode context,
            String path,
            List<FieldError> errors) {
        var key = key(component);
        var label = label(component);
        var validate = component.path("validate");
        var value = entered.get(key);
        if (isEmpty(value)) {
            if (validate.path("required").asBoolean()) {
                errors.add(new FieldError(path + key, label, "を入力してください。"));
            }
            return;
        }
        var wrong =
                switch (type) {
                    case "textfield", "textarea" -> text(value, validate);
                    case "number" -> number(value, validate);
                    case "checkbox" -> value.isBoolean() ? null : "は「はい」か「いいえ」です。";
                    case "radio", "select" -> choice(value, choices(component, context));
                    case "checklist" -> choicesOf(value, choices(component, context));
                    case "datetime" -> time(value, component.path("subtype").asText("date"));
                    default ->
                        throw new IllegalArgumentException("Forms of Kasane do not use " + type + " (forms/README.md)");
                };
        if (wrong != null) {
            errors.add(new FieldError(path + key, label, wrong));
        } else {
            data.set(key, value);
        }
    }

    private static String text(JsonNode value, JsonNode validate) {
        if (!value.isTextual()) {
            return "は文字で入力してください。";
        }
        var text = value.asText();
        int length = text.codePointCount(0, text.length());
        if (text.indexOf('\0') >= 0) {
            return "に使えない文字（NUL）が含まれています。";
        }
        int max = validate.path("maxLength").asInt(LONGEST_TEXT);
        if (length > max) {
            return "は" + max + "字以内で入力してください（いま" + length + "字）。";
        }
        if (length < validate.path("minLength").asInt(0)) {
            return "は" + validate.path("minLength").asInt() + "字以上で入力してください。";
        }
        var pattern = validate.path("pattern").asText("");
        return pattern.isEmpty() || Pattern.compile(pattern).matcher(text).find() ? null : "の書き方が正しくありません。";
    }

    private static String number(JsonNode value, JsonNode validate) {
        if (!value.isNumber()) {
            return "は数で入力してください。";
        }
        if (validate.has("min")
                && value.decimalValue().compareTo(validate.get("min").decimalValue()) < 0) {
            return "は" + validate.get("min").asText() + "以上にしてください。";
        }
        return validate.has("max")
                        && value.decimalValue().compareTo(validate.get("max").decimalValue()) > 0
                ? "は" + validate.get("max").asText() + "以下にしてください。"
                : null;
    }

    private static String choice(JsonNode value, Set<String> choices) {
        return value.isTextual() && choices.contains(value.asText()) ? null : "は選択肢から選んでください。";
    }

    private static String choicesOf(JsonNode value, Set<String> choices) {
        if (!(value instanceof ArrayNode chosen)) {
            return "は選択肢から選んでください。";
        }
        var seen = new HashSet<String>();
        for (var each : chosen) {
            if (choice(each, choices) != null || !seen.add(each.asText())) {
                return "は選択肢から選んでください。";
            }
        }
        return null;
    }

    private static Set<String> choices(JsonNode component, JsonNode context) {
        var options = component.hasNonNull("valuesKey")
                ? context.path(component.get("valuesKey").asText())
                : component.path("values");
        var choices = new HashSet<String>();
        options.forEach(option -> choices.add(option.path("value").asText()));
        return choices;
    }

    private static String time(JsonNode value, String subtype) {
        try {
            if (subtype.equals("date")) {
                LocalDate.parse(value.asText());
            } else {
                OffsetDateTime.parse(value.asText());
            }
            return null;
        } catch (DateTimeException e) {
            return subtype.equals("date") ? "は日付（例 2026-11-21）で入力してください。" : "は日時で入力してください。";
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value == null
                || value.isNull()
                || value.isTextual() && value.asText().isBlank()
                || value.isArray() && value.isEmpty();
    }

    private static String key(JsonNode component) {
        return component.hasNonNull("key")
                ? component.get("key").asText()
                : component.hasNonNull("path") ? component.get("path").asText() : null;
    }

    private static String label(JsonNode component) {
        for (var name : List.of("label", "dateLabel", "timeLabel")) {
            if (!component.path(name).asText("").isBlank()) {
                return component.get(name).asText();
            }
        }
        return key(component);
    }
}
