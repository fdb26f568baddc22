package jp.kasane.plan;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.Companion;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import jp.kasane.worker.AllocateRoles;
import jp.kasane.worker.AllocateRolesWorker;
import jp.kasane.worker.BusinessError;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 役割分担 being carried out: every role an agency has in a plan in force has an instance of {@code role} of its own, from being
 * asked to the last report. The role's row is the truth; its id is the instance's key.
 */
@Component
class Roles implements AllocateRoles, Companion, ProcessFacts {

    private final JdbcClient jdbc;
    private final EngineOrders engine;
    private final Cases cases;
    private final Streams streams;
    private final SystemActor system;
    private final Clock clock;

    Roles(JdbcClient jdbc, EngineOrders engine, Cases cases, Streams streams, SystemActor system, Clock clock) {
        this.jdbc = jdbc;
        this.engine = engine;
        this.cases = cases;
        this.streams = streams;
        this.system = system;
        this.clock = clock;
    }

    record Role(
            UUID id,
            UUID municipalityId,
            UUID caseId,
            UUID planId,
            UUID agencyId,
            String agency,
            String role,
            String detail,
            String status,
            LocalDate nextReportOn,
            LocalDate reviewOn) {}

    Optional<Role> find(String instanceKey) {
        return Ids.parse(instanceKey).flatMap(id -> jdbc.sql(
                        """
                                select r.id, r.municipality_id, r.case_id, r.plan_id, r.agency_id, a.name as agency, r.role, r.detail, r.status,
                                       r.next_report_on, p.review_on
                                from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id join kasane.agency a on a.id = r.agency_id
                                where r.id = :id
                                """)
                .param("id", id)
                .query(Role.class)
                .optional());
    }

    @Override
    public void allocate(JobContext job) {
        var caseId = Ids.parse(job.caseId()).orElseThrow(() -> new UnknownReference("プランのケースがありません。"));
        system.inTransaction(() -> {
            cases.find(caseId).orElseThrow(() -> new UnknownReference("このケースはデータベースにありません。"));
            streams.lock(caseId);
            startAgain(caseId);
        });
    }

    /** Asks every agency with a role in a plan in force that was not asked in this seat of the case yet. */
    @Override
    public void startAgain(UUID caseId) {
        int seat = engine.seat(caseId);
        jdbc.sql(
                        """
                        select r.id from kasane.role_allocation r join kasane.plan p on p.id = r.plan_id
                        where r.case_id = :case and p.kind = 'support' and p.status in ('decided', 'started')
                          and r.status in ('planned', 'asked', 'accepted') and r.ordered_seat is distinct from :seat
                        order by r.position
                        """)
                .param("case", caseId)
                .param("seat", seat)
                .query(UUID.class)
                .list()
                .forEach(id -> {
                    jdbc.sql(
                                    """
                                    update kasane.role_allocation set ordered_seat = :seat,
                                        status = case status when 'planned' then 'asked' else status end
                                    where id = :id
                                    """)
                            .param("seat", seat)
                            .param("id", id)
                            .update();
                    engine.startCompanion(caseId, "role-allocated", "role", id, Map.of());
                });
    }

    /** The roles of a plan end: another plan takes its place, consent was withdrawn, or the case closes. */
    void end(UUID caseId, UUID planId, String why) {
        jdbc.sql(
                        "select id from kasane.role_allocation where plan_id = :plan and status in ('planned', 'asked', 'accepted')")
                .param("plan", planId)
                .query(UUID.class)
                .list()
                .forEach(id -> endOne(caseId, id, why));
        seatsFollow(caseId, null);
    }

    void endOne(UUID caseId, UUID id, String why) {
        jdbc.sql(
                        "update kasane.role_allocation set status = 'ended', end_reason = :why, ended_at = :now where id = :id")
                .param("id", id)
                .param("why", why)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        engine.knock(caseId, "role-ended", id.toString());
    }

    void seatsFollow(UUID caseId, List<UUID> covered) {
        jdbc.sql("select kasane.seats_follow_roles(:case, :covered::uuid[])")
                .param("case", caseId)
                .param("covered", covered == null ? null : covered.toArray(UUID[]::new))
                .query((row, n) -> n)
                .list();
    }

    @Override
    public String processId() {
        return "role";
    }

    @Override
    public Map<String, Object> facts(UUID caseId, String instanceKey) {
        var role = find(instanceKey).orElseThrow(() -> new UnknownReference("この役割はデータベースにありません。"));
        return role.status().equals("accepted")
                ? Map.of(
                        "step",
                        "carry",
                        "reportAt",
                        OfficeDay.opens(role.nextReportOn()).toString())
                : Map.of("step", "accept");
    }

    /** 役割の確認・受諾. */
    @Component
    static class Answer implements StepHandler, Occasion {

        private final JdbcClient jdbc;
        private final Roles roles;
        private final Streams streams;
        private final Notices notices;
        private final Trouble trouble;
        private final Clock clock;

        Answer(JdbcClient jdbc, Roles roles, Streams streams, Notices notices, Trouble trouble, Clock clock) {
            this.jdbc = jdbc;
            this.roles = roles;
            this.streams = streams;
            this.notices = notices;
            this.trouble = trouble;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "role-answer";
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            return describe(roles, instanceKey);
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var role = roles.find(s.instanceKey()).orElseThrow(() -> new Refusal.NotFound("役割"));
            if (!role.status().equals("asked")) {
                throw new Refusal.Conflict("この役割は、もう終わっています。");
            }
            var outcome = s.text("outcome");
            jdbc.sql(
                            """
                            update kasane.role_allocation set status = :status, contact_person = :person, answer_note = :note, next_report_on = :report,
                                answered_at = :now, answered_by = :by, ended_at = case when :status = 'declined' then :now::timestamptz end,
                                end_reason = case when :status = 'declined' then 'declined' end
                            where id = :id
                            """)
                    .param("id", role.id())
                    .param("status", outcome)
                    .param("person", s.text("contactPerson"))
                    .param("note", s.text("note"))
                    .param("report", s.date("reportOn"))
                    .param("by", s.submittedBy())
                    .param("now", Timestamp.from(s.recordedAt()))
                    .update();
            streams.append(
                    s.caseId(),
                    CaseEvent.now(
                            "role." + outcome,
                            clock.instant(),
                            Map.of("roleId", role.id(), "agencyId", role.agencyId())));
            var facts = new HashMap<String, Object>(Map.of("outcome", outcome));
            if (outcome.equals("accepted")) {
                facts.put("reportAt", OfficeDay.opens(s.date("reportOn")).toString());
            }
            return facts;
        }

        /** No diagram asks who declined after all: those who have to know are told here. */
        @Override
        public Map<String, Object> applyAnew(Recorded before, Submission after) {
            var facts = apply(after);
            if (facts.get("outcome").equals("declined")) {
                trouble.tell(after.caseId(), after.instanceKey());
            }
            return facts;
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome");
        }

        /** Who does it and why; the day of the first report, while nobody has reported yet. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            if (!before.latest()) {
                return false;
            }
            jdbc.sql("update kasane.role_allocation set contact_person = :person, answer_note = :note where id = :id")
                    .param("id", after.instanceId())
                    .param("person", after.text("contactPerson"))
                    .param("note", after.text("note"))
                    .update();
            if (after.date("reportOn") == null) {
                return false;
            }
            return jdbc.sql(
                                    """
                                    update kasane.role_allocation set next_report_on = :report
                                    where id = :id and status = 'accepted' and next_report_on <> :report
                                      and not exists (select from kasane.role_report p where p.role_id = :id and p.voided_at is null)
                                    """)
                            .param("id", after.instanceId())
                            .param("report", after.date("reportOn"))
                            .update()
                    > 0;
        }

        /** The agency is asked once more. @throws Refusal.Conflict if the role is over */
        @Override
        public void withdraw(Recorded before) {
            if (!before.latest()) {
                return;
            }
            int asked = jdbc.sql(
                            """
                            update kasane.role_allocation set status = 'asked', contact_person = null, answer_note = null, next_report_on = null,
                                answered_at = null, answered_by = null, ended_at = null, end_reason = null
                            where id = :id and status in ('accepted', 'declined')
                              and not exists (select from kasane.role_report p where p.role_id = :id and p.voided_at is null)
                              and exists (select from kasane.case_file f where f.id = case_id and f.closed_at is null)
                            """)
                    .param("id", before.submission().instanceId())
                    .update();
            if (asked == 0) {
                throw new Refusal.Conflict("この役割は、もう報告があるか終わっているため、受諾・辞退は変えられません。");
            }
            seat(jdbc, before);
        }

        @Override
        public String message() {
            return "role-allocated";
        }

        @Override
        public void tell(UUID caseId, String instanceKey) {
            var role = roles.find(instanceKey).orElseThrow(() -> new UnknownReference("この役割はデータベースにありません。"));
            var people = notices.peopleOf(role.municipalityId(), role.agencyId());
            if (people.isEmpty()) {
                throw new BusinessError(BusinessError.NOBODY_REACHED, "この機関には、かさねを使う人がいません。");
            }
            notices.tell(people, "role-allocated", "role:" + role.id(), Notices.About.aCase(caseId));
        }
    }

    /** An agency that does not work with Kasane is called by whoever accompanies the case. */
    @Component
    static class ByHand implements Occasion {

        private final JdbcClient jdbc;
        private final Roles roles;
        private final Notices notices;

        ByHand(JdbcClient jdbc, Roles roles, Notices notices) {
            this.jdbc = jdbc;
            this.roles = roles;
            this.notices = notices;
        }

        @Override
        public String message() {
            return "role-by-hand";
        }

        @Override
        public void tell(UUID caseId, String instanceKey) {
            roles.find(instanceKey)
                    .ifPresent(role -> notices.tell(
                            accompanying(jdbc, notices, role),
                            "role-by-hand",
                            "role:" + role.id(),
                            Notices.About.aCase(caseId)));
        }
    }

    private static List<UUID> accompanying(JdbcClient jdbc, Notices notices, Role role) {
        var coordinating = jdbc.sql("select coordinating_agency_id from kasane.case_file where id = :id")
                .param("id", role.caseId())
                .query(UUID.class)
                .single();
        return notices.holders(role.municipalityId(), "coordinator", coordinating);
    }

    /** 役割の実施状況の報告: each agency says how its part goes, so that nobody types it into the review again. */
    @Component
    static class Report implements StepHandler {

        private final JdbcClient jdbc;
        private final Roles roles;
        private final Streams streams;
        private final Trouble trouble;
        private final Clock clock;

        Report(JdbcClient jdbc, Roles roles, Streams streams, Trouble trouble, Clock clock) {
            this.jdbc = jdbc;
            this.roles = roles;
            this.streams = streams;
            this.trouble = trouble;
            this.clock = clock;
        }

        @Override
        public String formId() {
            return "role-report";
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            return describe(roles, instanceKey);
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            var role = roles.find(s.instanceKey()).orElseThrow(() -> new Refusal.NotFound("役割"));
            if (!role.status().equals("accepted")) {
                throw new Refusal.Conflict("この役割は、もう終わっています。");
            }
            var result = s.text("result");
            jdbc.sql(
                            """
                            insert into kasane.role_report (id, municipality_id, case_id, role_id, submission_id, progress, result, next_on, recorded_at, recorded_by)
                            values (:id, :municipality, :case, :role, :submission, :progress, :result, :next, :recorded, :by)
                            """)
                    .param("id", Ids.next())
                    .param("municipality", role.municipalityId())
                    .param("case", s.caseId())
                    .param("role", role.id())
                    .param("submission", s.id())
                    .param("progress", s.text("progress"))
                    .param("result", result)
                    .param("next", s.date("nextOn"))
                    .param("recorded", Timestamp.from(s.recordedAt()))
                    .param("by", s.submittedBy())
                    .update();
            jdbc.sql(
                            """
                            update kasane.role_allocation set next_report_on = coalesce(:next, next_report_on),
                                status = case when :result = 'done' then 'done' else status end,
                                end_reason = case when :result = 'done' then 'done' end, ended_at = case when :result = 'done' then :now::timestamptz end
                            where id = :id
                            """)
                    .param("id", role.id())
                    .param("result", result)
                    .param("next", s.date("nextOn"))
                    .param("now", Timestamp.from(s.recordedAt()))
                    .update();
            streams.append(
                    s.caseId(),
                    CaseEvent.now(
                            "role.reported",
                            clock.instant(),
                            Map.of("roleId", role.id(), "agencyId", role.agencyId(), "result", result)));
            var facts = new HashMap<String, Object>(Map.of("outcome", result));
            if (s.date("nextOn") != null) {
                facts.put("reportAt", OfficeDay.opens(s.date("nextOn")).toString());
            }
            return facts;
        }

        @Override
        public Map<String, Object> applyAnew(Recorded before, Submission after) {
            var facts = apply(after);
            if (facts.get("outcome").equals("difficult")) {
                trouble.tell(after.caseId(), after.instanceKey());
            }
            return facts;
        }

        @Override
        public Set<String> pathFields() {
            return Set.of("result");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            "update kasane.role_report set progress = :progress, result = :result, next_on = :next, submission_id = :after where submission_id = :before")
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("progress", after.text("progress"))
                    .param("result", after.text("result"))
                    .param("next", after.date("nextOn"))
                    .update();
            if (!before.latest() || after.date("nextOn") == null) {
                return false;
            }
            return jdbc.sql(
                                    "update kasane.role_allocation set next_report_on = :next where id = :id and status = 'accepted' and next_report_on <> :next")
                            .param("id", after.instanceId())
                            .param("next", after.date("nextOn"))
                            .update()
                    > 0;
        }

        /** The report is still to come, and overdue: the task opens at once, at any hour. A role that ended otherwise, or whose case is closed, stays as it is. */
        @Override
        public void withdraw(Recorded before) {
            jdbc.sql("update kasane.role_report set voided_at = :now where submission_id = :id")
                    .param("id", before.id())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (before.latest()) {
                jdbc.sql(
                                """
                                update kasane.role_allocation set status = 'accepted', ended_at = null, end_reason = null, next_report_on = :yesterday
                                where id = :id and status in ('accepted', 'done')
                                  and exists (select from kasane.case_file f where f.id = case_id and f.closed_at is null)
                                """)
                        .param("id", before.submission().instanceId())
                        .param("yesterday", LocalDate.now(clock).minusDays(1))
                        .update();
                seat(jdbc, before);
            }
        }
    }

    /** A role that was declined or goes badly: the accompanying coordinators must know at once. */
    @Component
    static class Trouble implements Occasion {

        private final JdbcClient jdbc;
        private final Roles roles;
        private final Notices notices;

        Trouble(JdbcClient jdbc, Roles roles, Notices notices) {
            this.jdbc = jdbc;
            this.roles = roles;
            this.notices = notices;
        }

        @Override
        public String message() {
            return "role-trouble";
        }

        @Override
        public void tell(UUID caseId, String instanceKey) {
            roles.find(instanceKey).ifPresent(role -> {
                var latest = jdbc.sql(
                                "select coalesce((select id from kasane.role_report where role_id = :id order by recorded_at desc limit 1), :id)")
                        .param("id", role.id())
                        .query(UUID.class)
                        .single();
                notices.tell(
                        accompanying(jdbc, notices, role),
                        "role-trouble",
                        "role-trouble:" + latest,
                        Notices.About.aCase(caseId));
                // Whoever declined has no part in the case from here on.
                roles.seatsFollow(caseId, null);
            });
        }
    }

    /** Whoever has the role again sees the case again. */
    private static void seat(JdbcClient jdbc, Recorded before) {
        jdbc.sql(
                        "update kasane.plan p set status = p.status from kasane.role_allocation r where r.id = :id and p.id = r.plan_id")
                .param("id", before.submission().instanceId())
                .update();
    }

    private static Map<String, Object> describe(Roles roles, String instanceKey) {
        var known = new HashMap<String, Object>();
        roles.find(instanceKey).ifPresent(role -> {
            known.put("agencyName", role.agency());
            known.put("roleName", role.role());
            if (role.detail() != null) {
                known.put("roleDetail", role.detail());
            }
            if (role.reviewOn() != null) {
                known.put("reportOn", role.reviewOn().toString());
            }
        });
        return known;
    }

    @Configuration
    static class Workers {
        @Bean
        AllocateRolesWorker allocateRoles(AllocateRoles port) {
            return new AllocateRolesWorker(port);
        }
    }
}
