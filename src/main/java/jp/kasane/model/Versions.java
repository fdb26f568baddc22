package jp.kasane.model;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.engine.DeployedVersions;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.engine.RunningForms;
import jp.kasane.foundation.Refusal;
import org.springframework.stereotype.Component;

/**
 * Every version of a diagram, a decision table or a form that can be compared: those that were deployed, and the one that this version of
 * Kasane ships. Managers and auditors look.
 */
@Component
public class Versions {

    /** What names the one that Kasane ships, where a version is asked for. */
    public static final String SHIPPED = "shipped";

    private final DeployedVersions deployed;
    private final RunningDiagrams running;
    private final RunningForms forms;
    private final Drafts drafts;
    private final Surroundings shipped;

    Versions(DeployedVersions deployed, RunningDiagrams running, RunningForms forms, Drafts drafts) {
        this.deployed = deployed;
        this.running = running;
        this.forms = forms;
        this.drafts = drafts;
        this.shipped = drafts.shipped();
    }

    /** The ids there are of a kind, in force or shipped, each with what it is called: a form as the task it belongs to, or by its id. */
    public Map<String, String> all(Drafts.Kind kind) {
        mayLook();
        var found = new TreeMap<String, String>();
        switch (kind) {
            case PROCESS -> {
                shipped.processes().forEach(id -> found.put(id, id));
                running.inForce().forEach(one -> found.put(one.processId(), one.name()));
            }
            case DECISION -> {
                shipped.decisions().forEach(id -> found.put(id, id));
                deployed.decisions().forEach(one -> found.put(one.id(), one.name() == null ? one.id() : one.name()));
            }
            case FORM -> {
                shipped.forms()
                        .keySet()
                        .forEach(id -> found.put(id, shipped.formNames().getOrDefault(id, id)));
                forms.inForce()
                        .forEach(form -> found.put(
                                form.formId(), shipped.formNames().getOrDefault(form.formId(), form.formId())));
            }
        }
        return found;
    }

    /**
     * What was deployed, the newest (which is in force) first. Empty for what is only shipped (a form that belongs to no task), and for what
     * there is not.
     */
    public List<DeployedVersions.Version> deployed(Drafts.Kind kind, String id) {
        mayLook();
        return switch (kind) {
            case PROCESS -> deployed.ofProcess(id);
            case DECISION -> deployed.ofDecision(id);
            case FORM -> deployed.ofForm(id);
        };
    }

    public boolean isShipped(Drafts.Kind kind, String id) {
        return switch (kind) {
            case PROCESS -> shipped.processes().contains(id);
            case DECISION -> shipped.decisions().contains(id);
            case FORM -> shipped.forms().containsKey(id);
        };
    }

    /**
     * The file of a version.
     *
     * @param version its number, or {@link #SHIPPED}
     * @throws Refusal.NotFound where there is none
     */
    public String file(Drafts.Kind kind, String id, String version) {
        mayLook();
        if (version.equals(SHIPPED) && isShipped(kind, id)) {
            return new String(Drafts.shippedFile(kind.shippedAt(id)), StandardCharsets.UTF_8);
        }
        if (!version.matches("[0-9]{1,8}")) {
            throw new Refusal.NotFound("版");
        }
        int number = Integer.parseInt(version);
        var found =
                switch (kind) {
                    case PROCESS ->
                        deployed.ofProcess(id).stream().anyMatch(one -> one.version() == number)
                                ? running.xml(id, number)
                                : Optional.<String>empty();
                    case DECISION -> deployed.decision(id, number);
                    case FORM -> deployed.form(id, number);
                };
        return found.orElseThrow(() -> new Refusal.NotFound("版"));
    }

    /**
     * Begins a draft of a version that was in force before, or of what Kasane ships: released, it is in force again.
     *
     * @param version as {@link #file}
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.NotFound where there is none
     */
    public UUID beginDraft(Drafts.Kind kind, String id, String version) {
        var file = file(kind, id, version).getBytes(StandardCharsets.UTF_8);
        return version.equals(SHIPPED)
                ? drafts.beginFrom(kind, file, null, id + kind.ending())
                : drafts.beginFrom(kind, file, Integer.valueOf(version), null);
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("図の版は所管課と監査の担当者だけがくらべられます。");
        }
    }
}
