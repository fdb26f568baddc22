package jp.kasane.support;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseMoved;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.deadline.StandingDeadlines;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 見守り: a closed case that is looked at again on a day that is never empty, and that may wake up (001, L7168-7172). Many new
 * issues come up after closure.
 */
@Component
@Transactional
class Watches implements StepHandler, CaseSection, ProcessFacts {

    static final String STEP = "Watch_AfterClosure";

    private final JdbcClient jdbc;
    private final Cases cases;
    private final StandingDeadlines deadlines;
    private final Clock clock;

    Watches(JdbcClient jdbc, Cases cases, StandingDeadlines deadlines, Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.deadlines = deadlines;
        this.clock = clock;
    }

    public record Check(
            UUID id,
            LocalDate checkedOn,
            String observation,
            String outcome,
            LocalDate nextOn,
            Instant recordedAt,
            String recordedBy) {}

    @Override
    public String formId() {
        return "watch-check";
    }

    @Override
    public Map<String, Object> apply(Submission s) {
        var outcome = s.text("outcome");
        jdbc.sql(
                        """
                        insert into kasane.watch_check (id, municipality_id, case_id, submission_id, checked_on, observation, outcome, next_on, recorded_at,
                            recorded_by)
                        values (:id, kasane.my_municipality(), :case, :submission, :on, :observation, :outcome, :next, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("on", s.date("checkedOn"))
                .param("observation", s.text("observation"))
                .param("outcome", outcome)
                .param("next", s.date("nextOn"))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        var facts = new HashMap<String, Object>(Map.of("outcome", outcome));
        switch (outcome) {
            case "continue" -> {
                cases.watchAgainOn(s.caseId(), s.date("nextOn"));
                deadlines.keepOn(s.caseId(), STEP, s.caseId() + ":closure", s.date("nextOn"));
                facts.put("watchAt", morning(s.date("nextOn")));
            }
            case "reopen" -> cases.reopen(s.caseId(), s.text("nextPhase"));
            case "end" -> cases.endWatch(s.caseId());
            default -> throw new IllegalStateException("The form offers an outcome nobody handles: " + outcome);
        }
        return facts;
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("outcome", "nextPhase");
    }

    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.watch_check set checked_on = :on, observation = :observation, outcome = :outcome, next_on = :next,
                            submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("on", after.date("checkedOn"))
                .param("observation", after.text("observation"))
                .param("outcome", after.text("outcome"))
                .param("next", after.date("nextOn"))
                .update();
        var was = before.submission().date("nextOn");
        if (!before.latest()
                || was == null
                || was.equals(after.date("nextOn"))
                || !was.equals(cases.required(after.caseId()).watchOn())) {
            return false;
        }
        cases.watchAgainOn(after.caseId(), after.date("nextOn"));
        deadlines.keepOn(after.caseId(), STEP, after.caseId() + ":closure", after.date("nextOn"));
        return true;
    }

    /** The watch goes on, and somebody looks again now. */
    @Override
    public void withdraw(Recorded before) {
        jdbc.sql("update kasane.watch_check set voided_at = :now where submission_id = :id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (before.latest()) {
            // The morning of yesterday is over at any hour.
            var yesterday = LocalDate.now(clock).minusDays(1);
            var checked = before.submission().date("checkedOn");
            cases.close(before.caseId(), checked.isBefore(yesterday) ? checked : yesterday);
        }
    }

    @Override
    public Optional<Place> place(Recorded before) {
        return Optional.of(new Place("watch", "watch"));
    }

    @EventListener
    void on(CaseMoved moved) {
        if (moved.phase().equals("watch")) {
            deadlines.keepOn(
                    moved.caseId(),
                    STEP,
                    moved.caseId() + ":closure",
                    cases.required(moved.caseId()).watchOn());
        } else {
            deadlines.settle(moved.caseId(), STEP);
        }
    }

    @Override
    public String processId() {
        return "closure";
    }

    @Override
    public Map<String, Object> facts(UUID caseId, String instanceKey) {
        var on = cases.required(caseId).watchOn();
        return on == null ? Map.of() : Map.of("watchAt", morning(on));
    }

    static String morning(LocalDate day) {
        if (day == null) {
            throw new Refusal.Conflict("見守りの日がありません。");
        }
        return OfficeDay.opens(day).toString();
    }

    @Override
    public String key() {
        return "watches";
    }

    @Override
    public int order() {
        return 75;
    }

    @Override
    @Transactional(readOnly = true)
    public List<Check> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select w.id, w.checked_on, w.observation, w.outcome, w.next_on, w.recorded_at, u.display_name as recorded_by
                        from kasane.watch_check w left join kasane.app_user u on u.id = w.recorded_by
                        where w.case_id = :id and w.voided_at is null order by w.recorded_at desc
                        """)
                .param("id", caseId)
                .query(Check.class)
                .list();
    }
}
