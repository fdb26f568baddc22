package jp.kasane.model;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jp.kasane.model.Finding.Severity;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Gaps and overlaps of decision tables. Whatever can come in is tried: the declared codes of a text column, yes and no, and of a number each
 * one that a rule names, one in between and one beyond. A table with a column of another kind, a cell that is more than a comparison, or
 * more than {@value #MOST} combinations is not tried, and the finding says so. Cells are compared here and never evaluated: FEEL that does
 * not end cannot be in a cell that is tried.
 */
final class TableRules {

    static final int MOST = 20_000;

    /** FIRST, PRIORITY or RULE ORDER would make the order of the rows part of what they say: a manager reads rows one by one. */
    private static final Set<String> UNDERSTOOD = Set.of("UNIQUE", "COLLECT");

    private static final Pattern TEXT = Pattern.compile("\"[^\"]*\"");
    private static final String NUMBER = "-?\\d+(?:\\.\\d+)?";
    private static final Pattern COMPARED = Pattern.compile("(<=|>=|<|>)?\\s*(" + NUMBER + ")");
    private static final Pattern INTERVAL =
            Pattern.compile("([\\[(\\]])\\s*(" + NUMBER + ")\\s*\\.\\.\\s*(" + NUMBER + ")\\s*([])\\[])");

    private final Document xml;
    private final Set<String> variables;
    private final Feel feel;
    private final List<Finding> findings = new ArrayList<>();

    TableRules(Document xml, Set<String> variables, Feel feel) {
        this.xml = xml;
        this.variables = variables;
        this.feel = feel;
    }

    /** @param values what may come in; null where nobody can say */
    private record Column(String name, String label, String type, List<Object> values) {}

    private record Rule(String id, int row, List<String> inputs, List<String> outputs) {}

    List<Finding> findings() {
        var decisions = xml.getElementsByTagNameNS(Table.DMN, "decision");
        for (int i = 0; i < decisions.getLength(); i++) {
            of((Element) decisions.item(i));
        }
        return List.copyOf(findings);
    }

    private void of(Element decision) {
        var tables = children(decision, "decisionTable");
        if (tables.isEmpty()) {
            found(decision, Severity.NOTE, "dmn.unchecked", "");
            return;
        }
        var table = tables.getFirst();
        var policy = table.hasAttribute("hitPolicy") ? table.getAttribute("hitPolicy") : "UNIQUE";
        if (!UNDERSTOOD.contains(policy) || table.hasAttribute("aggregation")) {
            found(decision, Severity.ERROR, "dmn.hitPolicy", policy);
        }
        var rules = rules(table);
        var inputs = children(table, "input");
        var answers = children(table, "output").size();
        for (var rule : rules) {
            if (rule.inputs().size() != inputs.size() || rule.outputs().size() != answers) {
                found(decision, Severity.ERROR, "dmn.cells", rule.row());
                return;
            }
        }
        var columns = new ArrayList<Column>();
        for (int i = 0; i < inputs.size(); i++) {
            columns.add(input(inputs.get(i), i, rules));
        }
        var outputs = children(table, "output").stream()
                .map(output -> output.getAttribute("name"))
                .toList();
        Stream.concat(columns.stream().map(Column::name), outputs.stream())
                .filter(name -> !variables.contains(name))
                .distinct()
                .forEach(name -> found(decision, Severity.ERROR, "variable.unknown", name));
        for (var rule : rules) {
            rule.inputs().forEach(cell -> readable(decision, rule, feel.unaryTests(cell.isEmpty() ? "-" : cell), cell));
            rule.outputs().forEach(cell -> readable(decision, rule, feel.expression(cell), cell));
        }
        if (findings.stream().noneMatch(finding -> finding.severity() == Severity.ERROR)) {
            answers(decision, policy, columns, rules);
        }
    }

    private void readable(Element decision, Rule rule, Feel.Reading reading, String cell) {
        if (reading == Feel.Reading.ENDLESS) {
            found(decision, Severity.ERROR, "dmn.endless", rule.row(), Feel.MOST_STEPS);
        } else if (reading != Feel.Reading.FINE) {
            found(decision, Severity.ERROR, "dmn.unreadable", rule.row(), shortened(cell));
        }
    }

    private Column input(Element input, int at, List<Rule> rules) {
        var expressions = children(input, "inputExpression");
        var type = expressions.isEmpty() ? "" : expressions.getFirst().getAttribute("typeRef");
        var name = expressions.isEmpty() ? "" : text(expressions.getFirst());
        var label = input.getAttribute("label").isBlank() ? name : input.getAttribute("label");
        return new Column(
                name,
                label,
                type,
                switch (type) {
                    case "boolean" -> List.of(true, false);
                    case "string" -> declared(input);
                    case "number", "integer", "long", "double" -> numbers(at, rules);
                    default -> null;
                });
    }

    private static List<Object> declared(Element input) {
        var values = children(input, "inputValues");
        if (values.isEmpty() || text(values.getFirst()).isBlank()) {
            return null;
        }
        return TEXT.matcher(text(values.getFirst()))
                .results()
                .map(code -> (Object) code.group().replace("\"", ""))
                .toList();
    }

    /** Every number a rule names, one between each two of them, one below and one above all. */
    private static List<Object> numbers(int at, List<Rule> rules) {
        var named = new TreeSet<BigDecimal>();
        rules.forEach(rule -> Pattern.compile(NUMBER)
                .matcher(rule.inputs().get(at).replace("..", " .. "))
                .results()
                .forEach(number -> named.add(new BigDecimal(number.group()))));
        var values = new ArrayList<Object>();
        BigDecimal before = null;
        for (var number : named) {
            values.add(
                    before == null
                            ? number.subtract(BigDecimal.ONE)
                            : before.add(number).divide(BigDecimal.TWO));
            values.add(number);
            before = number;
        }
        values.add(before == null ? BigDecimal.ZERO : before.add(BigDecimal.ONE));
        return values;
    }

    private static List<Rule> rules(Element table) {
        var rules = new ArrayList<Rule>();
        for (var rule : children(table, "rule")) {
            rules.add(new Rule(
                    rule.getAttribute("id"),
                    rules.size() + 1,
                    children(rule, "inputEntry").stream().map(TableRules::text).toList(),
                    children(rule, "outputEntry").stream().map(TableRules::text).toList()));
        }
        return rules;
    }

    private void answers(Element decision, String policy, List<Column> columns, List<Rule> rules) {
        long combinations = 1;
        for (var column : columns) {
            if (column.values() == null || column.values().isEmpty()) {
                found(decision, Severity.NOTE, "dmn.unchecked", column.label());
                return;
            }
            combinations = Math.multiplyExact(combinations, column.values().size());
            if (combinations > MOST) {
                found(decision, Severity.NOTE, "dmn.many", MOST);
                return;
            }
        }
        // Which rows each value of each column fits.
        var fits = new ArrayList<Map<Object, Set<Integer>>>();
        for (int i = 0; i < columns.size(); i++) {
            var of = new HashMap<Object, Set<Integer>>();
            for (var value : columns.get(i).values()) {
                var rows = new HashSet<Integer>();
                for (var rule : rules) {
                    var matches = matches(rule.inputs().get(i), value);
                    if (matches == null) {
                        found(
                                decision,
                                Severity.NOTE,
                                "dmn.unchecked",
                                columns.get(i).label());
                        return;
                    }
                    if (matches) {
                        rows.add(rule.row());
                    }
                }
                of.put(value, rows);
            }
            fits.add(of);
        }
        var gaps = new ArrayList<String>();
        var overlaps = new LinkedHashMap<String, Set<Integer>>();
        for (long i = 0; i < combinations; i++) {
            long rest = i;
            var all = new TreeSet<Integer>();
            rules.forEach(rule -> all.add(rule.row()));
            var given = new ArrayList<String>();
            for (int c = 0; c < columns.size(); c++) {
                var values = columns.get(c).values();
                var value = values.get((int) (rest % values.size()));
                rest /= values.size();
                all.retainAll(fits.get(c).get(value));
                given.add(columns.get(c).label() + " = " + value);
            }
            if (all.isEmpty()) {
                gaps.add(String.join(", ", given));
            } else if (all.size() > 1 && (policy.equals("UNIQUE") || answersTwice(rules, all))) {
                overlaps.putIfAbsent(String.join(", ", given), all);
            }
        }
        // One sentence for each kind: with a first example and how many there are.
        if (!gaps.isEmpty()) {
            found(decision, Severity.ERROR, "dmn.gap", gaps.getFirst(), gaps.size());
        }
        overlaps.entrySet().stream()
                .findFirst()
                .ifPresent(first -> found(
                        decision,
                        Severity.ERROR,
                        "dmn.overlap",
                        first.getKey(),
                        String.join(
                                ", ",
                                first.getValue().stream().map(String::valueOf).toList()),
                        overlaps.size()));
    }

    private static boolean answersTwice(List<Rule> rules, Set<Integer> rows) {
        var seen = new HashSet<List<String>>();
        return rules.stream().filter(rule -> rows.contains(rule.row())).anyMatch(rule -> !seen.add(rule.outputs()));
    }

    /** Null for a cell that is more than a comparison with what can be written down. */
    private static Boolean matches(String cell, Object value) {
        var text = cell.strip();
        if (text.isEmpty() || text.equals("-")) {
            return true;
        }
        if (text.startsWith("not(") && text.endsWith(")")) {
            var inside = matches(text.substring(4, text.length() - 1), value);
            return inside == null ? null : !inside;
        }
        var matches = false;
        for (var part : parts(text)) {
            var one = compared(part.strip(), value);
            if (one == null) {
                return null;
            }
            matches |= one;
        }
        return matches;
    }

    /** Split at the commas outside of quotation marks. */
    private static List<String> parts(String text) {
        return List.of(text.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"));
    }

    private static Boolean compared(String part, Object value) {
        if (value instanceof Boolean) {
            return part.equals("true") || part.equals("false") ? part.equals(value.toString()) : null;
        }
        if (value instanceof String) {
            return TEXT.matcher(part).matches() ? part.equals("\"" + value + "\"") : null;
        }
        var number = (BigDecimal) value;
        var compared = COMPARED.matcher(part);
        if (compared.matches()) {
            int order = number.compareTo(new BigDecimal(compared.group(2)));
            return switch (compared.group(1) == null ? "=" : compared.group(1)) {
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case ">" -> order > 0;
                case ">=" -> order >= 0;
                default -> order == 0;
            };
        }
        var interval = INTERVAL.matcher(part);
        if (interval.matches()) {
            int low = number.compareTo(new BigDecimal(interval.group(2)));
            int high = number.compareTo(new BigDecimal(interval.group(3)));
            return (interval.group(1).equals("[") ? low >= 0 : low > 0)
                    && (interval.group(4).equals("]") ? high <= 0 : high < 0);
        }
        return null;
    }

    private void found(Element decision, Severity severity, String code, Object... args) {
        findings.add(Finding.of(severity, code, decision.getAttribute("id"), decision.getAttribute("name"), args));
    }

    private static String shortened(String cell) {
        return cell.length() > 80 ? cell.substring(0, 80) + "…" : cell;
    }

    private static String text(Element parent) {
        return children(parent, "text").stream()
                .map(child -> child.getTextContent().strip())
                .findFirst()
                .orElse("");
    }

    private static List<Element> children(Element parent, String name) {
        return Diagram.children(parent, Table.DMN, name);
    }
}
