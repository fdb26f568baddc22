package jp.kasane.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import jp.kasane.access.Acting;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.MunicipalRules;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Counts of a period, derived from what was recorded anyway (002, L3631-35). For managers and auditors, who see every case; whoever
 * saw only some of them would get a figure that is none.
 */
@Component
@Transactional(readOnly = true)
public class Reports {

    private final JdbcClient jdbc;
    private final MunicipalRules rules;
    private final Clock clock;

    Reports(JdbcClient jdbc, MunicipalRules rules, Clock clock) {
        this.jdbc = jdbc;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * 終結率, of cases.
     *
     * @param asOf the last day that was counted: {@code to}, or today while the period is not over
     * @param definition {@code new}: of what is new in the period (郡山 41/130; 001, L8227); {@code carriedAndNew}: of what was
     *     carried over and what is new (矢巾 38/66; 001, L4637)
     * @param carriedOver open as the period began
     * @param opened new in the period
     * @param reopened closed as the period began, and open again in it; a share of {@code carriedAndNew} (ours: no document counts them)
     * @param closed whose closure was decided in the period and stood on {@code asOf}, hand-overs aside
     * @param handedOver the same, handed over to another agency
     * @param handoverCounts whether a hand-over counts as 終結 (世田谷; 001, L15667)
     * @param rate in per cent, to one decimal; null if there is nothing to divide by
     */
    public record ClosureRate(
            LocalDate from,
            LocalDate to,
            LocalDate asOf,
            String definition,
            int carriedOver,
            int opened,
            int reopened,
            int closed,
            int handedOver,
            boolean handoverCounts,
            int numerator,
            int denominator,
            BigDecimal rate) {}

    /**
     * 参加支援 that began in the period.
     *
     * @param persons 実数: members of households, each once
     * @param countsWithoutPlan 墨田 counts what began with the person's intention alone (002, L5004-07)
     * @param counted what the municipality reports: all, or those with a plan
     */
    public record Participation(
            LocalDate from,
            LocalDate to,
            LocalDate asOf,
            int withPlan,
            int withoutPlan,
            int persons,
            boolean countsWithoutPlan,
            int counted) {}

    /**
     * 相談 of the period, by the day they were received.
     *
     * @param informationOnly that ended with information: 案内
     * @param countsInformationOnly whether such a one counts; 狭山 counts what its centre coordinated, not 「単なる案内」 (001, L12516-12518)
     * @param counted what the municipality reports: all, or those that were more than information
     */
    public record Consultations(
            LocalDate from,
            LocalDate to,
            LocalDate asOf,
            int received,
            int informationOnly,
            boolean countsInformationOnly,
            int counted) {}

    private record Received(int received, int informationOnly) {}

    private record Cases(int carriedOver, int opened, int reopened, int closed, int handedOver) {}

    private record Started(int withPlan, int withoutPlan, int persons) {}

    /**
     * @throws Refusal.Forbidden for anybody but managers and auditors
     * @throws Refusal.Invalid if the period ends before it begins
     */
    public ClosureRate closureRate(LocalDate from, LocalDate to) {
        var asOf = asOf(from, to);
        var cases = jdbc.sql(
                        """
                        select count(*) filter (where opened_on < :from and closed_before is null) as carried_over,
                               count(*) filter (where opened_on >= :from) as opened,
                               count(*) filter (where opened_on < :from and closed_before is not null and reopened) as reopened,
                               count(*) filter (where closed_on >= :from and not handed_over) as closed,
                               count(*) filter (where closed_on >= :from and handed_over) as handed_over
                        from (
                            select (f.opened_at at time zone 'Asia/Tokyo')::date as opened_on,
                                   before.decided_on as closed_before, at_end.decided_on as closed_on, at_end.handed_over,
                                   exists (select from kasane.case_event e
                                           where e.case_id = f.id and e.kind = 'case.reopened'
                                             and (e.occurred_at at time zone 'Asia/Tokyo')::date between :from and :asOf) as reopened
                            from kasane.case_file f
                            left join lateral (%1$s) before on true
                            left join lateral (%2$s) at_end on true
                        ) seen where opened_on <= :asOf
                        """
                                .formatted(closedOn(":from - 1"), closedOn(":asOf")))
                .param("from", from)
                .param("asOf", asOf)
                .query(Cases.class)
                .single();
        boolean handoverCounts = rules.handoverCountsAsClosure();
        boolean carried = rules.closureRateIncludesCarriedOver();
        int numerator = cases.closed() + (handoverCounts ? cases.handedOver() : 0);
        int denominator = cases.opened() + (carried ? cases.carriedOver() + cases.reopened() : 0);
        return new ClosureRate(
                from,
                to,
                asOf,
                carried ? "carriedAndNew" : "new",
                cases.carriedOver(),
                cases.opened(),
                cases.reopened(),
                cases.closed(),
                cases.handedOver(),
                handoverCounts,
                numerator,
                denominator,
                rate(numerator, denominator));
    }

    /** The closure that stood at the end of that day: decided by then, and not followed by a reopening. */
    private static String closedOn(String day) {
        return """
                select c.decided_on, (c.handover_agency_id is not null or 'handover' = any (c.reasons)) as handed_over
                from kasane.closure c
                where c.case_id = f.id and c.status = 'closed' and c.voided_at is null and c.decided_on <= %1$s
                  and not exists (select from kasane.case_event e
                                  where e.case_id = c.case_id and e.kind = 'case.reopened' and e.recorded_at > c.recorded_at
                                    and (e.occurred_at at time zone 'Asia/Tokyo')::date <= %1$s)
                order by c.version desc limit 1
                """
                .formatted("(" + day.replace(":from", ":from::date").replace(":asOf", ":asOf::date") + ")");
    }

    /**
     * @throws Refusal.Forbidden for anybody but managers and auditors
     * @throws Refusal.Invalid if the period ends before it begins
     */
    public Participation participation(LocalDate from, LocalDate to) {
        var asOf = asOf(from, to);
        var started = jdbc.sql(
                        """
                        select count(*) filter (where plan_id is not null) as with_plan,
                               count(*) filter (where plan_id is null) as without_plan,
                               count(distinct member_id) as persons
                        from kasane.participation
                        where status <> 'voided' and (started_at at time zone 'Asia/Tokyo')::date between :from and :asOf
                        """)
                .param("from", from)
                .param("asOf", asOf)
                .query(Started.class)
                .single();
        boolean all = rules.participationCountsWithoutPlan();
        return new Participation(
                from,
                to,
                asOf,
                started.withPlan(),
                started.withoutPlan(),
                started.persons(),
                all,
                started.withPlan() + (all ? started.withoutPlan() : 0));
    }

    /**
     * @throws Refusal.Forbidden for anybody but managers and auditors
     * @throws Refusal.Invalid if the period ends before it begins
     */
    public Consultations consultations(LocalDate from, LocalDate to) {
        var asOf = asOf(from, to);
        var found = jdbc.sql(
                        """
                        select count(*) as received, count(*) filter (where status = 'information') as information_only
                        from kasane.consultation where (occurred_at at time zone 'Asia/Tokyo')::date between :from and :asOf
                        """)
                .param("from", from)
                .param("asOf", asOf)
                .query(Received.class)
                .single();
        boolean all = rules.informationOnlyCounts();
        return new Consultations(
                from,
                to,
                asOf,
                found.received(),
                found.informationOnly(),
                all,
                found.received() - (all ? 0 : found.informationOnly()));
    }

    private LocalDate asOf(LocalDate from, LocalDate to) {
        var acting = Acting.required();
        if (!acting.has("manager") && !acting.has("auditor")) {
            throw new Refusal.Forbidden("集計は、所管課と監査だけが見られます。");
        }
        if (to.isBefore(from)) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("to", "期間の終わり", "は、始まりより後の日にしてください。")));
        }
        var today = JapaneseTime.dayOf(clock.instant());
        return to.isBefore(today) ? to : today;
    }

    private static BigDecimal rate(int numerator, int denominator) {
        return denominator == 0
                ? null
                : BigDecimal.valueOf(numerator)
                        .multiply(BigDecimal.valueOf(100))
                        .divide(BigDecimal.valueOf(denominator), 1, RoundingMode.HALF_UP);
    }
}
