package jp.kasane.engine;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * A diagram as a picture (SVG) by its own layout, with the path that was taken marked: without a browser, and readable where no Japanese
 * font is installed when it is drawn. It draws what the rules of the house allow in a diagram (processes/README.md), and any other element
 * as a plain box, so that nothing is missing.
 */
@Component
@Transactional(readOnly = true)
public class DiagramPictures {

    private static final int MARGIN = 24;
    private static final int FONT = 12;
    private static final double LINE = 15;

    /** Characters that no line begins with. */
    private static final String NOT_FIRST = "、。，．・）」』】？！ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ:;,.)]";

    private static final String TAKEN = "#0031d8";
    private static final String TAKEN_FILL = "#e3ebff";
    private static final String STANDS = "#b45309";
    private static final String STANDS_FILL = "#fff3d6";
    private static final String PLAIN = "#7f7f7f";

    private final JdbcClient jdbc;

    DiagramPictures(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The diagram as it was deployed. */
    public Optional<String> source(UUID epoch, long definition) {
        return jdbc.sql("select resource from engine.process_definition where epoch = :epoch and key = :key")
                .param("epoch", epoch)
                .param("key", definition)
                .query(String.class)
                .optional();
    }

    /**
     * What was taken of a diagram.
     *
     * @param entered how often, by the element's id
     * @param standing elements in which something still waits
     * @param flows how often, by the flow's id
     */
    public record Path(Map<String, Integer> entered, Set<String> standing, Map<String, Integer> flows) {

        public static final Path NONE = new Path(Map.of(), Set.of(), Map.of());

        /**
         * The way all instances went that ran under a definition, up to the moment each was migrated to another one; what was done under
         * an earlier one counts as well, as far as the diagram still has it.
         *
         * @param definition as {@link Replays.Version#definition}
         */
        public static Path of(List<Replays.Course> courses, String definition) {
            var entered = new HashMap<String, Integer>();
            var standing = new HashSet<String>();
            var flows = new HashMap<String, Integer>();
            for (var course : courses) {
                for (int i = 0; i < course.versions().size(); i++) {
                    if (!course.versions().get(i).definition().equals(definition)) {
                        continue;
                    }
                    var last = i == course.versions().size() - 1;
                    var until =
                            last ? Instant.MAX : course.versions().get(i + 1).since();
                    for (var step : course.steps()) {
                        if (step.startedAt().isBefore(until)) {
                            var id = step.formerly().stream()
                                    .filter(former -> !former.until().isBefore(until))
                                    .map(Replays.Former::elementId)
                                    .findFirst()
                                    .orElse(step.elementId());
                            entered.merge(id, 1, Integer::sum);
                            if (last && step.state().equals("ACTIVE")) {
                                standing.add(id);
                            }
                        }
                    }
                    for (var flow : course.flows()) {
                        if (flow.at().isBefore(until)) {
                            flows.merge(flow.elementId(), 1, Integer::sum);
                        }
                    }
                }
            }
            return new Path(entered, standing, flows);
        }
    }

    private record Box(double x, double y, double width, double height) {
        double middle() {
            return x + width / 2;
        }

        double centre() {
            return y + height / 2;
        }
    }

    private record Node(String id, String type, String name, String event, boolean interrupts, String attached) {}

    /**
     * @param bpmn the diagram
     * @return a whole SVG document
     * @throws IllegalArgumentException if it is no diagram with a layout
     */
    public String svg(String bpmn, Path path) {
        var document = read(bpmn);
        var nodes = new HashMap<String, Node>();
        var process = first(document, "process");
        for (var element : all(document, "*")) {
            if (element.hasAttribute("id")) {
                nodes.put(element.getAttribute("id"), node(element));
            }
        }
        var drawing = new StringBuilder();
        var edges = new StringBuilder();
        var labels = new StringBuilder();
        var badges = new StringBuilder();
        double right = 0;
        double bottom = 0;
        double left = Double.MAX_VALUE;
        double top = Double.MAX_VALUE;
        // Those that hold others lie below them.
        var shapes = all(document, "BPMNShape").stream()
                .sorted(java.util.Comparator.comparingDouble(
                        shape -> -box(child(shape, "Bounds")).width()
                                * box(child(shape, "Bounds")).height()))
                .toList();
        for (var shape : shapes) {
            var box = box(child(shape, "Bounds"));
            var node = nodes.get(shape.getAttribute("bpmnElement"));
            if (node == null) {
                continue;
            }
            shape(drawing, labels, node, box, label(shape), path);
            left = Math.min(left, box.x());
            top = Math.min(top, box.y());
            right = Math.max(right, box.x() + box.width());
            bottom = Math.max(bottom, box.y() + box.height());
            badge(badges, node, box, path);
            var label = label(shape);
            if (label != null) {
                left = Math.min(left, label.middle() - 60);
                right = Math.max(right, label.middle() + 60);
                bottom = Math.max(bottom, label.y() + 3 * LINE);
                top = Math.min(top, label.y() - LINE);
            }
        }
        for (var edge : all(document, "BPMNEdge")) {
            var node = nodes.get(edge.getAttribute("bpmnElement"));
            var points = new ArrayList<double[]>();
            for (var point : all(edge, "waypoint")) {
                points.add(new double[] {number(point, "x"), number(point, "y")});
                right = Math.max(right, number(point, "x"));
                bottom = Math.max(bottom, number(point, "y"));
                left = Math.min(left, number(point, "x"));
                top = Math.min(top, number(point, "y"));
            }
            if (node != null && points.size() > 1) {
                edge(edges, labels, node, points, label(edge), path);
            }
        }
        if (left == Double.MAX_VALUE) {
            throw new IllegalArgumentException("A diagram without a layout");
        }
        double x = left - MARGIN;
        double y = top - MARGIN - 30;
        double width = Math.max(right - left + 2 * MARGIN, 560);
        double height = bottom - top + 2 * MARGIN + 66;
        var title = process == null ? "" : process.getAttribute("name");
        var svg = new StringBuilder(bpmn.length());
        svg.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
                .append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ")
                .append(format(
                        "viewBox=\"%s %s %s %s\" width=\"%s\" height=\"%s\" ", x, y, width, height, width, height))
                .append(
                        "font-family=\"'BIZ UDPGothic','BIZ UDGothic','Yu Gothic','Hiragino Sans','Noto Sans CJK JP',sans-serif\" font-size=\"")
                .append(FONT)
                .append("\">\n<title>")
                .append(escaped(title))
                .append("</title>\n<defs>")
                .append(arrow("taken", TAKEN))
                .append(arrow("plain", PLAIN))
                .append("</defs>\n")
                .append(format(
                        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"#ffffff\"/>\n", x, y, width, height))
                .append(format(
                        "<text x=\"%s\" y=\"%s\" font-size=\"16\" font-weight=\"700\" fill=\"#1a1a1a\">%s</text>\n",
                        left, top - MARGIN + 2, escaped(title)))
                .append(drawing)
                .append(edges)
                .append(labels)
                .append(badges);
        legend(svg, left, bottom + MARGIN + 10);
        return svg.append("</svg>\n").toString();
    }

    private static void legend(StringBuilder svg, double x, double y) {
        String[][] signs = {
            {TAKEN_FILL, TAKEN, "2.5", "", "通ったところ"},
            {STANDS_FILL, STANDS, "2.5", "", "いまいるところ"},
            {"#ffffff", PLAIN, "1.2", "", "通っていないところ"}
        };
        double at = x;
        for (var sign : signs) {
            svg.append(format(
                    "<rect x=\"%s\" y=\"%s\" width=\"26\" height=\"16\" rx=\"4\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>",
                    at, y, sign[0], sign[1], sign[2]));
            svg.append(format("<text x=\"%s\" y=\"%s\" fill=\"#1a1a1a\">%s</text>\n", at + 34, y + 12.5, sign[4]));
            at += 160;
        }
        svg.append(format("<text x=\"%s\" y=\"%s\" fill=\"#1a1a1a\">×2　通った回数</text>\n", at, y + 12.5));
    }

    // ── elements ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static void shape(StringBuilder out, StringBuilder labels, Node node, Box box, Box label, Path path) {
        int times = path.entered().getOrDefault(node.id(), 0);
        boolean stands = path.standing().contains(node.id());
        var stroke = stands ? STANDS : times > 0 ? TAKEN : PLAIN;
        var fill = stands ? STANDS_FILL : times > 0 ? TAKEN_FILL : "#ffffff";
        double thick = times > 0 ? 2.5 : 1.2;
        double r = box.width() / 2;
        out.append("<g data-element=\"")
                .append(escaped(node.id()))
                .append("\" data-times=\"")
                .append(times)
                .append("\">");
        switch (node.type()) {
            case "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent" -> {
                out.append(format(
                        "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"%s/>",
                        box.middle(),
                        box.centre(),
                        r,
                        fill,
                        stroke,
                        node.type().equals("endEvent") ? thick + 2 : thick,
                        node.interrupts() ? "" : " stroke-dasharray=\"4 3\""));
                if (node.type().startsWith("intermediate") || node.type().equals("boundaryEvent")) {
                    out.append(format(
                            "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\"%s/>",
                            box.middle(),
                            box.centre(),
                            r - 4,
                            stroke,
                            node.interrupts() ? "" : " stroke-dasharray=\"4 3\""));
                }
                symbol(out, node, box, stroke);
            }
            case "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway" -> {
                out.append(format(
                        "<path d=\"M%s %s L%s %s L%s %s L%s %s Z\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>",
                        box.middle(),
                        box.y(),
                        box.x() + box.width(),
                        box.centre(),
                        box.middle(),
                        box.y() + box.height(),
                        box.x(),
                        box.centre(),
                        fill,
                        stroke,
                        thick));
                gateway(out, node.type(), box, stroke);
            }
            case "subProcess" -> {
                out.append(format(
                        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"10\" fill=\"#fafafa\" stroke=\"%s\" stroke-width=\"%s\"%s/>",
                        box.x(),
                        box.y(),
                        box.width(),
                        box.height(),
                        stroke,
                        thick,
                        node.interrupts() ? "" : " stroke-dasharray=\"3 4\""));
                text(labels, node.name(), box.middle(), box.y() + 18, box.width() - 20, 1, true);
            }
            default -> {
                out.append(format(
                        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"10\" fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>",
                        box.x(),
                        box.y(),
                        box.width(),
                        box.height(),
                        fill,
                        stroke,
                        node.type().equals("callActivity") ? thick + 2 : thick));
                mark(out, node.type(), box, stroke);
                middle(labels, node.name(), box);
            }
        }
        out.append("</g>\n");
        var outside = box.width() < 60 && !node.name().isEmpty();
        if (outside) {
            double width = label == null ? 100 : Math.max(label.width(), 90);
            text(
                    labels,
                    node.name(),
                    label == null ? box.middle() : label.middle(),
                    (label == null ? box.y() + box.height() + 4 : label.y()) + 11,
                    width,
                    4,
                    false);
        }
    }

    /** How often, where no label usually stands: of a gateway below on the right, else above on the right. */
    private static void badge(StringBuilder out, Node node, Box box, Path path) {
        int times = path.entered().getOrDefault(node.id(), 0);
        if (times < 2 || node.type().equals("subProcess")) {
            return;
        }
        boolean gateway = node.type().endsWith("Gateway");
        double x = box.x() + box.width() - (gateway ? 8 : 16);
        double y = gateway ? box.y() + box.height() - 14 : box.y() - 10;
        out.append(format(
                "<rect x=\"%s\" y=\"%s\" width=\"28\" height=\"16\" rx=\"8\" fill=\"%s\"/><text x=\"%s\" y=\"%s\" font-size=\"11\" fill=\"#ffffff\" text-anchor=\"middle\">×%s</text>\n",
                x, y, path.standing().contains(node.id()) ? STANDS : TAKEN, x + 14, y + 12, times));
    }

    /** What an event waits for or says. */
    private static void symbol(StringBuilder out, Node node, Box box, String colour) {
        double x = box.middle();
        double y = box.centre();
        boolean throwing = node.type().equals("endEvent") || node.type().equals("intermediateThrowEvent");
        switch (node.event()) {
            case "message" ->
                out.append(format(
                        "<path d=\"M%s %s h14 v10 h-14 z M%s %s l7 5 l7 -5\" fill=\"%s\" stroke=\"%s\"/>",
                        x - 7, y - 5, x - 7, y - 5, throwing ? colour : "none", throwing ? "#ffffff" : colour));
            case "timer" ->
                out.append(format(
                        "<circle cx=\"%s\" cy=\"%s\" r=\"8\" fill=\"none\" stroke=\"%s\"/><path d=\"M%s %s v-6 M%s %s h4\" stroke=\"%s\" fill=\"none\"/>",
                        x, y, colour, x, y, x, y, colour));
            case "error" ->
                out.append(format(
                        "<path d=\"M%s %s l4 -9 l4 5 l4 -8 l-4 10 l-4 -5 z\" fill=\"%s\" stroke=\"%s\"/>",
                        x - 6, y + 7, throwing ? colour : "none", colour));
            case "link" ->
                out.append(format(
                        "<path d=\"M%s %s h8 v-4 l7 7 l-7 7 v-4 h-8 z\" fill=\"%s\" stroke=\"%s\"/>",
                        x - 7, y - 3, throwing ? colour : "none", colour));
            case "terminate" -> out.append(format("<circle cx=\"%s\" cy=\"%s\" r=\"9\" fill=\"%s\"/>", x, y, colour));
            case "signal", "escalation", "compensate", "conditional" ->
                out.append(format(
                        "<path d=\"M%s %s l8 13 h-16 z\" fill=\"%s\" stroke=\"%s\"/>",
                        x, y - 8, throwing ? colour : "none", colour));
            default -> {
                // A plain one.
            }
        }
    }

    private static void gateway(StringBuilder out, String type, Box box, String colour) {
        double x = box.middle();
        double y = box.centre();
        out.append(
                switch (type) {
                    case "exclusiveGateway" ->
                        format(
                                "<path d=\"M%s %s l12 14 M%s %s l-12 14\" stroke=\"%s\" stroke-width=\"3\"/>",
                                x - 6, y - 7, x + 6, y - 7, colour);
                    case "parallelGateway" ->
                        format(
                                "<path d=\"M%s %s h18 M%s %s v18\" stroke=\"%s\" stroke-width=\"3\"/>",
                                x - 9, y, x, y - 9, colour);
                    case "inclusiveGateway" ->
                        format(
                                "<circle cx=\"%s\" cy=\"%s\" r=\"9\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>",
                                x, y, colour);
                    default ->
                        format(
                                "<circle cx=\"%s\" cy=\"%s\" r=\"11\" fill=\"none\" stroke=\"%s\"/><path d=\"M%s %s l7 5 l-3 8 h-8 l-3 -8 z\" fill=\"none\" stroke=\"%s\"/>",
                                x, y, colour, x, y - 7, colour);
                });
    }

    /** Who does it: a person, a machine, a table. */
    private static void mark(StringBuilder out, String type, Box box, String colour) {
        double x = box.x() + 8;
        double y = box.y() + 7;
        out.append(
                switch (type) {
                    case "userTask", "manualTask" ->
                        format(
                                "<circle cx=\"%s\" cy=\"%s\" r=\"3.5\" fill=\"none\" stroke=\"%s\"/><path d=\"M%s %s a6 6 0 0 1 12 0 z\" fill=\"none\" stroke=\"%s\"/>",
                                x + 6, y + 3.5, colour, x, y + 13, colour);
                    case "serviceTask" ->
                        format(
                                "<circle cx=\"%s\" cy=\"%s\" r=\"5\" fill=\"none\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"2.4 1.5\"/><circle cx=\"%s\" cy=\"%s\" r=\"2\" fill=\"none\" stroke=\"%s\"/>",
                                x + 6, y + 6, colour, x + 6, y + 6, colour);
                    case "businessRuleTask" ->
                        format(
                                "<path d=\"M%s %s h14 v10 h-14 z M%s %s h14 M%s %s v7\" fill=\"none\" stroke=\"%s\"/>",
                                x, y, x, y + 3, x + 4, y + 3, colour);
                    case "receiveTask", "sendTask" ->
                        format(
                                "<path d=\"M%s %s h14 v10 h-14 z M%s %s l7 5 l7 -5\" fill=\"none\" stroke=\"%s\"/>",
                                x, y, x, y, colour);
                    case "callActivity" ->
                        format(
                                "<path d=\"M%s %s h12 v12 h-12 z M%s %s v8 M%s %s h8\" fill=\"none\" stroke=\"%s\"/>",
                                box.middle() - 6,
                                box.y() + box.height() - 15,
                                box.middle(),
                                box.y() + box.height() - 13,
                                box.middle() - 4,
                                box.y() + box.height() - 9,
                                colour);
                    default -> "";
                });
    }

    private static void edge(
            StringBuilder out, StringBuilder labels, Node node, List<double[]> points, Box label, Path path) {
        int times = path.flows().getOrDefault(node.id(), 0);
        var line = new StringBuilder();
        for (var point : points) {
            line.append(line.isEmpty() ? "M" : " L").append(format("%s %s", point[0], point[1]));
        }
        out.append(format(
                "<path data-flow=\"%s\" data-times=\"%s\" d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linejoin=\"round\" marker-end=\"url(#%s)\"/>\n",
                escaped(node.id()),
                times,
                line,
                times > 0 ? TAKEN : PLAIN,
                times > 0 ? 2.8 : 1.3,
                times > 0 ? "taken" : "plain"));
        if (!node.name().isEmpty()) {
            var at = points.get(points.size() / 2 - 1);
            var next = points.get(points.size() / 2);
            double x = label == null ? (at[0] + next[0]) / 2 : label.middle();
            double y = label == null ? (at[1] + next[1]) / 2 - 6 : label.y() + 11;
            text(labels, node.name(), x, y, label == null ? 110 : Math.max(label.width() + 10, 70), 3, false);
        }
    }

    // ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private static void middle(StringBuilder out, String name, Box box) {
        var lines = balanced(name, box.width() - 14);
        double y = box.centre() - (lines.size() - 1) * LINE / 2 + 5;
        write(out, lines, box.middle(), y, false);
    }

    private static void text(StringBuilder out, String name, double x, double y, double width, int most, boolean bold) {
        var lines = lines(name, width);
        // What does not fit in as many lines is given more room rather than cut off.
        while (lines.size() > most && width < 400) {
            width += 20;
            lines = lines(name, width);
        }
        write(out, balanced(name, width), x, y, bold);
    }

    private static void write(StringBuilder out, List<String> lines, double x, double y, boolean bold) {
        for (var line : lines) {
            out.append(format(
                    "<text x=\"%s\" y=\"%s\" text-anchor=\"middle\" fill=\"#1a1a1a\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\"%s>%s</text>\n",
                    x, y, bold ? " font-weight=\"700\"" : "", escaped(line)));
            y += LINE;
        }
    }

    /** In no more lines than it takes, each about as long as the others: no last line of one letter. */
    private static List<String> balanced(String text, double width) {
        var lines = lines(text, width);
        for (double narrower = width - FONT; narrower > 3 * FONT; narrower -= FONT) {
            var tried = lines(text, narrower);
            if (tried.size() > lines.size()) {
                break;
            }
            lines = tried;
        }
        return lines;
    }

    /** Broken where Japanese may be broken: anywhere but before a mark that ends something, and Latin words as a whole. */
    static List<String> lines(String text, double width) {
        var lines = new ArrayList<String>();
        for (var part : text.split("\n")) {
            var line = new StringBuilder();
            double used = 0;
            for (var piece : pieces(part)) {
                double wide = width(piece);
                if (used + wide > width && !line.isEmpty()) {
                    lines.add(line.toString().strip());
                    line.setLength(0);
                    used = 0;
                }
                line.append(piece);
                used += wide;
            }
            if (!line.toString().isBlank()) {
                lines.add(line.toString().strip());
            }
        }
        return lines;
    }

    private static List<String> pieces(String text) {
        var pieces = new ArrayList<String>();
        text.codePoints().forEach(point -> {
            var letter = Character.toString(point);
            boolean sticks = !pieces.isEmpty()
                    && (NOT_FIRST.contains(letter)
                            || isWord(point)
                                    && isWord(pieces.getLast()
                                            .codePointBefore(pieces.getLast().length()))
                            || "（「『【".contains(pieces.getLast()));
            if (sticks) {
                pieces.set(pieces.size() - 1, pieces.getLast() + letter);
            } else {
                pieces.add(letter);
            }
        });
        return pieces;
    }

    private static boolean isWord(int point) {
        return point < 0x250 && Character.isLetterOrDigit(point);
    }

    private static double width(String text) {
        return text.codePoints()
                .mapToDouble(point -> point < 0x250 ? FONT * 0.58 : FONT)
                .sum();
    }

    // ── the file ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static Document read(String bpmn) {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setExpandEntityReferences(false);
            return factory.newDocumentBuilder().parse(new InputSource(new StringReader(bpmn)));
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        } catch (SAXException | IOException e) {
            throw new IllegalArgumentException("Not a diagram", e);
        }
    }

    private static Node node(Element element) {
        var event = "";
        for (var child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element one && one.getLocalName().endsWith("EventDefinition")) {
                event = one.getLocalName().replace("EventDefinition", "");
            }
        }
        var interrupts = !"false".equals(element.getAttribute("cancelActivity"))
                && !"false".equals(element.getAttribute("isInterrupting"));
        if (element.getLocalName().equals("subProcess") && "true".equals(element.getAttribute("triggeredByEvent"))) {
            interrupts = false;
        }
        return new Node(
                element.getAttribute("id"),
                element.getLocalName(),
                element.getAttribute("name"),
                event,
                interrupts,
                element.getAttribute("attachedToRef"));
    }

    private static List<Element> all(org.w3c.dom.Node from, String name) {
        var list = from instanceof Document document
                ? document.getElementsByTagNameNS("*", name)
                : ((Element) from).getElementsByTagNameNS("*", name);
        var elements = new ArrayList<Element>(list.getLength());
        for (int i = 0; i < list.getLength(); i++) {
            elements.add((Element) list.item(i));
        }
        return elements;
    }

    private static Element first(Document document, String name) {
        return all(document, name).stream().findFirst().orElse(null);
    }

    private static Element child(Element element, String name) {
        for (var child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element one && one.getLocalName().equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("A shape without its place");
    }

    private static Box label(Element shape) {
        return all(shape, "BPMNLabel").stream()
                .flatMap(label -> all(label, "Bounds").stream())
                .findFirst()
                .map(DiagramPictures::box)
                .orElse(null);
    }

    private static Box box(Element bounds) {
        return new Box(number(bounds, "x"), number(bounds, "y"), number(bounds, "width"), number(bounds, "height"));
    }

    private static double number(Element element, String name) {
        return Double.parseDouble(element.getAttribute(name));
    }

    private static String arrow(String id, String colour) {
        return "<marker id=\"" + id
                + "\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 L10 5 L0 10 z\" fill=\""
                + colour + "\"/></marker>";
    }

    private static String format(String template, Object... values) {
        var plain = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            plain[i] = values[i] instanceof Double number
                    ? number == Math.rint(number)
                            ? String.valueOf(number.longValue())
                            : String.format(Locale.ROOT, "%.1f", number)
                    : values[i];
        }
        return String.format(Locale.ROOT, template, plain);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
