package jp.kasane.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jp.kasane.foundation.Refusal;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * A BPMN file read as plain XML: the checks look at what the file says, not at what a model library makes of it.
 *
 * @param processId of its first process
 * @param name of that process, or its id
 */
public record Diagram(String processId, String name, Document xml, Map<String, Element> byId) {

    static final String BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    static final String ZEEBE = "http://camunda.org/schema/zeebe/1.0";
    static final String BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI";

    /**
     * @param xml at most 5 MB of UTF-8
     * @throws Refusal.Invalid for what is no XML, could do harm, or holds no process
     */
    public static Diagram read(byte[] xml) {
        return of(SafeXml.read(xml));
    }

    static Diagram of(Document document) {
        var root = document.getDocumentElement();
        if (!BPMN.equals(root.getNamespaceURI()) || !root.getLocalName().equals("definitions")) {
            throw SafeXml.refused("は BPMN の図ではありません。");
        }
        var process =
                children(root, BPMN, "process").stream().findFirst().orElseThrow(() -> SafeXml.refused("にプロセスがありません。"));
        var id = process.getAttribute("id");
        if (!id.matches("[A-Za-z_][A-Za-z0-9_.-]{0,99}")) {
            throw SafeXml.refused("のプロセスの id は、英字で始まる英数字と - _ . の 100 字までにしてください。");
        }
        var byId = new HashMap<String, Element>();
        elements(document, BPMN, "*")
                .filter(element -> element.hasAttribute("id"))
                .forEach(element -> byId.putIfAbsent(element.getAttribute("id"), element));
        var name = process.getAttribute("name");
        return new Diagram(id, name.isBlank() ? id : name.substring(0, Math.min(name.length(), 200)), document, byId);
    }

    /** Ids of the forms that its tasks use. */
    Set<String> forms() {
        return zeebe("formDefinition")
                .map(form -> form.getAttribute("formId"))
                .filter(id -> !id.isBlank())
                .collect(Collectors.toSet());
    }

    Stream<Element> bpmn(String name) {
        return elements(xml, BPMN, name);
    }

    Stream<Element> zeebe(String name) {
        return elements(xml, ZEEBE, name);
    }

    Stream<Element> elements(String namespace, String name) {
        return elements(xml, namespace, name);
    }

    private static Stream<Element> elements(Document xml, String namespace, String name) {
        var found = xml.getElementsByTagNameNS(namespace, name);
        // Walks the document once: asked by index, the list would be counted anew each time.
        var all = new ArrayList<Element>();
        IntStream.range(0, found.getLength()).forEach(i -> all.add((Element) found.item(i)));
        return all.stream();
    }

    Optional<Element> element(String id) {
        return Optional.ofNullable(byId.get(id));
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
}
