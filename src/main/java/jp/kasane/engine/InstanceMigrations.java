package jp.kasane.engine;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.CamundaFuture;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.command.MigrationPlan;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** One running instance goes over to another version of its process: wholly or not at all, the engine sees to that. */
@Component
public class InstanceMigrations {

    private static final Set<Status.Code> NOT_TAKEN =
            Set.of(Status.Code.INVALID_ARGUMENT, Status.Code.FAILED_PRECONDITION);

    private final CamundaClient camunda;

    InstanceMigrations(CamundaClient camunda) {
        this.camunda = camunda;
    }

    /**
     * @param target key of the definition it goes over to
     * @param mapping element of the version it runs under to element of the target
     * @return false: there is no such instance any more
     * @throws Deployments.NotTaken with the engine's sentence, in English; the instance is as it was
     * @throws RuntimeException if the engine does not answer: try again
     */
    public boolean migrate(long instance, long target, Map<String, String> mapping) {
        var plan = MigrationPlan.newBuilder().withTargetProcessDefinitionKey(target);
        var instructions = new ArrayList<Map.Entry<String, String>>(mapping.entrySet());
        if (instructions.isEmpty()) {
            throw new Deployments.NotTaken("No element of the instance has a counterpart");
        }
        var first = instructions.getFirst();
        var step = plan.addMappingInstruction(first.getKey(), first.getValue());
        for (var next : instructions.subList(1, instructions.size())) {
            step = step.addMappingInstruction(next.getKey(), next.getValue());
        }
        return taken(camunda.newMigrateProcessInstanceCommand(instance).migrationPlan(step.build())::send);
    }

    /**
     * A token leaves an element and enters it again, so that a timer in it is set from the diagram it runs under now. The token is named: asked
     * twice, the engine refuses the second time.
     *
     * @param token in that element of the instance
     * @return false: there is no such instance any more
     * @throws Deployments.NotTaken with the engine's sentence: the token has left, or the element cannot be entered from outside
     * @throws RuntimeException if the engine does not answer: try again
     */
    public boolean enterAnew(long instance, String element, long token) {
        return taken(camunda.newModifyProcessInstanceCommand(instance)
                .activateElement(element)
                .and()
                .terminateElement(token)::send);
    }

    private static boolean taken(Supplier<? extends CamundaFuture<?>> command) {
        try {
            command.get().join();
            return true;
        } catch (ClientStatusException refused) {
            if (refused.getStatusCode() == Status.Code.NOT_FOUND) {
                return false;
            }
            if (NOT_TAKEN.contains(refused.getStatusCode())) {
                throw new Deployments.NotTaken(refused.getMessage());
            }
            throw refused;
        }
    }

    /** Camunda leaves a migrated task with the groups it had: these take their place. */
    public void candidateGroups(long task, List<String> groups) {
        camunda.newUpdateUserTaskCommand(task).candidateGroups(groups).send().join();
    }
}
