package jp.kasane.model;

import static jp.kasane.model.Diagram.BPMN;
import static jp.kasane.model.Diagram.BPMNDI;
import static jp.kasane.model.Diagram.ZEEBE;
import static jp.kasane.model.Diagram.children;
import static jp.kasane.model.Diagram.extension;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.Period;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import jp.kasane.model.Finding.Severity;
import org.w3c.dom.Element;

/**
 * The rules of the house for one diagram (DESIGN §6, §7). Names in FEEL are found by their shape, which is enough because an expression here
 * is never longer than a line.
 */
final class DiagramRules {

    private static final Set<String> GROUPS = Set.of("reception", "coordinator", "manager", "member");

    /** What Camunda 8.6 to 8.9 all have and what can be migrated (DESIGN §3, §6). */
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

    /** Flow nodes of BPMN that these processes do not use. */
    private static final Set<String> OTHER_NODES = Set.of(
            "task",
            "manualTask",
            "scriptTask",
            "sendTask",
            "receiveTask",
            "inclusiveGateway",
            "complexGateway",
            "adHocSubProcess",
            "transaction");

    /** Runs for ever on purpose: one instance that wakes each minute (DESIGN §8a). */
    private static final Set<String> EVERLASTING = Set.of("deadline-sweep");

    private static final Pattern MEANINGFUL = Pattern.compile(
            "(Task|Activity|Decision|CallActivity|Gateway|Start|End|Event|SubProcess|Flow|Message)_[A-Z][A-Za-z]+(_to_[A-Z][A-Za-z]+)?");
    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern LIST = Pattern.compile("\\[([^]]*)]");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*(?!\\s*\\()\\b(?!\\s*\\()");
    private static final Pattern IS_CODE = Pattern.compile("\\b([A-Za-z]+)\\s*=\\s*\"([^\"]*)\"");
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

    private final Diagram diagram;
    private final Surroundings around;
    private final Feel feel;
    private final Map<Element, List<Element>> next = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    DiagramRules(Diagram diagram, Surroundings around, Feel feel) {
        this.diagram = diagram;
        this.around = around;
        this.feel = feel;
    }

    List<Finding> findings() {
        process();
        expressions();
        connected();
        drawn();
        ways();
        timers();
        messages();
        userTasks();
        forms();
        jobs();
        calls();
        decisions();
        deadlines();
        return List.copyOf(findings);
    }

    private void process() {
        if (diagram.bpmn("process").count() != 1) {
            ofProcess(Severity.ERROR, "process.one");
        }
        diagram.element(diagram.processId())
                .filter(process -> !process.getAttribute("isExecutable").equals("true"))
                .ifPresent(process -> ofProcess(Severity.ERROR, "process.executable"));
        diagram.bpmn("*")
                .filter(node -> OTHER_NODES.contains(node.getLocalName()))
                .forEach(node -> error(node, "element.kind"));
        flowNodes()
                .filter(node -> !node.getLocalName().endsWith("Gateway")
                        && node.getAttribute("name").isBlank())
                .forEach(node -> warning(node, "label.missing"));
        Stream.concat(flowNodes(), diagram.bpmn("sequenceFlow"))
                .filter(node -> !MEANINGFUL.matcher(node.getAttribute("id")).matches())
                .forEach(node -> warning(node, "id.meaning", node.getAttribute("id")));
    }

    // ── FEEL and variables ─────────────────────────────────────────────────────────────────────────────────────────

    private void expressions() {
        for (var kind : List.of("input", "output")) {
            diagram.zeebe(kind).forEach(mapping -> {
                known(mapping, mapping.getAttribute("target"));
                expression(mapping, mapping.getAttribute("source"));
            });
        }
        diagram.bpmn("conditionExpression").forEach(condition -> {
            if (!condition.getTextContent().strip().startsWith("=")) {
                error(owner(condition), "feel.condition");
            }
            expression(condition, condition.getTextContent().strip());
        });
        diagram.zeebe("subscription").forEach(message -> expression(message, message.getAttribute("correlationKey")));
        diagram.zeebe("assignmentDefinition").forEach(assignment -> {
            for (var attribute : List.of("assignee", "candidateGroups", "candidateUsers")) {
                expression(assignment, assignment.getAttribute(attribute));
            }
        });
        diagram.zeebe("taskSchedule").forEach(schedule -> {
            expression(schedule, schedule.getAttribute("dueDate"));
            expression(schedule, schedule.getAttribute("followUpDate"));
        });
        diagram.zeebe("loopCharacteristics").forEach(loop -> expression(loop, loop.getAttribute("inputCollection")));
        Stream.of("timeDuration", "timeCycle", "timeDate")
                .flatMap(diagram::bpmn)
                .forEach(timer -> expression(timer, timer.getTextContent().strip()));
    }

    private void expression(Element where, String expression) {
        if (!expression.startsWith("=")) {
            return;
        }
        var text = expression.substring(1);
        switch (feel.expression(text)) {
            case TOO_LONG -> error(owner(where), "feel.long", Feel.LONGEST);
            case UNREADABLE -> error(owner(where), "feel.unreadable", text.strip());
            case ENDLESS -> error(owner(where), "feel.endless", Feel.MOST_STEPS);
            case FINE -> {
                var names = NAME.matcher(STRING.matcher(text).replaceAll(" "));
                while (names.find()) {
                    if (!FEEL_WORDS.contains(names.group())) {
                        // triage.advice is a part of triage.
                        known(where, names.group().split("\\.")[0]);
                    }
                }
            }
        }
    }

    private void known(Element where, String variable) {
        if (!around.variables().contains(variable)) {
            error(owner(where), "variable.unknown", variable);
        }
    }

    /** The element of the diagram that an expression belongs to: the nearest one with an id that is drawn. */
    private Element owner(Element where) {
        var element = where;
        while (element.getParentNode() instanceof Element parent
                && !FLOW_NODES.contains(element.getLocalName())
                && !Set.of("sequenceFlow", "message").contains(element.getLocalName())) {
            element = parent;
        }
        return element;
    }

    // ── lines and layout ───────────────────────────────────────────────────────────────────────────────────────────

    private void connected() {
        diagram.bpmn("sequenceFlow").forEach(flow -> {
            end(flow, "sourceRef", "outgoing");
            end(flow, "targetRef", "incoming");
            var source = diagram.element(flow.getAttribute("sourceRef"));
            var target = diagram.element(flow.getAttribute("targetRef"));
            if (source.isPresent() && target.isPresent()) {
                next.computeIfAbsent(source.get(), any -> new ArrayList<>()).add(target.get());
            }
        });
        diagram.bpmn("exclusiveGateway").forEach(gateway -> {
            var out = outgoing(gateway);
            out.stream()
                    .filter(flow -> out.size() > 1
                            && !flow.getAttribute("id").equals(gateway.getAttribute("default"))
                            && children(flow, BPMN, "conditionExpression").isEmpty())
                    .forEach(flow -> error(flow, "flow.condition", name(gateway)));
        });
    }

    private List<Element> outgoing(Element node) {
        return children(node, BPMN, "outgoing").stream()
                .flatMap(flow -> diagram.element(flow.getTextContent().strip()).stream())
                .toList();
    }

    private void end(Element flow, String reference, String child) {
        var listed = diagram.element(flow.getAttribute(reference)).stream()
                .flatMap(node -> children(node, BPMN, child).stream())
                .anyMatch(name -> name.getTextContent().strip().equals(flow.getAttribute("id")));
        if (!listed) {
            error(flow, "flow.loose");
        }
    }

    private void drawn() {
        var shapes = drawnBy("BPMNShape", "Bounds");
        var edges = drawnBy("BPMNEdge", "waypoint");
        flowNodes()
                .filter(node -> !shapes.contains(node.getAttribute("id")))
                .forEach(node -> error(node, "drawn.missing"));
        diagram.bpmn("sequenceFlow")
                .filter(flow -> !edges.contains(flow.getAttribute("id")))
                .forEach(flow -> error(flow, "drawn.missing"));
    }

    private Set<String> drawnBy(String kind, String part) {
        return diagram.elements(BPMNDI, kind)
                .filter(shape -> shape.getElementsByTagNameNS("*", part).getLength() > 0)
                .map(shape -> shape.getAttribute("bpmnElement"))
                .collect(Collectors.toSet());
    }

    // ── where one can go ───────────────────────────────────────────────────────────────────────────────────────────

    private void ways() {
        var links = diagram.bpmn("intermediateCatchEvent")
                .filter(event -> link(event) != null)
                .collect(Collectors.toMap(DiagramRules::link, Function.identity(), (first, second) -> first));
        diagram.bpmn("intermediateThrowEvent")
                .filter(event -> link(event) != null)
                .forEach(event -> {
                    if (links.containsKey(link(event))) {
                        next.computeIfAbsent(event, any -> new ArrayList<>()).add(links.get(link(event)));
                    } else {
                        error(event, "flow.link", link(event));
                    }
                });
        diagram.bpmn("boundaryEvent").forEach(event -> diagram.element(event.getAttribute("attachedToRef"))
                .ifPresent(activity ->
                        next.computeIfAbsent(activity, any -> new ArrayList<>()).add(event)));
        // What is inside of a sub-process begins with it, and it ends when what is inside ends.
        var starts = diagram.bpmn("startEvent").toList();
        var reached = new HashSet<Element>();
        spread(starts, node -> next.getOrDefault(node, List.of()), reached);
        flowNodes()
                .filter(node -> !reached.contains(node) && !isEventSubProcess(node))
                .forEach(node -> error(node, "flow.unreachable"));
        flowNodes()
                .filter(node -> next.getOrDefault(node, List.of()).isEmpty()
                        && !node.getLocalName().equals("endEvent")
                        && !isEventSubProcess(node)
                        && !(node.getLocalName().equals("intermediateThrowEvent") && link(node) != null))
                .forEach(node -> error(node, "flow.deadEnd"));
        var back = new HashMap<Element, List<Element>>();
        next.forEach((from, all) -> all.forEach(
                to -> back.computeIfAbsent(to, any -> new ArrayList<>()).add(from)));
        var ending = new HashSet<Element>();
        spread(diagram.bpmn("endEvent").toList(), node -> back.getOrDefault(node, List.of()), ending);
        if (!EVERLASTING.contains(diagram.processId())) {
            flowNodes()
                    .filter(node -> reached.contains(node)
                            && !ending.contains(node)
                            && !isEventSubProcess(node)
                            && !next.getOrDefault(node, List.of()).isEmpty())
                    .forEach(node -> error(node, "flow.endless"));
        }
        spins();
    }

    /** A circle in which nothing waits and no worker does anything turns as fast as the engine can. What a worker does may end it: a fact changes. */
    private void spins() {
        Predicate<Element> waits = node -> switch (node.getLocalName()) {
            case "userTask",
                    "serviceTask",
                    "callActivity",
                    "intermediateCatchEvent",
                    "eventBasedGateway",
                    "subProcess" -> link(node) == null;
            default -> false;
        };
        // Nodes of a circle: taking off again and again what nothing restless leads to leaves only circles and what
        // follows them.
        var restless = flowNodes().filter(waits.negate()).collect(Collectors.toCollection(HashSet::new));
        for (var towards : List.of(true, false)) {
            var degree = new HashMap<Element, Integer>();
            var edges = new HashMap<Element, List<Element>>();
            next.forEach((from, all) -> all.forEach(to -> {
                if (restless.contains(from) && restless.contains(to)) {
                    edges.computeIfAbsent(towards ? from : to, any -> new ArrayList<>())
                            .add(towards ? to : from);
                    degree.merge(towards ? to : from, 1, Integer::sum);
                }
            }));
            var idle = new ArrayDeque<Element>();
            restless.stream().filter(node -> !degree.containsKey(node)).forEach(idle::add);
            while (!idle.isEmpty()) {
                var node = idle.poll();
                restless.remove(node);
                for (var other : edges.getOrDefault(node, List.of())) {
                    if (degree.merge(other, -1, Integer::sum) == 0) {
                        idle.add(other);
                    }
                }
            }
        }
        restless.forEach(node -> error(node, "flow.spin"));
    }

    private static void spread(List<Element> from, Function<Element, List<Element>> onwards, Set<Element> into) {
        var todo = new ArrayDeque<>(from);
        while (!todo.isEmpty()) {
            var node = todo.poll();
            if (into.add(node)) {
                todo.addAll(onwards.apply(node));
            }
        }
    }

    private static boolean isEventSubProcess(Element node) {
        return node.getLocalName().equals("subProcess")
                && node.getAttribute("triggeredByEvent").equals("true");
    }

    private static String link(Element event) {
        return children(event, BPMN, "linkEventDefinition").stream()
                .map(link -> link.getAttribute("name"))
                .findFirst()
                .orElse(null);
    }

    // ── timers and messages ────────────────────────────────────────────────────────────────────────────────────────

    private void timers() {
        diagram.bpmn("timerEventDefinition").forEach(timer -> {
            var values = Stream.of("timeDuration", "timeCycle", "timeDate")
                    .flatMap(kind -> children(timer, BPMN, kind).stream())
                    .toList();
            if (values.size() != 1 || values.getFirst().getTextContent().isBlank()) {
                error(owner(timer), "timer.none");
                return;
            }
            var kind = values.getFirst().getLocalName();
            var text = values.getFirst().getTextContent().strip();
            // Even written as FEEL, a repetition without a number of times can be seen.
            if (kind.equals("timeCycle")
                    && (text.matches("(?s)R/.*") || text.contains("\"R/") || !text.matches("(?s)[=R].*"))) {
                error(owner(timer), "timer.cycle", text);
            } else if (!text.startsWith("=") && !kind.equals("timeCycle") && !readable(kind, text)) {
                error(owner(timer), "timer.unreadable", text);
            }
        });
    }

    private static boolean readable(String kind, String text) {
        try {
            if (kind.equals("timeDate")) {
                OffsetDateTime.parse(text.replaceAll("\\[.*]$", ""));
                return true;
            }
            if (text.contains("T")) {
                Duration.parse(text.replaceAll("P.*T", "PT"));
            } else {
                Period.parse(text);
            }
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private void messages() {
        var byId = diagram.bpmn("message")
                .collect(Collectors.toMap(message -> message.getAttribute("id"), Function.identity(), (a, b) -> a));
        diagram.bpmn("messageEventDefinition").forEach(definition -> {
            var event = owner(definition);
            var message = byId.get(definition.getAttribute("messageRef"));
            if (message == null) {
                error(event, "message.none");
                return;
            }
            if (!around.messages().contains(message.getAttribute("name"))) {
                error(event, "message.unknown", message.getAttribute("name"));
            }
            var startsProcess = event.getLocalName().equals("startEvent")
                    && event.getParentNode().getLocalName().equals("process");
            if (!startsProcess
                    && extension(message, "subscription")
                            .filter(subscription ->
                                    !subscription.getAttribute("correlationKey").isBlank())
                            .isEmpty()) {
                error(event, "message.key", message.getAttribute("name"));
            }
        });
        diagram.bpmn("errorEventDefinition").forEach(definition -> {
            var code = diagram.element(definition.getAttribute("errorRef"))
                    .map(error -> error.getAttribute("errorCode"))
                    .orElse("");
            if (!around.errors().contains(code)) {
                error(owner(definition), "error.unknown", code);
            }
        });
        diagram.bpmn("*")
                .filter(definition -> Set.of(
                                "conditionalEventDefinition",
                                "escalationEventDefinition",
                                "compensateEventDefinition",
                                "cancelEventDefinition")
                        .contains(definition.getLocalName()))
                .forEach(definition -> error(owner(definition), "element.kind"));
    }

    // ── what people do ─────────────────────────────────────────────────────────────────────────────────────────────

    private void userTasks() {
        diagram.bpmn("userTask").forEach(task -> {
            if (extension(task, "userTask").isEmpty()) {
                error(task, "task.native");
            }
            var form = extension(task, "formDefinition");
            var formId = form.map(one -> one.getAttribute("formId")).orElse("");
            if (formId.isBlank()) {
                error(task, "task.form");
            } else if (!around.forms().containsKey(formId)) {
                error(task, "task.formUnknown", formId);
            } else if (!form.get().getAttribute("bindingType").equals("deployment")) {
                error(task, "task.formBinding");
            }
            if (around.formDrafts().contains(formId)) {
                findings.add(Finding.of(Severity.NOTE, "task.formDraft", task.getAttribute("id"), name(task), formId));
            }
            groups(task);
            persisted(task);
            if (undocumented(task)) {
                error(task, "task.documentation");
            }
            if (around.steps() != null && !around.steps().contains(task.getAttribute("id"))) {
                error(task, "task.deadline");
            }
        });
    }

    private static boolean undocumented(Element element) {
        return children(element, BPMN, "documentation").stream()
                .allMatch(documentation -> documentation.getTextContent().isBlank());
    }

    private void groups(Element task) {
        var groups = extension(task, "assignmentDefinition")
                .map(assignment -> assignment.getAttribute("candidateGroups"))
                .orElse("");
        var codes = new TreeSet<String>();
        if (groups.startsWith("=")) {
            LIST.matcher(groups)
                    .results()
                    .flatMap(list -> STRING.matcher(list.group(1)).results())
                    .forEach(code -> codes.add(code.group().replace("\"", "")));
        } else if (!groups.isBlank()) {
            Stream.of(groups.split(",")).map(String::strip).forEach(codes::add);
        }
        if (codes.isEmpty()) {
            error(task, "task.group");
        } else {
            codes.removeAll(GROUPS);
            if (!codes.isEmpty()) {
                error(task, "task.groupUnknown", String.join(", ", codes));
            }
        }
    }

    private void persisted(Element task) {
        if (gate(task)
                .filter(gate -> header(gate, "step").equals(task.getAttribute("id")))
                .isEmpty()) {
            error(task, "task.persist");
        }
    }

    /** The persist-submission right behind a task. */
    private Optional<Element> gate(Element task) {
        return next(task).filter(node -> jobType(node).equals("persist-submission"));
    }

    /** What the gateway right behind a task asks must be something its form can answer; what the work behind it needs must be there. */
    private void forms() {
        diagram.bpmn("userTask").forEach(task -> {
            var formId = extension(task, "formDefinition")
                    .map(form -> form.getAttribute("formId"))
                    .orElse("");
            var form = around.forms().get(formId);
            if (form == null) {
                return;
            }
            var fields = Form.fields(form);
            around.needed().getOrDefault(formId, Map.of()).forEach((key, type) -> {
                if (!fields.containsKey(key)
                        || !fields.get(key).path("type").asText().equals(type)) {
                    error(task, "form.lost", formId, key);
                }
            });
            asked(task, formId, fields);
        });
    }

    /** What gateways ask of this one form and it can no longer answer; the element is its field. */
    List<Finding> ofForm(Form form) {
        var fields = form.fields();
        diagram.bpmn("userTask")
                .filter(task -> extension(task, "formDefinition")
                        .filter(one -> one.getAttribute("formId").equals(form.formId()))
                        .isPresent())
                .forEach(task -> asked(task, form.formId(), fields));
        return findings.stream()
                .map(found -> new Finding(
                        fields.get(found.args().get(1)).path("id").asText(form.formId()),
                        found.elementName(),
                        found.code(),
                        found.severity(),
                        found.args()))
                .toList();
    }

    private void asked(Element task, String formId, Map<String, JsonNode> fields) {
        gate(task)
                .flatMap(this::next)
                .filter(gateway -> gateway.getLocalName().equals("exclusiveGateway"))
                .ifPresent(gateway -> outgoing(gateway).stream()
                        .flatMap(flow -> children(flow, BPMN, "conditionExpression").stream())
                        .forEach(condition -> codes(task, formId, fields, condition)));
    }

    private void codes(Element task, String formId, Map<String, JsonNode> fields, Element condition) {
        var asked = IS_CODE.matcher(condition.getTextContent());
        while (asked.find()) {
            var field = fields.get(asked.group(1));
            if (field == null || !field.path("values").isArray()) {
                continue;
            }
            var code = asked.group(2);
            if (StreamSupport.stream(field.path("values").spliterator(), false)
                    .noneMatch(value -> value.path("value").asText().equals(code))) {
                error(owner(condition), "form.code", formId, asked.group(1), code, name(task));
            }
        }
    }

    // ── what workers, other diagrams and tables do ─────────────────────────────────────────────────────────────────

    private void jobs() {
        diagram.bpmn("*")
                .filter(node -> node.getLocalName().equals("serviceTask")
                        || FLOW_NODES.contains(node.getLocalName())
                                && extension(node, "taskDefinition").isPresent())
                .forEach(task -> {
                    var type = jobType(task);
                    var template = around.templates().get(type);
                    if (type.isBlank()) {
                        error(task, "job.none");
                    } else if (template == null) {
                        error(task, "job.unknown", type);
                    } else {
                        headers(task, template);
                    }
                });
    }

    /** The headers that the element template of the job type asks for. */
    private void headers(Element task, JsonNode template) {
        for (var property : template.path("properties")) {
            var binding = property.path("binding");
            if (!binding.path("type").asText().equals("zeebe:taskHeader")) {
                continue;
            }
            var value = header(task, binding.path("key").asText());
            var choices = property.path("choices");
            if (value.isBlank()) {
                error(
                        task,
                        "job.header",
                        property.path("label").asText(binding.path("key").asText()));
            } else if (choices.isArray()
                    && StreamSupport.stream(choices.spliterator(), false)
                            .noneMatch(choice -> choice.path("value").asText().equals(value))) {
                error(task, "job.choice", property.path("label").asText(), value);
            }
        }
    }

    private void calls() {
        diagram.bpmn("callActivity").forEach(call -> {
            var called = extension(call, "calledElement").orElse(call);
            if (!around.processes().contains(called.getAttribute("processId"))) {
                error(call, "call.unknown", called.getAttribute("processId"));
            }
            if (!called.getAttribute("propagateAllChildVariables").equals("false")
                    || !called.getAttribute("propagateAllParentVariables").equals("false")) {
                error(call, "call.everything");
            }
            if (!latest(called)) {
                error(call, "call.binding");
            }
        });
    }

    private void decisions() {
        diagram.bpmn("businessRuleTask").forEach(task -> {
            var called = extension(task, "calledDecision").orElse(task);
            var decision = called.getAttribute("decisionId");
            if (!around.decisions().contains(decision)) {
                error(task, "decision.unknown", decision);
                return;
            }
            known(task, called.getAttribute("resultVariable"));
            if (!latest(called)) {
                error(task, "decision.binding");
            }
            if (undocumented(task)) {
                error(task, "task.documentation");
            }
            var seen = new HashSet<Element>();
            var recorded = next(task);
            while (recorded.filter(node -> node.getLocalName().equals("businessRuleTask") && seen.add(node))
                    .isPresent()) {
                recorded = next(recorded.get());
            }
            if (recorded.filter(node -> jobType(node).equals("record-decision")
                            && List.of(header(node, "decision").split(",")).contains(decision))
                    .isEmpty()) {
                error(task, "decision.recorded");
            }
        });
    }

    /** Without a word it is the latest: editors do not write what goes without saying. */
    private static boolean latest(Element called) {
        var binding = called.getAttribute("bindingType");
        return binding.isEmpty() || binding.equals("latest");
    }

    private Optional<Element> next(Element node) {
        var out = outgoing(node);
        return out.size() != 1
                ? Optional.empty()
                : diagram.element(out.getFirst().getAttribute("targetRef"));
    }

    private void deadlines() {
        if (diagram.bpmn("userTask").findAny().isEmpty()) {
            return;
        }
        var escalates = diagram.bpmn("subProcess")
                .filter(DiagramRules::isEventSubProcess)
                .flatMap(sub -> children(sub, BPMN, "startEvent").stream())
                .filter(start -> start.getAttribute("isInterrupting").equals("false"))
                .flatMap(start -> children(start, BPMN, "messageEventDefinition").stream())
                .flatMap(definition -> diagram.element(definition.getAttribute("messageRef")).stream())
                .anyMatch(message -> message.getAttribute("name").equals("deadline-reached"));
        if (!escalates) {
            ofProcess(Severity.ERROR, "process.deadline");
        }
    }

    // ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

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

    private static String name(Element element) {
        var name = element.getAttribute("name").replaceAll("\\s+", " ").strip();
        return name.isEmpty() ? element.getAttribute("id") : name;
    }

    private void ofProcess(Severity severity, String code, Object... args) {
        findings.add(Finding.of(severity, code, diagram.processId(), diagram.name(), args));
    }

    private void error(Element element, String code, Object... args) {
        findings.add(Finding.of(Severity.ERROR, code, element.getAttribute("id"), name(element), args));
    }

    private void warning(Element element, String code, Object... args) {
        findings.add(Finding.of(Severity.WARNING, code, element.getAttribute("id"), name(element), args));
    }
}
