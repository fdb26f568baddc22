package jp.kasane.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.engine.EngineTask;
import jp.kasane.engine.EngineTasks;
import jp.kasane.form.Forms;
import jp.kasane.form.SheetDifference;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 訂正・取消 of what was submitted (DESIGN §8): both versions stay and are readable, the modules' tables show the valid one. Where
 * the case goes another way because of it, that must be confirmed; the case then stands there and is seated again, later steps
 * stay in its history. Only the newest version can be corrected: of two corrections at once one wins, the other is told.
 */
@Component
@Transactional
public class Corrections {

    private final JdbcClient jdbc;
    private final Submissions submissions;
    private final EngineTasks tasks;
    private final EngineOrders engine;
    private final Streams streams;
    private final Cases cases;
    private final Forms forms;
    private final MessageSource messages;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Corrections(
            JdbcClient jdbc,
            Submissions submissions,
            EngineTasks tasks,
            EngineOrders engine,
            Streams streams,
            Cases cases,
            Forms forms,
            MessageSource messages,
            ApplicationEventPublisher events,
            Clock clock) {
        this.jdbc = jdbc;
        this.submissions = submissions;
        this.tasks = tasks;
        this.engine = engine;
        this.streams = streams;
        this.cases = cases;
        this.forms = forms;
        this.messages = messages;
        this.events = events;
        this.clock = clock;
    }

    /**
     * One version of something submitted.
     *
     * @param state valid, corrected (訂正前: a newer version took its place) or voided (取消)
     * @param reason why it was corrected: of the version that was corrected by it, null for the first
     * @param formVersion of the form it was entered in, as the engine deployed it; null for one that belongs to no task
     */
    public record Version(
            UUID id,
            String state,
            Instant occurredAt,
            Instant recordedAt,
            String submittedBy,
            String onBehalfOf,
            String reason,
            Instant voidedAt,
            String voidedBy,
            String voidReason,
            String data,
            Integer formVersion) {}

    /**
     * Something submitted with its form and all its versions, the newest first.
     *
     * @param mayCorrect whether the acting user may correct or void it
     */
    public record Sheet(
            UUID id,
            UUID caseId,
            UUID consultationId,
            UUID matterId,
            String step,
            String formId,
            JsonNode form,
            Map<String, Object> data,
            Version version,
            List<Version> versions,
            boolean mayCorrect) {}

    /** @throws Refusal.NotFound if the acting user may not see it */
    @Transactional(readOnly = true)
    public Sheet sheet(UUID id) {
        var recorded = required(id);
        var submission = recorded.submission();
        var versions = versions(id);
        var data = new HashMap<>(context(recorded));
        var version = versions.stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
        var entered = version.state().equals("valid") ? handler(submission).filled(recorded) : submission.data();
        entered.fields().forEachRemaining(field -> data.put(field.getKey(), field.getValue()));
        return new Sheet(
                id,
                submission.caseId(),
                submission.consultationId(),
                submission.matterId(),
                submission.step(),
                submission.formId(),
                forms.parse(schema(recorded)),
                data,
                version,
                versions,
                version.state().equals("valid") && mayCorrect(recorded));
    }

    /**
     * What a correction changed in the version it corrected; empty for what corrects nothing.
     */
    @Transactional(readOnly = true)
    public Optional<SheetDifference> difference(Sheet sheet, Locale in) {
        int place = sheet.versions().indexOf(sheet.version());
        return place + 1 < sheet.versions().size()
                ? Optional.of(SheetDifference.between(
                        sheet.form(),
                        forms.parse(forms.write(sheet.data())),
                        forms.parse(sheet.versions().get(place + 1).data()),
                        forms.parse(sheet.version().data()),
                        in))
                : Optional.empty();
    }

    /**
     * Corrects the newest version (訂正).
     *
     * @param changePath confirms that the case may go another way
     * @return the corrected version's id
     * @throws Refusal.Conflict if somebody corrected or voided it before, if it cannot be corrected, or if the case would go
     *     another way and that is not confirmed; nothing changed
     * @throws Refusal.Forbidden if the acting user may not do the step
     * @throws Refusal.Invalid for fields that cannot be accepted, the reason among them
     */
    public UUID correct(
            UUID id, JsonNode entered, String reason, boolean changePath, Submissions.Circumstances circumstances) {
        requireReason(reason);
        var before = toChange(id);
        var handler = handler(before.submission());
        var data = forms.accept(schema(before), entered, context(before));
        var after = submissions.correcting(before.submission(), data, reason, circumstances);
        var stood = file(before);
        var task = task(id);
        boolean elsewhere = false;
        boolean askAgain = false;
        if (before.latest() && differ(handler, before.submission().data(), data)) {
            var place = handler.place(before);
            handler.withdraw(before);
            place.ifPresent(where -> stand(before.caseId(), where));
            submissions.applyAnew(before, after);
            askAgain = task != null && mayGoOn(before, place);
            elsewhere = stood != null && moved(stood) || place.isEmpty() && askAgain;
        } else {
            askAgain = handler.correct(before, after);
            submissions.takeOverFacts(before.id(), after.id());
            elsewhere = stood != null && moved(stood);
        }
        if (elsewhere && stood != null) {
            confirmed(changePath, stood, task, "訂正");
        }
        finish("submission.corrected", before, after, task, elsewhere, askAgain);
        return after.id();
    }

    /**
     * Voids what was submitted (取消): it stays readable, struck through. The step is done again, unless it was done again since.
     *
     * @throws Refusal as for {@link #correct}
     */
    public void voidIt(UUID id, String reason, boolean changePath) {
        requireReason(reason);
        var before = toChange(id);
        var handler = handler(before.submission());
        var stood = file(before);
        var task = task(id);
        var place = handler.place(before);
        handler.withdraw(before);
        if (before.latest()) {
            place.ifPresent(where -> stand(before.caseId(), where));
        }
        boolean elsewhere = before.latest() && task != null && mayGoOn(before, place) || stood != null && moved(stood);
        if (elsewhere && stood != null) {
            confirmed(changePath, stood, task, "取消");
        }
        jdbc.sql("update kasane.submission set voided_at = :now, voided_by = :by, void_reason = :reason where id = :id")
                .param("now", Timestamp.from(clock.instant()))
                .param("by", Acting.required().id())
                .param("reason", reason)
                .param("id", id)
                .update();
        finish("submission.voided", before, before.submission(), task, elsewhere, elsewhere);
    }

    private void finish(
            String kind, Recorded before, Submission about, EngineTask task, boolean elsewhere, boolean askAgain) {
        var now = file(before);
        var refs = new HashMap<String, Object>(Map.of("form", about.formId(), "moved", elsewhere));
        if (!about.id().equals(before.id())) {
            refs.put("corrects", before.id());
        }
        if (now != null) {
            refs.put("phase", now.phase());
            refs.put("step", now.step());
        }
        if (elsewhere) {
            // Until the engine has ended them these are still on somebody's list; nothing may be submitted to them any
            // more.
            refs.put("closedTasks", openTasks(about.streamId()));
        }
        streams.append(
                about.streamId(),
                new CaseEvent(
                        kind,
                        kind.equals("submission.voided") ? clock.instant() : about.occurredAt(),
                        about.id().equals(before.id()) ? null : about.onBehalfOf(),
                        task == null ? null : task.id(),
                        about.id(),
                        refs));
        if (elsewhere && now != null) {
            events.publishEvent(new PathCorrected(now.id(), now.phase(), now.step()));
        }
        if (elsewhere || askAgain) {
            engine.reseat(about.streamId());
        }
    }

    private List<UUID> openTasks(UUID stream) {
        return jdbc.sql(
                        "select id from engine.user_task where state = 'CREATED' and coalesce(case_id, consultation_id, matter_id) = :stream")
                .param("stream", stream)
                .query(UUID.class)
                .list();
    }

    private static boolean differ(StepHandler handler, ObjectNode before, ObjectNode after) {
        return handler.pathFields().stream()
                .anyMatch(field -> !Objects.equals(chosen(before, field), chosen(after, field)));
    }

    /** What was left empty and what was not ticked are the same. */
    private static String chosen(ObjectNode data, String field) {
        var value = data.path(field);
        return value.isMissingNode() || value.isNull() || value.isBoolean() && !value.asBoolean()
                ? ""
                : value.toString();
    }

    /** Nobody is asked for anything beside a case that is closed: a role or an invitation of it does not begin again. */
    private boolean mayGoOn(Recorded before, Optional<StepHandler.Place> place) {
        return place.isPresent()
                || before.caseId() == null
                || cases.required(before.caseId()).closedAt() == null;
    }

    private boolean moved(CaseFile stood) {
        return cases.required(stood.id()).standsElsewhereThan(stood);
    }

    private void stand(UUID caseId, StepHandler.Place place) {
        var file = cases.required(caseId);
        if (file.closedAt() != null && !place.phase().equals("watch")) {
            cases.reopen(caseId, place.phase(), place.step());
        } else if (!file.phase().equals(place.phase()) || !file.step().equals(place.step())) {
            cases.moveTo(caseId, place.phase(), place.step());
        }
    }

    private void confirmed(boolean changePath, CaseFile stood, EngineTask task, String what) {
        if (changePath) {
            return;
        }
        var now = cases.required(stood.id());
        String where;
        if (!now.phase().equals(stood.phase())) {
            where = "ケースの段階が「" + phase(stood) + "」から「" + phase(now) + "」に変わります。";
        } else if (now.standsElsewhereThan(stood)) {
            where = "ケースは「" + phase(now) + "」の段階の別の作業へ移ります。";
        } else {
            where = "「" + word("step." + (task == null ? "" : task.step())) + "」からやり直しになります。";
        }
        throw new Refusal.Conflict("この" + what + "で、" + where + "そのあとの記録は経過に残ります。よければ、道が変わることを確認してから、もう一度送信してください。");
    }

    private String phase(CaseFile file) {
        return word("phase." + file.phase());
    }

    private String word(String key) {
        return messages.getMessage(key, null, key, Locale.JAPANESE);
    }

    private CaseFile file(Recorded recorded) {
        return recorded.caseId() == null ? null : cases.required(recorded.caseId());
    }

    private static void requireReason(String reason) {
        if (reason == null || reason.isBlank()) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "理由", "を入力してください。")));
        }
    }

    /** Takes the lock of the stream: what is read from here on holds. */
    private Recorded toChange(UUID id) {
        var seen = required(id);
        if (ofMerged(seen)) {
            throw new Refusal.Conflict(Tasks.merged(cases.required(seen.caseId())));
        }
        if (!mayCorrect(seen)) {
            throw new Refusal.Forbidden("この作業の担当ではないため、訂正・取消はできません。");
        }
        streams.lock(seen.submission().streamId());
        if (ofMerged(seen)) {
            throw new Refusal.Conflict(Tasks.merged(cases.required(seen.caseId())));
        }
        requireNewest(id);
        return required(id);
    }

    private void requireNewest(UUID id) {
        jdbc
                .sql(
                        """
                        select u.display_name as name, n.recorded_at as at, 'に訂正しました。新しい版を確かめてください。' as what
                        from kasane.submission n join kasane.app_user u on u.id = n.submitted_by where n.corrects = :id
                        union all
                        select u.display_name, s.voided_at, 'に取り消しました。'
                        from kasane.submission s join kasane.app_user u on u.id = s.voided_by where s.id = :id and s.voided_at is not null
                        """)
                .param("id", id)
                .query((row, n) -> "この記録は「" + row.getString("name") + "」さんが"
                        + WrittenDates.dayAndHour(row.getTimestamp("at").toInstant(), Locale.JAPANESE)
                        + row.getString("what"))
                .list()
                .stream()
                .findFirst()
                .ifPresent(sentence -> {
                    throw new Refusal.Conflict(sentence);
                });
    }

    private Recorded required(UUID id) {
        var gate = submissions.find(id).orElseThrow(() -> new Refusal.NotFound("記録"));
        var meeting = jdbc.sql("select meeting_id from kasane.submission where id = :id")
                .param("id", id)
                .query((row, n) -> new UUID[] {row.getObject(1, UUID.class)})
                .single()[0];
        var recorded = new Recorded(gate.submission(), gate.facts(), meeting, latest(id));
        return recorded.latest() && !handler(recorded.submission()).stillCounts(recorded)
                ? new Recorded(recorded.submission(), recorded.facts(), meeting, false)
                : recorded;
    }

    private boolean latest(UUID id) {
        return jdbc.sql(
                        """
                        select not exists (
                            select from kasane.submission s
                            join kasane.submission o on o.id = coalesce(s.original, s.id)
                            join kasane.submission n on n.stream_id = s.stream_id and n.form_id = s.form_id and n.original is null
                                and n.instance_key is not distinct from s.instance_key and (n.recorded_at, n.id) > (o.recorded_at, o.id)
                            where s.id = :id and not exists (
                                select from kasane.submission v where coalesce(v.original, v.id) = n.id and v.voided_at is not null))
                        """)
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    private List<Version> versions(UUID id) {
        return jdbc.sql(
                        """
                        select v.id, case when v.voided_at is not null then 'voided'
                                          when exists (select from kasane.submission n where n.corrects = v.id) then 'corrected'
                                          else 'valid' end as state,
                               v.occurred_at, v.recorded_at, u.display_name as submitted_by, b.display_name as on_behalf_of,
                               v.correction_reason as reason, v.voided_at, d.display_name as voided_by, v.void_reason, v.data::text as data,
                               coalesce(v.form_version, (select o.form_version from kasane.submission o where o.id = v.original)) as form_version
                        from kasane.submission s
                        join kasane.submission v on coalesce(v.original, v.id) = coalesce(s.original, s.id)
                        left join kasane.app_user u on u.id = v.submitted_by left join kasane.app_user b on b.id = v.on_behalf_of
                        left join kasane.app_user d on d.id = v.voided_by
                        where s.id = :id order by v.recorded_at desc, v.id desc
                        """)
                .param("id", id)
                .query(Version.class)
                .list();
    }

    /** What a merged case holds is history: what is right now stands in the case it was merged into. */
    private boolean ofMerged(Recorded recorded) {
        return recorded.caseId() != null && cases.required(recorded.caseId()).mergedInto() != null;
    }

    /** Who may do the step, and managers. */
    private boolean mayCorrect(Recorded recorded) {
        if (ofMerged(recorded)) {
            return false;
        }
        var actor = Acting.required();
        if (actor.has("manager")) {
            return true;
        }
        var task = task(recorded.id());
        if (task != null) {
            return jdbc.sql("select :audience = any (kasane.workable_audiences())")
                    .param("audience", task.audienceId())
                    .query((row, n) -> row.getBoolean(1))
                    .single();
        }
        if (handler(recorded.submission()) instanceof FreeForm free) {
            return free.roles().stream().anyMatch(actor::has);
        }
        return jdbc.sql(
                        """
                        select kasane.may_write() and exists (
                            select from kasane.consultation where id = :id and agency_id = any (kasane.my_agencies()))
                        """)
                .param("id", recorded.submission().consultationId())
                .query(Boolean.class)
                .single();
    }

    /** The task the first version was submitted to; null for what belongs to none. */
    private EngineTask task(UUID id) {
        return jdbc.sql(
                        """
                        select o.task_id from kasane.submission s join kasane.submission o on o.id = coalesce(s.original, s.id)
                        where s.id = :id and o.task_id is not null
                        """)
                .param("id", id)
                .query(UUID.class)
                .optional()
                .flatMap(tasks::find)
                .orElse(null);
    }

    private StepHandler handler(Submission submission) {
        return submissions.handler(submission.formId());
    }

    /** The version of the form that was filled in; where its engine is gone, the one Kasane ships. */
    private String schema(Recorded recorded) {
        var task = task(recorded.id());
        return task == null || task.formSchema() == null
                ? forms.shipped(recorded.submission().formId())
                : task.formSchema();
    }

    private Map<String, Object> context(Recorded recorded) {
        var context = new HashMap<>(forms.options());
        context.putAll(handler(recorded.submission()).contextOf(recorded));
        return context;
    }
}
