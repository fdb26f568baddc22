package jp.kasane.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with a diagram, a form or a decision table before it is used: the rules of the house (DESIGN §6, §7), what Camunda 8.6 needs, and
 * what stands beside it. The same checks run over {@code processes/} in the build.
 *
 * <p>Not checked here: what Camunda itself refuses at a deployment beyond this (asked of {@code bpmnlint-plugin-camunda-compat} in the
 * browser), and whether what a diagram says makes sense.
 */
public final class Checks {

    private final Surroundings surroundings;
    private final Feel feel = new Feel();

    public Checks(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Findings in the order of the checks; empty for a diagram nothing is wrong with. */
    public List<Finding> of(Diagram diagram) {
        return new DiagramRules(diagram, surroundings, feel).findings();
    }

    /**
     * @param asking the diagrams whose tasks use the form: what their gateways ask must be something it can answer
     */
    public List<Finding> of(Form form, List<Diagram> asking) {
        var needed = surroundings.needed().getOrDefault(form.formId(), Map.of());
        var found = new ArrayList<>(new FormRules(form, needed, feel).findings());
        var with = surroundings.withForm(form.formId(), form.schema());
        for (var diagram : asking) {
            found.addAll(new DiagramRules(diagram, with, feel).ofForm(form));
        }
        return List.copyOf(found);
    }

    public List<Finding> of(Table table) {
        return new TableRules(table.xml(), surroundings.variables(), feel).findings();
    }

    /**
     * @param dmn a table, at most 5 MB of UTF-8
     * @throws jp.kasane.foundation.Refusal.Invalid for what is no XML, could do harm, or holds no decision
     */
    public List<Finding> ofTable(byte[] dmn) {
        return of(Table.read(dmn));
    }
}
