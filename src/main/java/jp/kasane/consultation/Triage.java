package jp.kasane.consultation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.MunicipalRules;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 相談内容の確認・振り分け: the receiving agency judges whether issues are compound (八王子's ①–④; 002, L2123-25, L2168-2236) and
 * where the consultation goes. When it becomes a case, the case is opened in the same transaction.
 */
@Component
class Triage implements StepHandler, Occasion {

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final Cases cases;
    private final Notices notices;
    private final MunicipalRules rules;

    Triage(JdbcClient jdbc, Agencies agencies, Cases cases, Notices notices, MunicipalRules rules) {
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.cases = cases;
        this.notices = notices;
        this.rules = rules;
    }

    @Override
    public String formId() {
        return "triage";
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var route = s.text("route");
        var caseId = route.equals("case") ? open(s) : null;
        write(s);
        jdbc.sql("update kasane.consultation set status = :route, case_id = :case where id = :id")
                .param("id", s.consultationId())
                .param("route", route)
                .param("case", caseId, java.sql.Types.OTHER)
                .update();
        if (caseId != null) {
            cases.opened(caseId, s.consultationId());
        }
        return Map.of("route", route, "caseClass", s.text("caseClass"), "urgency", s.text("urgency"));
    }

    private void write(Submission s) {
        jdbc.sql(
                        """
                        update kasane.consultation set case_class = :class, urgency = :urgency, triage_reason = :reason,
                            referral_agency_id = :referral, answer = :answer
                        where id = :id
                        """)
                .param("id", s.consultationId())
                .param("class", s.text("caseClass"))
                .param("urgency", s.text("urgency"))
                .param("reason", s.text("reason"))
                .param("referral", s.text("referralAgency") == null ? null : agencies.idOf(s.text("referralAgency")))
                .param("answer", s.text("answer"))
                .update();
    }

    /** Mostly with the assessment; what is urgent begins where it is needed, an outreach even before any plan (002, L1377-81). */
    private UUID open(Submission s) {
        requireWay(s.consultationId());
        var begin = s.text("begin") == null ? "assessment" : s.text("begin");
        return cases.open(s.text("caseClass"), s.text("urgency"), begin);
    }

    /** 杉並's cases come through agencies only: its centre backs their consultations and takes none of a citizen (001, L15886-15896). */
    private void requireWay(UUID consultationId) {
        if (!rules.mayCitizenOpenCase()
                && !jdbc.sql("select brought_by from kasane.consultation where id = :id")
                        .param("id", consultationId)
                        .query(String.class)
                        .single()
                        .equals("agency")) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "route", "振り分け先", "：この市町村では、区民から直接受けた相談は支援ケースにできません。相談機関へつなぎ、その機関からの相談として受け付けてください。")));
        }
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("route");
    }

    /** Texts and class; those of the case that began with it too. Where that case began stays as it was. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        write(after);
        var was = before.submission();
        caseOf(after.consultationId()).ifPresent(caseId -> jdbc.sql(
                        """
                                update kasane.case_file set case_class = :class, urgency = case urgency when :was then :urgency else urgency end
                                where id = :id
                                """)
                .param("id", caseId)
                .param("class", after.text("caseClass"))
                .param("was", was.text("urgency"))
                .param("urgency", after.text("urgency"))
                .update());
        return false;
    }

    /** @throws Refusal.Conflict where a case began with it: that case has its own way to its end */
    @Override
    public void withdraw(Recorded before) {
        if (caseOf(before.submission().consultationId()).isPresent()) {
            throw new Refusal.Conflict("この振り分けから支援ケースが始まっているため、振り分け先の変更や取消はできません。理由などの文は訂正できます。");
        }
        jdbc.sql("update kasane.consultation set status = 'received' where id = :id")
                .param("id", before.submission().consultationId())
                .update();
    }

    private Optional<UUID> caseOf(UUID consultationId) {
        return jdbc.sql("select case_id from kasane.consultation where id = :id and case_id is not null")
                .param("id", consultationId)
                .query(UUID.class)
                .optional();
    }

    @Override
    public String message() {
        return "urgent-consultation";
    }

    /** The section and the accompanying coordinators hear of what cannot wait. */
    @Override
    public void tell(UUID consultationId, String instanceKey) {
        record Where(UUID municipalityId, UUID coordinating) {}
        var where = jdbc.sql(
                        """
                        select c.municipality_id, m.coordinating_agency_id as coordinating
                        from kasane.consultation c join kasane.municipality m on m.id = c.municipality_id where c.id = :id
                        """)
                .param("id", consultationId)
                .query(Where.class)
                .single();
        var people = new ArrayList<>(notices.holders(where.municipalityId(), "manager", null));
        people.addAll(notices.holders(where.municipalityId(), "coordinator", where.coordinating()));
        notices.tell(
                people.stream().distinct().toList(),
                "urgent-consultation",
                "urgent-consultation:" + consultationId,
                new Notices.About(null, consultationId, null, null));
    }
}
