package jp.kasane.municipality.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A profile as it was typed: its values, and the line of each. YAML's surprises are left out: only {@code true} and {@code false}
 * are booleans, {@code 14:00} is a text, a key stands once, and nothing refers to something elsewhere in the file (anchors).
 */
final class ProfileText {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String file;
    private final Map<String, Integer> lines = new HashMap<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private JsonNode root = JSON.objectNode();

    private ProfileText(String file) {
        this.file = file;
    }

    /** @param file as it is called in messages */
    static ProfileText read(String file, String text) {
        var read = new ProfileText(file);
        try {
            var node = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (node == null) {
                read.mistakes.add(new Mistake(file, 1, "", "is empty"));
            } else {
                read.root = read.value(node, "");
            }
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            read.mistakes.add(
                    new Mistake(file, mark == null ? 1 : mark.getLine() + 1, "", "is not YAML: " + e.getProblem()));
        }
        return read;
    }

    JsonNode root() {
        return root;
    }

    /** Those of the text itself. */
    List<Mistake> mistakes() {
        return mistakes;
    }

    /** @param pointer a JSON pointer; of something that is missing, that of where it is missing */
    Mistake mistake(String pointer, String sentence) {
        return new Mistake(file, lines.getOrDefault(pointer, 1), key(pointer), sentence);
    }

    /** {@code /meetings/1/convener} as people write it: {@code meetings[1].convener}. */
    private static String key(String pointer) {
        var key = new StringBuilder();
        for (var part : pointer.split("/")) {
            if (part.matches("[0-9]+")) {
                key.append('[').append(part).append(']');
            } else if (!part.isEmpty()) {
                key.append(key.isEmpty() ? "" : ".")
                        .append(part.replace("~1", "/").replace("~0", "~"));
            }
        }
        return key.toString();
    }

    private JsonNode value(Node node, String pointer) {
        lines.putIfAbsent(pointer, node.getStartMark().getLine() + 1);
        if (node.getAnchor() != null) {
            mistakes.add(mistake(pointer, "has an anchor: write every value where it belongs"));
            return JSON.nullNode();
        }
        return switch (node) {
            case MappingNode mapping -> {
                var object = JSON.objectNode();
                for (var entry : mapping.getValue()) {
                    var key = entry.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
                    var at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
                    if (object.has(key)) {
                        mistakes.add(new Mistake(
                                file, entry.getKeyNode().getStartMark().getLine() + 1, key(at), "stands here twice"));
                        continue;
                    }
                    lines.put(at, entry.getKeyNode().getStartMark().getLine() + 1);
                    object.set(key, value(entry.getValueNode(), at));
                }
                yield object;
            }
            case SequenceNode sequence -> {
                var array = JSON.arrayNode();
                for (var item : sequence.getValue()) {
                    array.add(value(item, pointer + "/" + array.size()));
                }
                yield array;
            }
            case ScalarNode scalar -> scalar(scalar);
            default -> throw new IllegalStateException("An alias that was not resolved");
        };
    }

    private static JsonNode scalar(ScalarNode scalar) {
        var text = scalar.getValue();
        if (!scalar.isPlain()) {
            return JSON.textNode(text);
        }
        if (scalar.getTag().equals(Tag.NULL)) {
            return JSON.nullNode();
        }
        if (text.equals("true") || text.equals("false")) {
            return JSON.booleanNode(Boolean.parseBoolean(text));
        }
        return text.matches("-?(0|[1-9][0-9]{0,8})") ? JSON.numberNode(Integer.parseInt(text)) : JSON.textNode(text);
    }
}
