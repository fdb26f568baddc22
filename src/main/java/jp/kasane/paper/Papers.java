package jp.kasane.paper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
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
import jp.kasane.municipality.Agencies;
import jp.kasane.plan.Plan;
import jp.kasane.plan.Plans;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The papers that were issued on a case. */
@Component
@Transactional
public class Papers implements CaseSection {

    public static final List<String> KINDS = List.of("application", "consent", "plan");

    /** What somebody puts their name under: kept with the paper, since a later version of Kasane may say it in other words. */
    private static final Map<String, List<String>> SENTENCES = Map.of(
            "application", List.of("papers.sign.application"),
            "consent",
                    List.of(
                            "papers.consent.text",
                            "papers.consent.withdraw",
                            "papers.sign.consent",
                            "papers.consent.explained"),
            "plan", List.of("papers.sign.plan"));

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Consultations consultations;
    private final Households households;
    private final Plans plans;
    private final Agencies agencies;
    private final MessageSource messages;
    private final ObjectMapper json;
    private final Clock clock;

    Papers(
            JdbcClient jdbc,
            Cases cases,
            Streams streams,
            Consultations consultations,
            Households households,
            Plans plans,
            Agencies agencies,
            MessageSource messages,
            ObjectMapper json,
            Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.consultations = consultations;
        this.households = households;
        this.plans = plans;
        this.agencies = agencies;
        this.messages = messages;
        this.json = json;
        this.clock = clock;
    }

    /**
     * @param kind application, consent or plan
     * @param subjectId the consultation, the member of the household, the plan
     * @param fiscalYear in which it was issued, from April on
     * @param number within the municipality and the fiscal year, from 1 on
     * @param replaces the paper it takes the place of; null for the first
     * @param replacedBy the one that took its place; null while it stands
     */
    public record Paper(
            UUID id,
            String kind,
            UUID subjectId,
            int fiscalYear,
            int number,
            Instant issuedAt,
            String issuedBy,
            UUID replaces,
            UUID replacedBy) {

        /** 令和8年度 第12号 in full on the page; here as it is searched for: 2026-12. */
        public String documentNo() {
            return fiscalYear + "-" + number;
        }
    }

    /**
     * A paper to be read: an issued one as it was issued, one that was not as it would be.
     *
     * @param issued null where it has no number yet
     * @param kept what is shown is what it said when it was issued; false too for papers of before contents were kept
     * @param changed the case would say something else by now; false where that cannot be known
     * @param standing what is on the paper is still part of the case: it can be issued again
     * @param sentences what is signed, by the name of the message
     */
    public record Sheet(
            String kind,
            UUID subjectId,
            Paper issued,
            boolean kept,
            boolean changed,
            boolean standing,
            PaperContent content,
            Map<String, String> sentences) {}

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
     * Issues it: the next number of the fiscal year is its own from now on, and what it says is kept. Asked again, it stays the one it is.
     *
     * @throws Refusal.NotFound if the case has no such consultation, member or plan
     */
    public Paper issue(UUID caseId, String kind, UUID subject) {
        mustIssue();
        required(caseId, kind, subject);
        streams.lock(caseId);
        return find(caseId, kind, subject).orElseGet(() -> issueNow(caseId, kind, subject, null));
    }

    /**
     * Issues a new one, with a number of its own, in the place of one that says something else than the case by now. Asked again, it is
     * the one that took the place.
     *
     * @throws Refusal.Conflict if the case still says what the paper says
     * @throws Refusal.NotFound if there is no such paper, or what is on it is no longer part of the case
     */
    public Paper issueAgain(UUID caseId, UUID paperId) {
        mustIssue();
        streams.lock(caseId);
        var before = paper(caseId, paperId);
        if (before.replacedBy() != null) {
            return paper(caseId, before.replacedBy());
        }
        required(caseId, before.kind(), before.subjectId());
        var sheet = issued(caseId, paperId);
        if (sheet.kept() && !sheet.changed()) {
            throw new Refusal.Conflict("発行したときから内容が変わっていないため、新しい番号では発行しません。");
        }
        return issueNow(caseId, before.kind(), before.subjectId(), before.id());
    }

    private void mustIssue() {
        if (!mayIssue()) {
            throw new Refusal.Forbidden("文書番号を取るのは、伴走の担当と所管課だけができます。");
        }
    }

    private Paper issueNow(UUID caseId, String kind, UUID subject, UUID replaces) {
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
        var content = now(caseId, kind, subject);
        jdbc.sql(
                        """
                        insert into kasane.issued_paper (id, municipality_id, case_id, kind, subject_id, fiscal_year, number, issued_at, issued_by,
                            content, sentences, replaces)
                        values (:id, kasane.my_municipality(), :case, :kind, :subject, :year, :number, :now, kasane.acting_user(),
                            :content::jsonb, :sentences::jsonb, :replaces)
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("kind", kind)
                .param("subject", subject)
                .param("year", year)
                .param("number", number)
                .param("now", Timestamp.from(clock.instant()))
                .param("content", written(content.withoutAddress()))
                .param(
                        "sentences",
                        written(Map.of("ja", sentences(kind, Locale.JAPANESE), "en", sentences(kind, Locale.ENGLISH))))
                .param("replaces", replaces, Types.OTHER)
                .update();
        if (content.application() != null && content.application().addressGiven()) {
            jdbc.sql(
                            """
                            insert into kasane.issued_paper_address (paper_id, municipality_id, case_id, consultation_id, address)
                            values (:id, kasane.my_municipality(), :case, :subject, :address)
                            """)
                    .param("id", id)
                    .param("case", caseId)
                    .param("subject", subject)
                    .param("address", content.application().address())
                    .update();
        }
        var refs = new LinkedHashMap<String, Object>(
                Map.of("paperId", id, "kind", kind, "fiscalYear", year, "number", number));
        if (replaces != null) {
            refs.put("replaces", replaces);
        }
        streams.append(
                caseId,
                CaseEvent.now(replaces == null ? "document.issued" : "document.reissued", clock.instant(), refs));
        return paper(caseId, id);
    }

    private String written(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, String> sentences(String kind, Locale locale) {
        return SENTENCES.get(kind).stream()
                .collect(Collectors.toMap(key -> key, key -> messages.getMessage(key, null, locale)));
    }

    /** What the paper would say if it was issued now. */
    private PaperContent now(UUID caseId, String kind, UUID subject) {
        var file = cases.required(caseId);
        return switch (kind) {
            case "application" ->
                PaperContent.of(
                        municipality(),
                        file,
                        consultations.find(subject).orElseThrow(() -> new Refusal.NotFound("相談")));
            case "consent" ->
                PaperContent.of(
                        municipality(),
                        file,
                        households.members(caseId).stream()
                                .filter(member -> member.id().equals(subject))
                                .findFirst()
                                .orElseThrow(() -> new Refusal.NotFound("世帯員")),
                        agencies.all());
            default ->
                PaperContent.of(
                        municipality(),
                        file,
                        plans.of(caseId).stream()
                                .filter(plan -> plan.id().equals(subject))
                                .findFirst()
                                .orElseThrow(() -> new Refusal.NotFound("プラン")),
                        households.members(caseId));
        };
    }

    /**
     * What can be printed of it: the paper that stands, as it was issued; before, as it would be.
     *
     * @param locale of the sentences: Japanese or English
     * @throws Refusal.NotFound if the case has nothing of that kind that can be printed
     */
    @Transactional(readOnly = true)
    public Sheet sheet(UUID caseId, String kind, UUID subject, Locale locale) {
        required(caseId, kind, subject);
        return find(caseId, kind, subject)
                .map(paper -> issued(caseId, paper.id(), locale))
                .orElseGet(() -> new Sheet(
                        kind, subject, null, false, false, true, now(caseId, kind, subject), sentences(kind, locale)));
    }

    private Sheet issued(UUID caseId, UUID paperId) {
        return issued(caseId, paperId, Locale.JAPANESE);
    }

    /**
     * A paper as it was issued, replaced or not.
     *
     * @throws Refusal.NotFound if the case has no such paper, or it kept no content and what is on it is no longer part of the case
     */
    @Transactional(readOnly = true)
    public Sheet issued(UUID caseId, UUID paperId, Locale locale) {
        record Kept(String content, String sentences, String address) {}
        var paper = paper(caseId, paperId);
        var kept = jdbc.sql(
                        """
                        select p.content::text, p.sentences::text, a.address
                        from kasane.issued_paper p left join kasane.issued_paper_address a on a.paper_id = p.id
                        where p.id = :id
                        """)
                .param("id", paperId)
                .query(Kept.class)
                .single();
        var standing = printable(caseId).stream()
                .anyMatch(one ->
                        one.kind().equals(paper.kind()) && one.subjectId().equals(paper.subjectId()));
        if (kept.content() == null) {
            return new Sheet(
                    paper.kind(),
                    paper.subjectId(),
                    paper,
                    false,
                    false,
                    standing,
                    now(caseId, paper.kind(), paper.subjectId()),
                    sentences(paper.kind(), locale));
        }
        try {
            var content = json.readValue(kept.content(), PaperContent.class).at(kept.address());
            var sentences =
                    json.readTree(kept.sentences()).path(locale.getLanguage().equals("en") ? "en" : "ja");
            return new Sheet(
                    paper.kind(),
                    paper.subjectId(),
                    paper,
                    true,
                    standing && !content.equals(now(caseId, paper.kind(), paper.subjectId())),
                    standing,
                    content,
                    json.convertValue(sentences, new TypeReference<Map<String, String>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Paper " + paperId + " cannot be read", e);
        }
    }

    private Paper paper(UUID caseId, UUID paperId) {
        cases.required(caseId);
        return of(caseId).stream()
                .filter(paper -> paper.id().equals(paperId))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("発行したもの"));
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
                        .filter(paper -> stands(paper, kind, subject))
                        .findFirst()
                        .orElse(null));
    }

    private Optional<Paper> find(UUID caseId, String kind, UUID subject) {
        return of(caseId).stream().filter(paper -> stands(paper, kind, subject)).findFirst();
    }

    private static boolean stands(Paper paper, String kind, UUID subject) {
        return paper.replacedBy() == null
                && paper.kind().equals(kind)
                && paper.subjectId().equals(subject);
    }

    /** Papers that another one took the place of, or whose consultation, member or plan is no longer part of the case; newest first. */
    @Transactional(readOnly = true)
    public List<Paper> past(UUID caseId) {
        var standing = printable(caseId).stream()
                .filter(one -> one.issued() != null)
                .map(one -> one.issued().id())
                .toList();
        return of(caseId).stream()
                .filter(paper -> !standing.contains(paper.id()))
                .toList();
    }

    @Override
    @Transactional(readOnly = true)
    public List<Paper> of(UUID caseId) {
        return jdbc.sql(
                        """
                        select p.id, p.kind, p.subject_id, p.fiscal_year, p.number, p.issued_at, u.display_name as issued_by,
                               p.replaces, n.id as replaced_by
                        from kasane.issued_paper p left join kasane.app_user u on u.id = p.issued_by
                        left join kasane.issued_paper n on n.replaces = p.id
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
