package jp.kasane.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jp.kasane.access.Acting;
import jp.kasane.engine.DeployedVersions;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Refusal;
import org.springframework.core.io.ClassPathResource;
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
    private final Surroundings shipped;
    private final Map<String, String> tasks;

    Versions(DeployedVersions deployed, RunningDiagrams running, Drafts drafts) {
        this.deployed = deployed;
        this.running = running;
        this.shipped = drafts.shipped();
        this.tasks = tasks(shipped.processes());
    }

    /** What carries the work, and how its files are called. */
    public enum Kind {
        PROCESS("processes/", ".bpmn"),
        DECISION("processes/decisions/", ".dmn"),
        FORM("forms/", ".form");

        private final String folder;
        private final String ending;

        Kind(String folder, String ending) {
            this.folder = folder;
            this.ending = ending;
        }
    }

    /** The ids there are of a kind, in force or shipped, each with what it is called: a form as the task it belongs to, or by its id. */
    public Map<String, String> all(Kind kind) {
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
                shipped.forms().keySet().forEach(id -> found.put(id, tasks.getOrDefault(id, id)));
                deployed.forms().forEach(one -> found.put(one.id(), tasks.getOrDefault(one.id(), one.id())));
            }
        }
        return found;
    }

    /**
     * What was deployed, the newest (which is in force) first. Empty for what is only shipped (a form that belongs to no task), and for what
     * there is not.
     */
    public List<DeployedVersions.Version> deployed(Kind kind, String id) {
        mayLook();
        return switch (kind) {
            case PROCESS -> deployed.ofProcess(id);
            case DECISION -> deployed.ofDecision(id);
            case FORM -> deployed.ofForm(id);
        };
    }

    public boolean isShipped(Kind kind, String id) {
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
    public String file(Kind kind, String id, String version) {
        mayLook();
        if (version.equals(SHIPPED) && isShipped(kind, id)) {
            return read(kind.folder + id + kind.ending);
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

    /** What the task is called in which a form is filled in, in the diagrams that are shipped. */
    private static Map<String, String> tasks(Iterable<String> processes) {
        var names = new TreeMap<String, String>();
        for (var process : processes) {
            Diagram.read(read(Kind.PROCESS.folder + process + Kind.PROCESS.ending)
                            .getBytes(StandardCharsets.UTF_8))
                    .bpmn("userTask")
                    .forEach(task -> Diagram.extension(task, "formDefinition")
                            .ifPresent(form -> names.putIfAbsent(
                                    form.getAttribute("formId"),
                                    task.getAttribute("name").replaceAll("\\s+", " "))));
        }
        return names;
    }

    private static String read(String path) {
        try (var file = new ClassPathResource(path).getInputStream()) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("図の版は所管課と監査の担当者だけがくらべられます。");
        }
    }
}
