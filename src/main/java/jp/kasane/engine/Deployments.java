package jp.kasane.engine;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.response.DeploymentEvent;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * Brings what belongs together to the engine: a diagram with its own forms, a decision table alone, since one changed file gives every
 * resource of its deployment a new version (DESIGN §6). What has not changed keeps its version, so that it may be done again.
 */
@Component
public class Deployments {

    private static final Pattern FORM = Pattern.compile("formDefinition[^>]*\\bformId=\"([^\"]+)\"");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CamundaClient camunda;
    private final RefusedModels refusedModels;

    Deployments(CamundaClient camunda, RefusedModels refusedModels) {
        this.camunda = camunda;
        this.refusedModels = refusedModels;
    }

    /** The engine understood and does not take it; nothing of the bundle was deployed. The message is the engine's, in English. */
    public static final class NotTaken extends RuntimeException {
        NotTaken(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @return the version that is in force now
     * @throws NotTaken if the engine refuses what it was given
     * @throws RuntimeException if it does not answer: try again
     */
    public int deploy(OwnModels.Bundle bundle) {
        var files = bundle.files();
        var command = camunda.newDeployResourceCommand()
                .addResourceBytes(files.getFirst().content(), files.getFirst().name());
        files.stream().skip(1).forEach(file -> command.addResourceBytes(file.content(), file.name()));
        try {
            int version = version(command.requestTimeout(PATIENCE).send().join(), bundle.id());
            refusedModels.taken(bundle.id());
            return version;
        } catch (ClientStatusException refused) {
            if (refused.getStatusCode() == Status.Code.INVALID_ARGUMENT) {
                throw new NotTaken(refused.getMessage());
            }
            throw refused;
        }
    }

    private static int version(DeploymentEvent event, String id) {
        return event.getProcesses().stream()
                .filter(process -> process.getBpmnProcessId().equals(id))
                .mapToInt(process -> process.getVersion())
                .findFirst()
                .orElseGet(() -> event.getDecisions().stream()
                        .filter(decision -> decision.getDmnDecisionId().equals(id))
                        .mapToInt(decision -> decision.getVersion())
                        .findFirst()
                        .orElseThrow(() -> new NotTaken("The file holds no " + id)));
    }

    /** A diagram as Kasane ships it, with its forms. */
    public OwnModels.Bundle shippedProcess(String processId) {
        var xml = read("processes/" + processId + ".bpmn");
        var files = new ArrayList<OwnModels.File>();
        files.add(new OwnModels.File(processId + ".bpmn", xml));
        forms(xml).forEach(form -> files.add(new OwnModels.File(form + ".form", read("forms/" + form + ".form"))));
        return new OwnModels.Bundle(processId, files);
    }

    /** A decision table as Kasane ships it. */
    public OwnModels.Bundle shippedDecision(String decisionId) {
        return new OwnModels.Bundle(
                decisionId,
                List.of(new OwnModels.File(decisionId + ".dmn", read("processes/decisions/" + decisionId + ".dmn"))));
    }

    /** The ids of the forms a diagram shows, in the order of the file. */
    public static LinkedHashSet<String> forms(byte[] xml) {
        var forms = new LinkedHashSet<String>();
        FORM.matcher(new String(xml, StandardCharsets.UTF_8)).results().forEach(found -> forms.add(found.group(1)));
        return forms;
    }

    private static byte[] read(String path) {
        try {
            return new ClassPathResource(path).getContentAsByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
