package jp.kasane.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * Whether an instance can go over from one version of its diagram to another, told from what is active in it. Camunda maps an element to one
 * of the same kind in the same place; what waits has to wait for the same kind of thing. The engine has the last word: what is let through here
 * may still be refused there, and is named then.
 */
final class MigrationRules {

    /** What a token can stand in, or what listens while it does. */
    private static final Set<String> STOOD_IN = Set.of(
            "userTask",
            "serviceTask",
            "sendTask",
            "businessRuleTask",
            "scriptTask",
            "receiveTask",
            "callActivity",
            "subProcess",
            "intermediateCatchEvent",
            "boundaryEvent",
            "eventBasedGateway",
            "startEvent");

    private final Diagram from;
    private final Diagram to;
    private final Map<String, String> chosen;

    /** @param chosen what somebody has decided beyond elements of the same id: of the former diagram to the new one */
    MigrationRules(Diagram from, Diagram to, Map<String, String> chosen) {
        this.from = from;
        this.to = to;
        this.chosen = chosen;
    }

    /**
     * Why it cannot go over by itself.
     *
     * @param code gone, kind or scope; of a called instance also parent: what called it does not go over, either
     */
    record Obstacle(String elementId, String name, String code) {}

    private record Place(String kind, String scope) {}

    /**
     * A timer that listens while something else is active, and is written otherwise in the new diagram.
     *
     * @param host what it is attached to, in the former diagram; null for the start of an event sub-process
     */
    record Listener(String id, String host) {}

    /**
     * From element to element, for everything that has a counterpart; what is not active is left alone by the engine. A timer that listens and
     * is written otherwise is left out: the engine cancels the former one then and sets the new one, counting from now.
     *
     * @param kept listeners that go over as they are nevertheless
     */
    Map<String, String> mapping(Collection<String> kept) {
        var mapping = counterparts();
        leftToTheEngine().filter(id -> !kept.contains(id)).forEach(mapping::remove);
        return mapping;
    }

    /** Timers that listen and are written otherwise now. */
    private Stream<String> leftToTheEngine() {
        return Stream.concat(
                from.bpmn("eventBasedGateway")
                        .flatMap(gateway -> awaited(gateway.getAttribute("id")))
                        .filter(this::timerDiffers),
                listeners().stream().map(Listener::id));
    }

    /** Of the timers that are set anew where these are active, those that the engine sets. */
    List<String> timersLeftToTheEngine(Collection<String> active) {
        var left = leftToTheEngine().collect(Collectors.toSet());
        return timers(active).stream().filter(left::contains).toList();
    }

    private Map<String, String> counterparts() {
        var mapping = new TreeMap<String, String>();
        from.byId().forEach((id, element) -> {
            if (STOOD_IN.contains(element.getLocalName())) {
                target(id).ifPresent(other -> mapping.put(id, other));
            }
        });
        return mapping;
    }

    /** Timers at the border of something and at the start of event sub-processes that are written otherwise now. */
    List<Listener> listeners() {
        return from.byId().values().stream()
                .filter(element -> element.getLocalName().equals("boundaryEvent") || startsBeside(element))
                .map(element -> new Listener(
                        element.getAttribute("id"),
                        element.hasAttribute("attachedToRef") ? element.getAttribute("attachedToRef") : null))
                .filter(listener -> timerDiffers(listener.id()))
                .sorted(Comparator.comparing(Listener::id))
                .toList();
    }

    private static boolean startsBeside(Element element) {
        return element.getLocalName().equals("startEvent")
                && element.getParentNode() instanceof Element parent
                && parent.getAttribute("triggeredByEvent").equals("true");
    }

    /** What the gateway waits for, whichever comes first. */
    private Stream<String> awaited(String gateway) {
        return from.bpmn("sequenceFlow")
                .filter(flow -> flow.getAttribute("sourceRef").equals(gateway))
                .map(flow -> flow.getAttribute("targetRef"));
    }

    /** Events of the new diagram whose timer is another one: the engine maps a token in one with the time it has. */
    Set<String> standingInTimers() {
        return from.bpmn("intermediateCatchEvent")
                .map(event -> event.getAttribute("id"))
                .filter(this::timerDiffers)
                .flatMap(id -> target(id).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Timers that are set anew where these are active, with those that listen meanwhile. */
    List<String> timers(Collection<String> active) {
        var found = new TreeSet<String>();
        active.stream()
                .flatMap(id -> Stream.concat(Stream.of(id), isGateway(id) ? awaited(id) : Stream.empty()))
                .filter(id -> from.element(id)
                        .filter(element -> element.getLocalName().equals("intermediateCatchEvent"))
                        .isPresent())
                .filter(this::timerDiffers)
                .forEach(found::add);
        listeners().stream()
                .filter(listener -> listener.host() == null
                        ? listensWhile(listener.id(), active)
                        : active.contains(listener.host()))
                .map(Listener::id)
                .forEach(found::add);
        return List.copyOf(found);
    }

    private boolean isGateway(String id) {
        return from.element(id)
                .filter(element -> element.getLocalName().equals("eventBasedGateway"))
                .isPresent();
    }

    /** An event sub-process listens as long as what it is drawn in is active. */
    private boolean listensWhile(String start, Collection<String> active) {
        return from.element(start)
                .filter(element -> element.getParentNode() instanceof Element beside
                        && beside.getParentNode() instanceof Element scope
                        && (scope.getLocalName().equals("process") || active.contains(scope.getAttribute("id"))))
                .isPresent();
    }

    /** The counterpart: the chosen one, else the one of the same id; of the same kind and in the same place only. */
    Optional<String> target(String id) {
        var other = chosen.getOrDefault(id, id);
        return place(to, other).filter(found -> fits(id, found)).map(found -> other);
    }

    private boolean fits(String id, Place found) {
        return place(from, id)
                .filter(place -> place.kind().equals(found.kind())
                        && chosen.getOrDefault(place.scope(), place.scope()).equals(found.scope()))
                .isPresent();
    }

    /** What keeps an instance in which these are active from going over; empty where nothing does. */
    List<Obstacle> obstacles(Collection<String> active) {
        var found = new ArrayList<Obstacle>();
        for (var id : active) {
            var place = place(from, id);
            if (place.isEmpty() || target(id).isPresent()) {
                continue;
            }
            var other = place(to, chosen.getOrDefault(id, id));
            found.add(new Obstacle(
                    id,
                    name(from, id),
                    other.isEmpty()
                            ? "gone"
                            : other.get().kind().equals(place.get().kind()) ? "scope" : "kind"));
        }
        return found;
    }

    /** Elements of the new diagram this one could be mapped to, by id, with their labels. */
    Map<String, String> candidates(String id) {
        var found = new LinkedHashMap<String, String>();
        place(from, id).ifPresent(place -> to.byId().keySet().stream()
                .sorted()
                .filter(other ->
                        place(to, other).filter(there -> fits(id, there)).isPresent())
                .forEach(other -> found.put(other, name(to, other))));
        return found;
    }

    /** A timer of the former diagram that has a counterpart and is written otherwise there. */
    boolean timerDiffers(String id) {
        var other = target(id);
        return other.isPresent()
                && !timer(from, id).equals(timer(to, other.get()))
                && !timer(from, id).isEmpty();
    }

    /** Its label in the former diagram, or its id. */
    String nameOf(String id) {
        return name(from, id);
    }

    private static String name(Diagram diagram, String id) {
        return diagram.element(id)
                .map(element -> element.getAttribute("name").replaceAll("\\s+", " "))
                .filter(name -> !name.isBlank())
                .orElse(id);
    }

    private static String timer(Diagram diagram, String id) {
        return diagram.element(id).stream()
                .flatMap(element -> Diagram.children(element, Diagram.BPMN, "timerEventDefinition").stream())
                .flatMap(timer -> Stream.of("timeDate", "timeDuration", "timeCycle")
                        .flatMap(kind -> Diagram.children(timer, Diagram.BPMN, kind).stream()))
                .map(timer ->
                        timer.getLocalName() + " " + timer.getTextContent().strip())
                .findFirst()
                .orElse("");
    }

    private static Optional<Place> place(Diagram diagram, String id) {
        return diagram.element(id)
                .filter(element -> STOOD_IN.contains(element.getLocalName()))
                .map(element -> {
                    var kind = new StringBuilder(element.getLocalName());
                    for (var event :
                            List.of("message", "timer", "signal", "error", "escalation", "link", "conditional")) {
                        if (!Diagram.children(element, Diagram.BPMN, event + "EventDefinition")
                                .isEmpty()) {
                            kind.append(' ').append(event);
                        }
                    }
                    if (!Diagram.children(element, Diagram.BPMN, "multiInstanceLoopCharacteristics")
                            .isEmpty()) {
                        kind.append(" multi");
                    }
                    if (element.getAttribute("triggeredByEvent").equals("true")) {
                        kind.append(" event");
                    }
                    return new Place(kind.toString(), scope(element));
                });
    }

    private static String scope(Element element) {
        for (var parent = element.getParentNode(); parent instanceof Element above; parent = above.getParentNode()) {
            if (Set.of("subProcess", "process").contains(above.getLocalName())) {
                return above.getAttribute("id");
            }
        }
        return "";
    }
}
