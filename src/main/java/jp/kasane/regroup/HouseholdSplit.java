package jp.kasane.regroup;

import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseChanges;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.consent.CarriedConsents;
import jp.kasane.consent.Consents;
import jp.kasane.form.Forms;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Household;
import jp.kasane.household.Households;
import jp.kasane.household.Moves;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 世帯分離: some of a household live apart from a day on. They only leave, or go on as a case of their own, which is opened like every
 * other and begins with the assessment: a household is seen as a whole (002, L2079-81), and this one has not been.
 */
@Component
class HouseholdSplit implements FreeForm {

    private final JdbcClient jdbc;
    private final Households households;
    private final Moves moves;
    private final Consents consents;
    private final CarriedConsents carried;
    private final Cases cases;
    private final CaseChanges changes;
    private final SystemActor system;
    private final Clock clock;

    HouseholdSplit(
            JdbcClient jdbc,
            Households households,
            Moves moves,
            Consents consents,
            CarriedConsents carried,
            Cases cases,
            CaseChanges changes,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.households = households;
        this.moves = moves;
        this.consents = consents;
        this.carried = carried;
        this.cases = cases;
        this.changes = changes;
        this.system = system;
        this.clock = clock;
    }

    @Override
    public String formId() {
        return "household-split";
    }

    /** Nobody parts from a household that is not known yet. */
    @Override
    public boolean fits(CaseFile file) {
        return !file.closed() && file.householdName() != null && !file.phase().equals("watch");
    }

    @Override
    public Map<String, Object> context(UUID caseId, String instanceKey) {
        return Map.of("memberOptions", households.options(caseId));
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        return Map.of(
                "subjects",
                households.members(caseId).stream()
                        .filter(Household.Member::subject)
                        .map(member -> member.id().toString())
                        .toList());
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var leaving = ids(s, "memberIds");
        var staying = new ArrayList<>(households.members(s.caseId()).stream()
                .map(Household.Member::id)
                .toList());
        staying.removeAll(leaving);
        var centre = ids(s, "subjects");
        boolean own = s.text("how").equals("own");
        check(s, leaving, staying, centre, own);

        var before = cases.required(s.caseId());
        var allowed = carried.allowed(before);
        var facts = new HashMap<String, Object>();
        var refs = new HashMap<String, Object>();
        refs.put("memberIds", leaving);
        if (own) {
            var there = goOn(before, leaving, centre, s.text("householdName"));
            facts.put("toCaseId", there.toString());
            refs.put("toCaseId", there);
        }
        moves.left(s.caseId(), leaving, s.date("occurredOn"));
        moves.centre(s.caseId(), centre);
        var stopped = carried.follow(allowed);
        if (s.text("next").equals("assessment")
                && !cases.required(s.caseId()).phase().equals("assessment")) {
            cases.begin(s.caseId(), "assessment");
        }
        changes.add(
                s.id(), before, "split", s.date("occurredOn"), s.text("note"), Merges.told(stopped), Map.copyOf(refs));
        return facts;
    }

    /**
     * As the system: whoever parts them may lead the case and not accompany it, or may not know an address that is concealed. What they
     * may see of the new case is decided by its own seats: those who accompany it, and the lead as far as consent covers it.
     */
    private UUID goOn(CaseFile before, List<UUID> leaving, List<UUID> centre, String name) {
        var id = cases.openBeside(before);
        system.inThisTransaction(() -> {
            moves.found(id, name);
            var there = moves.copy(leaving, id);
            moves.centre(
                    id, centre.stream().map(there::get).filter(Objects::nonNull).toList());
            carried.carry(there, id);
            cases.partedFrom(id, before.id());
            if (consents.covers(id, before.leadAgencyId())) {
                cases.lead(id, before.leadAgencyId());
            }
        });
        return id;
    }

    private void check(Submission s, List<UUID> leaving, List<UUID> staying, List<UUID> centre, boolean own) {
        var errors = new ArrayList<Refusal.FieldError>();
        if (staying.isEmpty()) {
            errors.add(new Refusal.FieldError("memberIds", "離れる人", "が世帯の全員です。全員で移るときは、転出または終結として記録してください。"));
        } else if (centre.stream().noneMatch(staying::contains)) {
            errors.add(new Refusal.FieldError("subjects", "相談の中心となる人", "を、残る世帯からも一人以上選んでください。"));
        }
        if (own && centre.stream().noneMatch(leaving::contains)) {
            errors.add(new Refusal.FieldError("subjects", "相談の中心となる人", "を、新しいケースになる世帯からも一人以上選んでください。"));
        }
        if (s.date("occurredOn").isAfter(today())) {
            errors.add(new Refusal.FieldError("occurredOn", "別に暮らし始めた日", "は今日までの日付にしてください。"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
    }

    private LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }

    private static List<UUID> ids(Submission s, String field) {
        return s.list(field).stream().map(UUID::fromString).toList();
    }

    // ── 訂正・取消 ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Override
    public Map<String, Object> contextOf(Recorded before) {
        var named = new ArrayList<>(ids(before.submission(), "memberIds"));
        named.addAll(ids(before.submission(), "subjects"));
        return Map.of(
                "memberOptions",
                jdbc.sql(
                                """
                                select id::text as value, coalesce(name, label) as label from kasane.household_member
                                where case_id = :case and (left_at is null or id = any (:named)) order by position
                                """)
                        .param("case", before.caseId())
                        .param("named", named.toArray(UUID[]::new))
                        .query(Forms.Option.class)
                        .list());
    }

    /** The day and the words. Who went, and whether with a case of their own, is not another version of it but another event. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        for (var field : List.of("memberIds", "subjects", "how", "householdName", "next")) {
            if (!Objects.equals(
                    before.submission().data().get(field), after.data().get(field))) {
                throw new Refusal.Conflict("訂正できるのは、日付と理由だけです。離れた人や進め方を変えるには、取り消して改めて記録してください。");
            }
        }
        if (after.date("occurredOn").isAfter(today())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("occurredOn", "別に暮らし始めた日", "は今日までの日付にしてください。")));
        }
        changes.correct(before.id(), after.id(), after.date("occurredOn"), after.text("note"));
        moves.leftOn(after.caseId(), ids(after, "memberIds"), after.date("occurredOn"));
        return false;
    }

    /** They are members again, unless they have a case of their own: that has its own way to its end. */
    @Override
    public void withdraw(Recorded before) {
        if (before.submission().text("how").equals("own")) {
            throw new Refusal.Conflict("離れた人のケースがすでに始まっているため、取り消せません。また一緒に暮らすときは、二つのケースを統合してください。");
        }
        changes.withdraw(before.id());
        moves.back(before.caseId(), ids(before.submission(), "memberIds"));
    }
}
