package jp.kasane.audit.internal;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import jp.kasane.access.Acting;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import jp.kasane.engine.Replays;
import jp.kasane.printing.PrintedPages;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * A case to be read by somebody who has no Kasane: who it is about, what was decided and on which basis, what happened, under which diagrams,
 * who looked. In Japanese, whatever language the screens are in. A long history goes on in further files, since a PDF is made in memory.
 */
@Component
public class CasePaper {

    /** Entries of the timeline in one file. */
    private static final int ENTRIES = 1000;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Timeline timeline;
    private final Replays replays;
    private final PrintedPages pages;

    CasePaper(JdbcClient jdbc, Cases cases, Timeline timeline, Replays replays, PrintedPages pages) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.timeline = timeline;
        this.replays = replays;
        this.pages = pages;
    }

    public record Member(String name, String relation, LocalDate birthDate, boolean subject) {}

    public record Consent(
            LocalDate occurredOn, String member, String state, String[] scope, String evidence, String by) {}

    /**
     * @param on the day, where no hour is known
     * @param kind plan, closure, meeting or table
     * @param what code of the kind of plan, of the meeting, of the decision's table
     * @param result status, outcome
     * @param basis the meeting's kind it leans on, a reason, a document's number
     */
    public record Decision(
            Instant at,
            LocalDate on,
            String kind,
            String what,
            String result,
            String by,
            String meeting,
            String reason,
            String documentNo) {}

    /** Which version of which diagram, from when to when something of the case ran under it. */
    public record InForce(String processId, String name, int version, Instant since, Instant until) {}

    public record Looked(String who, long looks, long denied, Instant first, Instant last) {}

    /** The files one after the other, each made when it is asked for. */
    public List<Supplier<byte[]>> of(UUID caseId, UUID export, String reason, Instant asOf) {
        var model = new HashMap<String, Object>();
        model.put("file", cases.required(caseId));
        model.put("export", export);
        model.put("reason", reason);
        model.put("asOf", asOf);
        model.put("reader", Acting.required().displayName());
        model.put(
                "municipality",
                one("select name from kasane.municipality where id = kasane.my_municipality()", caseId));
        model.put(
                "lead",
                one(
                        "select a.name from kasane.case_file f join kasane.agency a on a.id = f.lead_agency_id where f.id = :id",
                        caseId));
        model.put(
                "coordinating",
                one(
                        "select a.name from kasane.case_file f join kasane.agency a on a.id = f.coordinating_agency_id where f.id = :id",
                        caseId));
        model.put(
                "members",
                jdbc.sql(
                                "select coalesce(name, label) as name, relation, birth_date, subject from kasane.household_member where case_id = :id order by position")
                        .param("id", caseId)
                        .query(Member.class)
                        .list());
        model.put("consents", consents(caseId));
        model.put("decisions", decisions(caseId));
        model.put("inForce", inForce(caseId));
        model.put("looked", looked(caseId));
        var files = new ArrayList<Supplier<byte[]>>();
        // Read page by page from the newest on; printed from the oldest on.
        var places = new ArrayList<String>();
        String before = null;
        do {
            places.add(before);
            before = timeline.ofCase(caseId, Timeline.Filter.NONE, before, ENTRIES)
                    .older();
        } while (before != null);
        int of = places.size();
        for (int i = of - 1; i >= 0; i--) {
            var place = places.get(i);
            int part = of - i;
            files.add(() -> {
                var values = new HashMap<>(model);
                values.put("part", part);
                values.put("parts", of);
                values.put(
                        "events",
                        timeline.ofCase(caseId, Timeline.Filter.NONE, place, ENTRIES)
                                .entries()
                                .reversed());
                var locale = LocaleContextHolder.getLocale();
                LocaleContextHolder.setLocale(Locale.JAPANESE);
                try {
                    return pages.pdf("case-paper", values, Locale.JAPANESE);
                } finally {
                    LocaleContextHolder.setLocale(locale);
                }
            });
        }
        return files;
    }

    private String one(String sql, UUID caseId) {
        var statement = jdbc.sql(sql);
        return (sql.contains(":id") ? statement.param("id", caseId) : statement)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    private List<Consent> consents(UUID caseId) {
        return jdbc.sql(
                        """
                        select c.occurred_on, coalesce(m.name, m.label) as member, c.state, c.scope, c.evidence, u.display_name
                        from kasane.consent c left join kasane.household_member m on m.id = c.member_id
                        left join kasane.app_user u on u.id = c.recorded_by
                        where c.case_id = :id and c.voided_at is null order by c.occurred_on, c.recorded_at
                        """)
                .param("id", caseId)
                .query((row, n) -> new Consent(
                        row.getObject("occurred_on", LocalDate.class),
                        row.getString("member"),
                        row.getString("state"),
                        (String[]) row.getArray("scope").getArray(),
                        row.getString("evidence"),
                        row.getString("display_name")))
                .list();
    }

    private List<Decision> decisions(UUID caseId) {
        return jdbc.sql(
                        """
                        select * from (
                            select coalesce(p.decided_on::timestamp at time zone 'Asia/Tokyo', p.drafted_at) as at, p.decided_on as on_day, 'plan' as kind, p.kind as what, p.status as result,
                                   u.display_name as by, m.meeting_type as meeting, concat_ws('／', p.decision_reason, p.path_reason, p.stop_reason) as reason, p.document_no
                            from kasane.plan p left join kasane.app_user u on u.id = p.decided_by
                            left join kasane.meeting m on m.id = coalesce(p.decided_in, p.meeting_id)
                            where p.case_id = :id and p.voided_at is null
                            union all
                            select coalesce(c.decided_on::timestamp at time zone 'Asia/Tokyo', c.recorded_at), c.decided_on, 'closure', null, c.status, u.display_name, null,
                                   c.decision_reason, c.document_no
                            from kasane.closure c left join kasane.app_user u on u.id = c.decided_by where c.case_id = :id and c.voided_at is null
                            union all
                            select m.held_at, null, 'meeting', m.meeting_type, m.outcome, coalesce(a.display_name, g.name), m.meeting_type, null, null
                            from kasane.meeting m left join kasane.app_user a on a.id = m.convener_id left join kasane.agency g on g.id = m.convener_id where m.case_id = :id and m.held_at is not null
                            union all
                            select d.made_at, null, 'table', d.decision, null, null, null,
                                   (select string_agg(g.key || '＝' || g.value, '、' order by g.key) from jsonb_each_text(d.given) g) || ' → '
                                   || (select string_agg(g.key || '＝' || g.value, '、' order by g.key) from jsonb_each_text(d.gives) g), null
                            from kasane.decision d
                            where d.stream_id = any (array(select :id::uuid union all select c.id from kasane.consultation c where c.case_id = :id))
                        ) x order by x.at
                        """)
                .param("id", caseId)
                .query((row, n) -> new Decision(
                        row.getTimestamp("at").toInstant(),
                        row.getObject("on_day", LocalDate.class),
                        row.getString("kind"),
                        row.getString("what"),
                        row.getString("result"),
                        row.getString("by"),
                        row.getString("meeting"),
                        row.getString("reason"),
                        row.getString("document_no")))
                .list();
    }

    private List<InForce> inForce(UUID caseId) {
        var found = new java.util.TreeMap<String, InForce>();
        for (var course : replays.ofCase(caseId)) {
            for (int i = 0; i < course.versions().size(); i++) {
                var version = course.versions().get(i);
                var until = i + 1 < course.versions().size()
                        ? course.versions().get(i + 1).since()
                        : course.endedAt();
                var one = new InForce(course.processId(), course.name(), version.version(), version.since(), until);
                found.merge(
                        course.processId() + " " + version.definition(),
                        one,
                        (a, b) -> new InForce(
                                a.processId(),
                                a.name(),
                                a.version(),
                                a.since().isBefore(b.since()) ? a.since() : b.since(),
                                a.until() == null || b.until() == null
                                        ? null
                                        : a.until().isAfter(b.until()) ? a.until() : b.until()));
            }
        }
        return List.copyOf(found.values());
    }

    private List<Looked> looked(UUID caseId) {
        return jdbc.sql(
                        """
                        select u.display_name, count(*) filter (where e.kind <> 'denied') as looks, count(*) filter (where e.kind = 'denied') as denied,
                               min(e.at) as first, max(e.at) as last
                        from (select x.* from audit.entry x where x.class = 'look' and x.stream_id = any (:streams::uuid[])
                              union
                              select x.* from audit.entry x where x.class = 'look' and x.subjects && :streams::uuid[]) e
                        left join kasane.app_user u on u.id = e.actor_id
                        group by e.actor_id, u.display_name order by looks desc, first
                        """)
                .param(
                        "streams",
                        jdbc.sql(
                                        "select :id::uuid union all select c.id from kasane.consultation c where c.case_id = :id")
                                .param("id", caseId)
                                .query(UUID.class)
                                .list()
                                .toArray(UUID[]::new))
                .query((row, n) -> new Looked(
                        row.getString("display_name"),
                        row.getLong("looks"),
                        row.getLong("denied"),
                        row.getTimestamp("first").toInstant(),
                        row.getTimestamp("last").toInstant()))
                .list();
    }
}
