package jp.kasane.model;

import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.Deployments;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.OwnModels;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import jp.kasane.worker.DeployModel;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.UnknownReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 図の公開: what a manager asks for, another one reviews, and the process {@code model-release} brings to the engine. What was asked for is
 * kept as it was then: the draft may go on.
 *
 * <p>That two take part, and how long a review may take, is ours; no document asks for it.
 *
 * <p>No transaction around everything: what the engine asks is done as the system, which begins its own, and the engine is not spoken to
 * while one is open.
 */
@Component
public class Releases implements OwnModels, ProcessFacts, DeployModel {

    static final String KIND = "model-release";
    /** What Kasane shipped when it was asked for: kept beside the files, and never deployed. */
    private static final String STANDARD = "standard";

    private static final int MOST = 200;
    /** So long it may take in order, unnoticed: ours. */
    private static final Duration UNNOTICED = Duration.ofSeconds(10);
    /** Farther ahead nobody remembers what was approved: ours. */
    private static final Duration FARTHEST = Duration.ofDays(366);

    private static final String SELECT =
            """
            select r.id, r.kind, r.resource_id, r.name, r.standard, r.version_tag, r.note, r.release_at, r.replaces, r.status,
                   a.display_name as asked_by, r.asked_at, d.display_name as drawn_by, v.display_name as reviewed_by, r.reviewed_at, r.review,
                   r.ended_at, r.version, r.refusal, kasane.acting_user() in (r.asked_by, r.drawn_by) as mine
            from kasane.model_release r join kasane.app_user a on a.id = r.asked_by join kasane.app_user d on d.id = r.drawn_by
            left join kasane.app_user v on v.id = r.reviewed_by
            """;

    private final JdbcClient jdbc;
    private final Drafts drafts;
    private final BundleChecks checks;
    private final RunningDiagrams running;
    private final Deployments deployments;
    private final Forms forms;
    private final Streams streams;
    private final EngineOrders engine;
    private final Notices notices;
    private final SystemActor system;
    private final Clock clock;

    Releases(
            JdbcClient jdbc,
            Drafts drafts,
            BundleChecks checks,
            RunningDiagrams running,
            Deployments deployments,
            Forms forms,
            Streams streams,
            EngineOrders engine,
            Notices notices,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.drafts = drafts;
        this.checks = checks;
        this.running = running;
        this.deployments = deployments;
        this.forms = forms;
        this.streams = streams;
        this.engine = engine;
        this.notices = notices;
        this.system = system;
        this.clock = clock;
    }

    /**
     * What is asked for, as it was typed.
     *
     * @param forms drafts of forms that go with the diagram; empty for what is in force
     * @param releaseAt ISO date and time in Japan; empty for as soon as it is approved
     * @param overNewer whether it may replace a version that came after the one the draft began from
     */
    public record Asked(
            UUID draftId, List<UUID> forms, String versionTag, String note, String releaseAt, boolean overNewer) {}

    /**
     * @param kind process or decision
     * @param standard whether what Kasane ships comes back
     * @param replaces the version in force when it was asked for
     * @param drawnBy who saved the draft last
     * @param version the one it got in the engine; null before
     * @param refusal what the engine said
     * @param mine whether the acting user asked for it or drew it, and so does not review it
     */
    public record Release(
            UUID id,
            String kind,
            String resourceId,
            String name,
            boolean standard,
            String versionTag,
            String note,
            Instant releaseAt,
            Integer replaces,
            String status,
            String askedBy,
            Instant askedAt,
            String drawnBy,
            String reviewedBy,
            Instant reviewedAt,
            String review,
            Instant endedAt,
            Integer version,
            String refusal,
            boolean mine) {

        public boolean open() {
            return status.equals("in-review") || status.equals("approved");
        }
    }

    /** @param own whether it is the municipality's, and not what Kasane ships beside it */
    public record ReleasedFile(String kind, String resourceId, boolean own) {}

    // ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * Asks for a draft to be put into force.
     *
     * @return the id of the release
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.Conflict if one of the same is open, somebody is editing the draft, or a newer version would be replaced unseen
     * @throws Refusal.Invalid for fields that cannot be accepted, and for a draft in which the checks find errors
     */
    @Transactional
    public UUID ask(Asked asked) {
        requireManager();
        var draft = drafts.one(asked.draftId());
        if (draft.editor() != null && !draft.mine()) {
            throw new Refusal.Conflict("この下書きは、いま " + draft.editor() + "さんが編集しています。編集が終わってから申請してください。");
        }
        var kind = draft.kind();
        if (kind == Drafts.Kind.FORM) {
            throw new Refusal.Conflict("様式は、それを使う図といっしょに公開します。図の下書きから申請してください。");
        }
        var errors = new ArrayList<Refusal.FieldError>();
        var at = check(asked.versionTag(), asked.note(), asked.releaseAt(), errors);
        var files = kind == Drafts.Kind.PROCESS ? process(draft, asked, errors) : decision(draft, errors);
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        var replaces = inForce(draft.resourceId(), kind);
        if (replaces != null && draft.basedOn() != null && replaces > draft.basedOn() && !asked.overNewer()) {
            throw new Refusal.Conflict("この下書きは第 " + draft.basedOn() + " 版から始めましたが、いまは第 " + replaces + " 版が使われています。第 "
                    + replaces + " 版で変わったところも置きかえてよいか、確かめてください。");
        }
        var id = insert(
                new Subject(
                        kind.code(),
                        draft.resourceId(),
                        draft.name(),
                        false,
                        draft.id(),
                        savedBy(draft.id()),
                        replaces),
                asked.versionTag().strip(),
                asked.note().strip(),
                at);
        files.forEach(file -> insert(id, file));
        if (shipped(kind.code(), draft.resourceId())) {
            insert(id, new Content(STANDARD, draft.resourceId(), standard(kind.code(), draft.resourceId()), false));
        }
        return id;
    }

    /**
     * Asks for what Kasane ships to come back in place of the municipality's own.
     *
     * @throws Refusal as {@link #ask}; Conflict where nothing of its own is in force
     */
    @Transactional
    public UUID askForStandard(String kind, String resourceId, String versionTag, String note, String releaseAt) {
        requireManager();
        var own = newest(kind, resourceId)
                .filter(release -> !release.standard())
                .orElseThrow(() -> new Refusal.Conflict("標準のものが使われています。戻すものはありません。"));
        if (!shipped(kind, resourceId)) {
            throw new Refusal.Conflict("この図には、標準のものがありません。");
        }
        var errors = new ArrayList<Refusal.FieldError>();
        var at = check(versionTag, note, releaseAt, errors);
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        return insert(
                new Subject(
                        kind,
                        resourceId,
                        own.name(),
                        true,
                        null,
                        Acting.required().id(),
                        inForce(resourceId, Drafts.Kind.of(kind).orElseThrow())),
                versionTag.strip(),
                note.strip(),
                at);
    }

    private record Subject(
            String kind,
            String resourceId,
            String name,
            boolean standard,
            UUID draft,
            UUID drawnBy,
            Integer replaces) {}

    private UUID insert(Subject subject, String tag, String note, Instant at) {
        // One after the other: two who ask at once would both find nothing open.
        jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.release'))")
                .query()
                .listOfRows();
        open(subject.kind(), subject.resourceId()).ifPresent(other -> {
            throw new Refusal.Conflict("「" + other.name() + "」は、" + other.askedBy() + "さんが公開を申請しています。終わってから申請してください。");
        });
        if (jdbc.sql(
                        """
                        select exists (select from kasane.model_release where kind = :kind and resource_id = :resource and version_tag = :tag
                                       and status not in ('withdrawn', 'returned'))
                        """)
                .param("kind", subject.kind())
                .param("resource", subject.resourceId())
                .param("tag", tag)
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("versionTag", "版の名前", "は、もう使われています。")));
        }
        var id = Ids.next();
        streams.open(id, KIND);
        jdbc.sql(
                        """
                        insert into kasane.model_release (id, municipality_id, kind, resource_id, name, standard, version_tag, note, release_at, replaces,
                            draft_id, draft_revision, status, asked_by, asked_at, drawn_by)
                        values (:id, kasane.my_municipality(), :kind, :resource, :name, :standard, :tag, :note, :at, :replaces, :draft,
                            (select d.revision from kasane.model_draft d where d.id = :draft), 'in-review', kasane.acting_user(), :now, :drawn)
                        """)
                .param("id", id)
                .param("kind", subject.kind())
                .param("resource", subject.resourceId())
                .param("name", subject.name())
                .param("standard", subject.standard())
                .param("tag", tag)
                .param("note", note)
                .param("at", at == null ? null : Timestamp.from(at), java.sql.Types.TIMESTAMP)
                .param("replaces", subject.replaces(), java.sql.Types.INTEGER)
                .param("draft", subject.draft(), java.sql.Types.OTHER)
                .param("drawn", subject.drawnBy())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                id,
                CaseEvent.now(
                        "release.asked",
                        clock.instant(),
                        Map.of("process", subject.resourceId(), "tag", tag, "standard", subject.standard())));
        engine.startMatter(id, KIND);
        return id;
    }

    private record Content(String kind, String resourceId, byte[] content, boolean own) {}

    private void insert(UUID release, Content file) {
        jdbc.sql(
                        """
                        insert into kasane.model_release_file (release_id, municipality_id, kind, resource_id, content, own)
                        values (:release, kasane.my_municipality(), :kind, :resource, :content, :own)
                        """)
                .param("release", release)
                .param("kind", file.kind())
                .param("resource", file.resourceId())
                .param("content", file.content())
                .param("own", file.own())
                .update();
    }

    private Instant check(String versionTag, String note, String releaseAt, List<Refusal.FieldError> errors) {
        if (versionTag == null || !versionTag.strip().matches("[A-Za-z0-9._-]{1,40}")) {
            errors.add(new Refusal.FieldError("versionTag", "版の名前", "は、半角の英数字と . _ - の 40 字までで入力してください。"));
        }
        if (note == null || note.isBlank() || note.strip().length() > 2000) {
            errors.add(new Refusal.FieldError("note", "変わること", "は 1～2000 字で入力してください。"));
        }
        if (releaseAt == null || releaseAt.isBlank()) {
            return null;
        }
        try {
            var at = LocalDateTime.parse(releaseAt.strip())
                    .atZone(JapaneseTime.ZONE)
                    .toInstant();
            if (at.isBefore(clock.instant()) || at.isAfter(clock.instant().plus(FARTHEST))) {
                errors.add(new Refusal.FieldError("releaseAt", "公開の日時", "は、これから 1 年のうちにしてください。"));
            }
            return at;
        } catch (DateTimeParseException notATime) {
            errors.add(new Refusal.FieldError("releaseAt", "公開の日時", "を読み取れません。"));
            return null;
        }
    }

    /** The diagram with its tag, and every form it shows: a draft that goes with it, else the one it has now, else the shipped one. */
    private List<Content> process(Drafts.Draft draft, Asked asked, List<Refusal.FieldError> errors) {
        var xml = VersionTag.stamped(drafts.xml(draft.id()), asked.versionTag());
        var chosen = new HashMap<String, UUID>();
        for (var form : asked.forms()) {
            var one = drafts.one(form);
            if (one.kind() == Drafts.Kind.FORM) {
                chosen.put(one.resourceId(), one.id());
            }
        }
        var now = newest("process", draft.resourceId())
                .filter(release -> !release.standard())
                .map(release -> contents(release.id()).stream()
                        .filter(file -> file.kind().equals("form"))
                        .collect(Collectors.toMap(Content::resourceId, Function.identity())))
                .orElse(Map.of());
        var files = new ArrayList<Content>();
        files.add(new Content("process", draft.resourceId(), xml, true));
        for (var form : Deployments.forms(xml)) {
            if (chosen.containsKey(form)) {
                files.add(new Content("form", form, drafts.xml(chosen.get(form)), true));
            } else if (now.containsKey(form)) {
                files.add(now.get(form));
            } else if (drafts.shipped().forms().containsKey(form)) {
                files.add(new Content("form", form, forms.shipped(form).getBytes(StandardCharsets.UTF_8), false));
            }
        }
        refuseErrors(checks.of(xml, byId(files)), errors);
        return files;
    }

    private Map<String, byte[]> byId(List<Content> files) {
        var found = new LinkedHashMap<String, byte[]>();
        files.stream()
                .filter(file -> file.kind().equals("form"))
                .forEach(file -> found.put(file.resourceId(), file.content()));
        return found;
    }

    private List<Content> decision(Drafts.Draft draft, List<Refusal.FieldError> errors) {
        refuseErrors(drafts.findings(draft.id()), errors);
        return List.of(new Content("decision", draft.resourceId(), drafts.xml(draft.id()), true));
    }

    private static void refuseErrors(List<Finding> found, List<Refusal.FieldError> errors) {
        var wrong = found.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .toList();
        if (!wrong.isEmpty()) {
            errors.add(new Refusal.FieldError(
                    "draft",
                    "点検",
                    "で誤りが " + wrong.size() + " 件見つかりました（" + wrong.getFirst().elementName() + " など）。直してから申請してください。"));
        }
    }

    private UUID savedBy(UUID draft) {
        return jdbc.sql("select saved_by from kasane.model_draft where id = :id")
                .param("id", draft)
                .query(UUID.class)
                .single();
    }

    private Integer inForce(String resourceId, Drafts.Kind kind) {
        return kind != Drafts.Kind.PROCESS
                ? null
                : running.inForce().stream()
                        .filter(one -> one.processId().equals(resourceId))
                        .map(RunningDiagrams.InForce::version)
                        .findFirst()
                        .orElse(null);
    }

    // ── reviewing ──────────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * Notes the review. Under the lock of the stream.
     *
     * @return facts for the engine
     * @throws Refusal.Forbidden for who asked for it or drew it
     * @throws Refusal.Conflict if it is not to be reviewed any more
     * @throws Refusal.Invalid if it is approved and the checks find an error by now
     */
    Map<String, Object> review(UUID id, boolean approved, String said) {
        var release = one(id);
        if (release.mine()) {
            throw new Refusal.Forbidden("自分が申請した、または描いた図の公開は、自分では審査できません。所管課のほかの人が審査します。");
        }
        if (!release.status().equals("in-review")) {
            throw new Refusal.Conflict("この公開の審査は、もう終わっています。");
        }
        if (approved) {
            var errors = new ArrayList<Refusal.FieldError>();
            refuseErrors(findings(release), errors);
            if (!errors.isEmpty()) {
                throw new Refusal.Invalid(errors);
            }
        }
        jdbc.sql(
                        """
                        update kasane.model_release set status = :status, reviewed_by = kasane.acting_user(), reviewed_at = :now, review = :said
                        where id = :id
                        """)
                .param("id", id)
                .param("status", approved ? "approved" : "returned")
                .param("now", Timestamp.from(clock.instant()))
                .param("said", said)
                .update();
        streams.append(
                id, CaseEvent.now(approved ? "release.approved" : "release.returned", clock.instant(), Map.of()));
        if (!approved) {
            streams.over(id, true);
            return Map.of("outcome", "returned");
        }
        return Map.of("outcome", "approved", "releaseAt", at(release));
    }

    private String at(Release release) {
        var at = release.releaseAt() == null ? clock.instant() : release.releaseAt();
        return at.atZone(JapaneseTime.ZONE).toOffsetDateTime().toString();
    }

    /**
     * Takes it back before it is in force.
     *
     * @throws Refusal.Forbidden for anybody but a manager
     * @throws Refusal.Conflict once it is in force, or was refused
     */
    @Transactional
    public void withdraw(UUID id) {
        requireManager();
        streams.lock(id);
        if (!one(id).open()) {
            throw new Refusal.Conflict("この公開は、もう取り下げられません。");
        }
        jdbc.sql("update kasane.model_release set status = 'withdrawn', ended_at = :now where id = :id")
                .param("id", id)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(id, CaseEvent.now("release.withdrawn", clock.instant(), Map.of()));
        streams.over(id, true);
        engine.end(id);
    }

    // ── what the engine asks ───────────────────────────────────────────────────────────────────────────────────────

    @Override
    public String processId() {
        return KIND;
    }

    /** {@code step}: review, release with {@code releaseAt}, or over. */
    @Override
    public Map<String, Object> facts(UUID id, String instanceKey) {
        return find(id).map(release -> switch (release.status()) {
                    case "in-review" -> Map.<String, Object>of("step", "review");
                    case "approved" -> Map.<String, Object>of("step", "release", "releaseAt", at(release));
                    default -> Map.<String, Object>of("step", "over");
                })
                .orElse(Map.of("step", "over"));
    }

    @Override
    public Map<String, Object> deploy(JobContext job) {
        var id = Ids.parse(job.matterId()).orElseThrow(() -> new UnknownReference("どの公開か分かりません。"));
        var release =
                system.inTransaction(() -> find(id)).orElseThrow(() -> new UnknownReference("この公開はデータベースにありません。"));
        if (release.status().equals("deployed") || release.status().equals("refused")) {
            return Map.of("outcome", release.status());
        }
        if (!release.status().equals("approved")) {
            return Map.of("outcome", "refused");
        }
        try {
            int version = deployments.deploy(system.inTransaction(() -> bundle(release)));
            return end(id, "deployed", version, null);
        } catch (Deployments.NotTaken refused) {
            var said = refused.getMessage();
            return end(id, "refused", null, said.substring(0, Math.min(said.length(), 4000)));
        }
    }

    private Map<String, Object> end(UUID id, String status, Integer version, String refusal) {
        return system.inTransaction(() -> {
            streams.lock(id);
            int ended = jdbc.sql(
                            """
                            update kasane.model_release set status = :status, ended_at = :now, version = :version, refusal = :refusal
                            where id = :id and status = 'approved'
                            """)
                    .param("id", id)
                    .param("status", status)
                    .param("now", Timestamp.from(clock.instant()))
                    .param("version", version, java.sql.Types.INTEGER)
                    .param("refusal", refusal, java.sql.Types.VARCHAR)
                    .update();
            if (ended > 0) {
                streams.append(
                        id,
                        CaseEvent.now(
                                "release." + status,
                                clock.instant(),
                                version == null ? Map.of() : Map.of("version", version)));
                streams.over(id, true);
            }
            return Map.of("outcome", status);
        });
    }

    private OwnModels.Bundle bundle(Release release) {
        if (release.standard()) {
            return release.kind().equals("process")
                    ? deployments.shippedProcess(release.resourceId())
                    : deployments.shippedDecision(release.resourceId());
        }
        return new OwnModels.Bundle(
                release.resourceId(),
                contents(release.id()).stream()
                        .map(file -> new OwnModels.File(
                                file.resourceId()
                                        + Drafts.Kind.of(file.kind())
                                                .orElseThrow()
                                                .ending(),
                                file.content()))
                        .toList());
    }

    /** The diagram before its forms; of each process and table the last that was released, unless that is what Kasane ships. */
    @Override
    public List<OwnModels.Bundle> inForce() {
        return system.inTransaction(() -> jdbc
                .sql(
                        SELECT
                                + """
                where r.id in (select distinct on (x.kind, x.resource_id) x.id from kasane.model_release x where x.status = 'deployed'
                               order by x.kind, x.resource_id, x.ended_at desc)
                  and not r.standard order by r.kind, r.resource_id
                """)
                .query(Release.class)
                .list()
                .stream()
                .map(this::bundle)
                .toList());
    }

    /** Who hears of it: everybody of the section once it is in force, else who asked for it. */
    void tell(UUID id, String kind, boolean everybody) {
        record Asker(UUID municipality, UUID askedBy) {}
        var asker = jdbc.sql(
                        "select municipality_id as municipality, asked_by from kasane.model_release where id = :id")
                .param("id", id)
                .query(Asker.class)
                .single();
        notices.tell(
                everybody ? notices.holders(asker.municipality(), "manager", null) : List.of(asker.askedBy()),
                kind,
                kind + ":" + id,
                Notices.About.matter(id));
    }

    // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────

    /** The newest first, 200 at most. */
    @Transactional(readOnly = true)
    public List<Release> all() {
        mayLook();
        return jdbc.sql(SELECT + " order by r.asked_at desc limit " + MOST)
                .query(Release.class)
                .list();
    }

    /** @throws Refusal.NotFound for one the acting user may not know of */
    @Transactional(readOnly = true)
    public Release one(UUID id) {
        mayLook();
        return find(id).orElseThrow(() -> new Refusal.NotFound("図の公開"));
    }

    /**
     * Whether it does not go on because the engine does not answer: an order to it is still open, or the time has come and nothing was deployed.
     * What was asked and reviewed is kept and goes on by itself.
     */
    @Transactional(readOnly = true)
    public boolean waitsForEngine(UUID id) {
        var release = one(id);
        if (!release.open()) {
            return false;
        }
        var since = clock.instant().minus(UNNOTICED);
        return release.status().equals("approved")
                        && release.reviewedAt().isBefore(since)
                        && (release.releaseAt() == null || release.releaseAt().isBefore(since))
                || jdbc.sql("select kasane.waits_for_engine(:id, :since)")
                        .param("id", id)
                        .param("since", Timestamp.from(since))
                        .query(Boolean.class)
                        .single();
    }

    private Optional<Release> find(UUID id) {
        return jdbc.sql(SELECT + " where r.id = :id")
                .param("id", id)
                .query(Release.class)
                .optional();
    }

    /** What is in force of its own, or came back to what is shipped; empty where nothing was ever released. */
    @Transactional(readOnly = true)
    public Optional<Release> newest(String kind, String resourceId) {
        return jdbc.sql(
                        SELECT
                                + """
                where r.kind = :kind and r.resource_id = :resource and r.status = 'deployed' order by r.ended_at desc limit 1
                """)
                .param("kind", kind)
                .param("resource", resourceId)
                .query(Release.class)
                .optional();
    }

    /**
     * The municipality's own in place of what Kasane ships.
     *
     * @param tag name of the version
     * @param release that brought it
     * @param standardMoved whether Kasane ships another one by now than the one it came from
     */
    public record Own(String tag, UUID release, boolean standardMoved) {}

    /** What is in force of the municipality's own, by kind and id ({@code process plan}). */
    @Transactional(readOnly = true)
    public Map<String, Own> own() {
        mayLook();
        record Row(UUID id, String kind, String resourceId, String versionTag, boolean standard, byte[] cameFrom) {}
        var own = new HashMap<String, Own>();
        jdbc
                .sql(
                        """
                        select distinct on (r.kind, r.resource_id) r.id, r.kind, r.resource_id, r.version_tag, r.standard, f.content as came_from
                        from kasane.model_release r
                        left join kasane.model_release_file f on f.release_id = r.id and f.kind = 'standard' and f.resource_id = r.resource_id
                        where r.status = 'deployed' order by r.kind, r.resource_id, r.ended_at desc
                        """)
                .query(Row.class)
                .list()
                .stream()
                .filter(row -> !row.standard())
                .forEach(row -> own.put(
                        row.kind() + " " + row.resourceId(),
                        new Own(
                                row.versionTag(),
                                row.id(),
                                row.cameFrom() != null
                                        && shipped(row.kind(), row.resourceId())
                                        && !Arrays.equals(row.cameFrom(), standard(row.kind(), row.resourceId())))));
        return own;
    }

    /** The one that waits for its review or its time. */
    @Transactional(readOnly = true)
    public Optional<Release> open(String kind, String resourceId) {
        return jdbc.sql(
                        SELECT
                                + " where r.kind = :kind and r.resource_id = :resource and r.status in ('in-review', 'approved')")
                .param("kind", kind)
                .param("resource", resourceId)
                .query(Release.class)
                .optional();
    }

    /** The diagram first, then its forms by id; of what Kasane ships nothing is kept. */
    @Transactional(readOnly = true)
    public List<ReleasedFile> files(UUID id) {
        one(id);
        return contents(id).stream()
                .map(file -> new ReleasedFile(file.kind(), file.resourceId(), file.own()))
                .toList();
    }

    /**
     * @param kind process, decision, form, or standard: what Kasane shipped under its id when it was asked for
     * @throws Refusal.NotFound for a file that does not belong to it
     */
    @Transactional(readOnly = true)
    public byte[] file(UUID id, String kind, String resourceId) {
        one(id);
        return jdbc.sql(
                        "select content from kasane.model_release_file where release_id = :id and kind = :kind and resource_id = :resource")
                .param("id", id)
                .param("kind", kind)
                .param("resource", resourceId)
                .query(byte[].class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("ファイル"));
    }

    /** Drafts of forms that go with this diagram, if whoever asks for it wants that. */
    @Transactional(readOnly = true)
    public List<Drafts.Draft> formsFor(UUID draft) {
        return checks.formsFor(drafts.one(draft));
    }

    /** What the checks say of it today. */
    @Transactional(readOnly = true)
    public List<Finding> findings(UUID id) {
        return findings(one(id));
    }

    private List<Finding> findings(Release release) {
        if (release.standard()) {
            return List.of();
        }
        var files = contents(release.id());
        var first = files.getFirst();
        return first.kind().equals("process")
                ? checks.of(first.content(), byId(files))
                : checks.ofTable(first.content());
    }

    private List<Content> contents(UUID id) {
        return jdbc.sql(
                        """
                        select kind, resource_id, content, own from kasane.model_release_file where release_id = :id and kind <> 'standard'
                        order by kind = 'form', resource_id
                        """)
                .param("id", id)
                .query(Content.class)
                .list();
    }

    private byte[] standard(String kind, String id) {
        var bundle = kind.equals("process") ? deployments.shippedProcess(id) : deployments.shippedDecision(id);
        return bundle.files().getFirst().content();
    }

    private boolean shipped(String kind, String id) {
        var ids = kind.equals("process")
                ? drafts.shipped().processes()
                : drafts.shipped().decisions();
        return ids.contains(id);
    }

    private static void requireManager() {
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("図の公開は所管課の担当者が申請します。");
        }
    }

    private static void mayLook() {
        var actor = Acting.required();
        if (!actor.has("manager") && !actor.has("auditor") && !actor.has("system")) {
            throw new Refusal.Forbidden("図の公開は所管課と監査の担当者だけが見られます。");
        }
    }
}
