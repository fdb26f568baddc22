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
import jp.kasane.casefile.Phases;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Turns a case may take at any time, whatever it waits for: something urgent, a move, a return. */
final class Turns {

    private Turns() {}

    /** To another phase, unless the case is in it already: then what is under way there goes on. */
    private static void turnTo(Cases cases, CaseFile before, String phase) {
        if (phase.equals("asis") || phase.equals(before.phase())) {
            return;
        }
        cases.begin(before.id(), phase);
    }

    /** Back to where it was taken from, as far as it still stands where it was taken to. */
    static Optional<StepHandler.Place> back(CaseChanges changes, Recorded before) {
        return changes.cameFrom(before.id()).map(from -> {
            if (from.phase().equals("watch") || from.phase().equals("closed")) {
                throw new Refusal.Conflict("この記録でケースが再開しているため、取消や行き先の変更はできません。終結の手続きで終えるか、改めて記録してください。");
            }
            return new StepHandler.Place(
                    from.phase(), from.step() == null ? Phases.firstStep(from.phase()) : from.step());
        });
    }

    /** 緊急の出来事: told to the section, the lead and the accompanying coordinators at once (002, L914-924). */
    @Component
    static class Urgent implements FreeForm {

        private final JdbcClient jdbc;
        private final Cases cases;
        private final CaseChanges changes;
        private final Notices notices;

        Urgent(JdbcClient jdbc, Cases cases, CaseChanges changes, Notices notices) {
            this.jdbc = jdbc;
            this.cases = cases;
            this.changes = changes;
            this.notices = notices;
        }

        @Override
        public String formId() {
            return "urgent-event";
        }

        @Override
        public Set<String> roles() {
            return Set.of("coordinator", "manager", "member", "reception");
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var before = cases.required(s.caseId());
            cases.urgent(s.caseId());
            if (before.phase().equals("watch")) {
                cases.reopen(s.caseId(), "assessment");
            }
            turnTo(cases, cases.required(s.caseId()), s.text("next"));
            changes.add(
                    s.id(),
                    before,
                    "urgent",
                    JapaneseTime.dayOf(s.time("happenedAt")),
                    s.text("content"),
                    List.of(),
                    Map.of());
            var municipality = jdbc.sql("select kasane.my_municipality()")
                    .query(UUID.class)
                    .single();
            var people = new ArrayList<>(notices.holders(municipality, "manager", null));
            people.addAll(notices.holders(municipality, "coordinator", before.coordinatingAgencyId()));
            people.addAll(notices.peopleOf(municipality, before.leadAgencyId()));
            notices.tell(
                    people.stream().distinct().toList(),
                    "urgent-event",
                    "urgent:" + s.id(),
                    Notices.About.aCase(s.caseId()));
            return Map.of("urgency", "urgent");
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("next");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            changes.correct(
                    before.id(), after.id(), JapaneseTime.dayOf(after.time("happenedAt")), after.text("content"));
            return false;
        }

        /** Who was told stays told, and the case stays marked as urgent. */
        @Override
        public void withdraw(Recorded before) {
            changes.withdraw(before.id());
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return back(changes, before);
        }
    }

    /** 転出: the agency at the new place is arranged before the case is closed (001, L4637-4641). */
    @Component
    static class Moving implements FreeForm {

        private final Cases cases;
        private final CaseChanges changes;

        Moving(Cases cases, CaseChanges changes) {
            this.cases = cases;
            this.changes = changes;
        }

        @Override
        public String formId() {
            return "moving-out";
        }

        @Override
        public boolean fits(CaseFile file) {
            return !file.closed() && !file.phase().equals("watch");
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var before = cases.required(s.caseId());
            turnTo(cases, before, s.text("next"));
            changes.add(s.id(), before, "moving", s.date("occurredOn"), s.text("arrangement"), List.of(), Map.of());
            return Map.of();
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("next");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            changes.correct(before.id(), after.id(), after.date("occurredOn"), after.text("arrangement"));
            return false;
        }

        @Override
        public void withdraw(Recorded before) {
            changes.withdraw(before.id());
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return back(changes, before);
        }
    }

    /** 再開: the same case with its one history (大潟 001, L7168-7172; 狭山 001, L12407-12411). */
    @Component
    static class Reopening implements FreeForm {

        private final Cases cases;
        private final CaseChanges changes;

        Reopening(Cases cases, CaseChanges changes) {
            this.cases = cases;
            this.changes = changes;
        }

        @Override
        public String formId() {
            return "reopening";
        }

        @Override
        public boolean fits(CaseFile file) {
            return file.closed() || file.phase().equals("watch");
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var before = cases.required(s.caseId());
            cases.reopen(s.caseId(), s.text("next"));
            changes.add(s.id(), before, "reopening", s.date("occurredOn"), s.text("reason"), List.of(), Map.of());
            return Map.of();
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("next");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            changes.correct(before.id(), after.id(), after.date("occurredOn"), after.text("reason"));
            return false;
        }

        /** Struck out; the case stays open, for it is closed by its closure only. */
        @Override
        public void withdraw(Recorded before) {
            changes.withdraw(before.id());
        }
    }
}
