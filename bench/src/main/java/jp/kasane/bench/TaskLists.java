package jp.kasane.bench;

import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The task list of a large office: so many open tasks and ten times as many that are done, row-level security on, asked as the browser
 * asks (a logged-in session, the whole request until its last byte). Fills the database of a local default; use one that can be thrown
 * away.
 *
 * <p>Arguments: base address, data directory, open tasks (100000; 0: measure what an earlier run has filled in), finished tasks (1000000),
 * requests of each kind (200).
 */
public final class TaskLists {

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"|name=\"_csrf\" content=\"([^\"]+)\"");

    private final String base;
    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).followRedirects(HttpClient.Redirect.NEVER).build();
    private String token;

    private TaskLists(String base) {
        this.base = base;
    }

    public static void main(String[] args) throws Exception {
        var base = args.length > 0 ? args[0] : "http://localhost:8080";
        var data = Path.of(args.length > 1 ? args[1] : "../data");
        int open = args.length > 2 ? Integer.parseInt(args[2]) : 100_000;
        int finished = args.length > 3 ? Integer.parseInt(args[3]) : 1_000_000;
        int times = args.length > 4 ? Integer.parseInt(args[4]) : 200;
        String caseId;
        try (var database = Kasane.database(data)) {
            if (open > 0) {
                long from = System.nanoTime();
                // All or nothing: what failed half-way would be measured the next time.
                database.setAutoCommit(false);
                fill(database, open, finished);
                database.commit();
                database.setAutoCommit(true);
                database.createStatement().execute("vacuum analyze");
                System.out.printf("filled in %d s%n", (System.nanoTime() - from) / 1_000_000_000);
            }
            caseId = caseWithHistory(database);
        }
        for (var login : List.of("bench", "manager")) {
            var asked = new TaskLists(base);
            asked.login(login);
            asked.measure(login, times);
        }
        var coordinator = new TaskLists(base);
        coordinator.login("manager");
        coordinator.time("manager: case page, 1,000 timeline entries", "/cases/" + caseId, times);
    }

    private void measure(String login, int times) throws Exception {
        var kinds = new LinkedHashMap<String, String>();
        kinds.put("page, several groups, by due date", "view=group");
        kinds.put("page, everything seen", "view=all");
        kinds.put("page, overdue", "view=overdue");
        kinds.put("page, phase", "view=all&phase=plan");
        kinds.put("page, two phases", "view=all&phase=plan&phase=outreach");
        kinds.put("page, area", "view=all&area=ken/hokubu");
        kinds.put("page, agency", "view=all&agency=gomi");
        kinds.put("page, urgency", "view=all&urgency=urgent");
        kinds.put("page, concern", "view=all&concern=violence");
        kinds.put("page, main concern and phase and urgency", "view=all&main=violence&phase=closure&urgency=urgent");
        kinds.put("page, due within a week", "view=all&from=2026-11-27&to=2026-12-03");
        kinds.put("page, step", "view=all&step=Task_DecidePlan");
        kinds.put("page, newest first", "view=all&sort=newest");
        for (var kind : kinds.entrySet()) {
            time(login + ": " + kind.getKey(), "/api/v1/tasks?" + kind.getValue(), times);
        }
        time(login + ": page 20 of the list", pageTwenty(), times);
        time(login + ": all counts", "/api/v1/tasks/counts", times);
        time(login + ": search, a number", "/api/v1/tasks?view=all&s=" + search("B2026-001"), times);
        time(login + ": search, ふりがな", "/api/v1/tasks?view=all&s=" + search("さとうはなこ12"), times);
        time(login + ": the screen (list, counts, choices)", "/tasks?view=group", times);
        time(login + ": the screen with two filters", "/tasks?view=all&phase=plan&urgency=urgent", times);
    }

    private String pageTwenty() throws Exception {
        var next = "/api/v1/tasks?view=all";
        for (int i = 0; i < 20; i++) {
            var link = get(next).headers().firstValue("Link");
            if (link.isEmpty()) {
                break;
            }
            next = link.get().substring(1, link.get().indexOf('>'));
        }
        return next;
    }

    private String search(String words) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(base + "/api/v1/tasks/searches"))
                        .header("Content-Type", "application/json")
                        .header("X-XSRF-TOKEN", token)
                        .POST(HttpRequest.BodyPublishers.ofString("{\"words\":\"" + words + "\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.body().replaceAll(".*\"s\":\"([^\"]+)\".*", "$1");
    }

    private void time(String what, String path, int times) throws Exception {
        for (int i = 0; i < 20; i++) {
            get(path);
        }
        var figures = new Figures(what);
        for (int i = 0; i < times; i++) {
            long from = System.nanoTime();
            get(path);
            figures.add(System.nanoTime() - from);
        }
        figures.report();
    }

    private HttpResponse<String> get(String path) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(base + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer;
    }

    private void login(String login) throws Exception {
        var page = get("/login").body();
        var found = TOKEN.matcher(page);
        if (!found.find()) {
            throw new IllegalStateException("The login page has no token");
        }
        var before = found.group(1) != null ? found.group(1) : found.group(2);
        var form = Map.of("username", login, "password", login, "_csrf", before);
        var body = new ArrayList<String>();
        form.forEach((name, value) -> body.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        http.send(
                HttpRequest.newBuilder(URI.create(base + "/login"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(String.join("&", body)))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        token = get("/api/v1/session").body().replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
    }

    // ── the dataset ────────────────────────────────────────────────────────────────────────────────────────────────

    private static void fill(Connection database, int open, int finished) throws SQLException {
        int cases = Math.max(1000, open / 10);
        try (var statement = database.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("set synchronous_commit = off");
            statement.execute(
                    """
                    create temporary table m as select m.id, m.coordinating_agency_id as coordinating,
                        array(select a.id from kasane.agency a where a.municipality_id = m.id order by a.position) as agencies,
                        array['income','rent','tax','debt','loan','budget','food','housing','job','work','mental','health','care','childcare',
                              'withdrawal','family','community','violence','other'] as concerns
                    from kasane.municipality m""");
            // Somebody with several groups, as at a shared window.
            statement.execute(
                    """
                    insert into kasane.app_user (id, municipality_id, login, display_name, password_hash)
                    select gen_random_uuid(), id, 'bench', '計測 係', '{noop}bench' from m on conflict (login) do nothing""");
            statement.execute(
                    """
                    insert into kasane.role_assignment (id, municipality_id, user_id, role, agency_id)
                    select gen_random_uuid(), m.id, u.id, r, m.agencies[n] from m, kasane.app_user u, unnest(array['coordinator','reception']) r,
                        generate_series(2, 4) n
                    where u.login = 'bench' and not exists (select from kasane.role_assignment x where x.user_id = u.id)""");
            statement.execute(
                    """
                    update kasane.app_user set password_hash = '{noop}' || login where login in ('manager', 'coordinator')""");
            statement.execute(
                    """
                    create temporary table c as select n, gen_random_uuid() as id, m.id as municipality,
                        m.agencies[1 + floor(power(random(), 2) * 12)::int] as lead, m.agencies[1 + floor(power(random(), 2) * 12)::int] as coordinating,
                        (array['assessment','meeting','outreach','plan','monitoring','monitoring','monitoring','closure','closure'])[1 + floor(random() * 9)::int] as phase,
                        case when random() < 0.02 then 'urgent' when random() < 0.1 then 'soon' else 'normal' end as urgency
                    from m, generate_series(1, %d) n"""
                            .formatted(cases));
            statement.execute(
                    "insert into kasane.stream (id, municipality_id, kind, last_seq) select id, municipality, 'case', 0 from c");
            statement.execute(
                    """
                    insert into kasane.case_file (id, municipality_id, number, phase, step, lead_agency_id, coordinating_agency_id, urgency, opened_at)
                    select id, municipality, 'B2026-' || lpad(n::text, 6, '0'), phase, 'x', lead, coordinating, urgency, now() - random() * interval '900 days' from c""");
            statement.execute(
                    """
                    insert into kasane.household (case_id, municipality_id, name) select id, municipality, '計測' || n || '家' from c""");
            statement.execute(
                    """
                    insert into kasane.household_member (id, municipality_id, case_id, position, name, kana, relation, subject)
                    select gen_random_uuid(), municipality, id, 1, '佐藤 花子' || n,
                        (array['さとう','すずき','たかはし','たなか','いとう','わたなべ','やまもと','なかむら'])[1 + n %% 8] || ' はなこ' || n, 'head', true from c"""
                            .replace("%%", "%"));
            statement.execute(
                    """
                    insert into kasane.member_concern (member_id, municipality_id, case_id, concern, main)
                    select h.id, h.municipality_id, h.case_id, m.concerns[k], k = h.first from
                        (select h.*, 1 + floor(power(random(), 1.5) * 19)::int as first, 1 + floor(random() * 19)::int as second from kasane.household_member h join c on c.id = h.case_id) h,
                        m, lateral (select distinct unnest(array[h.first, h.second]) as k) k""");
            statement.execute(
                    """
                    insert into kasane.case_seat (case_id, municipality_id, agency_id, reason, since)
                    select id, municipality, lead, 'lead', now() from c union all select id, municipality, coordinating, 'coordinating', now() from c""");
            tasks(database, open, "CREATED", cases);
            for (int done = 0; done < finished; done += 250_000) {
                tasks(database, Math.min(250_000, finished - done), "COMPLETED", cases);
            }
            statement.execute(
                    """
                    insert into kasane.deadline (id, municipality_id, stream_id, case_id, task_id, step, instance_key, policy_id, remind_at, due_at, lead_at,
                        escalate_at, from_at, created_at)
                    select gen_random_uuid(), t.municipality_id, t.case_id, t.case_id, t.id, t.element_id, 'bench', p.id, d.at, d.at, d.at, d.at, t.created_at, t.created_at
                    from engine.user_task t join kasane.deadline_policy p on p.step = t.element_id
                    cross join lateral (select now() + (random() * 60 - 12) * interval '1 day' + (t.key %% 7) * interval '1 second' as at) d
                    where t.process_id = 'bench' and t.state = 'CREATED'"""
                            .replace("%%", "%"));
            statement.execute(
                    """
                    insert into kasane.task_claim (task_id, municipality_id, user_id, claimed_at)
                    select t.id, t.municipality_id, u.id, now() from engine.user_task t, kasane.app_user u
                    where u.login = 'coordinator' and t.process_id = 'bench' and t.state = 'CREATED' and t.key %% 5 = 0"""
                            .replace("%%", "%"));
            statement.execute(
                    "create temporary table g as select id, kasane.tags_of_stream(id) as tags, kasane.holders_of_stream(id) as holders from c");
            statement.execute("analyze c, g, engine.user_task, kasane.deadline, kasane.task_claim");
            // What the triggers would have entered one by one, with the same function for the tags.
            statement.execute(
                    """
                    insert into kasane.open_task (task_id, municipality_id, audience_id, stream_id, case_id, due_at, created_at, claimed_by, holders, tags)
                    select t.id, t.municipality_id, t.audience_id, t.case_id, t.case_id, coalesce(l.due_at, 'infinity'), t.created_at, k.user_id,
                        g.holders, array['*', 'step:' || t.element_id] || g.tags
                    from engine.user_task t join g on g.id = t.case_id
                    left join kasane.deadline l on l.task_id = t.id left join kasane.task_claim k on k.task_id = t.id
                    where t.process_id = 'bench' and t.state = 'CREATED'""");
            statement.execute(
                    """
                    insert into kasane.task_tag (eye_id, tag, due_at, task_id, claimed, audience_id, tags)
                    select o.audience_id, x, o.due_at, o.task_id, o.claimed_by is not null, o.audience_id, null::text[]
                    from kasane.open_task o, unnest(o.tags) x where o.case_id in (select id from c)
                    union all
                    select h, '*', o.due_at, o.task_id, o.claimed_by is not null, o.audience_id, o.tags
                    from kasane.open_task o, unnest(o.holders) h where o.case_id in (select id from c)""");
            statement.execute("select kasane.learn_words(id) from c");
            statement.execute("set session_replication_role = default");
        }
    }

    private static void tasks(Connection database, int count, String state, int cases) throws SQLException {
        try (var statement = database.createStatement()) {
            statement.execute(
                    """
                    insert into engine.user_task (id, epoch, key, state, element_id, element_instance_key, process_id, definition_key, process_instance_key,
                        candidate_groups, priority, created_at, ended_at, case_id, municipality_id, audience_id, noted)
                    select gen_random_uuid(), e.epoch, -(random() * 9000000000000000)::bigint, '%1$s',
                        (array['Task_GatherInformation','Task_WriteAssessment','Task_ProposeMembers','Task_HoldMeeting','Task_DraftPlan','Task_DecidePlan',
                               'Task_Review','Task_Review','Task_RecordOutreach','Task_EvaluateClosure'])[1 + floor(random() * 10)::int],
                        s, 'bench', 0, -s, array['coordinator'], 50, now() - random() * interval '100 days', case when '%1$s' <> 'CREATED' then now() end,
                        c.id, c.municipality,
                        kasane.audience_id(c.municipality, (array['coordinator','coordinator','coordinator','member','reception','manager'])[1 + floor(random() * 6)::int],
                            case when random() < 0.6 then c.coordinating else c.lead end), true
                    from generate_series(1, %2$d) s join c on c.n = 1 + s %% %3$d cross join (select epoch from engine.epoch where current) e"""
                            .formatted(state, count, cases));
        }
    }

    /** A case with a thousand events. */
    private static String caseWithHistory(Connection database) throws SQLException {
        try (var statement = database.createStatement();
                var row = statement.executeQuery(
                        """
                        with one as (select id, municipality_id as municipality from kasane.case_file where number = 'B2026-000001'),
                        told as (
                            insert into kasane.case_event (stream_id, seq, municipality_id, case_id, kind, occurred_at, recorded_at, actor_id, refs)
                            select o.id, s, o.municipality, o.id, 'contact.recorded', now() - s * interval '1 hour', now() - s * interval '1 hour',
                                (select id from kasane.app_user where login = 'coordinator'), '{}' from one o, generate_series(1, 1000) s
                            on conflict do nothing returning 1)
                        select id, (select count(*) from told) from one""")) {
            row.next();
            return row.getString(1);
        }
    }
}
