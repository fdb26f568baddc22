package jp.kasane.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What is recorded on a case outside of any task: a contact, a change of consent, an urgent event. Where it changes the case's
 * way, the running case is told to ask where it stands ({@code case-changed}); one that was closed starts again.
 */
@Component
@Transactional
public class Records implements CaseSection {

    /** What somebody may record who sees the case by an emergency only. */
    private static final String IN_AN_EMERGENCY = "contact";

    private final JdbcClient jdbc;
    private final List<FreeForm> kinds;
    private final Forms forms;
    private final Streams streams;
    private final Cases cases;
    private final Submissions submissions;
    private final EngineOrders engine;

    Records(
            JdbcClient jdbc,
            List<FreeForm> kinds,
            Forms forms,
            Streams streams,
            Cases cases,
            Submissions submissions,
            EngineOrders engine) {
        this.jdbc = jdbc;
        this.kinds = kinds;
        this.forms = forms;
        this.streams = streams;
        this.cases = cases;
        this.submissions = submissions;
        this.engine = engine;
    }

    /** A form to be filled in, with what is known already. */
    public record Blank(CaseFile file, String formId, String schema, java.util.Map<String, Object> data) {}

    /**
     * Records what happened.
     *
     * @throws Refusal.NotFound if the acting user does not see the case, or there is no such form
     * @throws Refusal.Forbidden if the acting user's roles may not record this
     * @throws Refusal.Conflict if it does not fit where the case stands
     * @throws Refusal.Invalid for fields that cannot be accepted
     */
    public UUID record(UUID caseId, String formId, JsonNode entered, Submissions.Circumstances circumstances) {
        var kind = allowed(caseId, formId);
        streams.lock(caseId);
        var before = fitting(caseId, kind);
        var data = forms.accept(forms.shipped(formId), entered, submissions.context(formId, caseId, null));
        var id = submissions
                .free(caseId, caseId, null, formId, data, circumstances)
                .id();
        goOn(before);
        return id;
    }

    /** The engine hears of it where the case no longer stands where it stood. */
    public void goOn(CaseFile before) {
        if (!cases.required(before.id()).standsElsewhereThan(before)) {
            return;
        }
        if (before.closed()) {
            engine.reseat(before.id());
        } else {
            engine.knock(before.id(), "case-changed", before.id().toString());
        }
    }

    @Transactional(readOnly = true)
    public Blank blank(UUID caseId, String formId) {
        var kind = allowed(caseId, formId);
        var file = fitting(caseId, kind);
        var data = submissions.context(formId, caseId, null);
        data.putAll(kind.prefill(caseId, null, null));
        return new Blank(file, formId, forms.shipped(formId), data);
    }

    private FreeForm allowed(UUID caseId, String formId) {
        var kind = kinds.stream()
                .filter(each -> each.formId().equals(formId))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("記録の様式"));
        cases.required(caseId);
        if (!mayRecord(kind)) {
            throw new Refusal.Forbidden("この記録をする役割ではないため、登録できません。");
        }
        if (!formId.equals(IN_AN_EMERGENCY) && byEmergencyOnly(caseId)) {
            throw new Refusal.Forbidden("緊急閲覧では、支援経過だけを記録できます。");
        }
        return kind;
    }

    private boolean byEmergencyOnly(UUID caseId) {
        return jdbc.sql("select kasane.by_emergency_only(:id)")
                .param("id", caseId)
                .query(Boolean.class)
                .single();
    }

    private static boolean mayRecord(FreeForm kind) {
        return kind.roles().stream().anyMatch(Acting.required()::has);
    }

    private CaseFile fitting(UUID caseId, FreeForm kind) {
        var file = cases.required(caseId);
        if (file.mergedInto() != null) {
            throw new Refusal.Conflict(Tasks.merged(file));
        }
        if (!kind.fits(file)) {
            throw new Refusal.Conflict(file.closed() ? "このケースは終結しています。" : "ケースの今の段階では、この記録はできません。");
        }
        return file;
    }

    /** What the acting user may record on the case now: ids of forms. */
    @Override
    @Transactional(readOnly = true)
    public List<String> of(UUID caseId) {
        var file = cases.required(caseId);
        boolean emergency = byEmergencyOnly(caseId);
        return kinds.stream()
                .filter(kind -> !emergency || kind.formId().equals(IN_AN_EMERGENCY))
                .filter(kind -> file.mergedInto() == null && mayRecord(kind) && kind.fits(file))
                .map(StepHandler::formId)
                .sorted()
                .toList();
    }

    @Override
    public String key() {
        return "records";
    }

    @Override
    public int order() {
        return 5;
    }
}
