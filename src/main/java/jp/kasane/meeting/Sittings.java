package jp.kasane.meeting;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.BusinessCalendar;
import jp.kasane.calendar.CalendarChanged;
import jp.kasane.calendar.Calendars;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.deadline.PlannedDateChanged;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 開催: the sittings of the municipality's bodies as its calendar and their rhythms give them, those at need, and the cases put to
 * them. A case is put to the next sitting whose cut-off is still to come; what misses it goes to the next one after, and the
 * convener hears of it (001, L6406-6414). A sitting that is moved, merged or called off takes all its cases with it.
 */
@Component
@Transactional
public class Sittings {

    /** So far ahead regular sittings stand in the table; they are planned anew when less than half of it is left. */
    private static final int DAYS_AHEAD = 400;
    /** Where no sitting is planned, a case looks again after so long: somebody may have planned one. */
    private static final Duration LOOK_AGAIN = Duration.ofDays(7);
    /** As many of the next ones may be chosen from. */
    private static final int OFFERED = 6;

    static final String AT_NEED = "adhoc";

    private final JdbcClient jdbc;
    private final Calendars calendars;
    private final SystemActor system;
    private final Streams streams;
    private final Cases cases;
    private final EngineOrders engine;
    private final Invitations invitations;
    private final Meetings meetings;
    private final Notices notices;
    private final SettingChanges changes;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Sittings(
            JdbcClient jdbc,
            Calendars calendars,
            SystemActor system,
            Streams streams,
            Cases cases,
            EngineOrders engine,
            Invitations invitations,
            Meetings meetings,
            Notices notices,
            SettingChanges changes,
            ApplicationEventPublisher events,
            Clock clock) {
        this.jdbc = jdbc;
        this.calendars = calendars;
        this.system = system;
        this.streams = streams;
        this.cases = cases;
        this.engine = engine;
        this.invitations = invitations;
        this.meetings = meetings;
        this.notices = notices;
        this.changes = changes;
        this.events = events;
        this.clock = clock;
    }

    // ── planned from the rhythms ───────────────────────────────────────────────────────────────────────────────────

    @EventListener
    void on(CalendarChanged changed) {
        replan(changed.municipalityId());
    }

    /**
     * Plans the sittings of all bodies of a municipality as their rhythms and the calendar are now. One that a case was put to, that
     * somebody moved, added or called off, or that is over, stays as it is.
     */
    void replan(UUID municipality) {
        system.inThisTransaction(() -> {
            // One after the other: of two who change a rhythm at once the second plans last.
            jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.sittings'))")
                    .query()
                    .listOfRows();
            var calendar = calendars.of(municipality);
            bodies(municipality).forEach(body -> plan(municipality, body, calendar));
        });
    }

    private List<MeetingBody> bodies(UUID municipality) {
        return jdbc.sql("select * from kasane.meeting_body where municipality_id = :municipality order by code")
                .param("municipality", municipality)
                .query(MeetingBodies::read)
                .list();
    }

    /** A sitting whose body is not in use any more takes no new case. */
    private static final String IN_USE =
            "(s.at_need or s.body_id is null or exists (select from kasane.meeting_body u where u.id = s.body_id and u.active))";

    private void plan(UUID municipality, MeetingBody body, BusinessCalendar calendar) {
        var today = LocalDate.now(clock);
        var slots = body.active()
                ? body.rhythmOf().slots(today, today.plusDays(DAYS_AHEAD), calendar)
                : List.<Rhythm.Slot>of();
        jdbc.sql(
                        """
                        delete from kasane.sitting s where body_id = :body and slot >= :today and status = 'planned' and not by_hand and agenda_closed_at is null
                            and not slot = any (:slots::date[]) and not exists (select from kasane.meeting m where m.sitting_id = s.id)
                            and not exists (select from kasane.sitting o where o.merged_into = s.id)
                        """)
                .param("body", body.id())
                .param("today", today)
                .param(
                        "slots",
                        slots.stream().map(slot -> slot.date().toString()).toArray(String[]::new))
                .update();
        for (var slot : slots) {
            var at = slot.on().atTime(body.starts()).atZone(JapaneseTime.ZONE).toInstant();
            if (at.isBefore(clock.instant())) {
                continue;
            }
            jdbc.sql(
                            """
                            insert into kasane.sitting as s (id, municipality_id, body_id, kinds, slot, starts_at, cutoff_at, place, created_at)
                            values (:id, :municipality, :body, :kinds, :slot, :at, :cutoff, :place, :now)
                            on conflict (body_id, slot) do update set kinds = excluded.kinds, starts_at = excluded.starts_at,
                                cutoff_at = excluded.cutoff_at, place = excluded.place
                            where s.status = 'planned' and not s.by_hand and s.agenda_closed_at is null
                                and not exists (select from kasane.meeting m where m.sitting_id = s.id and m.status <> 'cancelled')
                            """)
                    .param("id", Ids.next())
                    .param("municipality", municipality)
                    .param("body", body.id())
                    .param("kinds", body.kinds().toArray(String[]::new))
                    .param("slot", slot.date())
                    .param("at", Timestamp.from(at))
                    .param("cutoff", Timestamp.from(cutoff(at, body.cutoffDays(), body.cutoffUnit(), calendar)))
                    .param("place", body.place())
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        }
    }

    private Instant cutoff(Instant at, int days, String unit, BusinessCalendar calendar) {
        var on = JapaneseTime.dayOf(at);
        var last = unit.equals("business") ? calendar.minus(on, days) : on.minusDays(days);
        var cutoff = OfficeDay.closes(last).toInstant();
        return cutoff.isBefore(at) ? cutoff : at;
    }

    /** Time passes: what is planned is carried on before it runs out. */
    /** Sees to it that the year ahead is planned, for whoever needs the next sitting. */
    public void planned() {
        planAhead(jdbc.sql("select kasane.my_municipality()").query(UUID.class).single());
    }

    private void planAhead(UUID municipality) {
        boolean runsOut = jdbc.sql(
                        """
                        select exists (select from kasane.meeting_body b where b.municipality_id = :municipality and b.active and b.rhythm <> 'adhoc'
                                       and coalesce((select max(slot) from kasane.sitting s where s.body_id = b.id), :today) < :ahead)
                        """)
                .param("municipality", municipality)
                .param("today", LocalDate.now(clock))
                // Who meets once a year has nothing planned for half a year, and nothing to plan either: harmless.
                .param("ahead", LocalDate.now(clock).plusDays(DAYS_AHEAD / 2))
                .query(Boolean.class)
                .single();
        if (runsOut) {
            replan(municipality);
        }
    }

    // ── a case is put to a sitting ─────────────────────────────────────────────────────────────────────────────────

    private record Waiting(
            UUID id,
            UUID municipalityId,
            UUID caseId,
            String meetingType,
            String status,
            LocalDate desiredFrom,
            UUID sittingId,
            String sittingStatus,
            Instant cutoffAt,
            Instant putOffAt) {

        boolean toBeConvened() {
            return status.equals("proposed") || status.equals("postponed");
        }

        boolean inTime(Instant now) {
            return "planned".equals(sittingStatus) && cutoffAt.isAfter(now);
        }
    }

    private Optional<Waiting> waiting(String where, Object id) {
        return jdbc.sql(
                        """
                        select m.id, m.municipality_id, m.case_id, m.meeting_type, m.status, m.desired_from, m.sitting_id,
                               s.status as sitting_status, s.cutoff_at, o.starts_at as put_off_at
                        from kasane.meeting m left join kasane.sitting s on s.id = m.sitting_id
                        left join kasane.sitting o on o.id = m.put_off_from
                        where %s order by m.created_at desc limit 1
                        """
                                .formatted(where))
                .param("id", id)
                .query(Waiting.class)
                .optional();
    }

    /**
     * Puts the meeting to the next sitting whose cut-off is still to come, unless it is put to such a one already.
     *
     * @return when to look again: at the cut-off, or after a week where no sitting is planned
     */
    Instant assign(UUID meetingId) {
        var meeting = waiting("m.id = :id", meetingId).orElseThrow();
        return meeting.inTime(clock.instant()) ? soon(meeting.cutoffAt()) : choose(meeting);
    }

    /** Somebody wants it later, or may have it sooner: chosen anew, whatever it was put to. */
    void assignAnew(UUID meetingId) {
        jdbc.sql("update kasane.meeting set sitting_id = null where id = :id")
                .param("id", meetingId)
                .update();
        assign(meetingId);
    }

    /** Only this case is put off, its sitting goes on with the others: it goes to one after that. */
    Instant putOff(UUID meetingId) {
        jdbc.sql("update kasane.meeting set put_off_from = sitting_id, sitting_id = null where id = :id")
                .param("id", meetingId)
                .update();
        return assign(meetingId);
    }

    /** It was not put off, or not held, after all: back to the sitting it was put to, as far as that is still planned. */
    void sitAgain(UUID meetingId) {
        jdbc.sql(
                        """
                        update kasane.meeting m set put_off_from = null,
                            sitting_id = s.id, scheduled_at = coalesce(s.starts_at, m.scheduled_at), place = coalesce(s.place, m.place)
                        from kasane.meeting x
                        left join kasane.sitting b on b.id = coalesce(x.put_off_from, x.sitting_id)
                        left join kasane.sitting s on s.id = coalesce(b.merged_into, b.id) and s.status = 'planned'
                        where m.id = :id and x.id = m.id
                        """)
                .param("id", meetingId)
                .update();
    }

    /** Not later than in a week: a sitting may be moved to an earlier day, and its cut-off with it. */
    private Instant soon(Instant cutoff) {
        var again = clock.instant().plus(LOOK_AGAIN);
        return cutoff.isBefore(again) ? cutoff : again;
    }

    private Instant choose(Waiting meeting) {
        var now = clock.instant();
        planAhead(meeting.municipalityId());
        record Next(UUID id, Instant cutoffAt) {}
        var bodies = bodiesFor(meeting.municipalityId(), meeting.caseId(), meeting.meetingType());
        var next = jdbc.sql(
                        """
                        select s.id, s.cutoff_at from kasane.sitting s
                        where s.municipality_id = :municipality and not s.at_need and s.status = 'planned' and :type = any (s.kinds) and %s
                          and (cardinality(:bodies::uuid[]) = 0 or s.body_id = any (:bodies::uuid[]))
                          and s.cutoff_at > :now and (:desired::timestamptz is null or s.starts_at >= :desired::timestamptz)
                          and (:after::timestamptz is null or s.starts_at > :after::timestamptz)
                        order by s.starts_at, s.id limit 1 for share of s
                        """
                                .formatted(IN_USE))
                .param("municipality", meeting.municipalityId())
                .param("type", meeting.meetingType())
                .param("bodies", bodies)
                .param("now", Timestamp.from(now))
                .param(
                        "desired",
                        meeting.desiredFrom() == null
                                ? null
                                : meeting.desiredFrom()
                                        .atStartOfDay(JapaneseTime.ZONE)
                                        .toInstant()
                                        .toString(),
                        java.sql.Types.VARCHAR)
                .param(
                        "after",
                        meeting.putOffAt() == null ? null : meeting.putOffAt().toString(),
                        java.sql.Types.VARCHAR)
                .query(Next.class)
                .optional();
        var sitting = next.map(Next::id).orElse(null);
        jdbc.sql("update kasane.meeting set sitting_id = :sitting where id = :id")
                .param("sitting", sitting, java.sql.Types.OTHER)
                .param("id", meeting.id())
                .update();
        if (meeting.sittingId() != null && !meeting.sittingId().equals(sitting)) {
            missed(meeting, sitting);
        }
        return next.map(Next::cutoffAt).map(this::soon).orElse(now.plus(LOOK_AGAIN));
    }

    /** The bodies that hold the slot the case's meeting belongs to (002, L6848-6856); none where it is for every body of the kind. */
    private UUID[] bodiesFor(UUID municipality, UUID caseId, String meetingType) {
        return meetings.slotFor(caseId, meetingType)
                .map(slot -> jdbc.sql(
                                """
                                select id from kasane.meeting_body
                                where municipality_id = :municipality and active and slot = :slot and :type = any (kinds)
                                """)
                        .param("municipality", municipality)
                        .param("slot", slot)
                        .param("type", meetingType)
                        .query(UUID.class)
                        .list())
                .orElse(List.of())
                .toArray(UUID[]::new);
    }

    /** The cut-off is over, or the sitting is not held: the convener hears that it is another one now, or that there is none. */
    private void missed(Waiting meeting, UUID next) {
        var refs =
                new LinkedHashMap<String, Object>(Map.of("meetingId", meeting.id(), "sittingId", meeting.sittingId()));
        if (next != null) {
            refs.put("nextSittingId", next);
        }
        streams.append(meeting.caseId(), CaseEvent.now("meeting.next-sitting", clock.instant(), refs));
        notices.tell(
                meetings.conveners(meeting.id()),
                "meeting-next-sitting",
                "next-sitting:" + meeting.id() + ":" + meeting.sittingId(),
                Notices.About.meeting(meeting.caseId(), meeting.id()));
    }

    /** When whoever waits for the convening looks again; for a process that is seated again. */
    Instant lookAgainAt(UUID meetingId) {
        return waiting("m.id = :id", meetingId)
                .filter(meeting -> meeting.sittingId() != null)
                .map(meeting -> soon(meeting.cutoffAt()))
                .orElseGet(() -> clock.instant().plus(LOOK_AGAIN));
    }

    /**
     * Puts the case's meeting of the kind to a sitting, if it is still to be convened.
     *
     * @return when to look again; empty when there is nothing to convene any more
     */
    Optional<Instant> assign(UUID caseId, String meetingType) {
        return waiting(
                        "m.case_id = :id and m.meeting_type = '" + meetingType
                                + "' and m.status in ('proposed', 'postponed', 'convened')",
                        caseId)
                .filter(Waiting::toBeConvened)
                .map(meeting -> assign(meeting.id()));
    }

    /**
     * The sittings a meeting of the kind may be put to now, and 臨時; empty where none is planned, for then there is nothing to
     * choose.
     */
    List<Map<String, String>> offered(UUID meetingId) {
        var meeting = waiting("m.id = :id", meetingId).orElseThrow();
        var own = meeting.inTime(clock.instant()) || !meeting.toBeConvened() ? meeting.sittingId() : null;
        return offered(
                meeting.meetingType(),
                own,
                bodiesFor(meeting.municipalityId(), meeting.caseId(), meeting.meetingType()));
    }

    /**
     * @param own the one it is put to, which is offered in any case; or null
     * @param first bodies whose sittings come first, whenever they are
     */
    private List<Map<String, String>> offered(String meetingType, UUID own, UUID[] first) {
        var offered = new ArrayList<Map<String, String>>();
        jdbc.sql(
                        """
                        select * from (
                        select s.id, s.starts_at, s.cutoff_at, not s.at_need as regular, b.name,
                               coalesce(s.body_id = any (:first::uuid[]), false) as first,
                               row_number() over (partition by coalesce(s.body_id = any (:first::uuid[]), false)
                                                  order by s.starts_at, s.id) <= :half as near
                        from kasane.sitting s left join kasane.meeting_body b on b.id = s.body_id
                        where s.status = 'planned' and (s.cutoff_at > :now and %s or s.id = :own::uuid) and :type = any (s.kinds)
                          and (not s.at_need or exists (select from kasane.meeting m where m.sitting_id = s.id and m.status = 'convened'))
                        order by (s.id = :own::uuid) is true desc, near desc, s.starts_at, s.id limit :most) o
                        order by o.first desc, o.starts_at, o.id
                        """
                                .formatted(IN_USE))
                .param("now", Timestamp.from(clock.instant()))
                .param("own", own, java.sql.Types.OTHER)
                .param("first", first)
                .param("type", meetingType)
                .param("most", OFFERED)
                // The others' stay to be chosen, too.
                .param("half", OFFERED / 2)
                .query((row, n) -> Map.of(
                        "value",
                        row.getString("id"),
                        "label",
                        Objects.requireNonNullElse(row.getString("name"), "臨時")
                                + " "
                                + DAY.format(row.getTimestamp("starts_at")
                                        .toInstant()
                                        .atZone(JapaneseTime.ZONE))
                                + (row.getBoolean("regular")
                                        ? "（締切 "
                                                + DAY.format(row.getTimestamp("cutoff_at")
                                                        .toInstant()
                                                        .atZone(JapaneseTime.ZONE))
                                                + "）"
                                        : "（臨時）")))
                .list()
                .forEach(offered::add);
        if (!offered.isEmpty()) {
            offered.add(Map.of("value", AT_NEED, "label", "臨時に開く（日時を決める）"));
        }
        return offered;
    }

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("M月d日(E) H:mm", java.util.Locale.JAPANESE);

    /** Where and when a meeting is convened. */
    record Seat(UUID sittingId, Instant startsAt, String place) {}

    /**
     * @param chosen the id of a sitting, or {@link #AT_NEED} or null for one at need
     * @throws Refusal.Invalid if the cut-off has come in the meantime
     */
    Seat seat(UUID meetingId, String chosen, Instant at, String place) {
        var meeting = waiting("m.id = :id", meetingId).orElseThrow();
        if (chosen == null || chosen.equals(AT_NEED)) {
            // What was not changed stays: it may share its sitting, or have been merged into one.
            var same = Optional.ofNullable(meeting.sittingId())
                    .flatMap(this::row)
                    .filter(row -> row.status().equals("planned")
                            && row.startsAt().equals(at)
                            && row.place().equals(place));
            return same.isPresent() && !meeting.toBeConvened()
                    ? new Seat(same.get().id(), at, place)
                    : atNeed(meeting, at, place);
        }
        // Held until the meeting is put to it: it is not called off in between.
        var sitting = Ids.parse(chosen)
                .flatMap(id -> jdbc.sql("select id from kasane.sitting where id = :id for share")
                        .param("id", id)
                        .query(UUID.class)
                        .optional())
                .flatMap(this::row)
                .filter(row -> row.status().equals("planned") && row.kinds().contains(meeting.meetingType()))
                .filter(row -> row.cutoffAt().isAfter(clock.instant())
                        || row.id().equals(meeting.sittingId()) && !meeting.toBeConvened())
                .orElseThrow(() -> new Refusal.Invalid(List.of(
                        new Refusal.FieldError("sitting", "付議する会議", "の締切を過ぎたか、会議が取りやめになりました。次の会議か「臨時に開く」を選んでください。"))));
        return new Seat(sitting.id(), sitting.startsAt(), sitting.place());
    }

    private Seat atNeed(Waiting meeting, Instant at, String place) {
        // One it had for itself is moved; one it shared stays with the others.
        var own = meeting.sittingId() == null
                ? Optional.<Row>empty()
                : row(meeting.sittingId())
                        .filter(row -> !row.regular()
                                && row.status().equals("planned")
                                && others(row.id(), meeting.id()) == 0);
        var id = own.map(Row::id).orElseGet(Ids::next);
        if (own.isPresent()) {
            jdbc.sql(
                            "update kasane.sitting set starts_at = :at, cutoff_at = :at, place = :place, sequence = sequence + 1 where id = :id")
                    .param("id", id)
                    .param("at", Timestamp.from(at))
                    .param("place", place)
                    .update();
        } else {
            insert(
                    id,
                    meeting.municipalityId(),
                    bodyOf(meeting.id()),
                    List.of(meeting.meetingType()),
                    true,
                    at,
                    at,
                    place);
        }
        return new Seat(id, at, place);
    }

    /** Null where no body of the municipality is for it. */
    private UUID bodyOf(UUID meetingId) {
        return jdbc.sql(
                        "select kasane.body_for(case_id, meeting_type, sitting_id) as body from kasane.meeting where id = :id")
                .param("id", meetingId)
                .query((row, n) -> Optional.ofNullable(row.getObject("body", UUID.class)))
                .single()
                .orElse(null);
    }

    private void insert(
            UUID id,
            UUID municipality,
            UUID body,
            List<String> kinds,
            boolean atNeed,
            Instant at,
            Instant cutoff,
            String place) {
        jdbc.sql(
                        """
                        insert into kasane.sitting (id, municipality_id, body_id, kinds, at_need, starts_at, cutoff_at, place, by_hand, created_at)
                        values (:id, :municipality, :body, :kinds, :need, :at, :cutoff, :place, true, :now)
                        """)
                .param("id", id)
                .param("municipality", municipality)
                .param("body", body, java.sql.Types.OTHER)
                .param("kinds", kinds.toArray(String[]::new))
                .param("need", atNeed)
                .param("at", Timestamp.from(at))
                .param("cutoff", Timestamp.from(cutoff))
                .param("place", place == null ? "" : place)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private int others(UUID sitting, UUID meeting) {
        return jdbc.sql(
                        "select count(*) from kasane.meeting where sitting_id = :sitting and id <> :meeting and status <> 'cancelled'")
                .param("sitting", sitting)
                .param("meeting", meeting)
                .query(Integer.class)
                .single();
    }

    /** How many agencies must attend where the meeting is held, or nothing: nobody asks. */
    Optional<Integer> quorum(UUID meetingId) {
        return jdbc.sql(
                        """
                        select b.quorum from kasane.meeting m join kasane.sitting s on s.id = m.sitting_id join kasane.meeting_body b on b.id = s.body_id
                        where m.id = :id
                        """)
                .param("id", meetingId)
                .query((row, n) -> Optional.ofNullable((Integer) row.getObject(1)))
                .optional()
                .flatMap(quorum -> quorum);
    }

    // ── looked at ──────────────────────────────────────────────────────────────────────────────────────────────────

    private record Row(
            UUID id,
            UUID municipalityId,
            UUID bodyId,
            String body,
            List<String> kinds,
            boolean regular,
            Instant startsAt,
            Instant cutoffAt,
            String place,
            String status,
            UUID mergedInto,
            Integer quorum) {}

    private static final String SELECT =
            """
            select s.id, s.municipality_id, s.body_id, b.name as body, s.kinds, not s.at_need as regular, s.starts_at, s.cutoff_at, s.place,
                   s.status, s.merged_into, b.quorum
            from kasane.sitting s left join kasane.meeting_body b on b.id = s.body_id
            """;

    private static Row read(ResultSet row, int n) throws SQLException {
        return new Row(
                row.getObject("id", UUID.class),
                row.getObject("municipality_id", UUID.class),
                row.getObject("body_id", UUID.class),
                row.getString("body"),
                List.of((String[]) row.getArray("kinds").getArray()),
                row.getBoolean("regular"),
                row.getTimestamp("starts_at").toInstant(),
                row.getTimestamp("cutoff_at").toInstant(),
                row.getString("place"),
                row.getString("status"),
                row.getObject("merged_into", UUID.class),
                (Integer) row.getObject("quorum"));
    }

    private Optional<Row> row(UUID id) {
        return jdbc.sql(SELECT + " where s.id = :id")
                .param("id", id)
                .query(Sittings::read)
                .optional();
    }

    /** Those to come, the next first; what is over, the last first. */
    public record Lists(List<Sitting> coming, List<Sitting> past) {}

    /** @param most of either */
    public Lists lists(int most) {
        var municipality = Acting.required().municipalityId();
        planAhead(municipality);
        var now = Timestamp.from(clock.instant());
        return new Lists(
                sittings(
                        "s.starts_at >= :now and s.status <> 'merged' order by s.starts_at, s.id",
                        municipality,
                        now,
                        most),
                sittings(
                        "s.starts_at < :now and s.status <> 'merged' order by s.starts_at desc, s.id",
                        municipality,
                        now,
                        most));
    }

    /**
     * Those of a month in Japanese time, the called-off ones included, the merged ones not.
     *
     * @param bodyCode only this body's, or null
     */
    public List<Sitting> month(YearMonth month, String bodyCode) {
        var municipality = Acting.required().municipalityId();
        planAhead(municipality);
        return jdbc
                .sql(
                        SELECT
                                + """
                         where s.municipality_id = :municipality and s.status <> 'merged' and s.starts_at >= :from and s.starts_at < :until
                          and (:body::text is null or b.code = :body)
                          and (not s.at_need
                               or exists (select from kasane.meeting m where m.sitting_id = s.id and m.status <> 'cancelled'))
                        order by s.starts_at, s.id limit 500
                        """)
                .param("municipality", municipality)
                .param("from", Timestamp.from(start(month)))
                .param("until", Timestamp.from(start(month.plusMonths(1))))
                .param("body", bodyCode, java.sql.Types.VARCHAR)
                .query(Sittings::read)
                .stream()
                .map(this::withItems)
                .toList();
    }

    private static Instant start(YearMonth month) {
        return month.atDay(1).atStartOfDay(JapaneseTime.ZONE).toInstant();
    }

    /** Who is expected at it, agency by agency, over the cases the acting user sees. */
    @Transactional(readOnly = true)
    public List<Sitting.Expected> expected(UUID id) {
        return jdbc.sql(
                        """
                        select g.name as agency, count(*)::int as asked,
                               count(*) filter (where a.answer = 'attend')::int as coming,
                               count(*) filter (where a.answer = 'absent')::int as away,
                               count(*) filter (where a.substitute is not null)::int as by_substitute,
                               count(*) filter (where m.meeting_type = 'support' and a.pledged_at is null and a.answer is distinct from 'absent')::int as unpledged
                        from kasane.meeting m join kasane.meeting_attendee a on a.meeting_id = m.id join kasane.agency g on g.id = a.agency_id
                        where m.sitting_id = :id and m.status in ('convened', 'held') and a.invited_at is not null
                        group by g.id, g.name, g.position order by g.position, g.name
                        """)
                .param("id", id)
                .query(Sitting.Expected.class)
                .list();
    }

    private List<Sitting> sittings(String where, UUID municipality, Timestamp now, int most) {
        // One at need that no case is put to any more is nobody's.
        return jdbc
                .sql(SELECT
                        + """
                                 where s.municipality_id = :municipality
                                  and (not s.at_need
                                       or exists (select from kasane.meeting m where m.sitting_id = s.id and m.status <> 'cancelled'))
                                  and %s limit :most
                                """
                                .formatted(where))
                .param("municipality", municipality)
                .param("now", now)
                .param("most", most)
                .query(Sittings::read)
                .stream()
                .map(this::withItems)
                .toList();
    }

    @Transactional(readOnly = true)
    public Optional<Sitting> find(UUID id) {
        return row(id).map(this::withItems);
    }

    private Sitting withItems(Row row) {
        var items = jdbc.sql(
                        """
                        select m.id as meeting_id, m.case_id, f.number as case_number, h.name as household_name, m.meeting_type, m.status, m.outcome,
                            (select count(*)::int from kasane.meeting_attendee a where a.meeting_id = m.id and a.invited_at is not null) as asked,
                            (select count(*)::int from kasane.meeting_attendee a where a.meeting_id = m.id and a.answer = 'attend') as coming,
                            (select count(*)::int from kasane.meeting_attendee a where a.meeting_id = m.id and a.answer = 'absent') as away
                        from kasane.meeting m join kasane.case_file f on f.id = m.case_id left join kasane.household h on h.case_id = f.id
                        where m.sitting_id = :id and m.status <> 'cancelled'
                          and (m.status = 'held' or f.phase = case m.meeting_type when 'support' then 'meeting' else 'plan' end)
                        order by m.created_at, m.id
                        """)
                .param("id", row.id())
                .query(Sitting.Item.class)
                .list();
        return new Sitting(
                row.id(),
                row.body(),
                row.kinds(),
                row.regular(),
                row.startsAt(),
                row.cutoffAt(),
                row.place(),
                row.status(),
                row.mergedInto(),
                row.quorum(),
                items);
    }

    /** What became of it: moved, merged, called off, by whom and why. The latest first. */
    @Transactional(readOnly = true)
    public List<SettingChanges.Change> history(UUID id) {
        return changes.list("sitting", id.toString(), 50);
    }

    /** Those it may be merged into: planned, still to come, for the same meetings. */
    @Transactional(readOnly = true)
    public List<Sitting> besides(Sitting sitting) {
        return sittings(
                        "s.starts_at >= :now and s.status = 'planned' order by s.starts_at, s.id",
                        Acting.required().municipalityId(),
                        Timestamp.from(clock.instant()),
                        50)
                .stream()
                .filter(other ->
                        !other.id().equals(sitting.id()) && other.kinds().containsAll(sitting.kinds()))
                .limit(12)
                .toList();
    }

    /**
     * Whoever convenes a body decides about its sittings, and the section about all of them. Of one that is of no body: the section
     * convenes 支援会議, the multi-agency operator 重層的支援会議 (002, L2279-91).
     */
    public boolean mayDecide(Sitting sitting) {
        return row(sitting.id())
                .filter(row -> mayDecide(row.bodyId(), row.kinds()))
                .isPresent();
    }

    /** Whether the acting user may hold the body besides its rhythm. */
    public boolean mayAdd(MeetingBody body) {
        return mayDecide(body.id(), body.kinds());
    }

    private boolean mayDecide(UUID body, List<String> kinds) {
        var me = Acting.required();
        if (me.has("manager")) {
            return true;
        }
        return body == null
                ? !kinds.contains("support") && me.has("coordinator")
                : jdbc.sql("select kasane.convenes(:body)")
                        .param("body", body)
                        .query(Boolean.class)
                        .single();
    }

    // ── decided about a whole sitting ──────────────────────────────────────────────────────────────────────────────

    /**
     * Holds a body another time besides its rhythm; cases are put to it by choice.
     *
     * @throws Refusal.Invalid for a body that is not there or a time that is over
     */
    public UUID add(String bodyCode, Instant at, String place) {
        var municipality = Acting.required().municipalityId();
        var body = bodies(municipality).stream()
                .filter(each -> each.active() && each.code().equals(bodyCode))
                .findFirst()
                .orElseThrow(() -> invalid("body", "sittings.body", "bodies.error.choose"));
        requireDecider(body.id(), body.kinds());
        requireFuture(at);
        var id = Ids.next();
        insert(
                id,
                municipality,
                body.id(),
                body.kinds(),
                false,
                at,
                later(cutoff(at, body.cutoffDays(), body.cutoffUnit(), calendars.of(municipality)), at),
                place);
        changes.note("sitting", id.toString(), null, Map.of("action", "added", "startsAt", at));
        return id;
    }

    /** A sitting that is near is open until it begins: a cut-off that is over before anybody knew of it would shut everybody out. */
    private Instant later(Instant cutoff, Instant at) {
        return cutoff.isAfter(clock.instant()) ? cutoff : at;
    }

    /**
     * Holds it at another time: everybody who was invited is asked anew.
     *
     * @throws Refusal.Invalid without a reason or for a time that is over
     * @throws Refusal.Conflict if it was called off or merged already, or one of its cases was talked about
     */
    public void move(UUID id, Instant at, String place, String reason) {
        var sitting = decidable(id);
        requireFuture(at);
        var why = reason(reason);
        var body = bodies(sitting.municipalityId()).stream()
                .filter(each -> each.id().equals(sitting.bodyId()))
                .findFirst();
        var cutoff = sitting.regular() && body.isPresent()
                ? later(
                        cutoff(
                                at,
                                body.get().cutoffDays(),
                                body.get().cutoffUnit(),
                                calendars.of(sitting.municipalityId())),
                        at)
                : at;
        jdbc.sql(
                        "update kasane.sitting set starts_at = :at, cutoff_at = :cutoff, place = :place, by_hand = true, sequence = sequence + 1 where id = :id")
                .param("id", id)
                .param("at", Timestamp.from(at))
                .param("cutoff", Timestamp.from(cutoff))
                .param("place", place)
                .update();
        note(id, "moved", why, Map.of("startsAt", sitting.startsAt()), Map.of("startsAt", at));
        system.inThisTransaction(() -> items(id).forEach(item -> itsTime(item, id, at, place)));
    }

    /**
     * Holds two as one: the cases go to the other sitting.
     *
     * @throws Refusal.Invalid without a reason, or if the other cannot take them
     */
    public void merge(UUID id, UUID into, String reason) {
        var sitting = decidable(id, into);
        var why = reason(reason);
        var other = row(into)
                .filter(row -> !row.id().equals(id)
                        && row.status().equals("planned")
                        && row.startsAt().isAfter(clock.instant())
                        && row.kinds().containsAll(sitting.kinds()))
                .orElseThrow(() -> invalid("into", "sittings.into", "bodies.error.choose"));
        jdbc.sql(
                        "update kasane.sitting set status = 'merged', merged_into = :into, sequence = sequence + 1 where id = :id")
                .param("id", id)
                .param("into", other.id())
                .update();
        note(id, "merged", why, Map.of("startsAt", sitting.startsAt()), Map.of("startsAt", other.startsAt()));
        system.inThisTransaction(
                () -> items(id).forEach(item -> itsTime(item, other.id(), other.startsAt(), other.place())));
    }

    /**
     * Calls it off: no case is lost, each goes to the next sitting and is convened again.
     *
     * @throws Refusal.Invalid without a reason
     */
    public void cancel(UUID id, String reason) {
        var sitting = decidable(id);
        var why = reason(reason);
        jdbc.sql("update kasane.sitting set status = 'cancelled', sequence = sequence + 1 where id = :id")
                .param("id", id)
                .update();
        note(id, "cancelled", why, Map.of("startsAt", sitting.startsAt()), Map.of());
        system.inThisTransaction(() -> items(id).forEach(item -> {
            if (item.status().equals("convened")) {
                invitations.calledOff(item.caseId(), item.id());
                invitations.over(item.caseId(), item.id());
                invitations.askAgain(item.id());
                jdbc.sql(
                                "update kasane.meeting set status = 'proposed', scheduled_at = null, place = null where id = :id")
                        .param("id", item.id())
                        .update();
                boolean support = item.meetingType().equals("support");
                if (support) {
                    cases.moveTo(item.caseId(), "meeting", "convene");
                }
                streams.append(
                        item.caseId(),
                        CaseEvent.now(
                                "meeting.sitting-cancelled",
                                clock.instant(),
                                Map.of("meetingId", item.id(), "sittingId", id)));
                engine.knock(
                        item.caseId(), "meeting-changed", item.caseId() + (support ? ":meeting" : ":plan-meeting"));
            }
            assign(item.id());
        }));
    }

    private static final String HOLD = "Task_HoldMeeting";

    /** The cases that wait for it. One whose way led elsewhere (something urgent, a move) is not taken back by a change of dates. */
    private List<Waiting> items(UUID sitting) {
        return jdbc.sql(
                        """
                        select m.id, m.municipality_id, m.case_id, m.meeting_type, m.status, m.desired_from, m.sitting_id,
                               s.status as sitting_status, s.cutoff_at, o.starts_at as put_off_at
                        from kasane.meeting m join kasane.sitting s on s.id = m.sitting_id join kasane.case_file f on f.id = m.case_id
                        left join kasane.sitting o on o.id = m.put_off_from
                        where m.sitting_id = :id and m.status in ('proposed', 'postponed', 'convened')
                          and f.phase = case m.meeting_type when 'support' then 'meeting' else 'plan' end
                        order by m.case_id
                        """)
                .param("id", sitting)
                .query(Waiting.class)
                .list();
    }

    private void itsTime(Waiting item, UUID sitting, Instant at, String place) {
        jdbc.sql("update kasane.meeting set sitting_id = :sitting where id = :id")
                .param("sitting", sitting)
                .param("id", item.id())
                .update();
        if (item.toBeConvened()) {
            // Its cut-off may be over already.
            assign(item.id());
            return;
        }
        jdbc.sql("update kasane.meeting set scheduled_at = :at, place = :place where id = :id")
                .param("id", item.id())
                .param("at", Timestamp.from(at))
                .param("place", place)
                .update();
        invitations.over(item.caseId(), item.id());
        invitations.askAgain(item.id());
        invitations.startAgain(item.caseId());
        events.publishEvent(new PlannedDateChanged(item.caseId(), HOLD));
        streams.append(
                item.caseId(),
                CaseEvent.now("meeting.moved", clock.instant(), Map.of("meetingId", item.id(), "sittingId", sitting)));
    }

    private Row decidable(UUID id, UUID... others) {
        var sitting = row(id).orElseThrow(() -> new Refusal.NotFound(changes.word("sittings.sitting")));
        requireDecider(sitting.bodyId(), sitting.kinds());
        // Before any row is locked: planning waits for whoever plans.
        planAhead(sitting.municipalityId());
        // The cases first, as everybody who writes to one does; then the sitting, so that nobody is put to it in
        // between.
        var known = locked(id);
        jdbc.sql("select id from kasane.sitting where id = :id or id = any (:others) order by id for no key update")
                .param("id", id)
                .param("others", others)
                .query(UUID.class)
                .list();
        var items = new ArrayList<UUID>();
        system.inThisTransaction(() -> items(id).forEach(item -> items.add(item.caseId())));
        if (!known.containsAll(items)) {
            throw new Refusal.Conflict(changes.word("sittings.error.meanwhile"));
        }
        var now = row(id).orElseThrow();
        boolean begun = jdbc.sql(
                        "select exists (select from kasane.meeting where sitting_id = :id and status = 'held')")
                .param("id", id)
                .query(Boolean.class)
                .single();
        if (!now.status().equals("planned") || begun) {
            throw new Refusal.Conflict(changes.word("sittings.error.over"));
        }
        return now;
    }

    private List<UUID> locked(UUID sitting) {
        var known = new ArrayList<UUID>();
        system.inThisTransaction(() -> items(sitting).forEach(item -> {
            streams.lock(item.caseId());
            known.add(item.caseId());
        }));
        return known;
    }

    private void requireDecider(UUID body, List<String> kinds) {
        if (!mayDecide(body, kinds)) {
            throw new Refusal.Forbidden(changes.word("sittings.error.decider"));
        }
    }

    private void requireFuture(Instant at) {
        if (at == null || !at.isAfter(clock.instant())) {
            throw invalid("startsAt", "sittings.startsAt", "sittings.error.past");
        }
    }

    private String reason(String text) {
        var reason = text == null ? "" : text.strip();
        if (reason.isEmpty() || reason.length() > 500) {
            throw invalid("reason", "sittings.reason", "sittings.error.reason");
        }
        return reason;
    }

    private void note(UUID id, String action, String reason, Map<String, Object> before, Map<String, Object> after) {
        var now = new LinkedHashMap<String, Object>(after);
        now.put("action", action);
        now.put("reason", reason);
        changes.note("sitting", id.toString(), before, now);
    }

    private Refusal.Invalid invalid(String field, String label, String key) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(field, changes.word(label), changes.word(key))));
    }
}
