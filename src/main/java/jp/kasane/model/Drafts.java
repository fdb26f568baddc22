package jp.kasane.model;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 図の下書き: managers begin them from the version in force or from a file, and one at a time works on each. Files are kept byte for byte.
 * Auditors read. Nothing here reaches the engine.
 */
@Component
@Transactional
public class Drafts {

    /** How long a draft stays with whoever last said he has it open: ours; the page says so every {@code 40 s}. */
    static final Duration HELD = Duration.ofMinutes(2);

    private static final String SELECT =
            """
            select d.id, d.process_id, d.name, d.based_on, d.file_name, d.revision, d.errors, d.warnings, b.display_name as begun_by, d.begun_at,
                   s.display_name as saved_by, d.saved_at, case when d.editing_until > :now then e.display_name end as editor,
                   d.editing_until > :now and d.editor_id = kasane.acting_user() as mine,
                   case when d.editing_until > :now then d.editing_until end as editing_until
            from kasane.model_draft d left join kasane.app_user b on b.id = d.begun_by left join kasane.app_user s on s.id = d.saved_by
            left join kasane.app_user e on e.id = d.editor_id
            where d.discarded_at is null
            """;

    private final JdbcClient jdbc;
    private final RunningDiagrams running;
    private final DeadlinePolicies deadlines;
    private final Clock clock;
    private final Surroundings shipped = Surroundings.shipped();

    Drafts(JdbcClient jdbc, RunningDiagrams running, DeadlinePolicies deadlines, Clock clock) {
        this.jdbc = jdbc;
        this.running = running;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    /**
     * @param basedOn the version in force it began from; null for a file
     * @param revision counted up by each save, from 1
     * @param errors findings at the last save
     * @param editor who has it open now; null for nobody
     * @param mine whether that is the acting user
     */
    public record Draft(
            UUID id,
            String processId,
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
                .orElseThrow(() -> new Refusal.NotFound("図の下書き"));
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
        return checks().of(Diagram.read(xml(id)));
    }

    /** What the element templates of the editor are, and so which job types there are. */
    public Surroundings shipped() {
        return shipped;
    }

    public boolean mayEdit() {
        return Acting.required().has("manager");
    }

    /**
     * @throws Refusal.NotFound for a process of which no version is in force
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID begin(String processId) {
        requireManager();
        var inForce = running.inForce().stream()
                .filter(one -> one.processId().equals(processId))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("図"));
        var xml = running.xml(processId, inForce.version())
                .orElseThrow(() -> new Refusal.NotFound("図"))
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return insert(xml, inForce.version(), null);
    }

    /**
     * @param xml a BPMN file, at most 5 MB of UTF-8
     * @param fileName as it was called where it came from
     * @throws Refusal.Invalid for what is no diagram or could do harm
     * @throws Refusal.Forbidden for anybody but a manager
     */
    public UUID upload(String fileName, byte[] xml) {
        requireManager();
        var name = fileName == null ? "" : fileName.replaceAll(".*[/\\\\]", "").strip();
        return insert(xml, null, name.isEmpty() ? null : name.substring(0, Math.min(name.length(), 200)));
    }

    private UUID insert(byte[] xml, Integer basedOn, String fileName) {
        var diagram = Diagram.read(xml);
        var found = checks().of(diagram);
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.model_draft (id, municipality_id, process_id, name, xml, based_on, file_name, errors, warnings,
                                                        begun_by, begun_at, saved_by, saved_at)
                        values (:id, kasane.my_municipality(), :process, :name, :xml, :basedOn, :file, :errors, :warnings,
                                kasane.acting_user(), :now, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("process", diagram.processId())
                .param("name", diagram.name())
                .param("xml", xml)
                .param("basedOn", basedOn, java.sql.Types.INTEGER)
                .param("file", fileName, java.sql.Types.VARCHAR)
                .param("errors", count(found, Finding.Severity.ERROR))
                .param("warnings", count(found, Finding.Severity.WARNING))
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
     * @throws Refusal.Invalid for what is no diagram, could do harm, or is another process; nothing was changed
     */
    public Saved save(UUID id, int revision, byte[] xml) {
        requireManager();
        var before = lock(id);
        if (before.revision() != revision) {
            throw new Refusal.Conflict("この下書きは、別の画面で " + before.savedBy() + "さんが保存しています。開き直してください。");
        }
        var diagram = Diagram.read(xml);
        if (!diagram.processId().equals(before.processId())) {
            throw SafeXml.refused("のプロセスの id は " + before.processId() + " のままにしてください。");
        }
        var found = checks().of(diagram);
        jdbc.sql(
                        """
                        update kasane.model_draft set xml = :xml, name = :name, revision = revision + 1, errors = :errors, warnings = :warnings,
                            saved_by = kasane.acting_user(), saved_at = :now, editor_id = kasane.acting_user(), editing_until = :until
                        where id = :id
                        """)
                .param("id", id)
                .param("xml", xml)
                .param("name", diagram.name())
                .param("errors", count(found, Finding.Severity.ERROR))
                .param("warnings", count(found, Finding.Severity.WARNING))
                .param("now", now())
                .param("until", Timestamp.from(clock.instant().plus(HELD)))
                .update();
        return new Saved(revision + 1, found);
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

    private Checks checks() {
        return new Checks(shipped.withSteps(
                deadlines.list().stream().map(DeadlinePolicies.Row::step).collect(Collectors.toSet())));
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
            throw new Refusal.Forbidden("図の下書きは所管課の担当者が作ります。");
        }
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor")) {
            throw new Refusal.Forbidden("図の下書きは所管課と監査の担当者だけが見られます。");
        }
    }
}
