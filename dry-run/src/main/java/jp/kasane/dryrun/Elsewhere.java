package jp.kasane.dryrun;

import io.camunda.zeebe.client.api.response.ActivatedJob;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What workers answered at the same place in any of the stories: better than nothing on a way that a story did not take. */
final class Elsewhere {

    private final Map<String, Map<String, Object>> answers = new HashMap<>();

    Elsewhere(List<Plan.Recording> recordings) {
        for (var recording : recordings) {
            recording.events().stream()
                    .filter(event -> event.kind().equals("job"))
                    .forEach(event -> answers.putIfAbsent(event.process() + " " + event.element(), event.variables()));
        }
    }

    Map<String, Object> of(ActivatedJob job) {
        return answers.getOrDefault(job.getBpmnProcessId() + " " + job.getElementId(), Map.of());
    }
}
