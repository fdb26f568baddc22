package jp.kasane.municipality;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What differs from one municipality to the next, as questions (002 §3.11, 001b §5.9): asked of the tables which its profile filled,
 * for the municipality of the acting user. Needs a transaction with an acting user; without one everything is Kasane's first value.
 */
@Component
@Transactional(readOnly = true)
public class MunicipalRules {

    private final JdbcClient jdbc;

    MunicipalRules(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param source a line of the documents, or {@code ours} */
    public record ClosureCode(String code, String name, String source) {}

    /**
     * つなぐシート, 利用申込書.
     *
     * @param consentFirst the person agrees before it is handed in (狛江; 002, L6133-37)
     * @param application it is answered: accepted, or returned with a 提案 (西東京; 002, L5739-71)
     */
    public record ReferralSheet(String name, boolean consentFirst, boolean application) {}

    /** Whether the consultation of a person, a family or a neighbour may become a case itself; not in 杉並 (001, L15886-15896). */
    public boolean mayCitizenOpenCase() {
        return rule("intake.citizenOpensCase").map(Boolean::valueOf).orElse(true);
    }

    /** The sheet by which others hand something in; empty where no document tells of one. */
    public Optional<ReferralSheet> referralSheet() {
        return rule("intake.referralSheet.name")
                .map(name -> new ReferralSheet(
                        name, flag("intake.referralSheet.consentFirst"), flag("intake.referralSheet.application")));
    }

    /**
     * Whoever drafts plans, as an agency's code; empty, or the municipality's 多機関協働事業者: whoever accompanies the case. To whom the
     * task is addressed follows from it in the database ({@code kasane.drafter_for}).
     */
    public Optional<String> planDrafter() {
        return rule("plan.drafter");
    }

    /** Plans are decided by the 重層的支援会議 (立川; 002, L3849-55) and not by the section: the meeting cannot be left out. */
    public boolean meetingDecidesPlans() {
        return rule("plan.decider").filter("meeting"::equals).isPresent();
    }

    /** What 終結 may be for, in the municipality's order and words: those a form offers. */
    public List<ClosureCode> closureCodes() {
        return jdbc.sql(
                        """
                        select code, name, source from kasane.closure_code
                        where active and municipality_id = (select kasane.my_municipality()) order by position, code
                        """)
                .query(ClosureCode.class)
                .list();
    }

    /** The municipality's name of every code it ever had, also of those it does not offer any more. */
    public Map<String, String> closureNames() {
        return jdbc
                .sql(
                        "select code, name, source from kasane.closure_code where municipality_id = (select kasane.my_municipality())")
                .query(ClosureCode.class)
                .stream()
                .collect(Collectors.toMap(ClosureCode::code, ClosureCode::name));
    }

    /** Whether a hand-over counts as closure: 世田谷 (001, L15667), 草加 (001, L12836-12838). */
    public boolean handoverCountsAsClosure() {
        return flag("closure.handoverCounts");
    }

    /** 参加支援 counts without a plan, if the person agreed (墨田; 002, L5004-07). */
    public boolean participationCountsWithoutPlan() {
        return flag("counting.participationWithoutPlan");
    }

    /** A consultation that ended with information counts; not in 狭山 (001, L12516-12518). */
    public boolean informationOnlyCounts() {
        return flag("counting.informationOnly");
    }

    /** 終結率 is of what was carried over and what is new (矢巾; 001, L4637), not of what is new alone (郡山; 001, L8227). */
    public boolean closureRateIncludesCarriedOver() {
        return rule("counting.closureRateOf").filter("carriedAndNew"::equals).isPresent();
    }

    /**
     * What a thing is called here.
     *
     * @param key supportPlan, outreachPlan, referralSheet, intakeForm, assessmentSheet, strengthSheet, area
     */
    public Optional<String> nameOf(String key) {
        return word("name", key);
    }

    /**
     * What a role is called here.
     *
     * @param key reception, coordinator, member, manager; areaWorker, outreach, supervisor, reporter where there is such a role
     */
    public Optional<String> titleOf(String key) {
        return word("title", key);
    }

    private Optional<String> word(String kind, String key) {
        return jdbc.sql(
                        """
                        select word from kasane.municipal_word
                        where kind = :kind and key = :key and municipality_id = (select kasane.my_municipality())
                        """)
                .param("kind", kind)
                .param("key", key)
                .query(String.class)
                .optional();
    }

    private boolean flag(String key) {
        return rule(key).map(Boolean::valueOf).orElse(false);
    }

    private Optional<String> rule(String key) {
        return jdbc.sql(
                        "select value from kasane.municipal_rule where key = :key and municipality_id = (select kasane.my_municipality())")
                .param("key", key)
                .query(String.class)
                .optional();
    }
}
