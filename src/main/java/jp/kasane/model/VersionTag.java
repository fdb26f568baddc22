package jp.kasane.model;

import java.io.ByteArrayOutputStream;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Writes a version's name into the diagram ({@code zeebe:versionTag}), so that the engine and its tools show it. Everything else stays. */
final class VersionTag {

    private VersionTag() {}

    /** @param xml a diagram that was checked; the tag of its first process is set, or replaced */
    static byte[] stamped(byte[] xml, String tag) {
        if (tag == null || tag.isBlank()) {
            return xml;
        }
        var document = SafeXml.read(xml);
        var process = Diagram.children(document.getDocumentElement(), Diagram.BPMN, "process")
                .getFirst();
        var extensions = Diagram.children(process, Diagram.BPMN, "extensionElements").stream()
                .findFirst()
                .orElseGet(() -> extensions(document, process));
        var stamp = Diagram.children(extensions, Diagram.ZEEBE, "versionTag").stream()
                .findFirst()
                .orElseGet(() -> {
                    var added =
                            document.createElementNS(Diagram.ZEEBE, prefixed(document, Diagram.ZEEBE, "versionTag"));
                    extensions.appendChild(added);
                    return added;
                });
        stamp.setAttribute("value", tag.strip());
        return written(document);
    }

    /** Behind the documentation, where BPMN wants it. */
    private static Element extensions(Document document, Element process) {
        var added = document.createElementNS(Diagram.BPMN, prefixed(document, Diagram.BPMN, "extensionElements"));
        var documentation = Diagram.children(process, Diagram.BPMN, "documentation");
        process.insertBefore(
                added,
                documentation.isEmpty()
                        ? process.getFirstChild()
                        : documentation.getLast().getNextSibling());
        return added;
    }

    private static String prefixed(Document document, String namespace, String name) {
        var prefix = document.getDocumentElement().lookupPrefix(namespace);
        if (prefix != null) {
            return prefix + ":" + name;
        }
        if (namespace.equals(Diagram.BPMN)) {
            return name;
        }
        document.getDocumentElement().setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:zeebe", namespace);
        return "zeebe:" + name;
    }

    private static byte[] written(Document document) {
        var out = new ByteArrayOutputStream();
        try {
            var writer = TransformerFactory.newInstance().newTransformer();
            writer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
            document.setXmlStandalone(true);
            writer.transform(new DOMSource(document), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IllegalStateException("A diagram that was read cannot be written", e);
        }
    }
}
