package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * An auditor's login can change nothing: every operation that is not a look, of the API and of the pages, is refused to it, and as the
 * application's role in the database it can write to no table. What is theirs all the same stands here, each with its reason; an endpoint or a
 * table of tomorrow fails this test until somebody has decided.
 */
class AuditorsChangeNothingIT {

    /** Said a second time on purpose (jp.kasane.access.OpenToAuditors): opening one has to be decided twice. */
    private static final Set<String> THEIRS = Set.of(
            // Whether the trail is whole is theirs to ask, and to write down.
            "POST /api/v1/trail/chain/verify",
            "POST /api/v1/trail/chain/anchor",
            "POST /trail/chain/verify",
            "POST /trail/chain/anchor",
            // Their own work list.
            "POST /api/v1/trail/samples",
            "PUT /api/v1/trail/samples/{id}/cases/{caseId}",
            "POST /trail/samples",
            "POST /trail/samples/{id}/cases/{caseId}",
            // A copy to be given out, which changes nothing of the case.
            "POST /cases/{id}/export",
            "POST /api/v1/cases/{id}/exports",
            // Their own view of the task list.
            "POST /api/v1/tasks/searches",
            "POST /api/v1/task-filters",
            "DELETE /api/v1/task-filters/{id}",
            "POST /tasks/search",
            "POST /tasks/columns",
            "POST /tasks/filters",
            "POST /tasks/filters/{id}/forget",
            // What they themselves are told of, and how.
            "PUT /api/v1/watches/{streamId}",
            "DELETE /api/v1/watches/{streamId}",
            "POST /streams/{id}/watch",
            "POST /settings/notifications");

    /** Tables an auditor may write rows of their own to, and why. */
    private static final Map<String, String> THEIR_TABLES = Map.of(
            "audit.sample", "their work list",
            "audit.case_export", "copies they had made",
            "audit.sample_case", "their work list",
            "kasane.task_filter", "their view of the task list",
            "kasane.task_columns", "their view of the task list",
            "kasane.task_search", "their view of the task list",
            "kasane.watch", "what they are told of",
            "kasane.notification", "what they were told and have read",
            "kasane.notification_preference", "how they are told");

    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    private static KasaneServer kasane;
    private static String caseId;
    private static String consultationId;
    private static String task;
    private static String submission;

    private record Operation(String method, String pattern, String consumes) {
        private boolean api() {
            return pattern.startsWith("/api/");
        }

        @Override
        public String toString() {
            return method + " " + pattern;
        }
    }

    @BeforeAll
    static void aCase() {
        kasane = KasaneServer.shared();
        var played = kasane.playSteps(
                """
                - as: reception
                  register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 監査 見子, concerns: [food], story: 相談の内容 }
                - as: reception
                  task: Task_Triage
                  data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                """);
        caseId = played.caseId();
        consultationId = played.consultationId();
        task = kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
        submission = kasane.sql()
                .sql("select id::text from kasane.submission where consultation_id = :id::uuid limit 1")
                .param("id", consultationId)
                .query(String.class)
                .single();
    }

    @Test
    void everyOperationIsRefusedButWhatIsTheirs() {
        var operations = operations();
        assertThat(operations.stream().map(Operation::toString).toList())
                .as("what is named here is there")
                .containsAll(THEIRS);
        assertThat(operations).hasSizeGreaterThan(140);
        // The case is there for them, and open: nothing is refused for want of it.
        assertThat(kasane.as("auditor").get("/api/v1/cases/" + caseId).status()).isEqualTo(200);
        assertThat(kasane.as("auditor").get("/api/v1/tasks/" + task).status()).isEqualTo(200);

        var pages = new Session("auditor");
        var before = await("nothing to go on by itself")
                .atMost(Duration.ofMinutes(1))
                .until(AuditorsChangeNothingIT::rows, rows -> rows.equals(rows()));
        var written = written();
        var open = new ArrayList<String>();
        for (var operation : operations) {
            if (THEIRS.contains(operation.toString())) {
                continue;
            }
            var answer = operation.api() ? api(operation) : pages.post(filled(operation.pattern()));
            if (answer.status() != 403 || !answer.text().contains("監査担当者のログインでは、見ることだけができます")) {
                open.add(operation + " " + answer.status() + " "
                        + answer.text().substring(0, Math.min(200, answer.text().length())));
            }
        }
        assertThat(open).as("what an auditor is not refused").isEmpty();
        assertThat(written()).as("what an auditor wrote").isEqualTo(written);
        assertThat(rows()).as("digest of each table").isEqualTo(before);
    }

    /** A look is one: nothing of what the modules hold is another afterwards but what the auditor was told. */
    @Test
    void lookingChangesNothing() {
        var pages = new Session("auditor");
        var before = await("nothing to go on by itself")
                .atMost(Duration.ofMinutes(1))
                .until(AuditorsChangeNothingIT::rows, rows -> rows.equals(rows()));
        int shown = 0;
        for (var pattern : looks()) {
            shown += pages.send(HttpRequest.newBuilder(URI.create(kasane.baseUrl() + filled(pattern)))
                                            .GET())
                                    .status()
                            == 200
                    ? 1
                    : 0;
        }
        assertThat(shown).as("what there was to be seen").isGreaterThan(40);
        var after = rows();
        THEIR_TABLES.keySet().forEach(table -> {
            before.remove(table);
            after.remove(table);
        });
        assertThat(after).isEqualTo(before);
    }

    /** The same person is asked for the role, not for its absence: whoever audits beside other work changes nothing either. */
    @Test
    void anotherRoleBesideDoesNotHelp() {
        kasane.employ("audits-too", "兼務 一", "coordinator", "shakyo");
        kasane.employ("audits-too", "兼務 一", "auditor", "fukushi-seisaku");
        assertThat(kasane.as("audits-too")
                        .post("/api/v1/tasks/" + task + "/claim", "{}")
                        .status())
                .isEqualTo(403);
        assertThat(writable(kasane.user("audits-too")))
                .doesNotContain(
                        "kasane.case_file",
                        "kasane.submission",
                        "kasane.case_event",
                        "kasane.task_claim",
                        "kasane.consultation",
                        "kasane.calendar_day");
        kasane.dismissEmployed();
    }

    @Test
    void whatIsSharedWithOthersIsNotTheirs() {
        var answer = kasane.as("auditor")
                .post("/api/v1/task-filters", "{\"name\":\"共有したい\",\"query\":{\"view\":[\"all\"]},\"shared\":true}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(403);
        assertThat(answer.text()).contains("監査担当者の絞り込みは、ほかの人と共有できません。");
    }

    @Test
    void asTheApplicationsRoleTheyWriteToNoTable() {
        assertThat(THEIR_TABLES.keySet()).containsAll(writable(kasane.user("auditor")));
    }

    @Test
    void somebodyWhoWorksDoesWriteToTables() {
        // So that what is found above is found because of the auditor.
        assertThat(writable(kasane.user("manager")))
                .contains("kasane.case_file", "kasane.submission", "kasane.case_event", "kasane.agency_mail");
    }

    // ── requests ───────────────────────────────────────────────────────────────────────────────────────────────────

    private static List<Operation> operations() {
        var found = new ArrayList<Operation>();
        for (var mapping : kasane.bean(DispatcherServlet.class).getHandlerMappings()) {
            if (mapping instanceof RequestMappingHandlerMapping ours) {
                ours.getHandlerMethods().forEach((info, method) -> {
                    if (!method.getBeanType().getName().startsWith("jp.kasane.")) {
                        return;
                    }
                    var methods = info.getMethodsCondition().getMethods();
                    assertThat(methods).as("methods of " + info).isNotEmpty();
                    for (var one : methods) {
                        if (!Set.of(RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS)
                                .contains(one)) {
                            info.getPatternValues()
                                    .forEach(pattern -> found.add(new Operation(
                                            one.name(),
                                            pattern,
                                            info.getConsumesCondition().getConsumableMediaTypes().stream()
                                                    .map(MediaType::toString)
                                                    .findFirst()
                                                    .orElse("application/json"))));
                        }
                    }
                    if (info.getPatternValues().stream().anyMatch(pattern -> pattern.startsWith("/api/"))) {
                        assertThat(method.getBeanType())
                                .as("answers with a problem")
                                .hasAnnotation(RestController.class);
                    }
                });
            }
        }
        return found;
    }

    /** Addresses of all that is looked at, news aside: it has no end. */
    private static Set<String> looks() {
        var found = new TreeSet<String>();
        for (var mapping : kasane.bean(DispatcherServlet.class).getHandlerMappings()) {
            if (mapping instanceof RequestMappingHandlerMapping ours) {
                ours.getHandlerMethods().forEach((info, method) -> {
                    if (method.getBeanType().getName().startsWith("jp.kasane.")
                            && info.getMethodsCondition().getMethods().contains(RequestMethod.GET)
                            && method.getReturnType().getParameterType() != SseEmitter.class) {
                        found.addAll(info.getPatternValues());
                    }
                });
            }
        }
        return found;
    }

    private static String filled(String pattern) {
        return VARIABLE.matcher(pattern).replaceAll(variable -> switch (variable.group(1)) {
            case "id", "streamId", "subject" ->
                pattern.contains("/tasks/")
                        ? task
                        : pattern.contains("/submissions/")
                                ? submission
                                : pattern.contains("/consultations/")
                                        ? consultationId
                                        : pattern.contains("/people/")
                                                ? kasane.user("coordinator").toString()
                                                : caseId;
            case "form" -> "contact";
            case "kind" -> "plan";
            case "step" -> "Task_Triage";
            case "date" -> "2026-12-01";
            case "key", "partition", "position" -> "1";
            case "userId" -> kasane.user("coordinator").toString();
            default -> UUID.randomUUID().toString();
        });
    }

    /** With a body of the kind that is wanted: what is in it, nobody reads. */
    private static Said api(Operation operation) {
        var multipart = operation.consumes().startsWith("multipart/");
        var body = multipart
                ? "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na\r\n--x--\r\n"
                : "{}";
        var request = HttpRequest.newBuilder(URI.create(kasane.baseUrl() + filled(operation.pattern())))
                .header("Content-Type", operation.consumes() + (multipart ? "; boundary=x" : ""))
                .header(
                        "Authorization",
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString("auditor:auditor".getBytes(StandardCharsets.UTF_8)))
                .method(operation.method(), HttpRequest.BodyPublishers.ofString(body));
        return send(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), request);
    }

    private static Said send(HttpClient http, HttpRequest.Builder request) {
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Said(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Said(int status, String text) {}

    /** Somebody who has logged in with the form, as a browser does. */
    private static final class Session {

        private final CookieManager cookies = new CookieManager();
        private final HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(cookies)
                .build();

        private Session(String login) {
            send(HttpRequest.newBuilder(URI.create(kasane.baseUrl() + "/login")).GET());
            post("/login", "username=" + login + "&password=" + login + "&");
            // The token is another one once somebody is logged in.
            assertThat(send(HttpRequest.newBuilder(URI.create(kasane.baseUrl() + "/notices"))
                                    .GET())
                            .status())
                    .isEqualTo(200);
        }

        private Said post(String path) {
            return post(path, "");
        }

        private Said post(String path, String form) {
            var token = cookies.getCookieStore().getCookies().stream()
                    .filter(cookie -> cookie.getName().equals("XSRF-TOKEN"))
                    .map(HttpCookie::getValue)
                    .findFirst()
                    .orElseThrow();
            return send(HttpRequest.newBuilder(URI.create(kasane.baseUrl() + path))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            form + "_csrf=" + URLEncoder.encode(token, StandardCharsets.UTF_8))));
        }

        private Said send(HttpRequest.Builder request) {
            return AuditorsChangeNothingIT.send(http, request.header("Accept", "text/html"));
        }
    }

    // ── the database ───────────────────────────────────────────────────────────────────────────────────────────────

    private static List<String> tables(String schemas) {
        return kasane.sql()
                .sql(
                        """
                        select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = any (string_to_array(:schemas, ',')) and c.relkind in ('r', 'p') and not c.relispartition order by 1
                        """)
                .param("schemas", schemas)
                .query(String.class)
                .list();
    }

    /** What the modules hold; the engine and the trail go on by themselves. */
    private static Map<String, String> rows() {
        var digests = new TreeMap<String, String>();
        for (var table : tables("kasane")) {
            digests.put(
                    table,
                    kasane.sql()
                            .sql(
                                    "select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "
                                            + table + " t")
                            .query(String.class)
                            .single());
        }
        return digests;
    }

    private static Long written() {
        return kasane.sql()
                .sql("select count(*) from audit.entry where kind in ('write', 'setting') and actor_id = :auditor")
                .param("auditor", kasane.user("auditor"))
                .query(Long.class)
                .single();
    }

    /** Tables to which somebody may add a row, or whose rows they may change or remove, one of their own or any. */
    private static Set<String> writable(UUID user) {
        var found = new TreeSet<String>();
        for (var table : tables("kasane,engine,audit")) {
            var columns = kasane.sql()
                    .sql(
                            """
                            select attname from pg_attribute
                            where attrelid = :table::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a'
                            """)
                    .param("table", table)
                    .query(String.class)
                    .list();
            var all = columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
            // A row that is there, of the person's own where it can be, so that only the rules stand against it.
            var row = kasane.sql()
                    .sql(
                            "select (to_jsonb(t) || case when jsonb_exists(to_jsonb(t), 'user_id') then jsonb_build_object('user_id', :user) else '{}' end)::text from "
                                    + table
                                    // Of a case that was erased nobody adds anything.
                                    + " t order by to_jsonb(t) ->> 'stream_id' in (select stream_id::text from audit.erased) nulls first limit 1")
                    .param("user", user)
                    .query(String.class)
                    .optional()
                    .orElseGet(() -> kasane.sql()
                            .sql(
                                    "select jsonb_build_object('user_id', :user::uuid, 'municipality_id', (select id from kasane.municipality limit 1))::text")
                            .param("user", user)
                            .query(String.class)
                            .single());
            var tried = new ArrayList<String>();
            tried.add("insert into " + table + " (" + all + ") select " + all + " from jsonb_populate_record(null::"
                    + table + ", '" + row.replace("'", "''") + "'::jsonb)");
            tried.add("delete from " + table);
            columns.forEach(column -> tried.add("update " + table + " set \"" + column + "\" = \"" + column + '"'));
            for (var statement : tried) {
                if (kasane.<Boolean>inTheNameOf(user, sql -> {
                    try {
                        return sql.sql(statement).update() > 0;
                    } catch (DataAccessException refused) {
                        // 42501: no privilege, or against the rules of the rows. Anything else came past them.
                        return !(refused.getMostSpecificCause() instanceof java.sql.SQLException e
                                && e.getSQLState().equals("42501"));
                    }
                })) {
                    found.add(table);
                    break;
                }
            }
        }
        return found;
    }
}
