package jp.kasane.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.audit.internal.CasePaper;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.document.Documents;
import jp.kasane.engine.DiagramPictures;
import jp.kasane.engine.Replays;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.TaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One case as a sealed file that {@code verifier/VerifyCase.java} verifies without Kasane (docs/adr/0033; the format is described beside the
 * verifier). It is made in the background, row by row, and lies on the disk of this server until it is fetched or its hour is over.
 * Auditors only: it tells who looked, which is on the trail and nobody else's to read.
 */
@Component
public class CaseExports {

    /** Why; a list of Kasane's own. */
    public static final List<String> REASONS = List.of("audit", "disclosure", "objection", "inquiry", "other");

    public static final int LONGEST_NOTE = 2000;

    /** What is done, in this order; the page shows how far it is. */
    public static final List<String> STAGES = List.of("documents", "records", "diagrams", "paper", "chain", "done");

    static final String FORMAT = "kasane-case/1";

    private static final Logger LOG = LoggerFactory.getLogger(CaseExports.class);

    /**
     * @param stage how far it is (see {@link #STAGES}), null when it is over
     * @param state making, ready (can be fetched), over (made, but no longer here), failed
     */
    public record Export(
            UUID id,
            String reason,
            String note,
            boolean concealed,
            Instant madeAt,
            String madeBy,
            Long sizeBytes,
            String sha256,
            String state,
            String stage,
            boolean mine) {

        public boolean making() {
            return state.equals("making");
        }

        public boolean ready() {
            return state.equals("ready");
        }
    }

    /** A file to be fetched. */
    public record Made(String name, Path path, long size) {}

    private record Progress(UUID caseId, String stage) {}

    private final JdbcClient jdbc;
    private final NamedParameterJdbcTemplate rows;
    private final TransactionTemplate transaction;
    private final TransactionTemplate snapshot;
    private final Cases cases;
    private final Documents documents;
    private final Replays replays;
    private final DiagramPictures pictures;
    private final CasePaper paper;
    private final Chain chain;
    private final Trail trail;
    private final TrailSettings settings;
    private final TaskExecutor executor;
    private final ObjectMapper json;
    private final Clock clock;
    private final String version;
    private final Map<UUID, Progress> running = new ConcurrentHashMap<>();

    CaseExports(
            JdbcClient jdbc,
            JdbcTemplate template,
            PlatformTransactionManager transactions,
            Cases cases,
            Documents documents,
            Replays replays,
            DiagramPictures pictures,
            CasePaper paper,
            Chain chain,
            Trail trail,
            TrailSettings settings,
            TaskExecutor applicationTaskExecutor,
            ObjectMapper json,
            Clock clock,
            @Value("${kasane.version}") String version) {
        this.jdbc = jdbc;
        // Rows come a few at a time, however many there are.
        var few = new JdbcTemplate(template.getDataSource());
        few.setFetchSize(200);
        this.rows = new NamedParameterJdbcTemplate(few);
        this.transaction = new TransactionTemplate(transactions);
        this.snapshot = new TransactionTemplate(transactions);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        this.snapshot.setReadOnly(true);
        this.cases = cases;
        this.documents = documents;
        this.replays = replays;
        this.pictures = pictures;
        this.paper = paper;
        this.chain = chain;
        this.trail = trail;
        this.settings = settings;
        this.executor = applicationTaskExecutor;
        this.json = json;
        this.clock = clock;
        this.version = version;
    }

    public static boolean may() {
        return Acting.required().has("auditor");
    }

    /**
     * Begins to make it; {@link #of} tells how far it is. That it was asked for is on the trail, and in the file; that it was made is on the
     * trail only, since it cannot be in itself.
     *
     * @param reason one of {@link #REASONS}
     * @param note in words, or null; it is kept beside the export and stands neither on the trail nor in a log
     * @param concealed addresses that are kept from others (DV) are to be in it, and the forms that hold them; without it they are withheld
     * @throws Refusal.Forbidden for anybody but auditors
     * @throws Refusal.Conflict while one of the same case is being made
     */
    public UUID begin(UUID caseId, String reason, String note, boolean concealed) {
        mustBeAuditor();
        var file = cases.required(caseId);
        if (reason == null || !REASONS.contains(reason)) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "理由", "を選んでください。")));
        }
        var said = note == null || note.isBlank() ? null : note.strip();
        if (said != null && said.length() > LONGEST_NOTE) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("note", "理由の補足", "は " + LONGEST_NOTE + " 字までで入力してください。")));
        }
        if (reason.equals("other") && said == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("note", "理由の補足", "を入力してください（「その他」のとき）。")));
        }
        var id = Ids.next();
        synchronized (running) {
            if (running.values().stream().anyMatch(each -> each.caseId().equals(caseId))) {
                throw new Refusal.Conflict("このケースの封緘ファイルは、いま作成しています。終わるまでお待ちください。");
            }
            running.put(id, new Progress(caseId, STAGES.getFirst()));
        }
        try {
            transaction.executeWithoutResult(status -> jdbc.sql(
                            """
                            insert into audit.case_export (id, municipality_id, case_id, reason, note, concealed, made_at, made_by)
                            values (:id, kasane.my_municipality(), :case, :reason, :note, :concealed, :now, kasane.acting_user())
                            """)
                    .param("id", id)
                    .param("case", caseId)
                    .param("reason", reason)
                    .param("note", said)
                    .param("concealed", concealed)
                    .param("now", Timestamp.from(clock.instant()))
                    .update());
            trail.note(
                    false,
                    "export",
                    "case-export.begun",
                    caseId,
                    List.of(),
                    Map.of("export", id, "reason", reason, "concealed", concealed),
                    null);
            var by = Acting.required();
            executor.execute(() -> Acting.as(by, () -> {
                make(id, file, reason, concealed, by);
                return null;
            }));
        } catch (RuntimeException e) {
            running.remove(id);
            throw e;
        }
        return id;
    }

    /**
     * Those that were made of a case, and who had them made; the newest first.
     *
     * @throws Refusal.Forbidden for anybody but auditors
     */
    public List<Export> of(UUID caseId) {
        mustBeAuditor();
        var me = Acting.required().id();
        return transaction.execute(status -> jdbc.sql(
                        """
                        select e.id, e.reason, e.note, e.concealed, e.made_at, u.display_name, e.made_by, e.size_bytes, e.sha256
                        from audit.case_export e join kasane.app_user u on u.id = e.made_by
                        where e.case_id = :case order by e.made_at desc, e.id desc limit 100
                        """)
                .param("case", caseId)
                .query((row, n) -> {
                    var id = row.getObject("id", UUID.class);
                    var progress = running.get(id);
                    var size = row.getObject("size_bytes", Long.class);
                    return new Export(
                            id,
                            row.getString("reason"),
                            row.getString("note"),
                            row.getBoolean("concealed"),
                            row.getTimestamp("made_at").toInstant(),
                            row.getString("display_name"),
                            size,
                            row.getString("sha256"),
                            progress != null
                                    ? "making"
                                    : size == null ? "failed" : Files.exists(path(id)) ? "ready" : "over",
                            progress == null ? null : progress.stage(),
                            me.equals(row.getObject("made_by", UUID.class)));
                })
                .list());
    }

    /**
     * The file of an export.
     *
     * @throws Refusal.Forbidden for anybody but auditors
     * @throws Refusal.Conflict while it is being made, or when it is no longer here
     * @throws Refusal.NotFound if the case has no such export, or somebody else had it made: they answer for whom they give it to
     */
    public Made file(UUID caseId, UUID id) {
        var export = of(caseId).stream()
                .filter(each -> each.id().equals(id) && each.mine())
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("封緘ファイル"));
        if (export.making()) {
            throw new Refusal.Conflict("封緘ファイルは、まだ作成しています。");
        }
        if (!export.ready()) {
            throw new Refusal.Conflict("封緘ファイルは、もうここにありません。もう一度作成してください。");
        }
        return new Made("kasane-case-" + id + ".zip", path(id), export.sizeBytes());
    }

    /** The public key with which anchors and files are verified; auditors and administrators take it along. */
    public String publicKey() {
        var me = Acting.required();
        if (!me.has("auditor") && !me.has("admin")) {
            throw new Refusal.Forbidden("検証鍵を受け取れるのは、監査担当者とシステム管理者だけです。");
        }
        return chain.anchors().publicKeyPem().orElseThrow(() -> new Refusal.Conflict("アンカーがまだ書き出されていないため、検証鍵がありません。"));
    }

    private static void mustBeAuditor() {
        if (!may()) {
            throw new Refusal.Forbidden("ケースを封緘ファイルとして出力できるのは、監査担当者だけです。");
        }
    }

    private Path path(UUID id) {
        return settings.exports().resolve(id + ".zip");
    }

    // ── files that are left ────────────────────────────────────────────────────────────────────────────────────────

    @EventListener(ApplicationReadyEvent.class)
    void empty() {
        remove(Instant.MAX);
    }

    @Scheduled(fixedDelayString = "PT1M", initialDelayString = "PT1M")
    void removeOld() {
        remove(clock.instant().minus(settings.keepExports()));
    }

    private void remove(Instant before) {
        if (!Files.isDirectory(settings.exports())) {
            return;
        }
        try (var files = Files.list(settings.exports())) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString();
                var id = Ids.parse(name.replaceAll("\\.(zip|part)$", ""));
                if (id.isPresent()
                        && !running.containsKey(id.get())
                        && Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("Exports of cases could not be removed from {}: {}", settings.exports(), e.getMessage());
        }
    }

    // ── making one ─────────────────────────────────────────────────────────────────────────────────────────────────

    private void stage(UUID id, String stage) {
        running.computeIfPresent(id, (same, progress) -> new Progress(progress.caseId(), stage));
    }

    private void make(UUID id, CaseFile file, String reason, boolean concealed, Actor by) {
        var part = settings.exports().resolve(id + ".part");
        try {
            prepare();
            var begun = clock.instant();
            long started = System.nanoTime();
            String sha256;
            try (var sealed = new SealedFile(part, json)) {
                var about = new LinkedHashMap<String, Object>();
                about.put("format", FORMAT);
                about.put("kasane", version);
                about.put("case", file.id());
                about.put("export", id);
                about.put("reason", reason);
                about.put("concealed", concealed);
                about.put("madeBy", by.id());
                about.put("madeAt", begun.toString());
                var given = documents(file.id(), sealed);
                stage(id, "records");
                var entries = snapshot.execute(status -> {
                    try {
                        return contents(id, file, sealed, about, given);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                stage(id, "chain");
                proof(sealed, entries, about);
                about.put("key", chain.anchors().keyDigest());
                sha256 = sealed.seal(about, chain.anchors());
            }
            Files.move(part, path(id));
            Files.setLastModifiedTime(path(id), FileTime.from(clock.instant()));
            long size = Files.size(path(id));
            transaction.executeWithoutResult(status -> jdbc.sql(
                            "update audit.case_export set size_bytes = :size, sha256 = :sha256 where id = :id")
                    .param("size", size)
                    .param("sha256", sha256)
                    .param("id", id)
                    .update());
            trail.note(
                    false,
                    "export",
                    "case-export.made",
                    file.id(),
                    List.of(),
                    Map.of("export", id, "reason", reason, "sha256", sha256, "size", size),
                    null);
            LOG.info("Export {}: {} KB in {} ms", id, size / 1024, (System.nanoTime() - started) / 1_000_000);
        } catch (IOException | RuntimeException e) {
            LOG.error("Export {} was given up", id, e);
            try {
                Files.deleteIfExists(part);
            } catch (IOException left) {
                LOG.warn("{} is left: {}", part, left.getMessage());
            }
        } finally {
            running.remove(id);
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(settings.exports());
        var posix = Files.getFileAttributeView(settings.exports(), PosixFileAttributeView.class);
        if (posix != null) {
            posix.setPermissions(PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** Everything but the proof, as it was at one moment. Returns the trail's entries that are in it. */
    private Set<UUID> contents(
            UUID id, CaseFile file, SealedFile sealed, Map<String, Object> about, Map<UUID, String> given)
            throws IOException {
        // Texts of times, as digests were taken of them.
        rows.getJdbcOperations().execute("set local timezone = 'UTC'");
        var streams = rows.queryForList(
                "select :case::uuid union all select c.id from kasane.consultation c where c.case_id = :case",
                Map.of("case", file.id()),
                UUID.class);
        var values = new HashMap<String, Object>();
        values.put("case", file.id());
        values.put("concealed", about.get("concealed"));
        values.put("streams", streams.toArray(UUID[]::new));
        about.put("streams", streams);
        about.put(
                "asOf",
                rows.queryForObject("select now()", Map.of(), Timestamp.class)
                        .toInstant()
                        .toString());
        var courses = replays.ofCase(file.id());
        var diagrams = diagrams(courses);
        var leftOut = new ArrayList<Map<String, Object>>();
        for (var document : documents.of(file.id())) {
            var why = given.getOrDefault(document.id(), "later");
            if (!why.isEmpty()) {
                leftOut.add(Map.of("id", document.id(), "why", why));
            }
        }
        sealed.add("case.json", out -> {
            var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            writer.write("{\n");
            field(writer, "format", json.writeValueAsString(FORMAT), true);
            field(writer, "case", json.writeValueAsString(file.id()), true);
            field(writer, "streams", json.writeValueAsString(streams), true);
            list(
                    writer,
                    "people",
                    """
                    select jsonb_build_object('id', u.id, 'name', u.display_name)::text from kasane.app_user u
                    where u.id in (select e.actor_id from kasane.case_event e where e.stream_id = any (:streams::uuid[])
                                   union select e.on_behalf_of from kasane.case_event e where e.stream_id = any (:streams::uuid[])
                                   union select e.actor_id from audit.entry e
                                   where e.stream_id = any (:streams::uuid[]) or e.subjects && :streams::uuid[])
                    order by u.id
                    """,
                    values,
                    true);
            list(
                    writer,
                    "agencies",
                    "select jsonb_build_object('id', a.id, 'code', a.code, 'name', a.name)::text from kasane.agency a order by a.id",
                    values,
                    true);
            list(
                    writer,
                    "events",
                    """
                    select to_jsonb(t)::text from kasane.case_event t where t.stream_id = any (:streams::uuid[])
                    order by t.recorded_at, t.stream_id, t.seq
                    """,
                    values,
                    true);
            list(
                    writer,
                    "submissions",
                    """
                    select to_jsonb(t)::text from kasane.submission t
                    where t.stream_id = any (:streams::uuid[]) and (:concealed or not t.concealed)
                      and not exists (select from audit.erased x where x.stream_id = t.stream_id)
                    order by t.recorded_at, t.id
                    """,
                    values,
                    true);
            // Handed in, but withheld (a concealed address) or erased by law: the entry stays.
            list(
                    writer,
                    "withheld",
                    """
                    select distinct to_jsonb(e.refs ->> 'submission')::text from audit.entry e
                    where e.stream_id = any (:streams::uuid[]) and e.kind = 'write' and e.what = 'submission'
                      and not exists (select from kasane.submission s where s.id = (e.refs ->> 'submission')::uuid and (:concealed or not s.concealed)
                                      and not exists (select from audit.erased x where x.stream_id = s.stream_id))
                    """,
                    values,
                    true);
            field(writer, "diagrams", json.writeValueAsString(diagrams.values()), true);
            field(writer, "documentsLeftOut", json.writeValueAsString(leftOut), true);
            writer.write("\"tables\": {\n");
            var last = List.copyOf(CaseRows.TABLES.keySet()).getLast();
            for (var table : CaseRows.TABLES.entrySet()) {
                list(
                        writer,
                        table.getKey(),
                        "select to_jsonb(t)::text from kasane." + table.getKey() + " t where " + table.getValue()
                                + " order by 1",
                        values,
                        !table.getKey().equals(last));
            }
            writer.write("},\n\"engine\": {\n");
            last = List.copyOf(CaseRows.ENGINE.keySet()).getLast();
            for (var table : CaseRows.ENGINE.entrySet()) {
                list(
                        writer,
                        table.getKey(),
                        table.getValue(),
                        values,
                        !table.getKey().equals(last));
            }
            writer.write("}\n}\n");
            writer.flush();
        });
        sealed.add("engine-records.jsonl", out -> {
            var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            each(
                    """
                    select to_jsonb(r)::text from engine.instances_of_case(:case) p
                    join engine.record r on r.process_instance_key = p.key and r.epoch = p.epoch order by p.started_at, p.key, r.position
                    """,
                    values,
                    line -> writer.append(line).append('\n'));
            writer.flush();
        });
        stage(id, "diagrams");
        draw(sealed, courses, diagrams);
        forms(sealed, values);
        stage(id, "paper");
        int part = 0;
        for (var pages :
                paper.of(file.id(), id, (String) about.get("reason"), Instant.parse((String) about.get("asOf")))) {
            part++;
            sealed.add(part == 1 ? "case.pdf" : "case-" + part + ".pdf", pages.get());
        }
        return entries(sealed, values, diagrams);
    }

    private record Drawn(String processId, int version, UUID epoch, String key, String bpmn, String svg) {}

    /** Every version of a diagram under which something of the case ran. */
    private static Map<String, Drawn> diagrams(List<Replays.Course> courses) {
        var found = new TreeMap<String, Drawn>();
        for (var course : courses) {
            for (var version : course.versions()) {
                found.computeIfAbsent(version.definition(), definition -> {
                    var epoch = UUID.fromString(definition.substring(0, 36));
                    // Versions are counted anew with each broker.
                    var name = "diagrams/" + course.processId() + "-v" + version.version() + "-"
                            + epoch.toString().substring(24);
                    return new Drawn(
                            course.processId(),
                            version.version(),
                            epoch,
                            definition.substring(37),
                            name + ".bpmn",
                            name + ".svg");
                });
            }
        }
        return found;
    }

    private void draw(SealedFile sealed, List<Replays.Course> courses, Map<String, Drawn> diagrams) throws IOException {
        for (var drawn : diagrams.entrySet()) {
            var source = pictures.source(
                    drawn.getValue().epoch(), Long.parseLong(drawn.getValue().key()));
            if (source.isEmpty()) {
                continue;
            }
            sealed.add(drawn.getValue().bpmn(), source.get().getBytes(StandardCharsets.UTF_8));
            sealed.add(
                    drawn.getValue().svg(),
                    pictures.svg(source.get(), DiagramPictures.Path.of(courses, drawn.getKey()))
                            .getBytes(StandardCharsets.UTF_8));
        }
    }

    private void forms(SealedFile sealed, Map<String, Object> values) throws IOException {
        var used = new LinkedHashMap<String, String>();
        rows.query(
                """
                select distinct on (f.form_id, f.version, f.epoch) f.form_id, f.version, f.epoch::text, jsonb_pretty(f.schema) as schema
                from (select distinct s.form_id, s.form_version from kasane.submission s where s.stream_id = any (:streams::uuid[])) u
                join engine.form f on f.form_id = u.form_id and f.version = u.form_version
                order by f.form_id, f.version, f.epoch
                """,
                values,
                row -> {
                    used.put(
                            "forms/" + row.getString("form_id") + "-v" + row.getInt("version") + "-"
                                    + row.getString("epoch").substring(24) + ".form",
                            row.getString("schema"));
                });
        for (var form : used.entrySet()) {
            sealed.add(form.getKey(), form.getValue().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The documents, the newest first; each with why it is left out, or with nothing. Outside of the snapshot: what cannot be read is left
     * out and named, and ends no transaction of others.
     */
    private Map<UUID, String> documents(UUID caseId, SealedFile sealed) throws IOException {
        var given = new HashMap<UUID, String>();
        long left = settings.exportDocuments().toBytes();
        for (var document : documents.of(caseId)) {
            if (document.voidedAt() != null) {
                given.put(document.id(), "voided");
            } else if (document.sizeBytes() > left) {
                given.put(document.id(), "size");
            } else {
                byte[] content;
                try {
                    content = documents.content(document.id()).bytes();
                } catch (Refusal damaged) {
                    given.put(document.id(), "damaged");
                    continue;
                }
                sealed.add("documents/" + document.id(), content);
                left -= document.sizeBytes();
                given.put(document.id(), "");
            }
        }
        return given;
    }

    /** The trail's entries about the case, and those that say which diagrams were in force. */
    private Set<UUID> entries(SealedFile sealed, Map<String, Object> values, Map<String, Drawn> diagrams)
            throws IOException {
        var salts = new HashMap<UUID, String>();
        rows.query("select entry_id, salt from audit.salts(:streams::uuid[])", values, row -> {
            salts.put(row.getObject("entry_id", UUID.class), row.getString("salt"));
        });
        var asked = new HashMap<>(values);
        asked.put("keys", diagrams.values().stream().map(Drawn::key).distinct().toArray(String[]::new));
        asked.put(
                "definitions",
                diagrams.values().stream()
                        .map(each -> each.epoch() + "/" + each.key())
                        .toArray(String[]::new));
        var ids = new LinkedHashSet<UUID>();
        sealed.add("chain/entries.jsonl", out -> {
            var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
            rows.query(
                    """
                    select x.id, to_jsonb(x)::text as entry from (
                        select e.* from audit.entry e where e.stream_id = any (:streams::uuid[])
                        union all
                        select e.* from audit.entry e
                        where e.subjects && :streams::uuid[] and not coalesce(e.stream_id = any (:streams::uuid[]), false)
                        union all
                        select e.* from audit.entry e
                        where e.kind = 'model' and e.refs ->> 'key' = any (:keys::text[])
                          and (e.refs ->> 'epoch') || '/' || (e.refs ->> 'key') = any (:definitions::text[])) x
                    order by x.at, x.id
                    """,
                    asked,
                    row -> {
                        var entry = row.getObject("id", UUID.class);
                        ids.add(entry);
                        try {
                            writer.append("{\"entry\": ").append(row.getString("entry"));
                            if (salts.containsKey(entry)) {
                                writer.append(", \"salt\": \"")
                                        .append(salts.get(entry))
                                        .append('"');
                            }
                            writer.append("}\n");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            writer.flush();
        });
        return ids;
    }

    /**
     * For each entry the chain from the anchor before it to the anchor after it; of all others in between nothing but their digest. What is
     * not anchored yet is anchored now.
     */
    private void proof(SealedFile sealed, Set<UUID> entries, Map<String, Object> about) throws IOException {
        var places = places(entries);
        var anchors = new TreeMap<Long, AnchorFiles.Anchor>();
        for (var anchor : chain.anchors().standing()) {
            if (anchor.genuine() && anchor.kind().equals("head")) {
                anchors.put(anchor.seq(), anchor);
            }
        }
        var used = new TreeMap<Long, AnchorFiles.Anchor>();
        var stretches = new TreeMap<Long, Long>();
        for (var seq : places.keySet()) {
            var after = anchors.ceilingEntry(seq);
            if (after == null) {
                throw new IllegalStateException("Link " + seq + " is not anchored");
            }
            var before = anchors.lowerEntry(seq);
            long from = before == null ? 0 : before.getKey();
            stretches.put(from, after.getKey());
            used.put(after.getKey(), after.getValue());
            if (before != null) {
                used.put(before.getKey(), before.getValue());
            }
        }
        about.put("entries", entries.size());
        sealed.add("chain/anchors.jsonl", out -> {
            for (var anchor : used.values()) {
                out.write((chain.anchors().line(anchor) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        sealed.add("chain/links.txt", out -> {
            var writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.US_ASCII), 1 << 16);
            for (var stretch : stretches.entrySet()) {
                transaction.executeWithoutResult(status -> {
                    for (long from = stretch.getKey(); from < stretch.getValue(); from += 10_000) {
                        rows.query(
                                "select seq, digest from audit.digests(:after, :upTo)",
                                Map.of("after", from, "upTo", Math.min(from + 10_000, stretch.getValue())),
                                row -> {
                                    var entry = places.get(row.getLong("seq"));
                                    try {
                                        writer.append(row.getString("seq"))
                                                .append(' ')
                                                .append(row.getString("digest"))
                                                .append(entry == null ? "" : " " + entry)
                                                .append('\n');
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                });
                    }
                });
            }
            writer.flush();
        });
    }

    /** Where the entries lie in the chain, once all of them do and are anchored. */
    private TreeMap<Long, UUID> places(Set<UUID> entries) {
        for (int tried = 0; ; tried++) {
            chain.anchor();
            var places = new TreeMap<Long, UUID>();
            var missing = new HashSet<>(entries);
            var all = List.copyOf(entries);
            transaction.executeWithoutResult(status -> {
                for (int from = 0; from < all.size(); from += 5_000) {
                    rows.query(
                            "select seq, entry_id from audit.places(:entries::uuid[])",
                            Map.of(
                                    "entries",
                                    all.subList(from, Math.min(from + 5_000, all.size()))
                                            .toArray(UUID[]::new)),
                            row -> {
                                var entry = row.getObject("entry_id", UUID.class);
                                places.put(row.getLong("seq"), entry);
                                missing.remove(entry);
                            });
                }
            });
            var last = chain.anchors().last().map(AnchorFiles.Anchor::seq).orElse(0L);
            if (missing.isEmpty() && (places.isEmpty() || places.lastKey() <= last)) {
                return places;
            }
            // Another server may be sealing just now.
            if (tried == 150) {
                throw new IllegalStateException(missing.size() + " entries are not sealed");
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    // ── rows as they are ───────────────────────────────────────────────────────────────────────────────────────────

    private interface Line {
        void write(String text) throws IOException;
    }

    private void each(String sql, Map<String, Object> values, Line line) {
        rows.query(sql, values, row -> {
            try {
                line.write(row.getString(1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void field(Writer writer, String name, String value, boolean more) throws IOException {
        writer.append('"').append(name).append("\": ").append(value).append(more ? ",\n" : "\n");
    }

    private void list(Writer writer, String name, String sql, Map<String, Object> values, boolean more)
            throws IOException {
        writer.append('"').append(name).append("\": [");
        var first = new boolean[] {true};
        each(sql, values, line -> {
            writer.append(first[0] ? "\n" : ",\n").append(line);
            first[0] = false;
        });
        writer.append(more ? "],\n" : "]\n");
    }
}
