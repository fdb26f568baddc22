package jp.kasane.paper;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.consultation.Consultations;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.household.Household;
import jp.kasane.household.Households;
import jp.kasane.plan.Plan;
import jp.kasane.plan.Plans;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The papers that were issued on a case. */
@Component
@Transactional
public class Papers implements CaseSection {

    public static final List<String> KINDS = List.of("application", "consent", "plan");

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Consultations consultations;
    private final Households households;
    private final Plans plans;
    private final Clock clock;

    Papers(
            JdbcClient jdbc,
            Cases cases,
            Streams streams,
            Consultations consultations,
            Households households,
            Plans plans,
            Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.consultations = consultations;
        this.households = households;
        this.plans = plans;
        this.clock = clock;
    }

    /**
     * @param kind application, consent or plan
     * @param subjectId the consultation, the member of the household, the plan
     * @param fiscalYear in which it was issued, from April on
     * @param number within the municipality and the fiscal year, from 1 on
     */
    public record Paper(
            UUID id, String kind, UUID subjectId, int fiscalYear, int number, Instant issuedAt, String issuedBy) {

        /** 令和8年度 第12号 in full on the page; here as it is searched for: 2026-12. */
        public String documentNo() {
            return fiscalYear + "-" + number;
        }
    }

    /** Something of the case that can be printed. */
    public record Printable(String kind, UUID subjectId, String name, Integer version, Paper issued) {}

    /** In whose name they are issued. */
    @Transactional(readOnly = true)
    public String municipality() {
        return jdbc.sql("select name from kasane.municipality where id = kasane.my_municipality()")
                .query(String.class)
                .single();
    }

    public boolean mayIssue() {
        var actor = Acting.required();
        return actor.has("coordinator") || actor.has("manager");
    }

    /**
     * Issues it: the next number of the fiscal year is its own from now on. Asked again, it stays the one it is.
     *
     * @throws Refusal.NotFound if the case has no such consultation, member or plan
     */
    public Paper issue(UUID caseId, String kind, UUID subject) {
        if (!mayIssue()) {
            throw new Refusal.Forbidden("文書番号を取るのは、伴走の担当と所管課だけができます。");
        }
        required(caseId, kind, subject);
        streams.lock(caseId);
        var before = find(caseId, kind, subject);
        if (before.isPresent()) {
            return before.get();
        }
        int year = JapaneseTime.fiscalYearOf(clock.instant());
        // The row is held until the end: two who issue at once get two numbers, and one who fails leaves no gap.
        int number = jdbc.sql(
                        """
                        insert into kasane.paper_number (municipality_id, fiscal_year, last_number) values (kasane.my_municipality(), :year, 1)
                        on conflict (municipality_id, fiscal_year) do update set last_number = paper_number.last_number + 1
                        returning last_number
                        """)
                .param("year", year)
                .query(Integer.class)
                .single();
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.issued_paper (id, municipality_id, case_id, kind, subject_id, fiscal_year, number, issued_at, issued_by)
                        values (:id, kasane.my_municipality(), :case, :kind, :subject, :year, :number, :now, kasane.acting_user())
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("kind", kind)
                .param("subject", subject)
                .param("year", year)
                .param("number", number)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        streams.append(
                caseId,
                CaseEvent.now(
                        "document.issued",
                        clock.instant(),
                        Map.of("paperId", id, "kind", kind, "fiscalYear", year, "number", number)));
        return find(caseId, kind, subject).orElseThrow();
    }

    /** @throws Refusal.NotFound if the case has nothing of that kind that can be printed */
    @Transactional(readOnly = true)
    public Printable required(UUID caseId, String kind, UUID subject) {
        return printable(caseId).stream()
                .filter(one -> one.kind().equals(kind) && one.subjectId().equals(subject))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("印刷するもの"));
    }

    /** What of the case can be printed: its consultations, a consent form per member, its plans. */
    @Transactional(readOnly = true)
    public List<Printable> printable(UUID caseId) {
        cases.required(caseId);
        var issued = of(caseId);
        var all = new java.util.ArrayList<Printable>();
        for (var consultation : consultations.ofCase(caseId)) {
            all.add(printable(issued, "application", consultation.id(), consultation.subject(), null));
        }
        for (Household.Member member : households.members(caseId)) {
            all.add(printable(issued, "consent", member.id(), member.called(), null));
        }
        for (Plan plan : plans.of(caseId)) {
            all.add(printable(issued, "plan", plan.id(), plan.kind(), plan.version()));
        }
        return List.copyOf(all);
    }

    private static Printable printable(List<Paper> issued, String kind, UUID subject, String name, Integer version) {
        return new Printable(
                kind,
                subject,
                name,
                version,
                issued.stream()
                        .filter(paper ->
                                paper.kind().equals(kind) && paper.subjectId().equals(subject))
                        .findFirst()
                        .orElse(null));
    }

    private Optional<Paper> find(UUID caseId, String kind, UUID subject) {
        return of(caseId).stream()
                .filter(paper -> paper.kind().equals(kind) && paper.subjectId().equals(subject))
                .findFirst();
    }

    @Override
    @Transactional(readOnly = true)
    public List<Paper> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select p.id, p.kind, p.subject_id, p.fiscal_year, p.number, p.issued_at, u.display_name as issued_by
                        from kasane.issued_paper p left join kasane.app_user u on u.id = p.issued_by
                        where p.case_id = :id order by p.issued_at desc, p.id
                        """)
                .param("id", caseId)
                .query(Paper.class)
                .list();
    }

    @Override
    public String key() {
        return "papers";
    }

    @Override
    public int order() {
        return 66;
    }
}
