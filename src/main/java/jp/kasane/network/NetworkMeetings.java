package jp.kasane.network;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.community.IssuePut;
import jp.kasane.engine.EngineMet;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.BodiesChanged;
import jp.kasane.meeting.Sittings;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Notices;
import jp.kasane.worker.CloseAgenda;
import jp.kasane.worker.CloseAgendaWorker;
import jp.kasane.worker.JobContext;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 定例会議: one instance of {@code network-meeting} per body goes round and round along the calendar. The sittings are planned by
 * {@link Sittings}; what was handed in is put to the next one at its cut-off.
 *
 * <p>No transaction around everything: what the engine asks is done as the system, which begins its own.
 */
@Component
public class NetworkMeetings implements ProcessFacts, CloseAgenda {

    static final String KIND = "network-meeting";
    /** A calendar may change while an instance waits: it looks again at the latest after this. */
    private static final Duration LOOK_AGAIN = Duration.ofDays(7);

    private final JdbcClient jdbc;
    private final Sittings sittings;
    private final Streams streams;
    private final EngineOrders engine;
    private final Agencies agencies;
    private final Notices notices;
    private final SystemActor system;
    private final Clock clock;

    NetworkMeetings(
            JdbcClient jdbc,
            Sittings sittings,
            Streams streams,
            EngineOrders engine,
            Agencies agencies,
            Notices notices,
            SystemActor system,
            Clock clock) {
        this.jdbc = jdbc;
        this.sittings = sittings;
        this.streams = streams;
        this.engine = engine;
        this.agencies = agencies;
        this.notices = notices;
        this.system = system;
        this.clock = clock;
    }

    // ── every body that meets regularly has its instance ───────────────────────────────────────────────────────────

    @EventListener
    void on(EngineMet met) {
        system.inTransaction(this::carryAll);
    }

    @EventListener
    void on(BodiesChanged changed) {
        system.inThisTransaction(this::carryAll);
    }

    private void carryAll() {
        record Body(UUID id, boolean carried, boolean over) {}
        // One after the other: two who change a body at once would both find it without an instance.
        jdbc.sql("select pg_advisory_xact_lock(hashtext('kasane.network'))")
                .query()
                .listOfRows();
        jdbc.sql(
                        """
                        select s.id from kasane.stream s join kasane.meeting_body b on b.id = s.id
                        where s.over_at is null and not (b.active and 'network' = any (b.kinds))
                          and b.municipality_id = kasane.my_municipality()
                        """)
                .query(UUID.class)
                .list()
                .forEach(body -> streams.over(body, true));
        for (var body : jdbc.sql(
                        """
                        select b.id, s.id is not null as carried, s.over_at is not null as over
                        from kasane.meeting_body b left join kasane.stream s on s.id = b.id
                        where b.active and 'network' = any (b.kinds) and b.municipality_id = kasane.my_municipality() order by b.code
                        """)
                .query(Body.class)
                .list()) {
            if (!body.carried()) {
                streams.open(body.id(), KIND);
                engine.startMatter(body.id(), KIND);
            } else if (body.over()) {
                streams.over(body.id(), false);
                engine.reseat(body.id());
            }
        }
    }

    // ── the next sitting ───────────────────────────────────────────────────────────────────────────────────────────

    private record Next(UUID id, Instant startsAt, Instant cutoffAt, String place, boolean closed) {}

    /** The earliest sitting whose agenda is closed and that nobody has recorded; else the next one to come. */
    private Optional<Next> next(UUID body) {
        return jdbc.sql(
                        """
                        select s.id, s.starts_at, s.cutoff_at, s.place, s.agenda_closed_at is not null as closed
                        from kasane.sitting s
                        where s.body_id = :body and s.status = 'planned' and (s.agenda_closed_at is not null or s.starts_at > :now)
                          and not exists (select from kasane.network_record r where r.sitting_id = s.id and r.voided_at is null)
                        order by s.starts_at limit 1
                        """)
                .param("body", body)
                .param("now", Timestamp.from(clock.instant()))
                .query(Next.class)
                .optional();
    }

    private boolean meets(UUID body) {
        return jdbc.sql("select active and 'network' = any (kinds) from kasane.meeting_body where id = :id")
                .param("id", body)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    @Override
    public String processId() {
        return KIND;
    }

    /** {@code step}: wait with {@code agendaAt}, hold once the agenda is closed, or over. */
    @Override
    public Map<String, Object> facts(UUID body, String instanceKey) {
        if (!meets(body)) {
            return Map.of("step", "over");
        }
        sittings.planned();
        var next = next(body);
        if (next.isPresent() && next.get().closed()) {
            return Map.of("step", "hold", "outcome", "held");
        }
        var again = clock.instant().plus(LOOK_AGAIN);
        var at = next.map(Next::cutoffAt)
                .filter(cutoff -> cutoff.isBefore(again))
                .orElse(again);
        return Map.of(
                "step",
                "wait",
                "agendaAt",
                at.atZone(JapaneseTime.ZONE).toOffsetDateTime().toString());
    }

    @Override
    public Map<String, Object> close(JobContext job) {
        var body = Ids.parse(job.matterId()).orElseThrow(() -> new UnknownReference("会議体が分かりません。"));
        return system.inTransaction(() -> {
            if (!streams.exists(body)) {
                throw new UnknownReference("この会議体はデータベースにありません。");
            }
            streams.lock(body);
            return Map.of("outcome", closed(body));
        });
    }

    private String closed(UUID body) {
        if (!meets(body)) {
            return "skipped";
        }
        var next = next(body);
        if (next.isEmpty() || !next.get().closed() && next.get().cutoffAt().isAfter(clock.instant())) {
            return "wait";
        }
        var sitting = next.get();
        if (sitting.closed()) {
            return "held";
        }
        jdbc.sql("update kasane.sitting set agenda_closed_at = :now where id = :id")
                .param("id", sitting.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        int items = jdbc.sql(
                        "update kasane.agenda_item set sitting_id = :sitting where body_id = :body and status = 'open' and sitting_id is null")
                .param("sitting", sitting.id())
                .param("body", body)
                .update();
        boolean anyway = jdbc.sql("select held_without_cases from kasane.meeting_body where id = :id")
                .param("id", body)
                .query(Boolean.class)
                .single();
        streams.append(
                body,
                CaseEvent.now("agenda.closed", clock.instant(), Map.of("sittingId", sitting.id(), "items", items)));
        if (items > 0 || anyway) {
            return "held";
        }
        jdbc.sql(
                        """
                        insert into kasane.network_record (id, municipality_id, body_id, sitting_id, outcome, recorded_at)
                        select :id, b.municipality_id, b.id, :sitting, 'no-agenda', :now from kasane.meeting_body b where b.id = :body
                        """)
                .param("id", Ids.next())
                .param("sitting", sitting.id())
                .param("body", body)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        tell(body, "network-not-held", sitting.id());
        return "skipped";
    }

    /** Everybody who works with cases here: who sits in a 連携会議 is not a list anybody keeps. Once per sitting and kind. */
    void tell(UUID body, String kind, UUID sitting) {
        var municipality = jdbc.sql("select municipality_id from kasane.meeting_body where id = :id")
                .param("id", body)
                .query(UUID.class)
                .single();
        var people = List.of("coordinator", "member", "manager").stream()
                .flatMap(role -> notices.holders(municipality, role, null).stream())
                .distinct()
                .toList();
        notices.tell(people, kind, kind + ":" + sitting, Notices.About.matter(body));
    }

    /** The sitting whose agenda is closed and that nobody has recorded. */
    Optional<UUID> held(UUID body) {
        return next(body).filter(Next::closed).map(Next::id);
    }

    Optional<UUID> lastRecorded(UUID body) {
        return jdbc.sql(
                        """
                        select sitting_id from kasane.network_record where body_id = :body and voided_at is null and outcome <> 'no-agenda'
                        order by recorded_at desc limit 1
                        """)
                .param("body", body)
                .query(UUID.class)
                .optional();
    }

    // ── the agenda ─────────────────────────────────────────────────────────────────────────────────────────────────

    @EventListener
    void on(IssuePut put) {
        jdbc.sql(
                        """
                        insert into kasane.agenda_item (id, municipality_id, body_id, title, detail, issue_id, agency_id, submitted_by, submitted_at)
                        select :id, b.municipality_id, b.id, left(:title, 80), left(:detail, 2000), :issue, :agency, kasane.acting_user(), :now
                        from kasane.meeting_body b where b.id = :body and 'network' = any (b.kinds)
                        on conflict do nothing
                        """)
                .param("id", Ids.next())
                .param("body", put.bodyId())
                .param("title", put.title())
                .param("detail", put.question())
                .param("issue", put.issueId())
                .param("agency", agencies.ofActingUser().orElse(null), java.sql.Types.OTHER)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /**
     * Hands something in for the next sitting whose agenda is open.
     *
     * @throws Refusal.Forbidden for whoever works for no agency
     * @throws Refusal.Invalid for a title or a text that cannot be accepted
     */
    @Transactional
    public UUID handIn(UUID body, String title, String detail) {
        var agency = agencies.ofActingUser().orElseThrow(() -> new Refusal.Forbidden("機関に属する人だけが、議題を出せます。"));
        var name = title == null ? "" : title.strip();
        var text = detail == null ? "" : detail.strip();
        if (name.isEmpty() || name.length() > 80) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("title", "議題", "は1～80字で入力してください。")));
        }
        if (text.length() > 2000) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("detail", "内容", "は2000字までで入力してください。")));
        }
        required(body);
        streams.lock(body);
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.agenda_item (id, municipality_id, body_id, title, detail, agency_id, submitted_by, submitted_at)
                        values (:id, kasane.my_municipality(), :body, :title, :detail, :agency, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("body", body)
                .param("title", name)
                .param("detail", text)
                .param("agency", agency)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(body, CaseEvent.now("agenda.handed-in", clock.instant(), Map.of("itemId", id)));
        return id;
    }

    /**
     * Takes an item back.
     *
     * @throws Refusal.Conflict once it is on a closed agenda
     * @throws Refusal.Forbidden for anybody but who handed it in, and managers
     */
    @Transactional
    public void takeBack(UUID body, UUID item) {
        streams.lock(body);
        boolean mine = jdbc.sql(
                        """
                        select submitted_by = kasane.acting_user() or kasane.has_role('manager') from kasane.agenda_item
                        where id = :id and body_id = :body and status = 'open'
                        """)
                .param("id", item)
                .param("body", body)
                .query(Boolean.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("議題"));
        if (!mine) {
            throw new Refusal.Forbidden("議題を取り下げられるのは、出した人と所管課だけです。");
        }
        int taken = jdbc.sql(
                        "update kasane.agenda_item set status = 'withdrawn' where id = :id and status = 'open' and sitting_id is null")
                .param("id", item)
                .update();
        if (taken == 0) {
            throw new Refusal.Conflict("議題の締切を過ぎているため、取り下げられません。");
        }
    }

    // ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────

    private record Head(UUID id, String code, String name, String convener, boolean active, boolean heldWithoutCases) {}

    private static final String HEADS =
            """
            select b.id, b.code, b.name, a.name as convener, b.active, b.held_without_cases
            from kasane.meeting_body b left join kasane.agency a on a.id = b.convener_id where 'network' = any (b.kinds)
            """;

    /** Those that meet, by name; the others after them. */
    @Transactional(readOnly = true)
    public List<NetworkMeeting> list() {
        return jdbc.sql(HEADS + "order by not b.active, b.name").query(Head.class).list().stream()
                .map(this::with)
                .toList();
    }

    /** @throws Refusal.NotFound if there is no such body of kind network */
    @Transactional(readOnly = true)
    public NetworkMeeting required(UUID body) {
        return jdbc.sql(HEADS + "and b.id = :id")
                .param("id", body)
                .query(Head.class)
                .optional()
                .map(this::with)
                .orElseThrow(() -> new Refusal.NotFound("定例会議"));
    }

    private NetworkMeeting with(Head head) {
        var next = next(head.id());
        var agenda = jdbc.sql(
                        """
                        select i.id, i.title, i.detail, i.issue_id, a.name as agency, i.submitted_at, i.sitting_id is not null as closed
                        from kasane.agenda_item i left join kasane.agency a on a.id = i.agency_id
                        where i.body_id = :body and i.status = 'open' order by i.sitting_id is null, i.submitted_at, i.id
                        """)
                .param("body", head.id())
                .query(NetworkMeeting.Item.class)
                .list();
        return new NetworkMeeting(
                head.id(),
                head.code(),
                head.name(),
                head.convener(),
                head.active(),
                head.heldWithoutCases(),
                next.map(Next::startsAt).orElse(null),
                next.map(Next::cutoffAt).orElse(null),
                next.map(Next::place).orElse(""),
                next.map(Next::closed).orElse(false),
                agenda,
                past(head.id()));
    }

    private List<NetworkMeeting.Past> past(UUID body) {
        return jdbc.sql(
                        """
                        select r.sitting_id, s.starts_at, r.outcome, r.happened_on, r.minutes, r.reason, r.feedback,
                               array(select a.name from kasane.agency a where a.id = any (r.attendees) order by a.position) as attendees
                        from kasane.network_record r join kasane.sitting s on s.id = r.sitting_id
                        where r.body_id = :body and r.voided_at is null order by s.starts_at desc limit 12
                        """)
                .param("body", body)
                .query((row, n) -> new NetworkMeeting.Past(
                        row.getObject("sitting_id", UUID.class),
                        row.getTimestamp("starts_at").toInstant(),
                        row.getString("outcome"),
                        row.getObject("happened_on", LocalDate.class),
                        Arrays.asList((String[]) row.getArray("attendees").getArray()),
                        row.getString("minutes"),
                        row.getString("reason"),
                        row.getString("feedback"),
                        jdbc.sql(
                                        "select title, said from kasane.agenda_item where sitting_id = :id and status = 'dealt' order by submitted_at, id")
                                .param("id", row.getObject("sitting_id", UUID.class))
                                .query(NetworkMeeting.Said.class)
                                .list()))
                .list();
    }

    Map<String, Object> blank(UUID body) {
        var known = new HashMap<String, Object>();
        known.put("bodyName", required(body).name());
        held(body).ifPresent(sitting -> {
            known.put(
                    "happenedOn",
                    jdbc.sql("select starts_at from kasane.sitting where id = :id")
                            .param("id", sitting)
                            .query((row, n) -> JapaneseTime.dayOf(
                                            row.getTimestamp(1).toInstant())
                                    .toString())
                            .single());
            known.put(
                    "items",
                    jdbc.sql(
                                    "select id, title from kasane.agenda_item where sitting_id = :id and status = 'open' order by submitted_at, id")
                            .param("id", sitting)
                            .query((row, n) -> Map.of("itemId", row.getString("id"), "title", row.getString("title")))
                            .list());
        });
        return known;
    }

    @Configuration
    static class Workers {
        @Bean
        CloseAgendaWorker closeAgenda(CloseAgenda port) {
            return new CloseAgendaWorker(port);
        }
    }
}
