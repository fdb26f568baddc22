package jp.kasane.process;

import static jp.kasane.process.Diagram.BPMN;
import static jp.kasane.process.Diagram.BPMNDI;
import static jp.kasane.process.Diagram.ZEEBE;
import static jp.kasane.process.Diagram.children;
import static jp.kasane.process.Diagram.extension;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * The rules of the house for diagrams (DESIGN §6, §7): each finding is one sentence that names the element.
 *
 * <p>Names in FEEL are found by their shape, which is enough because an expression here is never longer than a line.
 */
final class DiagramRules {

    private static final Set<String> JOB_TYPES = Set.of(
            "persist-submission",
            "read-case-facts",
            "record-decision",
            "notify",
            "invite-members",
            "assign-sitting",
            "close-agenda",
            "allocate-roles",
            "sweep-deadlines",
            "escalate-deadline");
    private static final Set<String> GROUPS = Set.of("reception", "coordinator", "manager", "member");
    private static final Set<String> FLOW_NODES = Set.of(
            "startEvent",
            "endEvent",
            "intermediateCatchEvent",
            "intermediateThrowEvent",
            "boundaryEvent",
            "exclusiveGateway",
            "parallelGateway",
            "eventBasedGateway",
            "userTask",
            "serviceTask",
            "businessRuleTask",
            "callActivity",
            "subProcess");

    private static final Pattern MEANINGFUL = Pattern.compile(
            "(Task|Activity|Decision|CallActivity|Gateway|Start|End|Event|SubProcess|Flow|Message)_[A-Z][A-Za-z]+(_to_[A-Z][A-Za-z]+)?");
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*(?!\\s*\\()\\b(?!\\s*\\()");
    private static final Set<String> FEEL_WORDS = Set.of(
            "if",
            "then",
            "else",
            "and",
            "or",
            "null",
            "true",
            "false",
            "in",
            "some",
            "every",
            "satisfies",
            "for",
            "return");

    private final Set<String> variables;
    private final Diagram diagram;
    private final List<String> findings = new ArrayList<>();

    private DiagramRules(Diagram diagram, Set<String> variables) {
        this.diagram = diagram;
        this.variables = variables;
    }

    static List<String> findings(Diagram diagram, Set<String> variables) {
        var rules = new DiagramRules(diagram, variables);
        rules.process();
        rules.names();
        rules.connected();
        rules.drawn();
        rules.userTasks();
        rules.jobs();
        rules.calls();
        rules.decisions();
        rules.deadlines();
        return rules.findings;
    }

    private void process() {
        var processes = diagram.bpmn("process").toList();
        if (processes.size() != 1 || !processes.getFirst().getAttribute("id").equals(diagram.id())) {
            findings.add("the file must hold one process named " + diagram.id());
        }
        flowNodes()
                .filter(node -> !node.getLocalName().endsWith("Gateway")
                        && node.getAttribute("name").isBlank())
                .forEach(node -> finding(node, "has no label"));
        Stream.concat(flowNodes(), diagram.bpmn("sequenceFlow"))
                .filter(node -> !MEANINGFUL.matcher(node.getAttribute("id")).matches())
                .forEach(node -> finding(node, "needs a meaningful id"));
    }

    private void names() {
        diagram.zeebe("input").forEach(mapping -> mapping(mapping));
        diagram.zeebe("output").forEach(mapping -> mapping(mapping));
        diagram.bpmn("conditionExpression").forEach(condition -> expression(condition, condition.getTextContent()));
        diagram.zeebe("subscription").forEach(message -> expression(message, message.getAttribute("correlationKey")));
        diagram.zeebe("assignmentDefinition")
                .forEach(group -> expression(group, group.getAttribute("candidateGroups")));
        Stream.of("timeDuration", "timeCycle", "timeDate")
                .flatMap(diagram::bpmn)
                .forEach(timer -> expression(timer, timer.getTextContent()));
    }

    private void mapping(Element mapping) {
        known(mapping, mapping.getAttribute("target"));
        expression(mapping, mapping.getAttribute("source"));
    }

    private void expression(Element where, String expression) {
        if (!expression.startsWith("=")) {
            return;
        }
        var names = NAME.matcher(STRING.matcher(expression.substring(1)).replaceAll(" "));
        while (names.find()) {
            if (!FEEL_WORDS.contains(names.group())) {
                // triage.advice is a part of triage.
                known(where, names.group().split("\\.")[0]);
            }
        }
    }

    private void known(Element where, String variable) {
        if (!variables.contains(variable)) {
            finding(owner(where), "uses the variable " + variable + ", which is not in variables.yaml");
        }
    }

    /** The element of the diagram that an expression belongs to: the nearest one with an id. */
    private static Element owner(Element where) {
        var element = where;
        while (!element.hasAttribute("id") && element.getParentNode() instanceof Element parent) {
            element = parent;
        }
        return element;
    }

    private void connected() {
        diagram.bpmn("sequenceFlow").forEach(flow -> {
            end(flow, "sourceRef", "outgoing");
            end(flow, "targetRef", "incoming");
        });
    }

    private void end(Element flow, String reference, String child) {
        var listed = diagram.byId(flow.getAttribute(reference)).stream()
                .flatMap(node -> children(node, BPMN, child).stream())
                .anyMatch(name -> name.getTextContent().trim().equals(flow.getAttribute("id")));
        if (!listed) {
            finding(flow, "is not listed as " + child + " of " + flow.getAttribute(reference));
        }
    }

    private void drawn() {
        var shapes = drawnBy("BPMNShape");
        var edges = drawnBy("BPMNEdge");
        flowNodes()
                .filter(node -> !shapes.contains(node.getAttribute("id")))
                .forEach(node -> finding(node, "is not drawn"));
        diagram.bpmn("sequenceFlow")
                .filter(flow -> !edges.contains(flow.getAttribute("id")))
                .forEach(flow -> finding(flow, "is not drawn"));
    }

    private Set<String> drawnBy(String kind) {
        return diagram.elements(BPMNDI, kind)
                .filter(shape -> shape.getElementsByTagNameNS("*", kind.equals("BPMNShape") ? "Bounds" : "waypoint")
                                .getLength()
                        > 0)
                .map(shape -> shape.getAttribute("bpmnElement"))
                .collect(Collectors.toSet());
    }

    private void userTasks() {
        diagram.bpmn("userTask").forEach(task -> {
            if (extension(task, "userTask").isEmpty()) {
                finding(task, "must be a Camunda user task");
            }
            form(task);
            groups(task);
            persisted(task);
            if (children(task, BPMN, "documentation").isEmpty()) {
                finding(task, "does not say where it comes from");
            }
        });
    }

    private void form(Element task) {
        var form = extension(task, "formDefinition");
        if (form.isEmpty() || !Diagram.exists("forms/" + form.get().getAttribute("formId") + ".form")) {
            finding(task, "has no form");
        } else if (!form.get().getAttribute("bindingType").equals("deployment")) {
            finding(task, "must use the form deployed with it");
        }
    }

    private void groups(Element task) {
        var groups = extension(task, "assignmentDefinition")
                .map(assignment -> assignment.getAttribute("candidateGroups"))
                .orElse("");
        var codes = new TreeSet<String>();
        if (groups.startsWith("=")) {
            var lists = Pattern.compile("\\[([^]]*)]").matcher(groups);
            while (lists.find()) {
                STRING.matcher(lists.group(1))
                        .results()
                        .forEach(code -> codes.add(code.group().replace("\"", "")));
            }
        } else if (!groups.isBlank()) {
            codes.addAll(List.of(groups.split(",")));
        }
        if (codes.isEmpty()) {
            finding(task, "has no candidate group");
        } else if (!GROUPS.containsAll(codes)) {
            finding(task, "has an unknown candidate group " + codes);
        }
    }

    private void persisted(Element task) {
        var next = children(task, BPMN, "outgoing").stream()
                .flatMap(name -> diagram.byId(name.getTextContent().trim()).stream())
                .flatMap(flow -> diagram.byId(flow.getAttribute("targetRef")).stream())
                .toList();
        var persisted = next.size() == 1
                && jobType(next.getFirst()).equals("persist-submission")
                && header(next.getFirst(), "step").equals(task.getAttribute("id"));
        if (!persisted) {
            finding(task, "is not followed by persist-submission with its step");
        }
    }

    private void jobs() {
        diagram.bpmn("serviceTask").forEach(task -> {
            if (!JOB_TYPES.contains(jobType(task))) {
                finding(task, "has the unknown job type '" + jobType(task) + "'");
            }
            if (jobType(task).equals("notify") && header(task, "message").isBlank()) {
                finding(task, "does not say which message it sends");
            }
        });
    }

    private void calls() {
        diagram.bpmn("callActivity").forEach(call -> {
            var called = extension(call, "calledElement").orElse(call);
            if (!Diagram.IDS.contains(called.getAttribute("processId"))) {
                finding(call, "calls an unknown process");
            }
            if (!called.getAttribute("propagateAllChildVariables").equals("false")
                    || !called.getAttribute("propagateAllParentVariables").equals("false")) {
                finding(call, "propagates all variables");
            }
            if (!called.getAttribute("bindingType").equals("latest")) {
                finding(call, "must bind the latest version");
            }
        });
    }

    private void decisions() {
        diagram.bpmn("businessRuleTask").forEach(task -> {
            var called = extension(task, "calledDecision").orElse(task);
            if (!DecisionTable.IDS.contains(called.getAttribute("decisionId"))) {
                finding(task, "asks an unknown decision table");
                return;
            }
            known(task, called.getAttribute("resultVariable"));
            if (!called.getAttribute("bindingType").equals("latest")) {
                finding(task, "must bind the latest version");
            }
            if (children(task, BPMN, "documentation").isEmpty()) {
                finding(task, "does not say where it comes from");
            }
            var recorded = next(task);
            while (recorded.filter(next -> next.getLocalName().equals("businessRuleTask"))
                    .isPresent()) {
                recorded = next(recorded.get());
            }
            if (recorded.filter(next -> jobType(next).equals("record-decision")
                            && List.of(header(next, "decision").split(",")).contains(called.getAttribute("decisionId")))
                    .isEmpty()) {
                finding(task, "is not followed by record-decision with its table");
            }
        });
    }

    private Optional<Element> next(Element node) {
        var outgoing = children(node, BPMN, "outgoing");
        return outgoing.size() != 1
                ? Optional.empty()
                : diagram.byId(outgoing.getFirst().getTextContent().trim())
                        .flatMap(flow -> diagram.byId(flow.getAttribute("targetRef")));
    }

    private void deadlines() {
        if (diagram.bpmn("userTask").findAny().isEmpty()) {
            return;
        }
        var escalates = diagram.bpmn("subProcess")
                .filter(sub -> sub.getAttribute("triggeredByEvent").equals("true"))
                .flatMap(sub -> children(sub, BPMN, "startEvent").stream())
                .anyMatch(start -> start.getAttribute("isInterrupting").equals("false"));
        if (!escalates) {
            findings.add("people work here, but no deadline reaches it");
        }
    }

    private Stream<Element> flowNodes() {
        return diagram.bpmn("*").filter(element -> FLOW_NODES.contains(element.getLocalName()));
    }

    private static String jobType(Element task) {
        return extension(task, "taskDefinition")
                .map(job -> job.getAttribute("type"))
                .orElse("");
    }

    private static String header(Element task, String key) {
        return extension(task, "taskHeaders").stream()
                .flatMap(headers -> children(headers, ZEEBE, "header").stream())
                .filter(header -> header.getAttribute("key").equals(key))
                .map(header -> header.getAttribute("value"))
                .findFirst()
                .orElse("");
    }

    private void finding(Element element, String sentence) {
        findings.add(element.getAttribute("id") + " " + sentence);
    }
}
