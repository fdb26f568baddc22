package jp.kasane.dryrun;

import io.camunda.zeebe.model.bpmn.Bpmn;
import io.camunda.zeebe.model.bpmn.BpmnModelInstance;
import io.camunda.zeebe.model.bpmn.instance.zeebe.ZeebePriorityDefinition;
import io.camunda.zeebe.model.bpmn.instance.zeebe.ZeebeTaskDefinition;
import io.camunda.zeebe.model.bpmn.instance.zeebe.ZeebeUserTask;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.camunda.bpm.model.xml.ModelException;
import org.camunda.bpm.model.xml.instance.ModelElementInstance;

/** What is known of a set of files before the engine sees them, and what the engine is given instead of them. */
final class Diagrams {

    static final String USER_TASK = "io.camunda.zeebe:userTask";

    private final List<Plan.Bundle> bundles = new ArrayList<>();
    private final Set<String> jobTypes = new TreeSet<>(Set.of(USER_TASK));

    Diagrams(Plan.Models models) {
        for (var bundle : models.bundles()) {
            bundles.add(new Plan.Bundle(bundle.files().stream()
                    .map(file -> file.name().endsWith(".bpmn") ? taken(file) : file)
                    .toList()));
        }
    }

    /**
     * Camunda's own user tasks as jobs: the in-memory engine speaks gRPC, which has no command to complete the former, and both take
     * the same way through a diagram.
     */
    private Plan.File taken(Plan.File file) {
        BpmnModelInstance model;
        try {
            model = Bpmn.readModelFromStream(
                    new ByteArrayInputStream(file.content().getBytes(StandardCharsets.UTF_8)));
        } catch (ModelException unreadable) {
            // The engine says why.
            return file;
        }
        model.getModelElementsByType(ZeebeTaskDefinition.class).forEach(task -> jobTypes.add(task.getType()));
        remove(List.copyOf(model.getModelElementsByType(ZeebeUserTask.class)));
        remove(List.copyOf(model.getModelElementsByType(ZeebePriorityDefinition.class)));
        return new Plan.File(file.name(), Bpmn.convertToString(model));
    }

    private static void remove(List<? extends ModelElementInstance> elements) {
        elements.forEach(element -> element.getParentElement().removeChildElement(element));
    }

    List<Plan.Bundle> bundles() {
        return bundles;
    }

    /** Of workers, and of people. An expression is none that anybody could be asked for. */
    Set<String> jobTypes() {
        return jobTypes;
    }
}
