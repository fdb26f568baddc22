package jp.kasane.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.w3c.dom.Element;

/**
 * What the process tests took of the shipped diagrams, by the report that Camunda Process Test writes over all of them. It
 * is held against the files, not against the report's own percentage: a diagram nobody deployed has no percentage at all.
 */
final class DiagramCoverage {

    private static final Pattern FLOW_NODE =
            Pattern.compile(".*(Event|Task|Gateway)|task|subProcess|adHocSubProcess|transaction|callActivity");

    private final JsonNode report;

    DiagramCoverage(JsonNode report) {
        this.report = report;
    }

    /** What no test takes, a sentence each; empty when everything is taken. */
    List<String> missingOf(Stream<Diagram> diagrams) {
        return diagrams.flatMap(this::missingOf).toList();
    }

    private Stream<String> missingOf(Diagram diagram) {
        var taken = takenOf(diagram.id());
        return Stream.concat(
                        diagram.bpmn("*").filter(element -> FLOW_NODE
                                .matcher(element.getLocalName())
                                .matches()),
                        diagram.bpmn("sequenceFlow"))
                .filter(element -> !taken.contains(element.getAttribute("id")))
                .map(element -> "%s.bpmn: no process test takes %s%s"
                        .formatted(diagram.id(), element.getAttribute("id"), label(element)));
    }

    private Set<String> takenOf(String processId) {
        var taken = new HashSet<String>();
        for (var coverage : report.path("coverages")) {
            if (coverage.path("processDefinitionId").asText().equals(processId)) {
                Stream.of("completedElements", "takenSequenceFlows")
                        .flatMap(
                                list -> StreamSupport.stream(coverage.path(list).spliterator(), false))
                        .forEach(id -> taken.add(id.asText()));
            }
        }
        return taken;
    }

    private static String label(Element element) {
        return element.getAttribute("name").isEmpty() ? "" : "「" + element.getAttribute("name") + "」";
    }
}
