package jp.kasane.form;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import jp.kasane.foundation.WordDifference;
import jp.kasane.foundation.WrittenDates;

/**
 * What changed from one filled in form to another, by the form's own labels and in its order; choices as they read, dates as they are
 * written, rows of a list a line each.
 *
 * @param fields that differ
 */
public record SheetDifference(List<Field> fields) {

    /** @param before null where nothing was entered; {@code after} likewise */
    public record Field(String name, String before, String after, List<WordDifference.Piece> pieces) {}

    /**
     * @param schema the form
     * @param options what the server offered for its {@code valuesKey}s, as values and labels
     */
    public static SheetDifference between(
            JsonNode schema, JsonNode options, JsonNode before, JsonNode after, Locale in) {
        var fields = new ArrayList<Field>();
        new Reader(options, in).compare(schema.path("components"), before, after, fields);
        return new SheetDifference(List.copyOf(fields));
    }

    private record Reader(JsonNode options, Locale in) {

        void compare(JsonNode components, JsonNode before, JsonNode after, List<Field> fields) {
            for (var component : components) {
                if (component.path("type").asText().equals("group")) {
                    compare(component.path("components"), before, after, fields);
                    continue;
                }
                var key = component.path(component.has("path") ? "path" : "key").asText("");
                if (key.isEmpty()) {
                    continue;
                }
                var was = text(component, before.path(key));
                var is = text(component, after.path(key));
                if (!Objects.equals(was, is)) {
                    fields.add(new Field(label(component, key), was, is, WordDifference.between(was, is)));
                }
            }
        }

        /** Null for what was left empty. */
        private String text(JsonNode component, JsonNode value) {
            if (value.isMissingNode()
                    || value.isNull()
                    || value.isTextual() && value.asText().isBlank()
                    || value.isArray() && value.isEmpty()) {
                return null;
            }
            return switch (component.path("type").asText()) {
                case "dynamiclist" -> rows(component.path("components"), value);
                case "checkbox" -> yes(value.asBoolean());
                case "radio", "select", "checklist" -> chosen(component, value);
                case "datetime" -> date(value.asText());
                default -> value.isValueNode() ? value.asText() : value.toString();
            };
        }

        private String rows(JsonNode components, JsonNode rows) {
            var lines = new StringJoiner("\n");
            for (var row : rows) {
                var line = new StringJoiner(in.getLanguage().equals("ja") ? "、" : ", ");
                for (var component : components) {
                    var key = component.path("key").asText("");
                    var text = key.isEmpty() ? null : text(component, row.path(key));
                    if (text != null) {
                        line.add(label(component, key) + (in.getLanguage().equals("ja") ? "：" : ": ") + text);
                    }
                }
                lines.add(line.toString());
            }
            return lines.toString();
        }

        private String chosen(JsonNode component, JsonNode value) {
            Map<String, String> labels = new HashMap<>();
            var offered = component.has("valuesKey")
                    ? options.path(component.get("valuesKey").asText())
                    : component.path("values");
            offered.forEach(each ->
                    labels.put(each.path("value").asText(), each.path("label").asText()));
            if (!value.isArray()) {
                return labels.getOrDefault(value.asText(), value.asText());
            }
            var all = new StringJoiner(in.getLanguage().equals("ja") ? "、" : ", ");
            value.forEach(each -> all.add(labels.getOrDefault(each.asText(), each.asText())));
            return all.toString();
        }

        private String yes(boolean value) {
            return in.getLanguage().equals("ja") ? (value ? "はい" : "いいえ") : value ? "yes" : "no";
        }

        private String date(String text) {
            try {
                return text.contains("T")
                        ? WrittenDates.dateAndHour(OffsetDateTime.parse(text).toInstant(), in)
                        : WrittenDates.date(LocalDate.parse(text), in);
            } catch (DateTimeException other) {
                return text;
            }
        }

        private static String label(JsonNode component, String key) {
            var label = component.path("label").asText("");
            return !label.isBlank() ? label : component.path("dateLabel").asText(key);
        }
    }
}
