package jp.kasane.community;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Streams;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.FreeForm;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The forms of a 地域課題, from raising it to the answer. */
final class IssueSteps {

    private IssueSteps() {}

    /** Raised from a case, or by itself; several cases raise the same one. */
    @Component
    static class Raise implements FreeForm {

        private final JdbcClient jdbc;
        private final CommunityIssues issues;
        private final Streams streams;

        Raise(JdbcClient jdbc, CommunityIssues issues, Streams streams) {
            this.jdbc = jdbc;
            this.issues = issues;
            this.streams = streams;
        }

        @Override
        public String formId() {
            return CommunityIssues.KIND;
        }

        @Override
        public Set<String> roles() {
            return Set.of("coordinator", "manager", "member");
        }

        /** A case that is over has taught something, too. */
        @Override
        public boolean fits(CaseFile file) {
            return true;
        }

        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            return issues.choices();
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            if (s.caseId() == null) {
                issues.begin(s.streamId(), s);
            } else if (s.text("issue").equals(CommunityIssues.NEW)) {
                var id = Ids.next();
                streams.open(id, CommunityIssues.KIND);
                issues.begin(id, s);
                issues.link(id, s);
            } else {
                issues.raisedBy(UUID.fromString(s.text("issue")), s);
            }
            return Map.of();
        }

        /** The words of an issue that this raised; never which one. */
        @Override
        public boolean correct(Recorded before, Submission after) {
            if (!before.submission().text("issue").equals(after.text("issue"))) {
                throw new Refusal.Conflict("どの課題かは訂正できません。取り消して、挙げ直してください。");
            }
            jdbc.sql(
                            """
                            update kasane.community_issue set title = coalesce(:title, title), description = coalesce(:description, description)
                            where id = :stream or id in (
                                select c.issue_id from kasane.community_issue_case c join kasane.submission s on s.id = c.submission_id
                                where c.case_id = :case and s.id in (select coalesce(b.original, b.id) from kasane.submission b where b.id = :before)
                                  and s.data ->> 'issue' = 'new')
                            """)
                    .param("title", after.text("title"))
                    .param("description", after.text("description"))
                    .param("stream", after.streamId())
                    .param("case", after.caseId())
                    .param("before", before.submission().id())
                    .update();
            return false;
        }

        /** The case no longer has it; the issue itself stays with whoever puts it in order. */
        @Override
        public void withdraw(Recorded before) {
            if (before.caseId() == null) {
                throw new Refusal.Conflict("挙げた地域課題は取り消せません。整理の作業で「いまはかけず、事例を集める」を選んでください。");
            }
            jdbc.sql(
                            """
                            delete from kasane.community_issue_case where case_id = :case
                              and submission_id in (select coalesce(s.original, s.id) from kasane.submission s where s.id = :id)
                            """)
                    .param("case", before.caseId())
                    .param("id", before.id())
                    .update();
        }
    }

    /** A step of an issue: noted once, corrected in its words, taken back while nothing followed. */
    private abstract static class Step implements StepHandler {

        final JdbcClient jdbc;
        final CommunityIssues issues;
        private final Clock clock;
        private final String step;
        private final String stands;

        /** @param stands the issue's status while this is to be done */
        Step(JdbcClient jdbc, CommunityIssues issues, Clock clock, String step, String stands) {
            this.jdbc = jdbc;
            this.issues = issues;
            this.clock = clock;
            this.step = step;
            this.stands = stands;
        }

        @Override
        public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
            var known = new HashMap<String, Object>();
            Ids.parse(instanceKey).flatMap(issues::find).ifPresent(issue -> {
                known.put("issueTitle", issue.number() + " " + issue.title());
                known.put("issueDescription", issue.description());
                if (issue.body() != null) {
                    known.put("bodyName", issue.body());
                    known.put("questionText", issue.question());
                }
            });
            return known;
        }

        @Override
        public Map<String, Object> apply(Submission s) {
            if (!issues.one(s.streamId()).status().equals(stands)) {
                throw new Refusal.Conflict("この地域課題は、すでに次へ進んでいます。");
            }
            issues.step(s, step, s.date("happenedOn"));
            decide(s);
            return Map.of("outcome", s.text("outcome"));
        }

        abstract void decide(Submission s);

        @Override
        public Set<String> pathFields() {
            return Set.of("outcome");
        }

        @Override
        public boolean correct(Recorded before, Submission after) {
            jdbc.sql(
                            """
                            update kasane.community_issue_step set said = :said, happened_on = :on, submission_id = :after where submission_id = :before
                            """)
                    .param("before", before.id())
                    .param("after", after.id())
                    .param("said", after.text("said"))
                    .param("on", after.date("happenedOn"), java.sql.Types.DATE)
                    .update();
            return false;
        }

        /** @throws Refusal.Conflict if another step followed */
        @Override
        public void withdraw(Recorded before) {
            int undone = jdbc.sql(
                            """
                            update kasane.community_issue_step s set voided_at = :now
                            where s.submission_id = :id and not exists (
                                select from kasane.community_issue_step n where n.issue_id = s.issue_id and n.voided_at is null
                                  and n.recorded_at > s.recorded_at)
                            """)
                    .param("id", before.id())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (undone == 0) {
                throw new Refusal.Conflict("この地域課題は、そのあと次へ進んでいるため、取り消せません。文は訂正できます。");
            }
            issues.is(before.submission().streamId(), stands, null);
        }
    }

    /** 地域課題の整理. */
    @Component
    static class Sort extends Step {

        private final ApplicationEventPublisher events;

        Sort(JdbcClient jdbc, CommunityIssues issues, Clock clock, ApplicationEventPublisher events) {
            super(jdbc, issues, clock, "sort", "sorting");
            this.events = events;
        }

        @Override
        public String formId() {
            return "issue-sorting";
        }

        /** Bodies at which the area's issues are spoken of; where a municipality has none such, any of its bodies. */
        @Override
        public Map<String, Object> context(UUID caseId, String instanceKey) {
            return Map.of(
                    "bodyOptions",
                    jdbc.sql(
                                    """
                                    select b.code, b.name from kasane.meeting_body b
                                    where b.active and b.municipality_id = kasane.my_municipality()
                                      and (b.kinds && array ['network', 'policy'] or not exists (
                                           select from kasane.meeting_body o where o.active and o.municipality_id = b.municipality_id
                                             and o.kinds && array ['network', 'policy']))
                                    order by b.code
                                    """)
                            .query((row, n) -> new Forms.Option(row.getString("code"), row.getString("name")))
                            .list());
        }

        @Override
        void decide(Submission s) {
            switch (s.text("outcome")) {
                case "put" -> {
                    jdbc.sql(
                                    """
                                    update kasane.community_issue i set question = :question,
                                        body_id = (select b.id from kasane.meeting_body b where b.code = :body and b.municipality_id = i.municipality_id)
                                    where i.id = :id
                                    """)
                            .param("id", s.streamId())
                            .param("question", s.text("question"))
                            .param("body", s.text("body"))
                            .update();
                    issues.is(s.streamId(), "deliberation", null);
                    var body = jdbc.sql("select body_id from kasane.community_issue where id = :id")
                            .param("id", s.streamId())
                            .query(UUID.class)
                            .single();
                    events.publishEvent(new IssuePut(
                            s.streamId(), body, issues.one(s.streamId()).title(), s.text("question")));
                }
                case "existing" -> issues.is(s.streamId(), "settled", "existing");
                default -> issues.is(s.streamId(), "kept", null);
            }
        }
    }

    /** 会議体での検討・結論. */
    @Component
    static class Deliberate extends Step {

        Deliberate(JdbcClient jdbc, CommunityIssues issues, Clock clock) {
            super(jdbc, issues, clock, "deliberate", "deliberation");
        }

        @Override
        public String formId() {
            return "issue-deliberation";
        }

        @Override
        void decide(Submission s) {
            switch (s.text("outcome")) {
                case "resource" -> issues.is(s.streamId(), "building", null);
                case "proposal" -> issues.is(s.streamId(), "reply", null);
                case "more" -> issues.is(s.streamId(), "sorting", null);
                default -> issues.is(s.streamId(), "settled", "none");
            }
        }
    }

    /** 社会資源づくり: what was made stands on the list from then on (002, L4496-4505). */
    @Component
    static class Build extends Step {

        private final Resources resources;

        Build(JdbcClient jdbc, CommunityIssues issues, Resources resources, Clock clock) {
            super(jdbc, issues, clock, "build", "building");
            this.resources = resources;
        }

        @Override
        public String formId() {
            return "resource-building";
        }

        @Override
        void decide(Submission s) {
            if (s.text("outcome").equals("stopped")) {
                issues.is(s.streamId(), "settled", "stopped");
                return;
            }
            var made = resources.save(
                    null,
                    new Resources.Entered(
                            s.text("name"),
                            s.text("kind"),
                            null,
                            s.list("accepts"),
                            s.text("tasks"),
                            null,
                            null,
                            null,
                            null,
                            true));
            issues.is(s.streamId(), "settled", "resource");
            jdbc.sql("update kasane.community_issue set resource_id = :resource where id = :id")
                    .param("id", s.streamId())
                    .param("resource", made.id())
                    .update();
        }

        /** What was made and is not there after all is not offered to anybody any more. */
        @Override
        public void withdraw(Recorded before) {
            super.withdraw(before);
            jdbc.sql(
                            """
                            with gone as (
                                update kasane.community_issue set resource_id = null where id = :id
                                returning (select c.resource_id from kasane.community_issue c where c.id = :id) as resource)
                            update kasane.resource set active = false, name = name || '（取消 ' || left(id::text, 8) || '）' where id = (select resource from gone)
                            """)
                    .param("id", before.submission().streamId())
                    .update();
        }
    }

    /** 提案への回答. */
    @Component
    static class Reply extends Step {

        Reply(JdbcClient jdbc, CommunityIssues issues, Clock clock) {
            super(jdbc, issues, clock, "reply", "reply");
        }

        @Override
        public String formId() {
            return "proposal-reply";
        }

        @Override
        void decide(Submission s) {
            issues.is(s.streamId(), "settled", s.text("outcome"));
        }
    }
}
