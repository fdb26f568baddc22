package jp.kasane.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Random;
import jp.kasane.foundation.JapaneseTime;

/** Fills any form in with something it accepts; fields that are hidden are dropped by the server, as for everybody. */
final class RandomForm {

    private final Random random;
    private final JsonNode options;

    RandomForm(Random random, JsonNode options) {
        this.random = random;
        this.options = options;
    }

    ObjectNode fill(JsonNode form) {
        var data = JsonNodeFactory.instance.objectNode();
        components(form.get("components"), data);
        return data;
    }

    private void components(JsonNode components, ObjectNode data) {
        for (var component : components) {
            var type = component.get("type").asText();
            if (type.equals("group")) {
                components(component.get("components"), data);
            } else if (type.equals("dynamiclist")) {
                var rows = data.putArray(component.get("path").asText());
                for (int i = 0; i <= random.nextInt(2); i++) {
                    row(component.get("components"), rows);
                }
            } else if (component.has("key") && !component.path("readonly").asBoolean()) {
                field(component, type, data);
            }
        }
    }

    private void row(JsonNode components, ArrayNode rows) {
        var row = JsonNodeFactory.instance.objectNode();
        components(components, row);
        // What the rules behind the forms ask: somebody is at the centre, and whoever attends has pledged.
        if (row.has("subject")) {
            row.put("subject", true);
            row.put("label", "呼び名");
        }
        if (row.path("attended").asBoolean()) {
            row.put("pledge", true);
        }
        rows.add(row);
    }

    private void field(JsonNode component, String type, ObjectNode data) {
        var key = component.get("key").asText();
        boolean required = component.at("/validate/required").asBoolean();
        if (!required && random.nextInt(3) == 0) {
            return;
        }
        switch (type) {
            case "textfield" -> data.put(key, key.equals("phone") ? "042-000-0000" : "架空の語");
            case "textarea" -> data.put(key, "架空の文。二行目。");
            case "number" -> data.put(key, component.at("/validate/min").asInt(1) + random.nextInt(30));
            case "checkbox" -> data.put(key, random.nextBoolean());
            case "radio", "select" -> {
                var choices = choices(component);
                if (!choices.isEmpty()) {
                    data.put(
                            key,
                            choices.get(random.nextInt(choices.size()))
                                    .get("value")
                                    .asText());
                }
            }
            case "checklist" -> {
                var chosen = data.putArray(key);
                for (var choice : choices(component)) {
                    if (chosen.isEmpty() || random.nextInt(3) > 0) {
                        chosen.add(choice.get("value").asText());
                    }
                }
            }
            case "datetime" -> data.put(key, time(component));
            default -> throw new IllegalArgumentException("No hand for a " + type);
        }
    }

    private JsonNode choices(JsonNode component) {
        return component.hasNonNull("valuesKey")
                ? options.path(component.get("valuesKey").asText())
                : component.get("values");
    }

    private String time(JsonNode component) {
        int days = random.nextInt(40);
        if (component.path("subtype").asText().equals("date")) {
            return LocalDate.now(JapaneseTime.ZONE).plusDays(days).toString();
        }
        return OffsetDateTime.now(JapaneseTime.ZONE).minusDays(days).withNano(0).toString();
    }
}
