package jp.kasane.audit;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What an auditor looks for across all cases: who opened how much, looks that want an explanation, and what was left undone. It points
 * out and accuses nobody: whoever is on call opens cases at night.
 */
@Component
@Transactional(readOnly = true)
public class Oversight {

    private static final int MOST = 200;

    /**
     * Of one person in the period.
     *
     * @param looks requests that showed a case, a consultation or a matter by itself
     * @param opened how many different ones
     * @param night looks between {@code kasane.trail.night-from} and {@code night-to}
     */
    public record Usage(
            UUID personId, String person, String roles, int looks, int opened, int exports, int denied, int night) {}

    /**
     * @param kind outside (no agency of the person's has a seat on the case; auditors have none anywhere and are left out), night, mass (many different ones within an hour)
     * @param count of looks; of different cases where it is mass
     */
    public record Unusual(
            String kind, UUID personId, String person, UUID caseId, String number, int count, Instant last) {}

    /** @param kind ratify, lead, overdue, pledge, emergency, consent */
    public record Undone(String kind, UUID caseId, String number, LocalDate since, String step) {}

    private final JdbcClient jdbc;
    private final TrailSettings settings;
    private final Clock clock;

    Oversight(JdbcClient jdbc, TrailSettings settings, Clock clock) {
        this.jdbc = jdbc;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Everybody who looked at anything, those who opened most first.
     *
     * @param from first day, in Japan
     * @param to last day
     * @throws Refusal.Forbidden for anybody but auditors, as all of this
     */
    public List<Usage> usage(LocalDate from, LocalDate to) {
        Trails.mayLook();
        return within(
                        """
                        with hours as materialized (
                            select e.actor_id, e.stream_id, e.kind, date_trunc('hour', e.at) as hour, count(*) as count
                            from audit.entry e where e.class = 'look' and e.at >= :from and e.at < :to group by 1, 2, 3, 4)
                        select u.id as person_id, u.display_name as person,
                               (select string_agg(distinct r.role, ' ' order by r.role) from kasane.role_assignment r where r.user_id = u.id) as roles,
                               coalesce(sum(h.count) filter (where h.stream_id is not null and h.kind <> 'denied'), 0)::int as looks,
                               count(distinct h.stream_id) filter (where h.kind <> 'denied')::int as opened,
                               coalesce(sum(h.count) filter (where h.kind = 'export'), 0)::int as exports,
                               coalesce(sum(h.count) filter (where h.kind = 'denied'), 0)::int as denied,
                               coalesce(sum(h.count) filter (where h.stream_id is not null and audit.at_night(h.hour, :nightFrom, :nightTo)), 0)::int as night
                        from hours h join kasane.app_user u on u.id = h.actor_id
                        where u.kind = 'person'
                        group by u.id, u.display_name order by opened desc, looks desc, person limit :most
                        """,
                        from,
                        to)
                .query(Usage.class)
                .list();
    }

    /** Looks that want an explanation, the latest first. */
    public List<Unusual> unusual(LocalDate from, LocalDate to) {
        Trails.mayLook();
        return within(
                        """
                        with looks as materialized (
                            select e.actor_id, e.stream_id, date_trunc('hour', e.at) as hour, count(*) as count, max(e.at) as last
                            from audit.entry e
                            where e.class = 'look' and e.kind <> 'denied' and e.stream_id is not null and e.at >= :from and e.at < :to
                            group by 1, 2, 3),
                        found as (
                            select 'outside' as kind, l.actor_id, l.stream_id, sum(l.count)::int as count, max(l.last) as last
                            from looks l join kasane.case_file f on f.id = l.stream_id
                            where not exists (select from kasane.role_assignment r where r.user_id = l.actor_id and r.role = 'auditor')
                              and not exists (
                                select from kasane.role_assignment r
                                     join kasane.case_seat s on s.case_id = f.id and s.agency_id = r.agency_id and s.since <= l.last and (s.until is null or s.until >= l.hour)
                                where r.user_id = l.actor_id)
                            group by l.actor_id, l.stream_id
                            union all
                            -- In the own agency's sight, and yet where none of the own agencies works: who works for the whole town has no area.
                            select 'area', l.actor_id, l.stream_id, sum(l.count)::int, max(l.last)
                            from looks l join kasane.case_file f on f.id = l.stream_id
                            where exists (select from kasane.agency_area a where a.agency_id in (f.lead_agency_id, f.coordinating_agency_id))
                              and not exists (select from kasane.role_assignment r where r.user_id = l.actor_id and r.role = 'auditor')
                              and exists (select from kasane.role_assignment r where r.user_id = l.actor_id)
                              and not exists (
                                select from kasane.role_assignment r
                                where r.user_id = l.actor_id
                                  and (not exists (select from kasane.agency_area a where a.agency_id = r.agency_id)
                                       or r.agency_id in (f.lead_agency_id, f.coordinating_agency_id)
                                       or exists (select from kasane.agency_area mine join kasane.agency_area its on its.area_id = mine.area_id
                                                  where mine.agency_id = r.agency_id and its.agency_id in (f.lead_agency_id, f.coordinating_agency_id))))
                            group by l.actor_id, l.stream_id
                            union all
                            select 'night', l.actor_id, l.stream_id, sum(l.count)::int, max(l.last) from looks l
                            where audit.at_night(l.hour, :nightFrom, :nightTo) group by l.actor_id, l.stream_id
                            union all
                            select 'mass', l.actor_id, null, count(distinct l.stream_id)::int, max(l.last) from looks l
                            group by l.actor_id, l.hour having count(distinct l.stream_id) >= :mass)
                        select x.kind, x.actor_id as person_id, u.display_name as person, x.stream_id as case_id, f.number, x.count, x.last
                        -- The latest of each kind: the many of one are not to hide the few of another.
                        from (select y.*, row_number() over (partition by y.kind order by y.last desc) as nth from found y) x
                        join kasane.app_user u on u.id = x.actor_id and u.kind = 'person' left join kasane.case_file f on f.id = x.stream_id
                        where x.nth <= :most order by x.last desc
                        """,
                        from,
                        to)
                .param("mass", settings.mass())
                .query(Unusual.class)
                .list();
    }

    /**
     * What was left undone by now: support that began at once and was never ratified, cases in support that nobody else leads, deadlines
     * overrun, and held meetings at which somebody sat without a pledge.
     */
    public List<Undone> undone() {
        Trails.mayLook();
        return jdbc.sql(
                        """
                        with found as (
                            select 'ratify' as kind, p.case_id, p.started_on as since, null as step from kasane.plan p
                            where p.status = 'started' and p.voided_at is null
                            union all
                            select 'lead', f.id, f.opened_at::date, null from kasane.case_file f
                            where f.phase in ('monitoring', 'closure') and f.lead_agency_id = f.coordinating_agency_id
                            union all
                            select 'overdue', d.case_id, d.due_at::date, d.step from kasane.deadline d
                            where d.settled_at is null and d.case_id is not null and d.due_at < :now
                            union all
                            select distinct 'pledge', m.case_id, m.scheduled_at::date, null::text
                            from kasane.meeting m join kasane.meeting_attendee a on a.meeting_id = m.id
                            where m.status = 'held' and a.attended and a.pledged_at is null
                            union all
                            select 'emergency', e.case_id, e.opened_at::date, null from kasane.emergency_access e where e.confirmed_at is null
                            union all
                            select 'consent', f.id, c.until, null
                            from kasane.case_file f
                            join kasane.household_member m on m.case_id = f.id and m.left_at is null and m.subject
                            join lateral (select * from kasane.consent k where k.member_id = m.id and k.voided_at is null
                                          order by k.recorded_at desc, k.id desc limit 1) c on c.state <> 'withdrawn' and c.until < :today
                            where f.closed_at is null and f.phase in ('meeting', 'plan', 'monitoring', 'closure'))
                        select x.kind, x.case_id, f.number, x.since, x.step
                        from found x join kasane.case_file f on f.id = x.case_id order by x.kind, x.since, f.number limit 500
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .param("today", today())
                .query(Undone.class)
                .list();
    }

    /** The month up to today, which is shown where nothing else is asked for. */
    public LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }

    private JdbcClient.StatementSpec within(String sql, LocalDate from, LocalDate to) {
        return jdbc.sql(sql)
                .param("from", Timestamp.from(JapaneseTime.beginningOf(from)))
                .param("to", Timestamp.from(JapaneseTime.beginningOf(to.plusDays(1))))
                .param("nightFrom", settings.nightFrom())
                .param("nightTo", settings.nightTo())
                .param("most", MOST);
    }
}
