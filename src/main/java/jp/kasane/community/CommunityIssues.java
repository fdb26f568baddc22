package jp.kasane.community;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.engine.EngineOrders;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.Areas;
import jp.kasane.notification.Notices;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * 地域課題: each has a stream and an instance of {@code community-issue} of its own. Raised by cases, put to a body, answered, and told
 * back (002, L1205-1209, L4441-4449).
 */
@Component
@Transactional
public class CommunityIssues implements ProcessFacts, Occasion {

    static final String KIND = "community-issue";
    /** In a form: an issue that nobody has raised yet. */
    static final String NEW = "new";

    private static final String SELECT =
            """
            select i.id, i.number, i.title, i.description, a.name as area, i.status, b.name as body, i.question, i.outcome, r.name as resource,
                   g.name as agency, i.raised_at, kasane.cases_of_issue(i.id) as cases
            from kasane.community_issue i join kasane.agency g on g.id = i.agency_id
            left join kasane.area a on a.id = i.area_id left join kasane.meeting_body b on b.id = i.body_id
            left join kasane.resource r on r.id = i.resource_id
            """;

    private final JdbcClient jdbc;
    private final Forms forms;
    private final Streams streams;
    private final EngineOrders engine;
    private final Agencies agencies;
    private final Areas areas;
    private final Notices notices;
    private final Clock clock;

    CommunityIssues(
            JdbcClient jdbc,
            Forms forms,
            Streams streams,
            EngineOrders engine,
            Agencies agencies,
            Areas areas,
            Notices notices,
            Clock clock) {
        this.jdbc = jdbc;
        this.forms = forms;
        this.streams = streams;
        this.engine = engine;
        this.agencies = agencies;
        this.areas = areas;
        this.notices = notices;
        this.clock = clock;
    }

    private record Row(
            UUID id,
            String number,
            String title,
            String description,
            String area,
            String status,
            String body,
            String question,
            String outcome,
            String resource,
            String agency,
            Instant raisedAt,
            long cases) {}

    /** Those under way first, the newest first. */
    @Transactional(readOnly = true)
    public List<CommunityIssue> list() {
        return jdbc.sql(SELECT + "order by i.status = 'settled', i.number desc").query(Row.class).list().stream()
                .map(this::with)
                .toList();
    }

    /** @throws Refusal.NotFound if there is none */
    @Transactional(readOnly = true)
    public CommunityIssue one(UUID id) {
        return find(id).orElseThrow(() -> new Refusal.NotFound("地域課題"));
    }

    Optional<CommunityIssue> find(UUID id) {
        return jdbc.sql(SELECT + "where i.id = :id")
                .param("id", id)
                .query(Row.class)
                .optional()
                .map(this::with);
    }

    private CommunityIssue with(Row row) {
        var steps = jdbc.sql(
                        """
                        select s.step, s.outcome, s.said, s.happened_on, s.recorded_at, u.display_name as recorded_by
                        from kasane.community_issue_step s left join kasane.app_user u on u.id = s.recorded_by
                        where s.issue_id = :id and s.voided_at is null order by s.recorded_at, s.id
                        """)
                .param("id", row.id())
                .query(CommunityIssue.Step.class)
                .list();
        return new CommunityIssue(
                row.id(),
                row.number(),
                row.title(),
                row.description(),
                row.area(),
                row.status(),
                row.body(),
                row.question(),
                row.outcome(),
                row.resource(),
                row.agency(),
                row.raisedAt(),
                row.cases(),
                steps);
    }

    /** What was looked for in 参加支援 and is not there, of the cases the acting user sees. */
    @Transactional(readOnly = true)
    public List<String> gaps() {
        return jdbc.sql("select gap from kasane.resource_gap where voided_at is null order by noticed_at desc limit 20")
                .query(String.class)
                .list();
    }

    // ── raising ────────────────────────────────────────────────────────────────────────────────────────────────────

    /** What the form is shown with: issues under way, areas, agencies. */
    public Map<String, Object> blank() {
        var context = new HashMap<String, Object>(forms.options());
        context.putAll(choices());
        return context;
    }

    Map<String, Object> choices() {
        var issues = new ArrayList<Forms.Option>();
        issues.add(new Forms.Option(NEW, "新しい課題"));
        jdbc.sql(
                        "select id, number || ' ' || title as label from kasane.community_issue where status <> 'settled' order by number desc")
                .query((row, n) -> new Forms.Option(row.getString("id"), row.getString("label")))
                .list()
                .forEach(issues::add);
        return Map.of(
                "issueOptions",
                issues,
                "areaOptions",
                areas.all().stream()
                        .map(area -> new Forms.Option(area.id().toString(), area.name()))
                        .toList());
    }

    /**
     * Writes a new issue and starts its process.
     *
     * @param id its stream is open
     */
    void begin(UUID id, Submission s) {
        jdbc.sql(
                        """
                        insert into kasane.community_issue (id, municipality_id, number, title, description, area_id, raised_at, raised_by, agency_id)
                        values (:id, kasane.my_municipality(), :number, :title, :description, :area, :now, :by, :agency)
                        """)
                .param("id", id)
                .param("number", nextNumber())
                .param("title", s.text("title"))
                .param("description", s.text("description"))
                .param("area", s.text("area") == null ? null : UUID.fromString(s.text("area")), Types.OTHER)
                .param("now", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .param("agency", agencies.ofActingUser().orElseThrow())
                .update();
        streams.append(id, CaseEvent.now("issue.raised", clock.instant(), Map.of()));
        engine.startMatter(id, KIND);
    }

    private String nextNumber() {
        int year = JapaneseTime.fiscalYearOf(clock.instant());
        int number = jdbc.sql(
                        """
                        insert into kasane.community_issue_number (municipality_id, fiscal_year, last_number) values (kasane.my_municipality(), :year, 1)
                        on conflict (municipality_id, fiscal_year) do update set last_number = community_issue_number.last_number + 1
                        returning last_number
                        """)
                .param("year", year)
                .query(Integer.class)
                .single();
        return "課題%d-%03d".formatted(year, number);
    }

    /** One more case has it: an issue that waited for cases is put in order again. */
    void raisedBy(UUID issue, Submission s) {
        streams.lock(issue);
        var status = one(issue).status();
        if (status.equals("settled")) {
            throw new Refusal.Conflict("この地域課題は終わっています。新しい課題として挙げてください。");
        }
        link(issue, s);
        if (status.equals("kept")) {
            is(issue, "sorting", null);
            engine.reseat(issue);
        }
    }

    void link(UUID issue, Submission s) {
        jdbc.sql(
                        """
                        insert into kasane.community_issue_case (issue_id, case_id, municipality_id, submission_id, raised_at, raised_by)
                        values (:issue, :case, kasane.my_municipality(), :submission, :now, :by) on conflict do nothing
                        """)
                .param("issue", issue)
                .param("case", s.caseId())
                .param("submission", s.id())
                .param("now", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        streams.append(s.caseId(), CaseEvent.now("case.raised-issue", clock.instant(), Map.of("issueId", issue)));
    }

    // ── its way ────────────────────────────────────────────────────────────────────────────────────────────────────

    void is(UUID issue, String status, String outcome) {
        jdbc.sql("update kasane.community_issue set status = :status, outcome = :outcome where id = :id")
                .param("id", issue)
                .param("status", status)
                .param("outcome", outcome)
                .update();
        streams.over(issue, status.equals("kept") || status.equals("settled"));
    }

    void step(Submission s, String step, LocalDate on) {
        jdbc.sql(
                        """
                        insert into kasane.community_issue_step (id, municipality_id, issue_id, submission_id, step, outcome, said, happened_on, recorded_at,
                            recorded_by)
                        values (:id, kasane.my_municipality(), :issue, :submission, :step, :outcome, :said, :on, :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("issue", s.streamId())
                .param("submission", s.id())
                .param("step", step)
                .param("outcome", s.text("outcome"))
                .param("said", s.text("said"))
                .param("on", on, Types.DATE)
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
    }

    @Override
    public String processId() {
        return KIND;
    }

    /** {@code step}: sort, sorted or concluded, with the {@code outcome} by which it goes on from there. */
    @Override
    public Map<String, Object> facts(UUID issue, String instanceKey) {
        return switch (one(issue).status()) {
            case "sorting" -> Map.of("step", "sort");
            case "deliberation" -> Map.of("step", "sorted", "outcome", "put");
            case "building" -> Map.of("step", "concluded", "outcome", "resource");
            case "reply" -> Map.of("step", "concluded", "outcome", "proposal");
            default -> Map.of("step", "sorted", "outcome", "settled");
        };
    }

    @Override
    public String message() {
        return "issue-fed-back";
    }

    /** Whoever raised it, for a case or without one, and the agencies of its area (002, L4443-4445). Once per outcome. */
    @Override
    public void tell(UUID issue, String instanceKey) {
        var people = jdbc.sql("select * from kasane.raisers_of_issue(:id)")
                .param("id", issue)
                .query(UUID.class)
                .list();
        var steps = jdbc.sql(
                        "select count(*) from kasane.community_issue_step where issue_id = :id and voided_at is null")
                .param("id", issue)
                .query(Long.class)
                .single();
        notices.tell(people, message(), "issue:" + issue + ":" + steps, Notices.About.matter(issue));
    }
}
