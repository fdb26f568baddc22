package jp.kasane.process;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * A process of {@code processes/} as it stands on the classpath, read as plain XML: the rules of the house look at what
 * the file says, not at what a model library makes of it.
 */
record Diagram(String id, String source, Document xml) {

    static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    static final String ZEEBE = "http://camunda.org/schema/zeebe/1.0";
    static final String BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI";

    /** All that are shipped: what is in the folder is deployed, and so it is checked. */
    static final List<String> IDS = shipped();

    private static List<String> shipped() {
        try {
            return Arrays.stream(new PathMatchingResourcePatternResolver().getResources("classpath:processes/*.bpmn"))
                    .map(file -> file.getFilename().replace(".bpmn", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Diagram named(String id) {
        return of(id, resource("processes/" + id + ".bpmn"));
    }

    static Diagram of(String id, String source) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var bytes = new ByteArrayInputStream(source.getBytes(StandardCharsets.UTF_8));
            return new Diagram(id, source, factory.newDocumentBuilder().parse(bytes));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalArgumentException(id + " is not readable", e);
        }
    }

    static Stream<Diagram> all() {
        return IDS.stream().map(Diagram::named);
    }

    /** The same diagram with a part of its text replaced, to see a rule broken. */
    Diagram with(String found, String replacement) {
        if (!source.contains(found)) {
            throw new IllegalArgumentException(id + " has no " + found);
        }
        return of(id, source.replace(found, replacement));
    }

    /** Ids of the forms of its tasks: they are deployed together with it. */
    List<String> forms() {
        return zeebe("formDefinition")
                .map(form -> form.getAttribute("formId"))
                .distinct()
                .toList();
    }

    /** Ids of the tables it asks: each is deployed alone. */
    List<String> decisions() {
        return zeebe("calledDecision")
                .map(decision -> decision.getAttribute("decisionId"))
                .distinct()
                .toList();
    }

    Stream<Element> bpmn(String name) {
        return elements(BPMN, name);
    }

    Stream<Element> zeebe(String name) {
        return elements(ZEEBE, name);
    }

    Stream<Element> elements(String namespace, String name) {
        var found = xml.getElementsByTagNameNS(namespace, name);
        return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i));
    }

    Optional<Element> byId(String elementId) {
        return bpmn("*")
                .filter(element -> element.getAttribute("id").equals(elementId))
                .findFirst();
    }

    static List<Element> children(Element parent, String namespace, String name) {
        var found = new ArrayList<Element>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element
                    && namespace.equals(element.getNamespaceURI())
                    && name.equals(element.getLocalName())) {
                found.add(element);
            }
        }
        return found;
    }

    /** An element of {@code zeebe} inside the extension elements of this one. */
    static Optional<Element> extension(Element element, String name) {
        return children(element, BPMN, "extensionElements").stream()
                .flatMap(extensions -> children(extensions, ZEEBE, name).stream())
                .findFirst();
    }

    static String resource(String path) {
        try (InputStream in = Diagram.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("nothing on the classpath at " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean exists(String path) {
        return Diagram.class.getClassLoader().getResource(path) != null;
    }

    @Override
    public String toString() {
        return id;
    }
}
