package jp.kasane.process;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rules of the house for decision tables: FEEL only, codes in and codes out, a reason in Japanese for each row, and no
 * combination of inputs that is answered by none or by two of them. Each finding is one sentence.
 */
final class DecisionRules {

    /** FIRST, PRIORITY or RULE ORDER would make the order of the rows part of what they say: a manager reads rows one by one. */
    private static final Set<String> UNDERSTOOD = Set.of("UNIQUE", "COLLECT");

    private static final Pattern SOURCE = Pattern.compile("00[0-4], L\\d+|かさね");
    private static final Pattern JAPANESE = Pattern.compile("[\\p{IsHiragana}\\p{IsKatakana}\\p{IsHan}]");
    private static final Pattern CODE = Pattern.compile("\"[a-z][a-z0-9-]*\"");
    private static final Pattern RULE = Pattern.compile("Rule_[A-Z][A-Za-z]+");

    private final DecisionTable table;
    private final Set<String> variables;
    private final List<String> findings = new ArrayList<>();

    private DecisionRules(DecisionTable table, Set<String> variables) {
        this.table = table;
        this.variables = variables;
    }

    static List<String> findings(DecisionTable table, Set<String> variables) {
        var rules = new DecisionRules(table, variables);
        rules.named();
        rules.language();
        rules.columns();
        rules.rows();
        if (rules.findings.isEmpty()) {
            rules.answers();
        }
        return rules.findings;
    }

    private void named() {
        if (!table.decision().getAttribute("id").equals(table.id())) {
            findings.add("the file must hold the decision " + table.id());
        }
        if (!UNDERSTOOD.contains(table.hitPolicy()) || table.table().hasAttribute("aggregation")) {
            findings.add("the hit policy must be UNIQUE or COLLECT");
        }
        label("the table", table.decision().getAttribute("name"));
        if (!SOURCE.matcher(DecisionTable.text(table.decision(), "description")).find()) {
            findings.add("the table does not say where it comes from");
        }
    }

    private void language() {
        var all = table.decision().getElementsByTagNameNS(DecisionTable.DMN, "*");
        for (int i = 0; i < all.getLength(); i++) {
            var language = all.item(i).getAttributes().getNamedItem("expressionLanguage");
            if (language != null && !language.getNodeValue().equals("feel")) {
                findings.add("an expression is written in " + language.getNodeValue() + ", not in FEEL");
            }
        }
    }

    private void columns() {
        table.inputs().forEach(this::column);
        table.outputs().forEach(this::column);
    }

    private void column(DecisionTable.Column column) {
        if (!variables.contains(column.name())) {
            findings.add(column.name() + " is not in variables.yaml");
        }
        label(column.name(), column.label());
        if (column.codes().isEmpty()) {
            findings.add(column.name() + " does not say which codes there are");
        }
    }

    private void label(String of, String label) {
        if (!JAPANESE.matcher(label).find()) {
            findings.add(of + " has no Japanese label");
        }
    }

    private void rows() {
        for (var rule : table.rules()) {
            if (!RULE.matcher(rule.id()).matches()) {
                findings.add(rule.id() + " needs a meaningful id");
            }
            if (!JAPANESE.matcher(rule.annotation()).find()
                    || !SOURCE.matcher(rule.annotation()).find()) {
                findings.add(rule.id() + " does not say in Japanese why, and where it comes from");
            }
            for (int i = 0; i < rule.inputs().size(); i++) {
                input(rule, table.inputs().get(i), rule.inputs().get(i));
            }
            for (int i = 0; i < rule.outputs().size(); i++) {
                output(rule, table.outputs().get(i), rule.outputs().get(i));
            }
        }
    }

    private void input(DecisionTable.Rule rule, DecisionTable.Column column, String entry) {
        if (entry.isEmpty() || entry.equals("-")) {
            return;
        }
        for (var each : entry.split(",")) {
            var value = each.strip();
            boolean code = column.yesOrNo()
                    ? value.equals("true") || value.equals("false")
                    : CODE.matcher(value).matches();
            if (!code) {
                findings.add(rule.id() + " asks for " + value + ", which is no code");
            } else if (!column.yesOrNo() && !column.codes().contains(value.replace("\"", ""))) {
                findings.add(rule.id() + " asks for " + value + ", which " + column.name() + " never is");
            }
        }
    }

    private void output(DecisionTable.Rule rule, DecisionTable.Column column, String entry) {
        if (!CODE.matcher(entry).matches()) {
            findings.add(rule.id() + " answers " + entry + ", which is no code");
        } else if (!column.codes().contains(entry.replace("\"", ""))) {
            findings.add(rule.id() + " answers " + entry + ", which " + column.name() + " never is");
        }
    }

    private void answers() {
        var combinations = table.combinations();
        var matching = table.matching(combinations);
        for (int i = 0; i < combinations.size(); i++) {
            var matched = matching.get(i);
            if (matched.isEmpty()) {
                findings.add("gap: nothing answers " + combinations.get(i));
            } else if (table.hitPolicy().equals("UNIQUE") && matched.size() > 1) {
                findings.add("overlap: " + combinations.get(i) + " is answered by " + new TreeSet<>(matched));
            } else if (new HashSet<>(outputsOf(matched)).size() < matched.size()) {
                findings.add("overlap: " + combinations.get(i) + " gets the same code twice");
            }
        }
    }

    private List<List<String>> outputsOf(List<String> rules) {
        return table.rules().stream()
                .filter(rule -> rules.contains(rule.id()))
                .map(DecisionTable.Rule::outputs)
                .toList();
    }
}
