package jp.kasane.model;

import java.util.List;

/**
 * What is wrong with a diagram or a decision table before it is used: the rules of the house (DESIGN §6, §7), what Camunda 8.6 needs, and
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
     * @param dmn a table, at most 5 MB of UTF-8
     * @throws jp.kasane.foundation.Refusal.Invalid for what is no XML, could do harm, or holds no decision
     */
    public List<Finding> ofTable(byte[] dmn) {
        return new TableRules(SafeXml.read(dmn), surroundings.variables(), feel).findings();
    }
}
