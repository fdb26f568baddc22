package jp.kasane.household;

import java.util.List;
import java.util.Map;
import jp.kasane.casefile.CaseChanges;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.Submission;
import org.springframework.stereotype.Component;

/** 世帯員の追加: a birth, somebody who came back, a person nobody had told of. May call for a new assessment. */
@Component
class AddMember implements FreeForm {

    private final Households households;
    private final MemberRows rows;
    private final Cases cases;
    private final CaseChanges changes;

    AddMember(Households households, MemberRows rows, Cases cases, CaseChanges changes) {
        this.households = households;
        this.rows = rows;
        this.cases = cases;
        this.changes = changes;
    }

    @Override
    public String formId() {
        return "member-added";
    }

    /** Before a household is known there is nobody to add to: the first assessment asks for everybody. */
    @Override
    public boolean fits(CaseFile file) {
        return !file.closed() && file.householdName() != null && !file.phase().equals("watch");
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        if (s.text("name") == null && s.text("label") == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("name", "氏名", "か仮の呼び名を入力してください。")));
        }
        var before = cases.required(s.caseId());
        var id = Ids.next();
        rows.save(s.caseId(), id, households.members(s.caseId()).size(), s.data());
        if (s.text("next").equals("assessment") && !before.phase().equals("assessment")) {
            cases.begin(s.caseId(), "assessment");
        }
        changes.add(s.id(), before, "member", s.date("occurredOn"), null, List.of(), Map.of("memberId", id));
        return Map.of("memberId", id.toString());
    }

    /** The person, unless a later round of gathering knows better; whether an assessment followed stays. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        if (!after.text("next").equals(before.submission().text("next"))) {
            throw new Refusal.Conflict("世帯員の追加のあとに進んだ段階は、訂正では変えられません。");
        }
        changes.correct(before.id(), after.id(), after.date("occurredOn"), null);
        var members = households.members(after.caseId());
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).id().equals(before.fact("memberId"))) {
                rows.save(after.caseId(), members.get(i).id(), i, after.data());
            }
        }
        return false;
    }

    /** The person was never part of the household. */
    @Override
    public void withdraw(Recorded before) {
        changes.withdraw(before.id());
        rows.gone(before.fact("memberId"));
    }
}
