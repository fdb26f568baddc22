package jp.kasane.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.engine.DeployedVersions;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.engine.RunningForms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.context.MessageSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 図・様式・決定表の下書き: managers begin them from what is in force, from a file, or, a form, from nothing, and one at a time works on each.
 * Files are kept byte for byte. Auditors read. Nothing here reaches the engine.
 */
@Component
@Transactional
public class Drafts {

    /** How long a draft stays with whoever last said he has it open: ours; the page says so every {@code 40 s}. */
    static final Duration HELD = Duration.ofMinutes(2);

    private static final String SELECT =
            """
            select d.id, upper(d.kind) as kind, d.resource_id, d.name, d.based_on, d.file_name, d.revision, d.errors, d.warnings, b.display_name as begun_by, d.begun_at,
                   s.display_name as saved_by, d.saved_at, case when d.editing_until > :now then e.display_name end as editor,
                   d.editing_until > :now and d.editor_id = kasane.acting_user() as mine,
                   case when d.editing_until > :now then d.editing_until end as editing_until
            from kasane.model_draft d left join kasane.app_user b on b.id = d.begun_by left join kasane.app_user s on s.id = d.saved_by
            left join kasane.app_user e on e.id = d.editor_id
            where d.discarded_at is null
            """;

    private final JdbcClient jdbc;
    private final RunningDiagrams running;
    private final RunningForms runningForms;
    private final DeployedVersions deployed;
    private final DeadlinePolicies deadlines;
    private final MessageSource messages;
    private final Clock clock;
    private final Surroundings shipped = Surroundings.shipped();

    Drafts(
            JdbcClient jdbc,
            RunningDiagrams running,
            RunningForms runningForms,
            DeployedVersions deployed,
            DeadlinePolicies deadlines,
            MessageSource messages,
            Clock clock) {
        this.jdbc = jdbc;
        this.running = running;
        this.runningForms = runningForms;
        this.deployed = deployed;
        this.deadlines = deadlines;
        this.messages = messages;
        this.clock = clock;
    }

    /** What a draft is a draft of, and so what its file is: BPMN, a Camunda Form (JSON), or DMN. */
    public enum Kind {
        @JsonProperty("process")
        PROCESS("process", "processes/", ".bpmn"),
        @JsonProperty("form")
        FORM("form", "forms/", ".form"),
        @JsonProperty("decision")
        DECISION("decision", "processes/decisions/", ".dmn");

        private final String code;
        private final String folder;
        private final String ending;

        Kind(String code, String folder, String ending) {
            this.code = code;
            this.folder = folder;
            this.ending = ending;
        }

        /** Empty for a code there is not. */
        public static Optional<Kind> of(String code) {
            return Arrays.stream(values())
                    .filter(kind -> kind.code.equals(code))
                    .findFirst();
        }

        public String code() {
            return code;
        }

        /** Where Kasane ships a file of this kind. */
        String shippedAt(String id) {
            return folder + id + ending;
        }

        /** Of its file's name. */
        public String ending() {
            return ending;
        }
    }

    /**
     * @param resourceId of the process, the form or the decision; a draft keeps it, and so what it would replace
     * @param basedOn the version in force it began from; null for a file and for what began from nothing
     * @param fileName where it began from a file, or from a form or a table as Kasane ships it
     * @param revision counted up by each save, from 1
     * @param errors findings at the last save
     * @param editor who has it open now; null for nobody
     * @param mine whether that is the acting user
     */
    public record Draft(
            UUID id,
            Kind kind,
            String resourceId,
            String name,
            Integer basedOn,
            String fileName,
            int revision,
            int errors,
            int warnings,
            String begunBy,
            Instant begunAt,
            String savedBy,
            Instant savedAt,
            String editor,
            Boolean mine,
            Instant editingUntil) {}

    /** What a save led to. */
    public record Saved(int revision, List<Finding> findings) {}

    /** Drafts that are not discarded, the one saved last first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Draft> all() {
        mayLook();
        return jdbc.sql(SELECT + " order by d.saved_at desc limit 200")
                .param("now", now())
                .query(Draft.class)
                .list();
    }

    /** @throws Refusal.NotFound for a discarded one, and for whoever may not see it */
    @Transactional(readOnly = true)
    public Draft one(UUID id) {
        mayLook();
        return jdbc.sql(SELECT + " and d.id = :id")
                .param("now", now())
                .param("id", id)
                .query(Draft.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("下書き"));
    }

    /** The file as it was uploaded or saved, byte for byte. */
    @Transactional(readOnly = true)
    public byte[] xml(UUID id) {
        one(id);
        return jdbc.sql("select xml from kasane.model_draft where id = :id")
                .param("id", id)
                .query(byte[].class)
                .single();
    }

    @Transactional(readOnly = true)
    public List<Finding> findings(UUID id) {
        return read(one(id).kind(), xml(id)).findings();
    }

    /** What the element templates of the editor are, and so which job types there are. */
    public Surroundings shipped() {
        return shipped;
    }

    public boolean mayEdit() {
        return Acting.required().has("manager");
    }

    /** A form or a table that a draft can begin from. */
    public record Offered(String id, String name, Integer version, Instant deployedAt) {}

    /** Forms in force and forms that Kasane ships, by their id. Without a version: it belongs to no task and is not deployed. */
    @Transactional(readOnly = true)
    public List<Offered> forms() {
        var offered = new TreeMap<String, Offered>();
        shipped.forms().keySet().forEach(id -> offered.put(id, new Offered(id, nameOfForm(id, id), null, null)));
        runningForms
                .inForce()
                .forEach(form -> offered.put(
                        form.formId(),
                        new Offered(
                                form.formId(),
                                nameOfForm(form.formId(), form.formId()),
                                form.version(),
                                form.deployedAt())));
        return List.copyOf(offered.values());
    }

    /** Tables that Kasane ships, by their id. */
    public List<Offered> tables() {
        return shipped.decisions().stream()
                .map(id -> new Offered(
                        id, Table.read(shippedFile(Kind.DECISION.shippedAt(id))).name(), null, null))
                .toList();
    }

    private String nameOfForm(String id, String otherwise) {
        var name = shipped.formNames().get(id);
        return name != null ? name : messages.getMessage("step." + id, null, otherwise, Locale.JAPANESE);
    }

    /**
     * From the version in force: of a form without one the one Kasane ships.
     *
     * @throws Refusal.NotFound for what there is not
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID begin(Kind kind, String resourceId) {
        requireManager();
        return switch (kind) {
            case PROCESS -> beginProcess(resourceId);
            case FORM -> beginForm(resourceId);
            case DECISION -> {
                if (!shipped.decisions().contains(resourceId)) {
                    throw new Refusal.NotFound("決定表");
                }
                yield beginTable(resourceId);
            }
        };
    }

    private UUID beginProcess(String processId) {
        var inForce = running.inForce().stream()
                .filter(one -> one.processId().equals(processId))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("図"));
        var xml = running.xml(processId, inForce.version())
                .orElseThrow(() -> new Refusal.NotFound("図"))
                .getBytes(StandardCharsets.UTF_8);
        return insert(Kind.PROCESS, xml, inForce.version(), null, null);
    }

    /** What is in force may be the municipality's own. */
    private UUID beginTable(String decisionId) {
        var file = shippedFile(Kind.DECISION.shippedAt(decisionId));
        var own = deployed.ofDecision(decisionId).stream().findFirst().flatMap(newest -> deployed.decision(
                        decisionId, newest.version())
                .map(xml -> xml.getBytes(StandardCharsets.UTF_8))
                .filter(xml -> !Arrays.equals(xml, file))
                .map(xml -> insert(Kind.DECISION, xml, newest.version(), null, null)));
        return own.orElseGet(() -> insert(Kind.DECISION, file, null, decisionId + ".dmn", null));
    }

    /**
     * From a version that is not in force, to bring it back or to go on from it.
     *
     * @param basedOn its number; null for what Kasane ships
     * @param fileName of what is shipped; null for a number
     */
    UUID beginFrom(Kind kind, byte[] file, Integer basedOn, String fileName) {
        requireManager();
        return insert(kind, kind == Kind.FORM ? Form.lines(file) : file, basedOn, fileName, null);
    }

    private UUID beginForm(String formId) {
        var inForce = runningForms.inForce(formId);
        var file = shipped.forms().containsKey(formId) ? shippedFile(Kind.FORM.shippedAt(formId)) : null;
        if (inForce.isEmpty() && file == null) {
            throw new Refusal.NotFound("様式");
        }
        if (inForce.isEmpty()) {
            return insert(Kind.FORM, file, null, formId + ".form", null);
        }
        // The engine keeps what a form says, not its lines: as shipped it comes in the lines it was written in.
        var said = inForce.get().schema().getBytes(StandardCharsets.UTF_8);
        var same =
                file != null && Form.read(file).schema().equals(Form.read(said).schema());
        return insert(Kind.FORM, same ? file : Form.lines(said), inForce.get().version(), null, null);
    }

    /**
     * A form that there is not yet.
     *
     * @param formId at most 60 small letters and digits with hyphens between
     * @param title at most 100 characters: the heading of its first group, and what the draft is called
     * @throws Refusal.Invalid for an id that cannot be, or that is another form's or draft's
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID beginNewForm(String formId, String title) {
        requireManager();
        var id = formId == null ? "" : formId.strip();
        var name = title == null ? "" : title.strip();
        var errors = new ArrayList<Refusal.FieldError>();
        if (id.length() > Form.LONGEST_ID || !Form.ID.matcher(id).matches()) {
            errors.add(new Refusal.FieldError(
                    "formId",
                    "様式の id",
                    "は、英小文字で始まる英小文字と数字を - でつないだ " + Form.LONGEST_ID + " 字までにしてください（例：home-visit）。"));
        } else if (shipped.forms().containsKey(id)
                || runningForms.inForce(id).isPresent()
                || !formDrafts(Set.of(id)).isEmpty()) {
            errors.add(new Refusal.FieldError("formId", "様式の id", "「" + id + "」の様式は、もうあります（下書きを含みます）。"));
        }
        if (name.isEmpty() || name.codePointCount(0, name.length()) > 100) {
            errors.add(new Refusal.FieldError("title", "様式の名前", "は 100 字までで入力してください。"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        return insert(Kind.FORM, Form.blank(id, name), null, null, name);
    }

    static byte[] shippedFile(String path) {
        try (var file = new ClassPathResource(path).getInputStream()) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param file BPMN or DMN of at most 5 MB, or a form of at most 1 MB; UTF-8. Which of them is read from what is in it.
     * @param fileName as it was called where it came from
     * @throws Refusal.Invalid for what is none of them or could do harm
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID upload(String fileName, byte[] file) {
        requireManager();
        var name = fileName == null ? "" : fileName.replaceAll(".*[/\\\\]", "").strip();
        return insert(
                kindOf(file),
                file,
                null,
                name.isEmpty() ? null : name.substring(0, Math.min(name.length(), 200)),
                null);
    }

    private static Kind kindOf(byte[] file) {
        var start = new String(file, 0, Math.min(file.length, 64), StandardCharsets.UTF_8)
                .replace("\uFEFF", "")
                .strip();
        if (start.startsWith("{")) {
            return Kind.FORM;
        }
        var namespace = SafeXml.read(file).getDocumentElement().getNamespaceURI();
        return namespace != null && namespace.contains("/spec/DMN/") ? Kind.DECISION : Kind.PROCESS;
    }

    /** What a file says of itself, and what is wrong with it; name is null for a form, which says none. */
    private record Read(String resourceId, String name, List<Finding> findings) {}

    private Read read(Kind kind, byte[] file) {
        return switch (kind) {
            case PROCESS -> {
                var diagram = Diagram.read(file);
                yield new Read(
                        diagram.processId(),
                        diagram.name(),
                        checks(diagram.forms()).of(diagram));
            }
            case FORM -> {
                var form = Form.read(file);
                var asking = running.using(form.formId()).stream()
                        .map(xml -> Diagram.read(xml.getBytes(StandardCharsets.UTF_8)))
                        .toList();
                yield new Read(form.formId(), null, checks(Set.of()).of(form, asking));
            }
            case DECISION -> {
                var table = Table.read(file);
                yield new Read(
                        table.decisionId(), table.name(), checks(Set.of()).of(table));
            }
        };
    }

    private UUID insert(Kind kind, byte[] xml, Integer basedOn, String fileName, String title) {
        var read = read(kind, xml);
        var name = title != null
                ? title
                : read.name() != null ? read.name() : nameOfForm(read.resourceId(), read.resourceId());
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.model_draft (id, municipality_id, kind, resource_id, name, xml, based_on, file_name, errors, warnings,
                                                        begun_by, begun_at, saved_by, saved_at)
                        values (:id, kasane.my_municipality(), :kind, :resource, :name, :xml, :basedOn, :file, :errors, :warnings,
                                kasane.acting_user(), :now, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("kind", kind.code())
                .param("resource", read.resourceId())
                .param("name", name)
                .param("xml", xml)
                .param("basedOn", basedOn, java.sql.Types.INTEGER)
                .param("file", fileName, java.sql.Types.VARCHAR)
                .param("errors", count(read.findings(), Finding.Severity.ERROR))
                .param("warnings", count(read.findings(), Finding.Severity.WARNING))
                .param("now", now())
                .update();
        return id;
    }

    /**
     * Takes the draft to work on it, or goes on holding it, for two minutes.
     *
     * @throws Refusal.Conflict with the name of whoever works on it
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public Draft hold(UUID id) {
        requireManager();
        lock(id);
        jdbc.sql(
                        "update kasane.model_draft set editor_id = kasane.acting_user(), editing_until = :until where id = :id")
                .param("id", id)
                .param("until", Timestamp.from(clock.instant().plus(HELD)))
                .update();
        return one(id);
    }

    /** Gives the draft to whoever comes next; nothing happens if somebody else has it. */
    public void release(UUID id) {
        requireManager();
        jdbc.sql(
                        """
                        update kasane.model_draft set editor_id = null, editing_until = null
                        where id = :id and editor_id = kasane.acting_user() and discarded_at is null
                        """)
                .param("id", id)
                .update();
    }

    /**
     * @param revision the one that was changed
     * @throws Refusal.Conflict with the name of whoever works on it, or if it was saved elsewhere since
     * @throws Refusal.Invalid for what is no file of the draft's kind, could do harm, or has another id; nothing was changed
     */
    public Saved save(UUID id, int revision, byte[] xml) {
        requireManager();
        var before = lock(id);
        if (before.revision() != revision) {
            throw new Refusal.Conflict("この下書きは、別の画面で " + before.savedBy() + "さんが保存しています。開き直してください。");
        }
        var read = read(before.kind(), xml);
        if (!read.resourceId().equals(before.resourceId())) {
            var whose =
                    switch (before.kind()) {
                        case PROCESS -> "プロセス";
                        case FORM -> "様式";
                        case DECISION -> "決定表";
                    };
            throw SafeXml.refused("の" + whose + "の id は " + before.resourceId() + " のままにしてください。");
        }
        jdbc.sql(
                        """
                        update kasane.model_draft set xml = :xml, name = :name, revision = revision + 1, errors = :errors, warnings = :warnings,
                            saved_by = kasane.acting_user(), saved_at = :now, editor_id = kasane.acting_user(), editing_until = :until
                        where id = :id
                        """)
                .param("id", id)
                .param("xml", xml)
                .param("name", read.name() == null ? before.name() : read.name())
                .param("errors", count(read.findings(), Finding.Severity.ERROR))
                .param("warnings", count(read.findings(), Finding.Severity.WARNING))
                .param("now", now())
                .param("until", Timestamp.from(clock.instant().plus(HELD)))
                .update();
        return new Saved(revision + 1, read.findings());
    }

    /** Takes the draft off the list; that it was there stays on the trail. */
    public void discard(UUID id) {
        requireManager();
        lock(id);
        jdbc.sql(
                        "update kasane.model_draft set discarded_at = :now, editor_id = null, editing_until = null where id = :id")
                .param("id", id)
                .param("now", now())
                .update();
    }

    /** One at a time from here on, until the end of the transaction. */
    private Draft lock(UUID id) {
        jdbc.sql("select id from kasane.model_draft where id = :id for update")
                .param("id", id)
                .query(UUID.class)
                .optional();
        var draft = one(id);
        if (draft.editor() != null && !draft.mine()) {
            throw new Refusal.Conflict("この下書きは、いま " + draft.editor() + "さんが編集しています。閉じると、2 分以内に編集できるようになります。");
        }
        return draft;
    }

    /**
     * @param forms that the diagram uses: as they are in force, not only as shipped, and, where there is no such form, as somebody draws it
     */
    private Checks checks(Set<String> forms) {
        var around = shipped.withSteps(
                deadlines.list().stream().map(DeadlinePolicies.Row::step).collect(Collectors.toSet()));
        for (var form : runningForms.inForce(forms)) {
            around = around.withForm(
                    form.formId(),
                    Form.read(form.schema().getBytes(StandardCharsets.UTF_8)).schema());
        }
        var known = around.forms().keySet();
        var drawn = formDrafts(forms.stream().filter(id -> !known.contains(id)).collect(Collectors.toSet()));
        for (var draft : drawn) {
            around = around.withFormDraft(draft.formId(), draft.schema());
        }
        return new Checks(around);
    }

    private List<Form> formDrafts(Set<String> formIds) {
        return formIds.isEmpty()
                ? List.of()
                : jdbc
                        .sql(
                                """
                                select distinct on (resource_id) xml from kasane.model_draft
                                where kind = 'form' and discarded_at is null and resource_id = any (:ids) order by resource_id, saved_at desc
                                """)
                        .param("ids", formIds.toArray(String[]::new))
                        .query(byte[].class)
                        .list()
                        .stream()
                        .map(Form::read)
                        .toList();
    }

    private static int count(List<Finding> found, Finding.Severity severity) {
        return (int)
                found.stream().filter(finding -> finding.severity() == severity).count();
    }

    private Timestamp now() {
        return Timestamp.from(clock.instant());
    }

    private void requireManager() {
        if (!mayEdit()) {
            throw new Refusal.Forbidden("図・様式・決定表の下書きは所管課の担当者が作ります。");
        }
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("図・様式・決定表の下書きは所管課と監査の担当者だけが見られます。");
        }
    }
}
