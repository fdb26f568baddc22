package jp.kasane.decision.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** What the shipped tables ask and answer, by name: only that is recorded of what a diagram hands over. */
@Component
public class Tables {

    private static final String DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/";

    public record Table(String id, List<String> inputs, List<String> outputs) {}

    private final Map<String, Table> tables;

    Tables() throws IOException {
        tables = Arrays.stream(
                        new PathMatchingResourcePatternResolver().getResources("classpath:processes/decisions/*.dmn"))
                .map(file -> {
                    try (var in = file.getInputStream()) {
                        return table(in);
                    } catch (IOException e) {
                        throw new IllegalStateException(file + " is not readable", e);
                    }
                })
                .collect(Collectors.toUnmodifiableMap(Table::id, table -> table));
    }

    public Optional<Table> named(String id) {
        return Optional.ofNullable(tables.get(id));
    }

    private static Table table(InputStream dmn) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var xml = factory.newDocumentBuilder().parse(dmn).getDocumentElement();
            return new Table(
                    elements(xml, "decision").getFirst().getAttribute("id"),
                    elements(xml, "inputExpression").stream()
                            .map(input -> input.getTextContent().strip())
                            .toList(),
                    elements(xml, "output").stream()
                            .map(output -> output.getAttribute("name"))
                            .toList());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IllegalStateException("A decision table is not readable", e);
        }
    }

    private static List<Element> elements(Element root, String name) {
        var found = root.getElementsByTagNameNS(DMN, name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }
}
