package jp.kasane.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.engine.Deployments;
import jp.kasane.engine.ModelsInForce;
import jp.kasane.engine.OwnModels;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * 試し運転: the scenarios of the catalogue, as they were recorded ({@code scenarios/recorded}), are played twice in an engine of their own,
 * with what is in force and with a draft in its place; what is told is where the two ways part.
 *
 * <p>It decides nothing. A draft goes another way because somebody wanted it to: whether it is the way that was wanted, people say.
 */
@Component
@EnableConfigurationProperties(DryRunSettings.class)
public class DryRuns {

    private static final Logger LOG = LoggerFactory.getLogger(DryRuns.class);

    private static final String SELECT =
            """
            select t.id, t.draft_id, d.name, d.kind, d.resource_id, t.revision, d.revision > t.revision as older, t.status, t.total, t.untouched, t.played,
                   t.reason, t.told::text, u.display_name as begun_by, t.begun_at, t.ended_at
            from kasane.model_dry_run t join kasane.model_draft d on d.id = t.draft_id join kasane.app_user u on u.id = t.begun_by
            """;

    private final JdbcClient jdbc;
    private final Drafts drafts;
    private final BundleChecks checks;
    private final ModelsInForce models;
    private final DryRunProgram program;
    private final TransactionTemplate transaction;
    private final SystemActor system;
    private final ObjectMapper json;
    private final Clock clock;
    private final List<Recorded> catalogue;
    private final Set<UUID> underWay = ConcurrentHashMap.newKeySet();
    /** One after the other: each keeps a processor busy. */
    private final ExecutorService one = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("dry-run").daemon().factory());

    DryRuns(
            JdbcClient jdbc,
            Drafts drafts,
            BundleChecks checks,
            ModelsInForce models,
            DryRunProgram program,
            TransactionTemplate transaction,
            SystemActor system,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.drafts = drafts;
        this.checks = checks;
        this.models = models;
        this.program = program;
        this.transaction = transaction;
        this.system = system;
        this.json = json;
        this.clock = clock;
        this.catalogue = recorded(json);
    }

    private record Recorded(String id, String title, String profile, List<String> processes, JsonNode file) {}

    private static List<Recorded> recorded(ObjectMapper json) {
        try {
            var all = new ArrayList<Recorded>();
            for (var file :
                    new PathMatchingResourcePatternResolver().getResources("classpath:scenarios/recorded/*.json")) {
                try (var stream = file.getInputStream()) {
                    var recording = json.readTree(stream);
                    all.add(new Recorded(
                            recording.get("id").asText(),
                            recording.get("title").asText(),
                            recording.get("profile").asText(),
                            recording.get("way").findValuesAsText("process").stream()
                                    .distinct()
                                    .toList(),
                            recording));
                }
            }
            all.sort(Comparator.comparing(Recorded::id));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ── beginning one ──────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * Begins one of the draft as it was last saved; drafts of forms that its diagram shows go with it.
     *
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.Conflict for a form, which has no way, and while another one of the draft is not over
     */
    public UUID begin(UUID draftId) {
        breakOffOld();
        var id = Ids.next();
        underWay.add(id);
        try {
            var prepared = transaction.execute(status -> prepare(id, draftId));
            one.execute(() -> play(prepared));
        } catch (RuntimeException refused) {
            underWay.remove(id);
            throw refused;
        }
        return id;
    }

    private record Prepared(
            UUID id, DryRunProgram.Plan inForce, DryRunProgram.Plan drafted, Map<String, Named> names) {}

    private Prepared prepare(UUID id, UUID draftId) {
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("試し運転は所管課が行います。");
        }
        var draft = drafts.one(draftId);
        if (draft.kind() == Drafts.Kind.FORM) {
            throw new Refusal.Conflict("様式だけでは、ケースの道は変わりません。試し運転は、図か決定表の下書きで行います。");
        }
        var inForce = models.all();
        var bundle = bundle(draft, inForce);
        var drafted = new ArrayList<OwnModels.Bundle>();
        inForce.forEach(one -> drafted.add(one.id().equals(bundle.id()) ? bundle : one));
        if (!drafted.contains(bundle)) {
            drafted.add(bundle);
        }
        var askers = askers(draft, inForce);
        var concerned = catalogue.stream()
                .filter(recording -> recording.processes().stream().anyMatch(askers::contains))
                .toList();
        // Two who begin at once: the second waits here, and then finds the first.
        jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.dry-run'))")
                .query()
                .listOfRows();
        if (jdbc.sql(
                        "select exists (select from kasane.model_dry_run where draft_id = :draft and status in ('waiting', 'running'))")
                .param("draft", draftId)
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Conflict("この下書きの試し運転が、まだ終わっていません。");
        }
        jdbc.sql(
                        """
                        insert into kasane.model_dry_run (id, municipality_id, draft_id, revision, status, total, untouched, begun_by, begun_at)
                        values (:id, kasane.my_municipality(), :draft, :revision, 'waiting', :total, :untouched, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("draft", draftId)
                .param("revision", draft.revision())
                .param("total", concerned.size())
                .param("untouched", catalogue.size() - concerned.size())
                .param("now", now())
                .update();
        var recordings = concerned.stream().map(Recorded::file).toList();
        // They were recorded under what Kasane ships: a step of the municipality's own is new to them, in force or not.
        var known = known(List.copyOf(models.shipped().values()));
        return new Prepared(
                id,
                new DryRunProgram.Plan(files(inForce), known, recordings),
                new DryRunProgram.Plan(files(drafted), known, recordings),
                names(inForce, drafted));
    }

    /** The processes through which a story comes past the draft: its own, or those that ask the table. */
    private static Set<String> askers(Drafts.Draft draft, List<OwnModels.Bundle> inForce) {
        return draft.kind() == Drafts.Kind.PROCESS
                ? Set.of(draft.resourceId())
                : diagrams(inForce)
                        .filter(diagram -> diagram.zeebe("calledDecision")
                                .anyMatch(called ->
                                        called.getAttribute("decisionId").equals(draft.resourceId())))
                        .map(Diagram::processId)
                        .collect(Collectors.toSet());
    }

    /** With the drafts of forms that go with it; of the others those that go with what is in force now. */
    private OwnModels.Bundle bundle(Drafts.Draft draft, List<OwnModels.Bundle> inForce) {
        var files = new ArrayList<OwnModels.File>();
        files.add(new OwnModels.File(draft.resourceId() + draft.kind().ending(), drafts.xml(draft.id())));
        if (draft.kind() == Drafts.Kind.PROCESS) {
            var forms = new LinkedHashMap<String, byte[]>();
            inForce.forEach(bundle -> bundle.files().stream()
                    .filter(file -> file.name().endsWith(Drafts.Kind.FORM.ending()))
                    .forEach(file -> forms.put(id(file), file.content())));
            checks.formsFor(draft).forEach(form -> forms.put(form.resourceId(), drafts.xml(form.id())));
            Deployments.forms(files.getFirst().content()).stream()
                    .filter(forms::containsKey)
                    .forEach(form -> files.add(new OwnModels.File(form + Drafts.Kind.FORM.ending(), forms.get(form))));
        }
        return new OwnModels.Bundle(draft.resourceId(), files);
    }

    private static String id(OwnModels.File form) {
        return form.name()
                .substring(0, form.name().length() - Drafts.Kind.FORM.ending().length());
    }

    private static DryRunProgram.Models files(List<OwnModels.Bundle> bundles) {
        return new DryRunProgram.Models(
                bundles.stream()
                        .map(bundle -> new DryRunProgram.Bundle(bundle.files().stream()
                                .map(file -> new DryRunProgram.File(
                                        file.name(), new String(file.content(), StandardCharsets.UTF_8)))
                                .toList()))
                        .toList(),
                choices(bundles));
    }

    /** Of each step whose form asks for an {@code outcome}: the first answer it offers. */
    private static Map<String, String> choices(List<OwnModels.Bundle> bundles) {
        var choices = new HashMap<String, String>();
        for (var bundle : bundles) {
            var first = new HashMap<String, String>();
            bundle.files().stream()
                    .filter(file -> file.name().endsWith(Drafts.Kind.FORM.ending()))
                    .forEach(file -> Optional.ofNullable(
                                    Form.read(file.content()).fields().get("outcome"))
                            .map(field -> field.at("/values/0/value").asText())
                            .filter(value -> !value.isEmpty())
                            .ifPresent(value -> first.put(id(file), value)));
            bundle.files().stream()
                    .filter(file -> file.name().endsWith(Drafts.Kind.PROCESS.ending()))
                    .map(file -> Diagram.read(file.content()))
                    .flatMap(diagram -> diagram.elements(Diagram.BPMN, "userTask"))
                    .forEach(task -> Diagram.extension(task, "formDefinition")
                            .map(form -> first.get(form.getAttribute("formId")))
                            .ifPresent(value -> choices.put(task.getAttribute("id"), value)));
        }
        return choices;
    }

    private static Stream<Diagram> diagrams(List<OwnModels.Bundle> bundles) {
        return bundles.stream()
                .flatMap(bundle -> bundle.files().stream())
                .filter(file -> file.name().endsWith(Drafts.Kind.PROCESS.ending()))
                .map(file -> Diagram.read(file.content()));
    }

    private static Map<String, Set<String>> known(List<OwnModels.Bundle> bundles) {
        return diagrams(bundles)
                .collect(Collectors.toMap(
                        Diagram::processId, diagram -> diagram.byId().keySet(), (one, other) -> one));
    }

    private static Map<String, Named> names(List<OwnModels.Bundle> inForce, List<OwnModels.Bundle> drafted) {
        var names = new HashMap<String, Named>();
        for (var bundles : List.of(inForce, drafted)) {
            diagrams(bundles).forEach(diagram -> {
                names.put(diagram.processId(), new Named(diagram.processId(), diagram.name()));
                diagram.byId()
                        .forEach((id, element) -> names.put(
                                diagram.processId() + " " + id,
                                new Named(id, element.getAttribute("name").strip())));
            });
        }
        return names;
    }

    // ── playing it ─────────────────────────────────────────────────────────────────────────────────────────────────

    /** Both ways beside each other; a scenario is told as soon as both have come to its end. */
    private final class Play {

        private final Prepared prepared;
        private final Map<String, Ways.Way> before = new HashMap<>();
        private final Map<String, Ways.Way> after = new HashMap<>();
        private final List<Told> told = new ArrayList<>();
        private String refused;

        Play(Prepared prepared) {
            this.prepared = prepared;
        }

        synchronized void heard(boolean draft, DryRunProgram.Answer answer) {
            if (answer.refused() != null) {
                if (!draft) {
                    throw new IllegalStateException("What is in force is refused: " + answer.refused());
                }
                refused = answer.refused();
                return;
            }
            (draft ? after : before).put(answer.recording(), answer.way());
            if (before.containsKey(answer.recording()) && after.containsKey(answer.recording())) {
                told.add(told(
                        prepared, answer.recording(), before.get(answer.recording()), after.get(answer.recording())));
                note(prepared.id(), "running", told, null);
            }
        }

        /** The other way is of no use any more. */
        synchronized boolean isRefused() {
            return refused != null;
        }

        synchronized void end() {
            if (refused != null) {
                note(prepared.id(), "refused", told, refused);
            } else if (told.size() < prepared.drafted().recordings().size()) {
                // The program gives up with the scenario in which the engine does not come to rest.
                breakOff("circle");
            } else {
                note(prepared.id(), "done", told, null);
            }
        }

        void breakOff(String code) {
            note(prepared.id(), "broken", told, code);
        }
    }

    private void play(Prepared prepared) {
        var play = new Play(prepared);
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            note(prepared.id(), "running", List.of(), null);
            var programs = program.begin();
            var inForce = both.submit(() -> {
                programs.play(prepared.inForce(), answer -> play.heard(false, answer));
                return null;
            });
            try {
                programs.play(prepared.drafted(), answer -> play.heard(true, answer));
                if (!play.isRefused()) {
                    inForce.get();
                }
                play.end();
            } finally {
                // The other one is not waited for when there is nothing to compare any more.
                programs.end();
            }
        } catch (DryRunProgram.Broke broke) {
            play.breakOff(broke.getMessage());
        } catch (ExecutionException e) {
            LOG.warn("A dry run broke off", e.getCause());
            play.breakOff(e.getCause() instanceof DryRunProgram.Broke broke ? broke.getMessage() : "program");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("A dry run broke off", e);
            play.breakOff("program");
        } finally {
            underWay.remove(prepared.id());
        }
    }

    private Told told(Prepared prepared, String recording, Ways.Way before, Ways.Way after) {
        var difference = Ways.between(before, after);
        var story = catalogue.stream()
                .filter(one -> one.id().equals(recording))
                .findFirst()
                .orElseThrow();
        var names = prepared.names();
        return new Told(
                story.id(),
                story.title(),
                story.profile(),
                difference.verdict(),
                difference.turns().stream()
                        .map(turn -> new Turn(
                                name(names, turn.process(), null),
                                turn.after() == null ? null : name(names, turn.process(), turn.after()),
                                named(names, turn.process(), turn.gone()),
                                named(names, turn.process(), turn.come()),
                                named(names, turn.process(), turn.open()),
                                named(names, turn.process(), turn.over())))
                        .toList(),
                difference.assumed().stream()
                        .map(step -> name(names, step.process(), step.element()))
                        .distinct()
                        .toList(),
                difference.missing().stream()
                        .map(step -> name(names, step.process(), step.element()))
                        .distinct()
                        .toList(),
                difference.stops().stream()
                        .map(stop -> new Stop(
                                stop.element() == null ? null : name(names, stop.process(), stop.element()),
                                stop.type(),
                                stop.message()))
                        .toList());
    }

    private static Named name(Map<String, Named> names, String process, String element) {
        var found = names.get(element == null ? process : process + " " + element);
        return found != null && !found.name().isEmpty()
                ? found
                : new Named(element == null ? process : element, element == null ? process : element);
    }

    /** Elements without a label are joints of the drawing; they are named where there is nothing else. */
    private static List<Named> named(Map<String, Named> names, String process, List<String> elements) {
        var all = elements.stream()
                .map(element -> names.getOrDefault(process + " " + element, new Named(element, "")))
                .toList();
        var labelled = all.stream().filter(one -> !one.name().isEmpty()).toList();
        return labelled.isEmpty()
                ? all.stream().map(one -> new Named(one.id(), one.id())).toList()
                : labelled;
    }

    private void note(UUID id, String status, List<Told> told, String reason) {
        boolean over = !status.equals("running");
        system.inTransaction(() -> jdbc.sql(
                        """
                        update kasane.model_dry_run set status = :status, played = least(:played, total), told = :told::jsonb, reason = left(:reason, 4000),
                            ended_at = :ended
                        where id = :id
                        """)
                .param("id", id)
                .param("status", status)
                .param("played", told.size())
                .param("told", write(told))
                .param("reason", reason, java.sql.Types.VARCHAR)
                .param("ended", over ? now() : null, java.sql.Types.TIMESTAMP)
                .update());
    }

    /** Whatever is said to be under way and is not belonged to a program that is gone. */
    @EventListener(ApplicationReadyEvent.class)
    void breakOffOld() {
        system.inTransaction(() -> jdbc.sql(
                        """
                        update kasane.model_dry_run set status = 'broken', reason = 'restart', ended_at = :now
                        where status in ('waiting', 'running') and id <> all (:alive)
                        """)
                .param("now", now())
                .param("alive", underWay.toArray(UUID[]::new))
                .update());
    }

    @PreDestroy
    void end() {
        one.shutdownNow();
    }

    // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────

    /** @param name its label, or its id */
    public record Named(String id, String name) {}

    /**
     * @param after the last element on the way that both have; null if they part at the beginning
     * @param gone elements that are not entered any more
     * @param come elements that are entered now
     * @param open elements that are open at the end of the story now, though the way is the same
     * @param over elements that were, and are not any more
     */
    public record Turn(
            Named process, Named after, List<Named> gone, List<Named> come, List<Named> open, List<Named> over) {
        /** The process is not called any more, or is now: its elements go without saying. */
        public boolean whole() {
            return after == null && gone.isEmpty() != come.isEmpty();
        }
    }

    /**
     * @param at null if the engine did not come to rest anywhere
     * @param type the engine's kind of incident, or NEVER_QUIET
     * @param message as the engine writes it, in English
     */
    public record Stop(Named at, String type, String message) {}

    /**
     * One scenario.
     *
     * @param verdict same, other, stopped
     * @param assumed new tasks, which were taken as done; the first answer where they ask for one
     * @param missing tasks of the story whose turn never came
     */
    public record Told(
            String scenario,
            String title,
            String profile,
            String verdict,
            List<Turn> turns,
            List<Named> assumed,
            List<Named> missing,
            List<Stop> stops) {}

    /**
     * @param revision of the draft that was played
     * @param older whether the draft was saved again since
     * @param status waiting, running, done, refused (by the engine), broken
     * @param total scenarios that come past what the draft is of
     * @param untouched scenarios that do not, and so were not played
     * @param reason the engine's sentence (refused), or circle, patience, program, restart (broken)
     */
    public record DryRun(
            UUID id,
            UUID draftId,
            String name,
            String kind,
            String resourceId,
            int revision,
            boolean older,
            String status,
            int total,
            int untouched,
            int played,
            String reason,
            String begunBy,
            Instant begunAt,
            Instant endedAt,
            List<Told> told) {

        @JsonProperty
        public boolean over() {
            return !status.equals("waiting") && !status.equals("running");
        }

        /** Those that stop first, those that go the same way last. */
        public List<Told> inOrder() {
            return told.stream()
                    .sorted(Comparator.comparing((Told one) ->
                                    List.of("stopped", "other", "same").indexOf(one.verdict()))
                            .thenComparing(Told::scenario))
                    .toList();
        }

        /** Scenarios that go another way, those that stop among them. */
        @JsonProperty
        public long others() {
            return told.stream().filter(one -> !one.verdict().equals("same")).count();
        }
    }

    /** @throws Refusal.NotFound for whoever may not see it */
    @Transactional(readOnly = true)
    public DryRun one(UUID id) {
        return query(SELECT + " where t.id = :id", id).orElseThrow(() -> new Refusal.NotFound("試し運転"));
    }

    /** The last one of a draft. */
    @Transactional(readOnly = true)
    public Optional<DryRun> last(UUID draft) {
        return query(SELECT + " where t.draft_id = :id order by t.begun_at desc limit 1", draft);
    }

    /** The last one of what a release brings: of its draft, as it was when the release was asked for. */
    @Transactional(readOnly = true)
    public Optional<DryRun> ofRelease(UUID release) {
        return query(
                SELECT
                        + """
                        join kasane.model_release r on r.draft_id = t.draft_id and r.draft_revision = t.revision
                        where r.id = :id order by t.begun_at desc limit 1
                        """,
                release);
    }

    private Optional<DryRun> query(String sql, UUID id) {
        return jdbc.sql(sql)
                .param("id", id)
                .query((row, n) -> new DryRun(
                        row.getObject("id", UUID.class),
                        row.getObject("draft_id", UUID.class),
                        row.getString("name"),
                        row.getString("kind"),
                        row.getString("resource_id"),
                        row.getInt("revision"),
                        row.getBoolean("older"),
                        row.getString("status"),
                        row.getInt("total"),
                        row.getInt("untouched"),
                        row.getInt("played"),
                        row.getString("reason"),
                        row.getString("begun_by"),
                        row.getTimestamp("begun_at").toInstant(),
                        row.getTimestamp("ended_at") == null
                                ? null
                                : row.getTimestamp("ended_at").toInstant(),
                        read(row.getString("told"))))
                .optional();
    }

    private List<Told> read(String told) {
        try {
            return json.readValue(told, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(List<Told> told) {
        try {
            return json.writeValueAsString(told);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }
}
