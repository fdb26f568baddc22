package jp.kasane.home;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.task.TaskLists;
import jp.kasane.task.TaskSelection;
import jp.kasane.task.Tasks;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What needs somebody today, as far as they see it. The failures it is there to prevent: support that breaks off unnoticed (狭山), a case
 * left with whoever accompanies it and no lead, a change of staff (DOMAIN.md).
 */
@Component
@Transactional(readOnly = true)
public class Today {

    /** So many of each are listed; the number beside them counts all. */
    private static final int MOST = 8;

    private final JdbcClient jdbc;
    private final TaskLists lists;
    private final Clock clock;

    Today(JdbcClient jdbc, TaskLists lists, Clock clock) {
        this.jdbc = jdbc;
        this.lists = lists;
        this.clock = clock;
    }

    /** A case that needs looking at. {@code on}: the day that is over, or null where there is none. */
    public record Attention(UUID caseId, String number, String household, String phase, String lead, LocalDate on) {}

    /** @param total of all, at most 1000 are counted */
    public record Some(List<Attention> cases, int total) {}

    /** A meeting of the next days. */
    public record Meeting(
            UUID id, UUID caseId, String number, String type, Instant at, String place, boolean answered) {}

    /** How much somebody has taken on. */
    public record Load(String login, String name, int taken, int overdue, LocalDate awayUntil) {}

    /** How much an agency carries. */
    public record Carried(String agency, int accompanied, int led) {}

    public Map<Tasks.View, TaskLists.Count> counts() {
        return lists.counts();
    }

    /** What one has taken, or stands in for, the nearest due date first. */
    public List<Tasks.Row> mine() {
        return lists.page(TaskSelection.all(Tasks.View.MINE), MOST).rows();
    }

    /** What nobody has taken yet. */
    public List<Tasks.Row> free() {
        return lists.page(TaskSelection.all(Tasks.View.GROUP), MOST).rows();
    }

    public List<Tasks.Row> overdue() {
        return lists.page(TaskSelection.all(Tasks.View.OVERDUE), MOST).rows();
    }

    /** Open tasks of a step that the acting user sees: plans and closures that wait for their decision. */
    public TaskLists.Count open(String step) {
        return lists.count(new TaskSelection(
                Tasks.View.ALL, Map.of("step", List.of(step)), null, null, false, null, TaskSelection.Sort.DUE, null));
    }

    /** Meetings of the coming seven days to which one of the acting user's agencies is invited, or which it convenes. */
    public List<Meeting> meetings() {
        var now = clock.instant();
        return jdbc.sql(
                        """
                        select distinct m.id, m.case_id, f.number, m.meeting_type as type, m.scheduled_at as at, m.place,
                               a.id is null or a.answer is not null as answered
                        from kasane.meeting m join kasane.case_file f on f.id = m.case_id
                        left join kasane.meeting_attendee a on a.meeting_id = m.id and a.agency_id = any ((select kasane.my_agencies())::uuid[])
                        where m.status = 'convened' and m.scheduled_at between :from and :to
                          and (a.id is not null or m.convener_id = any ((select kasane.my_agencies())::uuid[]))
                        order by at, id limit :most
                        """)
                .param("from", Timestamp.from(now.minus(Duration.ofHours(3))))
                .param("to", Timestamp.from(now.plus(Duration.ofDays(7))))
                .param("most", MOST)
                .query(Meeting.class)
                .list();
    }

    /** Cases in support whose next review is over or was never set, and that nobody has to review just now. */
    public Some withoutReview() {
        return some(
                "f.phase = 'monitoring' and (f.next_review_on is null or f.next_review_on < :today)",
                "f.next_review_on");
    }

    /** Cases past their plan for which nobody but the accompanying agency itself is 主担当: handed to nobody. */
    public Some withoutLead() {
        return some(
                "f.phase in ('monitoring', 'closure') and f.lead_agency_id = f.coordinating_agency_id and f.opened_at < :today",
                "f.opened_at::date");
    }

    /** Support that began at once and no meeting has ratified yet. */
    public Some toRatify() {
        return some(
                "exists (select from kasane.plan p where p.case_id = f.id and p.status = 'started' and p.voided_at is null)",
                "(select max(p.started_on) from kasane.plan p where p.case_id = f.id and p.status = 'started')");
    }

    private Some some(String which, String day) {
        var where = "f.closed_at is null and " + which;
        var total = jdbc.sql("select count(*) from (select from kasane.case_file f where " + where + " limit 1000) x")
                .param("today", today())
                .query(Integer.class)
                .single();
        return new Some(
                jdbc.sql(
                                """
                                select f.id as case_id, f.number, h.name as household, f.phase, a.name as lead, %s as on
                                from kasane.case_file f left join kasane.household h on h.case_id = f.id
                                left join kasane.agency a on a.id = f.lead_agency_id
                                where %s order by 6 nulls first, f.number limit :most
                                """
                                        .formatted(day, where))
                        .param("today", today())
                        .param("most", MOST)
                        .query(Attention.class)
                        .list(),
                total);
    }

    /** Who has taken how much, the fullest hands first; for managers. */
    public List<Load> loads() {
        return jdbc.sql(
                        """
                        select u.login, u.display_name as name, count(*)::int as taken, count(*) filter (where o.due_at < :now)::int as overdue,
                               (select max(b.to_on) from kasane.absence b where b.user_id = u.id and b.ended_at is null and :today between b.from_on and b.to_on) as away_until
                        from kasane.open_task o join kasane.app_user u on u.id = o.claimed_by
                        where o.claimed_by is not null group by u.id, u.login, u.display_name order by taken desc, name limit 30
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("today", today())
                .query(Load.class)
                .list();
    }

    /** How many open cases each agency accompanies and leads; for managers. */
    public List<Carried> carried() {
        return jdbc.sql(
                        """
                        select a.name as agency, count(*) filter (where f.coordinating_agency_id = a.id)::int as accompanied,
                               count(*) filter (where f.lead_agency_id = a.id)::int as led
                        from kasane.case_file f join kasane.agency a on a.id in (f.coordinating_agency_id, f.lead_agency_id)
                        where f.closed_at is null group by a.id, a.name order by accompanied desc, led desc, agency limit 30
                        """)
                .query(Carried.class)
                .list();
    }

    private LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }
}
