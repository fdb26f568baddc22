package jp.kasane.support;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.MunicipalRules;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 終結: evaluated, handed over with an acknowledgement, decided by the section. */
@Component
@Transactional(readOnly = true)
public class Closures implements CaseSection {

    private final JdbcClient jdbc;
    private final MunicipalRules rules;

    Closures(JdbcClient jdbc, MunicipalRules rules) {
        this.jdbc = jdbc;
        this.rules = rules;
    }

    /**
     * @param status evaluated, accepted, declined, closed, returned
     * @param reasonNames the codes of {@code reasons} as the municipality calls them
     */
    public record Closure(
            UUID id,
            int version,
            String status,
            List<String> reasons,
            Map<String, String> reasonNames,
            String evaluation,
            String handoverAgency,
            String handoverNote,
            boolean watch,
            String watchNote,
            String contactPerson,
            String answerReason,
            String answeredBy,
            String decidedBy,
            LocalDate decidedOn,
            String documentNo,
            String decisionReason) {}

    @Override
    public String key() {
        return "closures";
    }

    @Override
    public int order() {
        return 70;
    }

    @Override
    public List<Closure> of(UUID caseId) {
        var names = rules.closureNames();
        return jdbc.sql(
                        """
                        select c.*, a.name as handover, u.display_name as answered_name, d.display_name as decided_name
                        from kasane.closure c left join kasane.agency a on a.id = c.handover_agency_id
                        left join kasane.app_user u on u.id = c.answered_by left join kasane.app_user d on d.id = c.decided_by
                        where c.case_id = :id and c.voided_at is null order by c.version desc
                        """)
                .param("id", caseId)
                .query((row, n) -> new Closure(
                        row.getObject("id", UUID.class),
                        row.getInt("version"),
                        row.getString("status"),
                        reasons(row),
                        named(reasons(row), names),
                        row.getString("evaluation"),
                        row.getString("handover"),
                        row.getString("handover_note"),
                        row.getBoolean("watch"),
                        row.getString("watch_note"),
                        row.getString("contact_person"),
                        row.getString("answer_reason"),
                        row.getString("answered_name"),
                        row.getString("decided_name"),
                        row.getObject("decided_on", LocalDate.class),
                        row.getString("document_no"),
                        row.getString("decision_reason")))
                .list();
    }

    private static List<String> reasons(ResultSet row) throws SQLException {
        return List.of((String[]) row.getArray("reasons").getArray());
    }

    private static Map<String, String> named(List<String> codes, Map<String, String> names) {
        var named = new LinkedHashMap<String, String>();
        codes.forEach(code -> named.put(code, names.getOrDefault(code, code)));
        return named;
    }

    UUID latest(UUID caseId) {
        return jdbc.sql(
                        "select id from kasane.closure where case_id = :case and voided_at is null order by version desc limit 1")
                .param("case", caseId)
                .query(UUID.class)
                .single();
    }

    record About(UUID id, boolean stands) {}

    /** The evaluation an answer or a decision was about: the last one before it. It stands unless it was voided or followed by another. */
    About about(Recorded step) {
        return jdbc.sql(
                        """
                        select c.id, c.voided_at is null and not exists (
                                   select from kasane.closure n where n.case_id = c.case_id and n.version > c.version and n.voided_at is null) as stands
                        from kasane.submission s join kasane.submission o on o.id = coalesce(s.original, s.id)
                        join kasane.closure c on c.case_id = s.case_id and c.recorded_at <= o.recorded_at
                        where s.id = :id order by c.version desc limit 1
                        """)
                .param("id", step.id())
                .query(About.class)
                .single();
    }

    @Component
    static class Evaluate implements StepHandler, Occasion {

        private final JdbcClient jdbc;
        private final Agencies agencies;
        private final MunicipalRules rules;
        private final Cases cases;
        private final StandingDeadlines deadlines;
        private final Notices notices;
        private final Clock clock;

        Evaluate(
                JdbcClient jdbc,
                Agencies agencies,
                MunicipalRules rules,
                Cases cases,
                StandingDeadlines deadlines,
                Notices notices,
                Clock clock) {
            this.jdbc = jdbc;
            this.agencies = agencies;
            this.rules = rules;
            this.cases = cases;
            this.deadlines = deadlines;
            this.notices = notices;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "closure-evaluation";
        }

        /** The municipality's own reasons (那珂川, 矢巾 and 世田谷 have lists of their own; 001, L11673-11679, L4639, L15667). */
        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            return Map.of("closureOptions", options());
        }

        private List<Forms.Option> options() {
            return rules.closureCodes().stream()
                    .map(reason -> new Forms.Option(reason.code(), reason.name()))
                    .toList();
        }

        /** What was ticked stays acceptable, although it may not be offered any more. */
        @Override
        public Map<String, Object> contextOf(Recorded before) {
            var options = new ArrayList<>(options());
            var names = rules.closureNames();
            for (var code : before.submission().list("reasons")) {
                if (options.stream().noneMatch(option -> option.value().equals(code))) {
                    options.add(new Forms.Option(code, names.getOrDefault(code, code)));
                }
            }
            return Map.of("closureOptions", options);
        }

        /** What was returned is where the next round starts. */
        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            var prefill = new HashMap<String, Object>();
            jdbc.sql(
                            "select evaluation, watch, watch_note from kasane.closure where case_id = :id and voided_at is null order by version desc limit 1")
                    .param("id", caseId)
                    .query((row, n) -> {
                        prefill.put("evaluation", row.getString("evaluation"));
                        prefill.put("watch", row.getBoolean("watch") ? "yes" : "none");
                        prefill.put("watchNote", row.getString("watch_note"));
                        return n;
                    })
                    .optional();
            // Moved away, or back to normal support: why the case came here is known already.
            jdbc.sql(
                            "select kind from kasane.case_change where case_id = :id and voided_at is null order by recorded_at desc limit 1")
                    .param("id", caseId)
                    .query(String.class)
                    .optional()
                    .filter("moving"::equals)
                    .ifPresent(moving -> reason(prefill, "moved"));
            jdbc.sql(
                            "select route from kasane.assessment where case_id = :id and voided_at is null order by version desc limit 1")
                    .param("id", caseId)
                    .query(String.class)
                    .optional()
                    .filter("normal"::equals)
                    .ifPresent(normal -> reason(prefill, "normal"));
            return prefill;
        }

        private void reason(Map<String, Object> prefill, String code) {
            if (options().stream().anyMatch(option -> option.value().equals(code))) {
                prefill.put("reasons", List.of(code));
            }
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var decision = s.text("decision");
            var receiver = s.text("handoverAgency") == null ? null : agencies.idOf(s.text("handoverAgency"));
            jdbc.sql(
                            """
                            insert into kasane.closure (id, municipality_id, case_id, submission_id, version, status, reasons, evaluation, handover_agency_id,
                                handover_note, watch, watch_note, watch_on, recorded_at, recorded_by)
                            values (:id, kasane.my_municipality(), :case, :submission,
                                (select coalesce(max(version), 0) + 1 from kasane.closure where case_id = :case),
                                'evaluated', :reasons, :evaluation, :receiver, :note, :watch, :watchNote, :watchOn, :recorded, :by)
                            """)
                    .param("id", Ids.next())
                    .param("case", s.caseId())
                    .param("submission", s.id())
                    .param("reasons", s.list("reasons").toArray(String[]::new))
                    .param("evaluation", s.text("evaluation"))
                    .param("receiver", receiver)
                    .param("note", s.text("handoverNote"))
                    .param("watch", s.text("watch").equals("yes"))
                    .param("watchNote", s.text("watchNote"))
                    .param("watchOn", s.date("watchOn"))
                    .param("recorded", Timestamp.from(s.recordedAt()))
                    .param("by", s.submittedBy())
                    .update();
            cases.askToReceive(s.caseId(), receiver);
            cases.moveTo(s.caseId(), "closure", receiver == null ? "decide" : "acknowledge");
            return Map.of("decision", decision);
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("decision", "handoverAgency", "watch");
        }

        /** A watch that runs already is looked at on the corrected day. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            """
                            update kasane.closure set reasons = :reasons, evaluation = :evaluation, handover_agency_id = :receiver,
                                handover_note = :note, watch_note = :watchNote, watch = :watch, watch_on = :watchOn, submission_id = :after
                            where submission_id = :before
                            """)
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("reasons", after.list("reasons").toArray(String[]::new))
                    .param("evaluation", after.text("evaluation"))
                    .param(
                            "receiver",
                            after.text("handoverAgency") == null ? null : agencies.idOf(after.text("handoverAgency")),
                            Types.OTHER)
                    .param("note", after.text("handoverNote"))
                    .param("watch", after.text("watch").equals("yes"))
                    .param("watchNote", after.text("watchNote"))
                    .param("watchOn", after.date("watchOn"))
                    .update();
            var file = cases.required(after.caseId());
            var was = before.submission().date("watchOn");
            if (!before.latest() || was == null || !was.equals(file.watchOn()) || was.equals(after.date("watchOn"))) {
                return false;
            }
            cases.watchAgainOn(after.caseId(), after.date("watchOn"));
            deadlines.keepOn(after.caseId(), Watches.STEP, after.caseId() + ":closure", after.date("watchOn"));
            return true;
        }

        @Override
        public void withdraw(Recorded before) {
            jdbc.sql("update kasane.closure set voided_at = :now where submission_id = :id")
                    .param("id", before.id())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (before.latest()) {
                cases.askToReceive(before.caseId(), null);
            }
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("closure", "evaluate"));
        }

        @Override
        public String message() {
            return "handover-requested";
        }

        @Override
        public void tell(UUID caseId, String instanceKey) {
            record Asked(UUID municipality, UUID closure, UUID agency) {}
            jdbc.sql(
                            """
                            select municipality_id as municipality, id as closure, handover_agency_id as agency from kasane.closure
                            where case_id = :case and handover_agency_id is not null order by version desc limit 1
                            """)
                    .param("case", caseId)
                    .query(Asked.class)
                    .optional()
                    .ifPresent(asked -> notices.tell(
                            notices.holders(asked.municipality(), "member", asked.agency()),
                            "handover-requested",
                            "handover:" + asked.closure(),
                            Notices.About.aCase(caseId)));
        }
    }

    /** 引継ぎの受領: nobody is handed over without somebody who takes them. */
    @Component
    static class Acknowledge implements StepHandler {

        private final JdbcClient jdbc;
        private final Closures closures;
        private final Cases cases;

        Acknowledge(JdbcClient jdbc, Closures closures, Cases cases) {
            this.jdbc = jdbc;
            this.closures = closures;
            this.cases = cases;
        }

        @Override
        public String formId() {
            return "handover-acknowledgement";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var outcome = s.text("outcome");
            var receiver = cases.required(s.caseId()).receivingAgencyId();
            jdbc.sql(
                            """
                            update kasane.closure set status = :status, contact_person = :person, answer_reason = :reason, answered_by = :by where id = :id
                            """)
                    .param("id", closures.latest(s.caseId()))
                    .param("status", outcome)
                    .param("person", s.text("contactPerson"))
                    .param("reason", s.text("reason"))
                    .param("by", s.submittedBy())
                    .update();
            if (outcome.equals("accepted")) {
                cases.lead(s.caseId(), receiver);
                cases.moveTo(s.caseId(), "closure", "decide");
            } else {
                cases.begin(s.caseId(), "closure");
                cases.askToReceive(s.caseId(), null);
            }
            return Map.of("outcome", outcome);
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql("update kasane.closure set contact_person = :person, answer_reason = :reason where id = :id")
                    .param("id", closures.about(before).id())
                    .param("person", after.text("contactPerson"))
                    .param("reason", after.text("reason"))
                    .update();
            return false;
        }

        @Override
        public boolean stillCounts(Recorded before) {
            return closures.about(before).stands();
        }

        /** Asked once more; an agency that had taken the lead gives it back to whom it came from. */
        @Override
        public void withdraw(Recorded before) {
            if (!before.latest()) {
                return;
            }
            var receiver = jdbc.sql(
                            """
                            update kasane.closure set status = 'evaluated', contact_person = null, answer_reason = null, answered_by = null
                            where id = :id returning handover_agency_id
                            """)
                    .param("id", closures.about(before).id())
                    .query(UUID.class)
                    .single();
            var formerLead = jdbc.sql(
                            """
                            select coalesce(
                                (select (e.refs ->> 'agencyId')::uuid from kasane.case_event e
                                 where e.case_id = f.id and e.kind = 'lead.changed' and e.recorded_at < :then order by e.seq desc limit 1),
                                m.coordinating_agency_id)
                            from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id where f.id = :id
                            """)
                    .param("id", before.caseId())
                    .param("then", Timestamp.from(before.submission().recordedAt()))
                    .query(UUID.class)
                    .single();
            cases.lead(before.caseId(), formerLead);
            cases.askToReceive(before.caseId(), receiver);
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("closure", "acknowledge"));
        }
    }

    @Component
    static class Decide implements StepHandler {

        private final JdbcClient jdbc;
        private final Closures closures;
        private final Cases cases;

        Decide(JdbcClient jdbc, Closures closures, Cases cases) {
            this.jdbc = jdbc;
            this.closures = closures;
            this.cases = cases;
        }

        @Override
        public String formId() {
            return "closure-decision";
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var decision = s.text("decision");
            var closure = closures.latest(s.caseId());
            jdbc.sql(
                            """
                            update kasane.closure set status = :status, decided_by = :by, decided_on = :on, document_no = :document, decision_reason = :reason
                            where id = :id
                            """)
                    .param("id", closure)
                    .param("status", decision)
                    .param("by", s.submittedBy())
                    .param("on", s.date("decidedOn"))
                    .param("document", s.text("documentNo"))
                    .param("reason", s.text("reason"))
                    .update();
            if (!decision.equals("closed")) {
                cases.begin(s.caseId(), "closure");
                return Map.of("decision", decision);
            }
            var watchOn = jdbc.sql("select watch_on from kasane.closure where id = :id and watch")
                    .param("id", closure)
                    .query(LocalDate.class)
                    .optional()
                    .orElse(null);
            cases.close(s.caseId(), watchOn);
            return watchOn == null
                    ? Map.of("decision", decision, "outcome", "none")
                    : Map.of("decision", decision, "outcome", "watch", "watchAt", Watches.morning(watchOn));
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("decision");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            "update kasane.closure set decided_on = :on, document_no = :document, decision_reason = :reason where id = :id")
                    .param("id", closures.about(before).id())
                    .param("on", after.date("decidedOn"))
                    .param("document", after.text("documentNo"))
                    .param("reason", after.text("reason"))
                    .update();
            return false;
        }

        @Override
        public boolean stillCounts(Recorded before) {
            return closures.about(before).stands();
        }

        /** The case is open again and waits for the decision; roles that ended with it do not come back by themselves. */
        @Override
        public void withdraw(Recorded before) {
            if (before.latest()) {
                jdbc.sql(
                                """
                                update kasane.closure set status = case when handover_agency_id is null then 'evaluated' else 'accepted' end,
                                    decided_by = null, decided_on = null, document_no = null, decision_reason = null
                                where id = :id
                                """)
                        .param("id", closures.about(before).id())
                        .update();
            }
        }

        @Override
        public Optional<Place> place(Recorded before) {
            return Optional.of(new Place("closure", "decide"));
        }
    }
}
