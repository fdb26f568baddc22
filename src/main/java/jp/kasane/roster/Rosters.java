package jp.kasane.roster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.MatterPage;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 名簿 and the people on them: whoever visits them sees them, whoever keeps the list, and the section (row-level security). */
@Component
@Transactional
public class Rosters implements MatterPage {

    /** How many people a page shows, and are planned for at once. */
    public static final int PAGE = 50;

    private final JdbcClient jdbc;
    private final Streams streams;
    private final EngineOrders engine;
    private final Agencies agencies;
    private final Clock clock;

    Rosters(JdbcClient jdbc, Streams streams, EngineOrders engine, Agencies agencies, Clock clock) {
        this.jdbc = jdbc;
        this.streams = streams;
        this.engine = engine;
        this.agencies = agencies;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return RosterVisits.KIND;
    }

    @Override
    public String of(UUID person) {
        return "/rosters/people/" + person;
    }

    // ── lists ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private static final String LISTS =
            """
            select r.id, r.name, r.purpose, a.name as agency, r.created_at, kasane.keeps_roster(r.id) as keeps,
                   count(p.id) filter (where p.status <> 'off') as persons,
                   count(v.person_id) filter (where p.status <> 'off') as visited,
                   count(*) filter (where p.status <> 'off' and v.heard) as heard,
                   count(*) filter (where p.status <> 'off' and v.accompanied) as accompanied,
                   count(*) filter (where p.status = 'listed') as listed, count(*) filter (where p.status = 'again') as again,
                   count(*) filter (where p.status = 'met') as met, count(*) filter (where p.status = 'refused') as refused,
                   count(*) filter (where p.status = 'left') as gone, count(*) filter (where p.status = 'consultation') as consultations,
                   count(*) filter (where p.status = 'off') as off
            from kasane.roster r join kasane.agency a on a.id = r.agency_id
            left join kasane.roster_person p on p.roster_id = r.id
            left join (select person_id, bool_or(outcome in ('met', 'concern')) as heard,
                              bool_or(outcome in ('met', 'concern') and companion is not null) as accompanied
                       from kasane.roster_visit where voided_at is null group by person_id) v on v.person_id = p.id
            """;

    /** The newest first, with how far each is. */
    @Transactional(readOnly = true)
    public List<Roster> list() {
        return jdbc.sql(LISTS + "group by r.id, a.name order by r.created_at desc, r.id desc")
                .query(Rosters::roster)
                .list();
    }

    /** @throws Refusal.NotFound if the acting user sees none */
    @Transactional(readOnly = true)
    public Roster one(UUID id) {
        return jdbc.sql(LISTS + "where r.id = :id group by r.id, a.name")
                .param("id", id)
                .query(Rosters::roster)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("名簿"));
    }

    private static Roster roster(ResultSet row, int n) throws SQLException {
        return new Roster(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("purpose"),
                row.getString("agency"),
                row.getTimestamp("created_at").toInstant(),
                row.getBoolean("keeps"),
                new Roster.Progress(
                        row.getLong("persons"),
                        row.getLong("visited"),
                        row.getLong("heard"),
                        row.getLong("accompanied"),
                        row.getLong("listed"),
                        row.getLong("again"),
                        row.getLong("met"),
                        row.getLong("refused"),
                        row.getLong("gone"),
                        row.getLong("consultations"),
                        row.getLong("off")));
    }

    /** What somebody typed; the agency by its code. */
    public record Entered(String name, String purpose, String agency) {}

    /** Agencies whose lists the acting user may keep, by code: their own, for the section all. */
    @Transactional(readOnly = true)
    public Map<String, String> keepers() {
        var keepers = new java.util.LinkedHashMap<String, String>();
        jdbc.sql(
                        """
                        select code, name from kasane.agency where active and municipality_id = kasane.my_municipality()
                          and kasane.keeps_roster_of(id) order by position, name
                        """)
                .query((row, n) -> keepers.put(row.getString("code"), row.getString("name")))
                .list();
        return keepers;
    }

    /**
     * Begins a list with nobody on it.
     *
     * @throws Refusal.Forbidden for an agency whose lists the acting user does not keep
     * @throws Refusal.Invalid for fields that cannot be accepted
     */
    public UUID begin(Entered entered) {
        var wrong = new ArrayList<Refusal.FieldError>();
        var name = entered.name() == null ? "" : entered.name().strip();
        var purpose = entered.purpose() == null ? "" : entered.purpose().strip();
        var agency = Optional.ofNullable(entered.agency()).flatMap(agencies::byCode);
        if (keepers().isEmpty()) {
            throw new Refusal.Forbidden("名簿を作れるのは、機関の担当と所管課だけです。");
        }
        if (name.isEmpty() || name.length() > 80) {
            wrong.add(new Refusal.FieldError("name", "名簿の名前", "は1～80字で入力してください。"));
        } else if (jdbc.sql(
                        "select exists (select from kasane.roster where name = :name and municipality_id = kasane.my_municipality())")
                .param("name", name)
                .query(Boolean.class)
                .single()) {
            wrong.add(new Refusal.FieldError("name", "名簿の名前", "は、同じものがすでにあります。"));
        }
        if (purpose.length() > 2000) {
            wrong.add(new Refusal.FieldError("purpose", "目的", "は2000字までで入力してください。"));
        }
        if (agency.isEmpty()) {
            wrong.add(new Refusal.FieldError("agency", "担当機関", "を選んでください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        if (!keepers().containsKey(agency.get().code())) {
            throw new Refusal.Forbidden("ほかの機関の名簿は作れません。");
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.roster (id, municipality_id, name, purpose, agency_id, created_at, created_by)
                        values (:id, kasane.my_municipality(), :name, :purpose, :agency, :now, :by)
                        """)
                .param("id", id)
                .param("name", name)
                .param("purpose", purpose)
                .param("agency", agency.get().id())
                .param("now", Timestamp.from(clock.instant()))
                .param("by", Acting.required().id())
                .update();
        return id;
    }

    // ── people ─────────────────────────────────────────────────────────────────────────────────────────────────────

    private static final String PEOPLE =
            """
            select p.id, p.roster_id, r.name as roster, p.position, case when p.row_key ^@ 'n:' then substr(p.row_key, 3) end as number, p.name, p.kana,
                   p.birth_date, p.address, p.phone, p.note, a.name as agency, p.status, p.visit_on, p.companion, p.consultation_id, p.off_reason, p.off_at
            from kasane.roster_person p join kasane.roster r on r.id = p.roster_id join kasane.agency a on a.id = p.agency_id
            """;

    /**
     * A page of a list, in its order.
     *
     * @param status one of them, {@code open} for whoever is still to be visited; null for all
     * @param agency code of who visits; null for all
     * @param after the position the page before ended with; 0 for the first
     */
    @Transactional(readOnly = true)
    public List<RosterPerson> people(UUID roster, String status, String agency, int after, int most) {
        return jdbc.sql(
                        PEOPLE
                                + """
                          where p.roster_id = :roster and p.position > :after
                            and (:status::text is null or p.status = :status or :status = 'open' and p.status in ('listed', 'again'))
                            and (:agency::text is null or a.code = :agency)
                          order by p.position limit :most
                          """)
                .param("roster", roster)
                .param("after", after)
                .param("status", status, Types.VARCHAR)
                .param("agency", agency, Types.VARCHAR)
                .param("most", most)
                .query((row, n) -> person(row, List.of()))
                .list();
    }

    /** Agencies that visit somebody of the list, by code. */
    @Transactional(readOnly = true)
    public Map<String, String> visitors(UUID roster) {
        var visitors = new java.util.LinkedHashMap<String, String>();
        jdbc.sql(
                        """
                        select a.code, a.name from kasane.agency a
                        where a.id in (select p.agency_id from kasane.roster_person p where p.roster_id = :roster) order by a.position, a.name
                        """)
                .param("roster", roster)
                .query((row, n) -> visitors.put(row.getString("code"), row.getString("name")))
                .list();
        return visitors;
    }

    /** @throws Refusal.NotFound if the acting user sees nobody of this id */
    @Transactional(readOnly = true)
    public RosterPerson person(UUID id) {
        return find(id).orElseThrow(() -> new Refusal.NotFound("名簿の人"));
    }

    Optional<RosterPerson> find(UUID id) {
        var visits = jdbc.sql(
                        """
                        select v.submission_id, v.visited_on, v.companion, v.outcome, v.observation, v.next_on, v.consultation_id, v.recorded_at,
                               u.display_name as recorded_by
                        from kasane.roster_visit v left join kasane.app_user u on u.id = v.recorded_by
                        where v.person_id = :id and v.voided_at is null order by v.recorded_at desc, v.id desc
                        """)
                .param("id", id)
                .query(RosterPerson.Visit.class)
                .list();
        return jdbc.sql(PEOPLE + "where p.id = :id")
                .param("id", id)
                .query((row, n) -> person(row, visits))
                .optional();
    }

    private static RosterPerson person(ResultSet row, List<RosterPerson.Visit> visits) throws SQLException {
        var off = row.getTimestamp("off_at");
        return new RosterPerson(
                row.getObject("id", UUID.class),
                row.getObject("roster_id", UUID.class),
                row.getString("roster"),
                row.getInt("position"),
                row.getString("number"),
                row.getString("name"),
                row.getString("kana"),
                row.getObject("birth_date", LocalDate.class),
                row.getString("address"),
                row.getString("phone"),
                row.getString("note"),
                row.getString("agency"),
                row.getString("status"),
                row.getObject("visit_on", LocalDate.class),
                row.getString("companion"),
                row.getObject("consultation_id", UUID.class),
                row.getString("off_reason"),
                off == null ? null : off.toInstant(),
                visits);
    }

    /**
     * Plans the visits of some people at once: when, and with whom. Whoever is visited already is left as they are.
     *
     * @param visitOn null where only the companion is settled
     * @param companion null where somebody goes alone
     * @return of how many
     * @throws Refusal.Forbidden for whoever does not visit
     * @throws Refusal.Invalid for a day that is over, a companion of more than 100 characters, nobody, or too many
     */
    public int plan(UUID roster, List<UUID> people, LocalDate visitOn, String companion) {
        one(roster);
        var with = companion == null || companion.isBlank() ? null : companion.strip();
        var wrong = new ArrayList<Refusal.FieldError>();
        if (people.isEmpty() || people.size() > 4 * PAGE) {
            wrong.add(new Refusal.FieldError("people", "訪ねる人", "を選んでください（一度に200人まで）。"));
        }
        if (visitOn != null && visitOn.isBefore(today())) {
            wrong.add(new Refusal.FieldError("visitOn", "訪ねる日", "は今日より後にしてください。"));
        }
        if (with != null && with.length() > 100) {
            wrong.add(new Refusal.FieldError("companion", "一緒に訪ねる人・機関", "は100字までで入力してください。"));
        }
        if (visitOn == null && with == null) {
            wrong.add(new Refusal.FieldError("visitOn", "訪ねる日", "か、一緒に訪ねる人を入力してください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        record Planned(UUID id, String status) {}
        var planned = jdbc.sql(
                        """
                        update kasane.roster_person set visit_on = coalesce(:on, visit_on), companion = coalesce(:with, companion)
                        where roster_id = :roster and id = any (:people) and status in ('listed', 'again') returning id, status
                        """)
                .param("on", visitOn, Types.DATE)
                .param("with", with, Types.VARCHAR)
                .param("roster", roster)
                .param("people", people.toArray(UUID[]::new))
                .query(Planned.class)
                .list();
        if (visitOn != null) {
            // Whose process waits for the day that was agreed on before has to be told of the new one.
            planned.stream()
                    .filter(person -> person.status().equals("again"))
                    .forEach(person -> engine.reseat(person.id()));
        }
        return planned.size();
    }

    /**
     * Takes somebody off the list, for a reason; nobody visits them any more.
     *
     * @throws Refusal.Forbidden for anybody but managers
     * @throws Refusal.Conflict if they were visited already, or taken off
     * @throws Refusal.Invalid without a reason
     */
    public void takeOff(UUID id, String reason) {
        var person = toChange(id);
        if (person.over()) {
            throw new Refusal.Conflict("訪問が終わっている人は、名簿から外せません。");
        }
        if (reason == null || reason.isBlank() || reason.strip().length() > 500) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("reason", "外す理由", "は1～500字で入力してください。")));
        }
        jdbc.sql(
                        """
                        update kasane.roster_person set status = 'off', off_reason = :reason, off_at = :now, off_by = :by, visit_on = null where id = :id
                        """)
                .param("id", id)
                .param("reason", reason.strip())
                .param("now", Timestamp.from(clock.instant()))
                .param("by", Acting.required().id())
                .update();
        streams.over(id, true);
        streams.append(id, CaseEvent.now("roster.off", clock.instant(), Map.of("rosterId", person.rosterId())));
        engine.knock(id, "roster-outreach-ended", id.toString());
    }

    /**
     * Puts somebody back who was taken off: where their visits stood.
     *
     * @throws Refusal.Forbidden for anybody but managers
     * @throws Refusal.Conflict if they are on the list
     */
    public void putBack(UUID id) {
        var person = toChange(id);
        if (!person.status().equals("off")) {
            throw new Refusal.Conflict("この人は名簿に載っています。");
        }
        jdbc.sql(
                        """
                        update kasane.roster_person set status = 'listed', off_reason = null, off_at = null, off_by = null where id = :id
                        """)
                .param("id", id)
                .update();
        settle(id);
        streams.append(id, CaseEvent.now("roster.back", clock.instant(), Map.of("rosterId", person.rosterId())));
        engine.reseat(id);
    }

    private RosterPerson toChange(UUID id) {
        person(id);
        if (!Acting.required().has("manager")) {
            throw new Refusal.Forbidden("名簿から外す・戻すのは、所管課だけです。");
        }
        streams.lock(id);
        return person(id);
    }

    /** Where somebody stands follows from the last visit that counts, whatever was corrected or voided. */
    void settle(UUID id) {
        jdbc.sql(
                        """
                        update kasane.roster_person p set
                            status = case when p.off_at is not null then 'off' else coalesce(last.status, 'listed') end,
                            visit_on = last.next_on, consultation_id = coalesce(last.consultation_id, p.consultation_id)
                        from kasane.roster_person o left join lateral (
                            select case v.outcome when 'absent' then 'again' when 'concern' then 'consultation' else v.outcome end as status,
                                   v.next_on, v.consultation_id
                            from kasane.roster_visit v where v.person_id = o.id and v.voided_at is null order by v.recorded_at desc, v.id desc limit 1
                        ) last on true
                        where o.id = :id and p.id = o.id
                        """)
                .param("id", id)
                .update();
        streams.over(id, person(id).over());
    }

    LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }
}
