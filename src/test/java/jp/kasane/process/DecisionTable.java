package jp.kasane.process;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.camunda.dmn.Audit;
import org.camunda.dmn.DmnEngine;
import org.camunda.dmn.parser.ParsedDmn;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A decision of {@code processes/decisions} as it stands on the classpath, read as plain XML and asked by the engine that Camunda
 * itself asks it with.
 */
record DecisionTable(String id, String source, Element decision) {

    static final String DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/";

    /** All that are shipped. */
    static final List<String> IDS = shipped();

    private static final DmnEngine ENGINE = new DmnEngine.Builder().build();

    /** @param codes what may come, in the order they are declared; true and false for a yes or no, empty if nothing is declared */
    record Column(String name, String label, boolean yesOrNo, List<Object> codes, Element xml) {}

    record Rule(String id, String annotation, List<String> inputs, List<String> outputs) {}

    private static List<String> shipped() {
        try {
            return Arrays.stream(new PathMatchingResourcePatternResolver()
                            .getResources("classpath:processes/decisions/*.dmn"))
                    .map(file -> file.getFilename().replace(".dmn", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DecisionTable named(String id) {
        return of(id, Diagram.resource("processes/decisions/" + id + ".dmn"));
    }

    static Stream<DecisionTable> all() {
        return IDS.stream().map(DecisionTable::named);
    }

    static DecisionTable of(String id, String source) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var xml = factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(source.getBytes(StandardCharsets.UTF_8)));
            return new DecisionTable(id, source, (Element)
                    xml.getElementsByTagNameNS(DMN, "decision").item(0));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalArgumentException(id + " is not readable", e);
        }
    }

    /** The same table with a part of its text replaced, to see a rule broken. */
    DecisionTable with(String found, String replacement) {
        if (!source.contains(found)) {
            throw new IllegalArgumentException(id + " has no " + found);
        }
        return of(id, source.replace(found, replacement));
    }

    /** The same table without one of its rules. */
    DecisionTable without(String rule) {
        int from = source.indexOf("<rule id=\"" + rule + "\"");
        int to = source.indexOf("</rule>", from) + "</rule>".length();
        return of(id, source.substring(0, from) + source.substring(to));
    }

    Element table() {
        return children(decision, "decisionTable").getFirst();
    }

    String hitPolicy() {
        return table().getAttribute("hitPolicy");
    }

    List<Column> inputs() {
        return children(table(), "input").stream()
                .map(input -> {
                    var expression = children(input, "inputExpression").getFirst();
                    var yesOrNo = expression.getAttribute("typeRef").equals("boolean");
                    return new Column(
                            text(expression, "text"),
                            input.getAttribute("label"),
                            yesOrNo,
                            yesOrNo ? List.of(true, false) : codes(input, "inputValues"),
                            input);
                })
                .toList();
    }

    List<Column> outputs() {
        return children(table(), "output").stream()
                .map(output -> new Column(
                        output.getAttribute("name"),
                        output.getAttribute("label"),
                        false,
                        codes(output, "outputValues"),
                        output))
                .toList();
    }

    List<Rule> rules() {
        return children(table(), "rule").stream()
                .map(rule -> new Rule(
                        rule.getAttribute("id"),
                        text(rule, "description"),
                        children(rule, "inputEntry").stream()
                                .map(entry -> text(entry, "text"))
                                .toList(),
                        children(rule, "outputEntry").stream()
                                .map(entry -> text(entry, "text"))
                                .toList()))
                .toList();
    }

    /** Everything that can come in: there are few codes, so all combinations are asked. */
    List<Map<String, Object>> combinations() {
        var all = new ArrayList<Map<String, Object>>(List.of(Map.of()));
        for (var input : inputs()) {
            var longer = new ArrayList<Map<String, Object>>();
            for (var so : all) {
                for (var code : input.codes()) {
                    var more = new LinkedHashMap<>(so);
                    more.put(input.name(), code);
                    longer.add(more);
                }
            }
            all = longer;
        }
        return all;
    }

    /** What the engine decides. @throws AssertionError if it cannot */
    Object decide(Map<String, Object> given) {
        return switch (evaluated(parsed(source), given).value()) {
            case scala.collection.immutable.Map<?, ?> codes -> CollectionConverters.asJava(codes);
            case scala.collection.immutable.Seq<?> codes -> CollectionConverters.asJava(codes);
            case Object code -> code;
        };
    }

    /** The rules that match, whatever the hit policy would make of them; one list for each of these. */
    List<List<String>> matching(List<Map<String, Object>> given) {
        var collecting = parsed(source.replace("hitPolicy=\"" + hitPolicy() + "\"", "hitPolicy=\"COLLECT\""));
        return given.stream()
                .map(each -> {
                    var entry = evaluated(collecting, each).auditLog().entries().head();
                    var result = (Audit.DecisionTableEvaluationResult) entry.result();
                    return CollectionConverters.asJava(result.matchedRules()).stream()
                            .map(rule -> rule.rule().id())
                            .toList();
                })
                .toList();
    }

    private static ParsedDmn parsed(String source) {
        var parsed = ENGINE.parse(new ByteArrayInputStream(source.getBytes(StandardCharsets.UTF_8)));
        if (parsed.isLeft()) {
            throw new AssertionError(parsed.left().toOption().get().toString());
        }
        return parsed.toOption().get();
    }

    private DmnEngine.EvalResult evaluated(ParsedDmn parsed, Map<String, Object> given) {
        var result = ENGINE.eval(parsed, id, given);
        if (result.isLeft()) {
            throw new AssertionError(id + " of " + given + ": "
                    + result.left().toOption().get().failure().message());
        }
        return result.toOption().get();
    }

    /** Codes as they are declared: {@code "one","several"}. */
    private static List<Object> codes(Element column, String name) {
        return children(column, name).stream()
                .flatMap(values -> Stream.of(text(values, "text").split(",")))
                .map(code -> (Object) code.strip().replaceAll("^\"|\"$", ""))
                .toList();
    }

    static String text(Element parent, String name) {
        return children(parent, name).stream()
                .map(child -> child.getTextContent().strip())
                .findFirst()
                .orElse("");
    }

    static List<Element> children(Element parent, String name) {
        var nodes = parent.getChildNodes();
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(node -> node instanceof Element && name.equals(node.getLocalName()))
                .map(Element.class::cast)
                .toList();
    }

    @Override
    public String toString() {
        return id;
    }
}
