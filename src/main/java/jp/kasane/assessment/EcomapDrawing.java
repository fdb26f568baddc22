package jp.kasane.assessment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * エコマップ as a picture of 900 × 640: the household in the middle, the others around it. The same map always gives the same picture, so
 * that a printed one can be laid beside a later one.
 */
public record EcomapDrawing(int width, int height, List<Spot> spots, List<Line> lines) {

    private static final int WIDTH = 900;
    private static final int HEIGHT = 640;
    /** Half of a node's box. */
    private static final double HALF_WIDTH = 70;

    private static final double HALF_HEIGHT = 26;
    /** Characters of a name in one line, and lines. */
    private static final int PER_LINE = 9;

    private static final int MOST_LINES = 2;

    /** @param lines of the name; what does not fit is cut, the list beside the picture has it in full */
    public record Spot(String kind, double x, double y, List<String> lines) {}

    /**
     * @param path of an SVG path: straight, or a zigzag where the tie is stressful
     * @param start whether an arrow points at where it begins
     */
    public record Line(String kind, String path, boolean start, boolean end) {}

    public static EcomapDrawing of(Ecomap map) {
        var places = new HashMap<String, double[]>();
        var inner = map.nodes().stream()
                .filter(node -> node.kind().equals("member"))
                .toList();
        var outer = map.nodes().stream()
                .filter(node -> !node.kind().equals("member"))
                .toList();
        around(inner, inner.size() == 1 ? 0 : 130, inner.size() == 1 ? 0 : 95, Math.PI / 2, places);
        around(outer, WIDTH / 2.0 - HALF_WIDTH - 10, HEIGHT / 2.0 - HALF_HEIGHT - 10, 0, places);
        var spots = map.nodes().stream()
                .map(node -> {
                    var at = places.get(node.ref());
                    return new Spot(node.kind(), at[0], at[1], lines(node.name()));
                })
                .toList();
        var lines = new ArrayList<Line>();
        for (var tie : map.ties()) {
            var from = places.get(tie.from());
            var to = places.get(tie.to());
            lines.add(new Line(
                    tie.kind(),
                    path(way(from, to, places.values()), tie.kind().equals("stressful")),
                    tie.direction().equals("back") || tie.direction().equals("both"),
                    tie.direction().equals("forward") || tie.direction().equals("both")));
        }
        return new EcomapDrawing(WIDTH, HEIGHT, spots, List.copyOf(lines));
    }

    private static void around(
            List<Ecomap.Node> nodes, double rx, double ry, double turned, Map<String, double[]> places) {
        for (int i = 0; i < nodes.size(); i++) {
            double angle = turned - Math.PI / 2 + 2 * Math.PI * i / nodes.size();
            places.put(nodes.get(i).ref(), new double[] {
                round(WIDTH / 2.0 + rx * Math.cos(angle)), round(HEIGHT / 2.0 + ry * Math.sin(angle))
            });
        }
    }

    /** Where the way from one box to another leaves the first. */
    private static double[] edge(double[] from, double[] to) {
        double dx = to[0] - from[0];
        double dy = to[1] - from[1];
        double scale = Math.min(
                1,
                Math.min(
                        dx == 0 ? Double.MAX_VALUE : (HALF_WIDTH + 4) / Math.abs(dx),
                        dy == 0 ? Double.MAX_VALUE : (HALF_HEIGHT + 4) / Math.abs(dy)));
        return new double[] {from[0] + dx * scale, from[1] + dy * scale};
    }

    /** Straight, or round a box that stands in between: a tie must not look like somebody else's. */
    private static List<double[]> way(double[] from, double[] to, Collection<double[]> places) {
        var direct = List.of(edge(from, to), edge(to, from));
        double length = Math.max(Math.hypot(to[0] - from[0], to[1] - from[1]), 1);
        for (double aside : new double[] {0, 110, -110, 170, -170}) {
            var bend = new double[] {
                (from[0] + to[0]) / 2 - (to[1] - from[1]) / length * aside,
                (from[1] + to[1]) / 2 + (to[0] - from[0]) / length * aside
            };
            boolean free = places.stream()
                    .filter(place -> place != from && place != to)
                    .noneMatch(place -> crosses(from, bend, place) || crosses(bend, to, place));
            if (free) {
                return aside == 0 ? direct : List.of(edge(from, bend), bend, edge(to, bend));
            }
        }
        return direct;
    }

    private static boolean crosses(double[] from, double[] to, double[] box) {
        for (int i = 0; i <= 40; i++) {
            double x = from[0] + (to[0] - from[0]) * i / 40;
            double y = from[1] + (to[1] - from[1]) * i / 40;
            if (Math.abs(x - box[0]) < HALF_WIDTH && Math.abs(y - box[1]) < HALF_HEIGHT) {
                return true;
            }
        }
        return false;
    }

    private static String path(List<double[]> way, boolean zigzag) {
        var path = new StringBuilder("M").append(point(way.getFirst()[0], way.getFirst()[1]));
        for (int leg = 1; leg < way.size(); leg++) {
            leg(path, way.get(leg - 1), way.get(leg), zigzag);
        }
        return path.toString();
    }

    private static void leg(StringBuilder path, double[] from, double[] to, boolean zigzag) {
        double length = Math.hypot(to[0] - from[0], to[1] - from[1]);
        int teeth = zigzag ? (int) (length / 12) : 0;
        for (int i = 1; i < teeth; i++) {
            double along = (double) i / teeth;
            double aside = (i % 2 == 0 ? 5 : -5) / Math.max(length, 1);
            path.append(" L")
                    .append(point(
                            from[0] + (to[0] - from[0]) * along - (to[1] - from[1]) * aside,
                            from[1] + (to[1] - from[1]) * along + (to[0] - from[0]) * aside));
        }
        path.append(" L").append(point(to[0], to[1]));
    }

    private static String point(double x, double y) {
        return round(x) + " " + round(y);
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /** By code points: names have characters beyond the first plane. */
    private static List<String> lines(String name) {
        var points = name.codePoints().toArray();
        var lines = new ArrayList<String>();
        for (int i = 0; i < points.length && lines.size() < MOST_LINES; i += PER_LINE) {
            lines.add(new String(points, i, Math.min(PER_LINE, points.length - i)));
        }
        if (points.length > PER_LINE * MOST_LINES) {
            var last = lines.removeLast();
            lines.add(last.substring(0, last.offsetByCodePoints(0, PER_LINE - 1)) + "…");
        }
        return lines;
    }
}
