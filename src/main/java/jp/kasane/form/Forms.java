package jp.kasane.form;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jp.kasane.form.internal.FormCheck;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

@Component
public class Forms {

    private final Agencies agencies;
    private final ObjectMapper json;
    private final FormCheck check = new FormCheck();

    Forms(Agencies agencies, ObjectMapper json) {
        this.agencies = agencies;
        this.json = json;
    }

    /** A form that belongs to no task: the one this version of Kasane ships. */
    public String shipped(String formId) {
        try (var file = new ClassPathResource("forms/" + formId + ".form").getInputStream()) {
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("There is no form " + formId, e);
        }
    }

    /** What every form may offer: the municipality's agencies and the 19 concerns (002, L2098-2118). */
    public Map<String, Object> options() {
        var options = new LinkedHashMap<String, Object>();
        options.put(
                "agencyOptions",
                agencies.all().stream()
                        .map(agency -> new Option(agency.code(), agency.name()))
                        .toList());
        options.put("concernOptions", Concerns.OPTIONS);
        return options;
    }

    /**
     * Checks what was filled in against the form: hidden fields are dropped, the others must be complete and right.
     *
     * @param context what the form was shown with beside the entered data: options and routing codes
     * @return the data, reduced to what the form asks
     * @throws Refusal.Invalid with every field that cannot be accepted
     */
    public ObjectNode accept(String schema, JsonNode entered, Map<String, Object> context) {
        if (entered == null || !entered.isObject()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("", "入力内容", "がありません。")));
        }
        var result = check.check(parse(schema), (ObjectNode) entered, json.convertValue(context, JsonNode.class));
        if (!result.errors().isEmpty()) {
            throw new Refusal.Invalid(result.errors());
        }
        return result.data();
    }

    public JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not JSON", e);
        }
    }

    /** JSON for a data attribute of a page. */
    public String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not writable as JSON", e);
        }
    }

    public record Option(String value, String label) {}
}
