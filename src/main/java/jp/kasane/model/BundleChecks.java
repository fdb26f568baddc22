package jp.kasane.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.engine.Deployments;
import org.springframework.stereotype.Component;

/** The checks of what would be released together: a diagram with exactly the forms that go with it. */
@Component
class BundleChecks {

    private final Drafts drafts;
    private final DeadlinePolicies deadlines;

    BundleChecks(Drafts drafts, DeadlinePolicies deadlines) {
        this.drafts = drafts;
        this.deadlines = deadlines;
    }

    /**
     * @param forms by id; a form the diagram shows and that is not among them is missing
     * @return findings in the diagram, then in each of the forms
     */
    List<Finding> of(byte[] xml, Map<String, byte[]> forms) {
        var around = drafts.shipped()
                .withSteps(deadlines.list().stream()
                        .filter(row -> row.policy() != null)
                        .map(DeadlinePolicies.Row::step)
                        .collect(Collectors.toSet()));
        for (var form : forms.entrySet()) {
            around = around.withForm(form.getKey(), Form.read(form.getValue()).schema());
        }
        var checks = new Checks(around);
        var diagram = Diagram.read(xml);
        var found = new ArrayList<>(checks.of(diagram));
        for (var form : forms.values()) {
            found.addAll(checks.of(Form.read(form), List.of()));
        }
        return found.stream().distinct().toList();
    }

    List<Finding> ofTable(byte[] dmn) {
        return new Checks(drafts.shipped()).ofTable(dmn);
    }

    /** Drafts of forms that this diagram shows, the one of each that was saved last. */
    List<Drafts.Draft> formsFor(Drafts.Draft draft) {
        if (draft.kind() != Drafts.Kind.PROCESS) {
            return List.of();
        }
        var shown = Deployments.forms(drafts.xml(draft.id()));
        return drafts.all().stream()
                .filter(one -> one.kind() == Drafts.Kind.FORM && shown.contains(one.resourceId()))
                .collect(Collectors.toMap(Drafts.Draft::resourceId, one -> one, (newer, older) -> newer))
                .values()
                .stream()
                .sorted(java.util.Comparator.comparing(Drafts.Draft::resourceId))
                .toList();
    }
}
