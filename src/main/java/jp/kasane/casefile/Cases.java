package jp.kasane.casefile;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.engine.EngineOrders;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The case files, as far as the acting user may see them. */
@Component
@Transactional
public class Cases {

    private static final String SELECT =
            """
            select f.id, f.number, h.name as household_name, f.phase, f.step, f.lead_agency_id, l.name as lead_agency,
                   f.coordinating_agency_id, c.name as coordinating_agency, f.receiving_agency_id, f.case_class, f.urgency,
                   f.owner, f.restricted, f.watch, f.next_review_on, f.watch_on, f.opened_at, f.closed_at,
                   f.split_from, f.merged_into, x.number as merged_into_number
            from kasane.case_file f
            join kasane.agency l on l.id = f.lead_agency_id
            join kasane.agency c on c.id = f.coordinating_agency_id
            left join kasane.household h on h.case_id = f.id
            left join kasane.case_file x on x.id = f.merged_into
            """;

    private final JdbcClient jdbc;
    private final Streams streams;
    private final EngineOrders engine;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    Cases(JdbcClient jdbc, Streams streams, EngineOrders engine, ApplicationEventPublisher events, Clock clock) {
        this.jdbc = jdbc;
        this.streams = streams;
        this.engine = engine;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Opens a case. Its lead and its accompanying agency are the municipality's 多機関協働事業者 until a plan says otherwise: nobody
     * is without either, not for a moment.
     *
     * @param phase where it begins: mostly with the assessment, an urgent one where it is needed (002, L1377-81)
     */
    public UUID open(String caseClass, String urgency, String phase) {
        var id = Ids.next();
        streams.open(id, "case");
        jdbc.sql(
                        """
                        insert into kasane.case_file (id, municipality_id, number, phase, step, lead_agency_id, coordinating_agency_id,
                            case_class, urgency, opened_at)
                        select :id, m.id, :number, :phase, :step, m.coordinating_agency_id, m.coordinating_agency_id, :class, :urgency, :now
                        from kasane.municipality m where m.id = kasane.my_municipality()
                        """)
                .param("id", id)
                .param("number", nextNumber())
                .param("phase", phase)
                .param("step", Phases.firstStep(phase))
                .param("class", caseClass)
                .param("urgency", urgency)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id;
    }

    /** To be called once the case can be seen by whoever opened it (its consultation names it). */
    public void opened(UUID caseId, UUID consultationId) {
        streams.append(caseId, CaseEvent.now("case.opened", clock.instant(), Map.of("consultationId", consultationId)));
        engine.startCase(caseId);
        var file = required(caseId);
        events.publishEvent(new CaseMoved(caseId, file.phase(), file.step()));
    }

    /**
     * The same for cases that were open before Kasane was here, many at once: they start in the engine when it has nothing more urgent.
     *
     * @param cases with the phase each was opened in
     */
    public void takenOver(Map<UUID, String> cases) {
        cases.forEach((id, phase) -> {
            streams.append(id, CaseEvent.now("case.imported", clock.instant(), Map.of()));
            events.publishEvent(new CaseMoved(id, phase, Phases.firstStep(phase)));
        });
        engine.startCases(List.copyOf(cases.keySet()));
    }

    /**
     * Opens a case for people who part from another one's household (世帯分離), with the assessment: of them as a household of their own
     * nothing is known yet. It is accompanied by whoever accompanied them, as urgent and as restricted as it was, and whoever took the
     * first one up keeps this one; its lead is to be passed on by whoever knows what consent covers.
     */
    public UUID openBeside(CaseFile from) {
        var id = Ids.next();
        streams.open(id, "case");
        jdbc.sql(
                        """
                        insert into kasane.case_file (id, municipality_id, number, phase, step, lead_agency_id, coordinating_agency_id,
                            case_class, urgency, owner, restricted, split_from, opened_at)
                        values (:id, kasane.my_municipality(), :number, 'assessment', :step, :agency, :agency, :class, :urgency, :owner, :restricted,
                            :from, :now)
                        """)
                .param("id", id)
                .param("number", nextNumber())
                .param("step", Phases.firstStep("assessment"))
                .param("agency", from.coordinatingAgencyId())
                .param("class", from.caseClass())
                .param("urgency", from.urgency())
                .param("owner", from.owner())
                .param("restricted", from.restricted())
                .param("from", from.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id;
    }

    /** To be called once {@link #openBeside such a case} has its household. */
    public void partedFrom(UUID caseId, UUID from) {
        streams.append(caseId, CaseEvent.now("case.split-off", clock.instant(), Map.of("fromCaseId", from)));
        engine.startCase(caseId);
        events.publishEvent(new CaseMoved(caseId, "assessment", Phases.firstStep("assessment")));
    }

    /**
     * The case ends because its household is another case's (世帯統合): it is closed as ever, and whatever runs of it in the engine,
     * roles and invitations included, ends. It stays readable and is never opened again. Both streams must be locked.
     */
    public void mergeInto(UUID caseId, UUID into) {
        close(caseId, null);
        jdbc.sql("update kasane.case_file set merged_into = :into where id = :id")
                .param("id", caseId)
                .param("into", into)
                .update();
        engine.end(caseId);
    }

    /** Per municipality and fiscal year, which starts in April: 2026-0012. */
    private String nextNumber() {
        int fiscalYear = JapaneseTime.fiscalYearOf(clock.instant());
        int number = jdbc.sql(
                        """
                        insert into kasane.case_number (municipality_id, fiscal_year, last_number) values (kasane.my_municipality(), :year, 1)
                        on conflict (municipality_id, fiscal_year) do update set last_number = case_number.last_number + 1
                        returning last_number
                        """)
                .param("year", fiscalYear)
                .query(Integer.class)
                .single();
        return "%d-%04d".formatted(fiscalYear, number);
    }

    @Transactional(readOnly = true)
    public Optional<CaseFile> find(UUID id) {
        return jdbc.sql(SELECT + "where f.id = :id")
                .param("id", id)
                .query(CaseFile.class)
                .optional();
    }

    @Transactional(readOnly = true)
    public CaseFile required(UUID id) {
        return find(id).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    /** Open cases first, the newest first. */
    @Transactional(readOnly = true)
    public List<CaseFile> list(int most) {
        return jdbc.sql(SELECT + "order by f.closed_at is not null, f.number desc limit :most")
                .param("most", most)
                .query(CaseFile.class)
                .list();
    }

    /** The case goes on to this phase, and begins it from its first step; the engine hears of it at its next gate. */
    public void begin(UUID caseId, String phase) {
        moveTo(caseId, phase, Phases.firstStep(phase));
    }

    /** The case goes on to this step of a phase; the engine hears of it at its next gate. */
    public void moveTo(UUID caseId, String phase, String step) {
        jdbc.sql("update kasane.case_file set phase = :phase, step = :step where id = :id")
                .param("id", caseId)
                .param("phase", phase)
                .param("step", step)
                .update();
        events.publishEvent(new CaseMoved(caseId, phase, step));
    }

    /**
     * Closes the case.
     *
     * @param watchOn when somebody looks again (見守り), or null
     */
    public void close(UUID caseId, LocalDate watchOn) {
        var phase = watchOn == null ? "closed" : "watch";
        jdbc.sql(
                        """
                        update kasane.case_file set phase = :phase, step = :phase, closed_at = coalesce(closed_at, :now), watch = :watched,
                            watch_on = :watch, next_review_on = null, receiving_agency_id = null
                        where id = :id
                        """)
                .param("id", caseId)
                .param("phase", phase)
                .param("watched", watchOn != null)
                .param("watch", watchOn)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(caseId, CaseEvent.now("case.closed", clock.instant(), Map.of("watch", watchOn != null)));
        events.publishEvent(new CaseMoved(caseId, phase, phase));
    }

    /** The watch goes on until another day. */
    public void watchAgainOn(UUID caseId, LocalDate on) {
        jdbc.sql("update kasane.case_file set watch_on = :on where id = :id and phase = 'watch'")
                .param("id", caseId)
                .param("on", on)
                .update();
    }

    /** The watch ends, the case stays closed. */
    public void endWatch(UUID caseId) {
        jdbc.sql(
                        "update kasane.case_file set phase = 'closed', step = 'closed', watch_on = null, watch = false where id = :id")
                .param("id", caseId)
                .update();
        streams.append(caseId, CaseEvent.now("watch.ended", clock.instant(), Map.of()));
        events.publishEvent(new CaseMoved(caseId, "closed", "closed"));
    }

    /** A closed or watched case is open again and begins this phase; it keeps its number and its one history. */
    public void reopen(UUID caseId, String phase) {
        reopen(caseId, phase, Phases.firstStep(phase));
    }

    /** The same, at a step in the middle of a phase. */
    public void reopen(UUID caseId, String phase, String step) {
        jdbc.sql(
                        "update kasane.case_file set phase = :phase, step = :step, closed_at = null, watch_on = null, watch = false where id = :id")
                .param("id", caseId)
                .param("phase", phase)
                .param("step", step)
                .update();
        streams.append(caseId, CaseEvent.now("case.reopened", clock.instant(), Map.of("phase", phase)));
        events.publishEvent(new CaseMoved(caseId, phase, step));
    }

    public void urgent(UUID caseId) {
        jdbc.sql("update kasane.case_file set urgency = 'urgent' where id = :id")
                .param("id", caseId)
                .update();
    }

    /**
     * Says who takes the case up (002, L914-924), once: a case that is seated again keeps who it was, and so does one from before.
     *
     * @param owner city or council
     * @return whether it was open until now
     */
    public boolean takenUpBy(UUID caseId, String owner) {
        return jdbc.sql("update kasane.case_file set owner = :owner where id = :id and owner = 'undecided'")
                        .param("id", caseId)
                        .param("owner", owner)
                        .update()
                > 0;
    }

    /** 伴走 passes to another agency, and 主担当 with it where it was the same: nobody else has taken that up yet. */
    public void accompaniedBy(UUID caseId, UUID agencyId) {
        int changed = jdbc.sql(
                        """
                        update kasane.case_file set coordinating_agency_id = :agency,
                            lead_agency_id = case lead_agency_id when coordinating_agency_id then :agency else lead_agency_id end
                        where id = :id and coordinating_agency_id <> :agency
                        """)
                .param("id", caseId)
                .param("agency", agencyId)
                .update();
        if (changed > 0) {
            streams.append(
                    caseId, CaseEvent.now("accompanying.changed", clock.instant(), Map.of("agencyId", agencyId)));
        }
    }

    /** 主担当 passes to another agency. */
    public void lead(UUID caseId, UUID agencyId) {
        int changed = jdbc.sql(
                        "update kasane.case_file set lead_agency_id = :agency where id = :id and lead_agency_id <> :agency")
                .param("id", caseId)
                .param("agency", agencyId)
                .update();
        if (changed > 0) {
            streams.append(caseId, CaseEvent.now("lead.changed", clock.instant(), Map.of("agencyId", agencyId)));
        }
    }

    /** An agency is asked to take the case over, or no longer is (null). */
    public void askToReceive(UUID caseId, UUID agencyId) {
        jdbc.sql("update kasane.case_file set receiving_agency_id = :agency where id = :id")
                .param("id", caseId)
                .param("agency", agencyId)
                .update();
    }

    public void nextReview(UUID caseId, LocalDate on) {
        jdbc.sql("update kasane.case_file set next_review_on = :on where id = :id")
                .param("id", caseId)
                .param("on", on)
                .update();
    }

    /** Ends the case's instances in the engine and starts it again where it stands. */
    public void reseat(UUID caseId, String reason) {
        streams.lock(caseId);
        if (required(caseId).closed()) {
            throw new Refusal.Conflict("終結したケースは再開始できません。");
        }
        streams.append(caseId, CaseEvent.now("case.re-seated", clock.instant(), Map.of("reason", reason)));
        engine.reseat(caseId);
    }

    /**
     * All that should be running, consultations that nobody has taken yet and matters included: after a restore, or when the engine was
     * exchanged.
     *
     * @return how many were started again
     */
    public int reseatAll(String reason) {
        var open = jdbc.sql(
                        """
                        select id from kasane.case_file where phase <> 'closed'
                        union all select id from kasane.consultation where status in ('received', 'referral')
                        union all select id from kasane.stream where kind not in ('case', 'consultation') and over_at is null order by id
                        """)
                .query(UUID.class)
                .list();
        for (var stream : open) {
            streams.lock(stream);
            streams.append(stream, CaseEvent.now("case.re-seated", clock.instant(), Map.of("reason", reason)));
            engine.reseat(stream);
        }
        return open.size();
    }
}
