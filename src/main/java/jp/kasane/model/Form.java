package jp.kasane.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import jp.kasane.foundation.Refusal;

/** 様式: a Camunda Form, which is JSON as form-js writes it. It has an id and no name of its own. */
public record Form(String formId, JsonNode schema) {

    /** Ours: the largest form that is shipped has 20 KB. */
    static final int MOST_BYTES = 1024 * 1024;

    /** Ours: small letters with hyphens between them, so that the id can stand in an address and a file name anywhere. */
    static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    static final int LONGEST_ID = 60;
    private static final int DEEPEST = 60;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @param file JSON of at most 1 MB in UTF-8
     * @throws Refusal.Invalid for what is no form
     */
    public static Form read(byte[] file) {
        if (file.length == 0) {
            throw SafeXml.refused("が空です。");
        }
        if (file.length > MOST_BYTES) {
            throw SafeXml.refused("は、様式では 1 MB までです。");
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file));
        } catch (CharacterCodingException e) {
            throw SafeXml.refused("の文字コードは UTF-8 にしてください。");
        }
        JsonNode schema;
        try {
            schema = JSON.readTree(file);
        } catch (JsonProcessingException e) {
            var line = e.getLocation() == null ? 1 : Math.max(e.getLocation().getLineNr(), 1);
            throw SafeXml.refused("は JSON として読めません（" + line + " 行目）。");
        } catch (IOException e) {
            throw SafeXml.refused("は JSON として読めません。");
        }
        if (!schema.isObject() || !schema.path("components").isArray()) {
            throw SafeXml.refused("は様式（Camunda Forms）ではありません。部品の並び（components）がありません。");
        }
        if (!wellFormed(schema.path("components"))) {
            throw SafeXml.refused("の様式に、種類（type）のない部品があります。");
        }
        return new Form(known(schema.path("id").asText()), schema);
    }

    /** @throws Refusal.Invalid for what is no id of a form */
    static String known(String id) {
        if (id.length() > LONGEST_ID || !ID.matcher(id).matches()) {
            throw SafeXml.refused("の様式の id は、英小文字で始まる英小文字と数字を - でつないだ " + LONGEST_ID + " 字までにしてください（例：home-visit）。");
        }
        return id;
    }

    private static boolean wellFormed(JsonNode components) {
        for (var component : components) {
            if (!component.isObject()
                    || !component.path("type").isTextual()
                    || component.has("components")
                            && (!component.path("components").isArray() || !wellFormed(component.path("components")))) {
                return false;
            }
        }
        return true;
    }

    /** A form to begin with: one frame with the title on it, as every form of Kasane has, and nothing to fill in yet. */
    static byte[] blank(String id, String title) {
        var form = JSON.createObjectNode();
        form.put("schemaVersion", FormRules.SCHEMA)
                .put("type", "default")
                .put("id", id)
                .put("executionPlatform", "Camunda Cloud")
                .put("executionPlatformVersion", "8.6.0");
        form.putArray("components")
                .addObject()
                .put("type", "group")
                .put("id", "Group_first")
                .put("label", title)
                .put("showOutline", true)
                .putArray("components");
        return written(form);
    }

    /** The same in lines, as somebody would read it. */
    static byte[] lines(byte[] form) {
        return written((ObjectNode) read(form).schema());
    }

    private static byte[] written(ObjectNode form) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(form);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Key to component, those inside of groups as well; what is asked in a list is the list's. */
    Map<String, JsonNode> fields() {
        return fields(schema);
    }

    static Map<String, JsonNode> fields(JsonNode form) {
        var found = new LinkedHashMap<String, JsonNode>();
        for (var component : form.path("components")) {
            if (component.path("type").asText().equals("group")) {
                found.putAll(fields(component));
            } else {
                var key = component.has("path") ? component.path("path") : component.path("key");
                if (key.isTextual()) {
                    found.put(key.asText(), component);
                }
            }
        }
        return found;
    }
}
