package jp.kasane.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseChanges;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.consent.Consents;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Notices;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What somebody asks for on a case without waiting for a task: that a meeting sits, that another agency leads. */
final class Requests {

    private Requests() {}

    /**
     * 会議を求める: the case goes to the meeting phase, where the members are proposed and the meeting is convened as ever. A 支援会議
     * needs no consent and may sit from any point (002, L2083-84).
     */
    @Component
    static class MeetingRequest implements FreeForm {

        private static final Set<String> FROM = Set.of("assessment", "outreach", "plan", "monitoring");

        private final Cases cases;
        private final CaseChanges changes;

        MeetingRequest(Cases cases, CaseChanges changes) {
            this.cases = cases;
            this.changes = changes;
        }

        @Override
        public String formId() {
            return "meeting-request";
        }

        /** A case that is in the meeting phase has its meeting; one that is closing finishes that first. */
        @Override
        public boolean fits(CaseFile file) {
            return FROM.contains(file.phase());
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var before = cases.required(s.caseId());
            cases.begin(s.caseId(), "meeting");
            changes.add(
                    s.id(),
                    before,
                    "meeting",
                    JapaneseTime.dayOf(s.occurredAt()),
                    s.text("purpose"),
                    List.of(),
                    Map.of());
            return Map.of();
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            changes.correct(before.id(), after.id(), JapaneseTime.dayOf(after.occurredAt()), after.text("purpose"));
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            changes.withdraw(before.id());
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Turns.back(changes, before);
        }
    }

    /** 主担当の交代: nobody is without a lead, not for a moment; the new one must be covered by the consent there is. */
    @Component
    static class LeadHandover implements FreeForm {

        private final JdbcClient jdbc;
        private final Cases cases;
        private final CaseChanges changes;
        private final Consents consents;
        private final Agencies agencies;
        private final Notices notices;

        LeadHandover(
                JdbcClient jdbc,
                Cases cases,
                CaseChanges changes,
                Consents consents,
                Agencies agencies,
                Notices notices) {
            this.jdbc = jdbc;
            this.cases = cases;
            this.changes = changes;
            this.consents = consents;
            this.agencies = agencies;
            this.notices = notices;
        }

        @Override
        public String formId() {
            return "lead-handover";
        }

        @Override
        public boolean fits(CaseFile file) {
            return !file.closed() && !file.phase().equals("watch");
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var before = cases.required(s.caseId());
            var agency = agencies.idOf(s.text("agency"));
            if (agency.equals(before.leadAgencyId())) {
                throw refused("は、いまの主担当と同じです。");
            }
            if (!consents.covers(s.caseId(), agency)) {
                throw refused("とは、情報を共有する同意がまだありません。先に同意を記録してください。");
            }
            cases.lead(s.caseId(), agency);
            changes.add(
                    s.id(),
                    before,
                    "lead",
                    JapaneseTime.dayOf(s.occurredAt()),
                    s.text("reason"),
                    List.of(),
                    Map.of("agencyId", agency, "agencyBefore", before.leadAgencyId()));
            tell(before, agency, s.id());
            return Map.of(
                    "agencyId",
                    agency.toString(),
                    "agencyBefore",
                    before.leadAgencyId().toString());
        }

        private void tell(CaseFile before, UUID agency, UUID submission) {
            var municipality = jdbc.sql("select kasane.my_municipality()")
                    .query(UUID.class)
                    .single();
            var people = new ArrayList<>(notices.peopleOf(municipality, agency));
            people.addAll(notices.peopleOf(municipality, before.leadAgencyId()));
            people.addAll(notices.holders(municipality, "coordinator", before.coordinatingAgencyId()));
            notices.tell(
                    people.stream().distinct().toList(),
                    "lead-changed",
                    "lead:" + submission,
                    Notices.About.aCase(before.id()));
        }

        private static Refusal.Invalid refused(String message) {
            return new Refusal.Invalid(List.of(new Refusal.FieldError("agency", "新しい主担当", message)));
        }

        /** Its words; to whom it passed is not corrected but taken back, so that whoever was told is told again. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            if (!agencies.idOf(after.text("agency")).equals(before.fact("agencyId"))) {
                throw refused("は訂正では変えられません。取り消して、改めて記録してください。");
            }
            changes.correct(before.id(), after.id(), JapaneseTime.dayOf(after.occurredAt()), after.text("reason"));
            return false;
        }

        /** The agency before leads again, unless it has passed on since. */
        @Override
        public void withdraw(Recorded before) {
            changes.withdraw(before.id());
            if (cases.required(before.caseId()).leadAgencyId().equals(before.fact("agencyId"))) {
                cases.lead(before.caseId(), before.fact("agencyBefore"));
            }
        }
    }
}
