package jp.kasane.participation;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseMoved;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.consent.ConsentDependent;
import jp.kasane.engine.Companion;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.MembersLeft;
import jp.kasane.task.Submission;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 参加支援 being carried out: each has an instance of {@code participation} of its own, from the wish to looking in afterwards. Its row
 * is the truth, its id the instance's key. It ends with the case, and when the person withdraws consent.
 */
@Component
@Transactional
class Participations implements Companion, ProcessFacts, CaseSection, ConsentDependent {

    private final JdbcClient jdbc;
    private final EngineOrders engine;
    private final Streams streams;
    private final Clock clock;

    Participations(JdbcClient jdbc, EngineOrders engine, Streams streams, Clock clock) {
        this.jdbc = jdbc;
        this.engine = engine;
        this.streams = streams;
        this.clock = clock;
    }

    record Row(UUID id, UUID caseId, UUID memberId, String status, LocalDate lookOn, String need, String place) {
        boolean over() {
            return status.equals("ended") || status.equals("voided");
        }
    }

    Optional<Row> find(String instanceKey) {
        return Ids.parse(instanceKey).flatMap(id -> jdbc.sql(
                        """
                        select p.id, p.case_id, p.member_id, p.status, p.look_on, p.need, coalesce(r.name, p.place) as place
                        from kasane.participation p left join kasane.resource r on r.id = p.resource_id where p.id = :id
                        """)
                .param("id", id)
                .query(Row.class)
                .optional());
    }

    /** @throws Refusal.Conflict if it has ended */
    Row running(Submission s) {
        var row = find(s.instanceKey()).orElseThrow(() -> new Refusal.NotFound("参加支援"));
        if (row.over()) {
            throw new Refusal.Conflict("この参加支援は、もう終わっています。");
        }
        return row;
    }

    @Override
    public void startAgain(UUID caseId) {
        int seat = engine.seat(caseId);
        jdbc.sql(
                        """
                        update kasane.participation set ordered_seat = :seat
                        where case_id = :case and ended_at is null and ordered_seat is distinct from :seat returning id
                        """)
                .param("case", caseId)
                .param("seat", seat)
                .query(UUID.class)
                .list()
                .forEach(id -> engine.startCompanion(caseId, "participation-started", "participation", id, Map.of()));
    }

    /** @param why moved-on, stopped, closed, left, consent or voided */
    void end(UUID caseId, UUID id, String why, boolean knock) {
        jdbc.sql(
                        """
                        update kasane.participation set status = case when :why = 'voided' then 'voided' else 'ended' end, ended_at = :now,
                            end_reason = :why, look_on = null
                        where id = :id and ended_at is null
                        """)
                .param("id", id)
                .param("why", why)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                caseId,
                CaseEvent.now("participation.ended", clock.instant(), Map.of("participationId", id, "reason", why)));
        if (knock) {
            engine.knock(caseId, "participation-ended", id.toString());
        }
    }

    void step(Submission s, UUID participation, String outcome, String observation, LocalDate lookOn) {
        jdbc.sql(
                        """
                        insert into kasane.participation_step (id, municipality_id, case_id, participation_id, submission_id, outcome, observation,
                            look_on, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :case, :participation, :submission, :outcome, :observation, :look, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("case", s.caseId())
                .param("participation", participation)
                .param("submission", s.id())
                .param("outcome", outcome)
                .param("observation", observation)
                .param("look", lookOn)
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        streams.append(
                s.caseId(),
                CaseEvent.now("participation." + outcome, clock.instant(), Map.of("participationId", participation)));
    }

    @Override
    public String processId() {
        return "participation";
    }

    /** {@code step}: match or follow, with {@code followAt} when it is looked after again. */
    @Override
    public Map<String, Object> facts(UUID caseId, String instanceKey) {
        var row = find(instanceKey).orElseThrow(() -> new UnknownReference("この参加支援はデータベースにありません。"));
        return row.status().equals("trying") || row.status().equals("settled")
                ? Map.of(
                        "step",
                        "follow",
                        "followAt",
                        OfficeDay.opens(row.lookOn()).toString())
                : Map.of("step", "match");
    }

    @EventListener
    void on(CaseMoved moved) {
        if (moved.phase().equals("closed") || moved.phase().equals("watch")) {
            open(moved.caseId()).forEach(row -> end(moved.caseId(), row.id(), "closed", true));
        }
    }

    /** Where they live now is for another household to look for. */
    @EventListener
    void on(MembersLeft left) {
        open(left.caseId()).stream()
                .filter(row -> left.memberIds().contains(row.memberId()))
                .forEach(row -> end(left.caseId(), row.id(), "left", true));
    }

    private List<Row> open(UUID caseId) {
        return jdbc.sql(
                        """
                        select id, case_id, member_id, status, look_on, need, place from kasane.participation
                        where case_id = :case and ended_at is null order by id
                        """)
                .param("case", caseId)
                .query(Row.class)
                .list();
    }

    /** It rests on the person's own consent: another member's, or what an agency may know, does not matter to it. */
    @Override
    public List<Stopped> consentChanged(UUID caseId, boolean sufficient, List<UUID> covered) {
        var stopped = new ArrayList<Stopped>();
        for (var row : open(caseId)) {
            boolean withdrawn = jdbc.sql(
                            """
                            select coalesce((select c.state = 'withdrawn' from kasane.consent c where c.member_id = :member and c.voided_at is null
                                             order by c.recorded_at desc, c.id desc limit 1), false)
                            """)
                    .param("member", row.memberId())
                    .query(Boolean.class)
                    .single();
            if (withdrawn) {
                end(caseId, row.id(), "consent", true);
                stopped.add(new Stopped("participation", row.id(), null));
            }
        }
        return stopped;
    }

    @Override
    public String key() {
        return "participations";
    }

    @Override
    public int order() {
        return 55;
    }

    private record Shown(
            UUID id,
            UUID memberId,
            String member,
            String need,
            String consideration,
            String intention,
            String status,
            String place,
            String joinsAs,
            LocalDate startsOn,
            LocalDate lookOn,
            boolean withPlan,
            Instant startedAt,
            Instant settledAt,
            Instant endedAt,
            String endReason) {}

    @Override
    @Transactional(readOnly = true)
    public List<Participation> of(UUID caseId) {
        return jdbc
                .sql(
                        """
                        select p.id, p.member_id, coalesce(m.name, m.label) as member, p.need, p.consideration, p.intention, p.status,
                               coalesce(r.name, p.place) as place, p.joins_as, p.starts_on, p.look_on, p.plan_id is not null as with_plan,
                               p.started_at, p.settled_at, p.ended_at, p.end_reason
                        from kasane.participation p join kasane.household_member m on m.id = p.member_id
                        left join kasane.resource r on r.id = p.resource_id
                        where p.case_id = :id and p.status <> 'voided' order by p.started_at desc, p.id desc
                        """)
                .param("id", caseId)
                .query(Shown.class)
                .list()
                .stream()
                .map(p -> new Participation(
                        p.id(),
                        p.memberId(),
                        p.member(),
                        p.need(),
                        p.consideration(),
                        p.intention(),
                        p.status(),
                        p.place(),
                        p.joinsAs(),
                        p.startsOn(),
                        p.lookOn(),
                        p.withPlan(),
                        p.startedAt(),
                        p.settledAt(),
                        p.endedAt(),
                        p.endReason(),
                        steps(p.id())))
                .toList();
    }

    private List<Participation.Step> steps(UUID id) {
        return jdbc.sql(
                        """
                        select s.outcome, s.observation, s.look_on, s.recorded_at, u.display_name as recorded_by
                        from kasane.participation_step s left join kasane.app_user u on u.id = s.recorded_by
                        where s.participation_id = :id and s.voided_at is null order by s.recorded_at desc, s.id desc
                        """)
                .param("id", id)
                .query(Participation.Step.class)
                .list();
    }
}
