package jp.kasane.scenario;

import com.microsoft.playwright.Page;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** An address of every page of the application, with something to see on it. */
final class EveryPage {

    /** {@code login} is null where nobody is logged in; {@code pattern} the mapping that answers. */
    record Visit(String pattern, String login, String path) {
        @Override
        public String toString() {
            return pattern + " (" + path + ")";
        }
    }

    private static final String CONVENED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 見る 花子, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case, begin: meeting }
            - as: coordinator
              task: Task_ProposeMembers
              data: { purpose: 目的, agenda: 議題, agencies: [shakyo, anshin, minsei] }
            """;
    private static final String TRIAGED =
            """
            - as: reception
              register: { channel: phone, broughtBy: family, receivedAt: now-3d, subjectKnown: true, subjectName: 見る 太郎, concerns: [housing], story: 家のこと }
            - as: reception
              task: Task_Triage
              data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
            """;
    private static final String GATHERED = TRIAGED
            + """
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 見る家
                members:
                  - { name: 見る 太郎, kana: みる たろう, birthDate: "1950-01-02", relation: head, subject: true, address: 中央1, concerns: [food] }
                  - { name: 見る 次郎, relation: child, subject: false, concerns: [work] }
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;
    private static final String BODY =
            """
            {"code":"network-every","name":"頁の連携会議","kinds":["network"],"rhythm":"weekly","weekday":"3","every":"1",
             "months":[1,2,3,4,5,6,7,8,9,10,11,12],"starts":"14:00","cutoffDays":"0","cutoffUnit":"calendar","closedDay":"keep",
             "heldWithoutCases":true,"active":true}""";
    private static final LocalDate DAY = LocalDate.now(JapaneseTime.ZONE).plusDays(25);

    private final KasaneServer kasane;
    private final Browser browser;
    private final List<Visit> visits = new ArrayList<>();
    private String handover;
    private String release;
    private UUID sitting;

    EveryPage(KasaneServer kasane, Browser browser) {
        this.kasane = kasane;
        this.browser = browser;
        publicAndSettings();
        ofAClosedCase();
        ofAMeetingToCome();
        ofTwoCasesThatAreOne();
        ofTheCommunity();
    }

    List<Visit> visits() {
        return visits;
    }

    private void add(String login, String pattern, Object... values) {
        var path = pattern;
        for (var value : values) {
            path = path.replaceFirst("\\{[^}]+}", String.valueOf(value));
        }
        visits.add(new Visit(pattern, login, path));
    }

    private void shown(String login, String pattern, String path) {
        visits.add(new Visit(pattern, login, path));
    }

    private void publicAndSettings() {
        add(null, "/login");
        for (var pattern : new String[] {
            "/",
            "/tasks",
            "/absences",
            "/cases",
            "/notices",
            "/local/mail",
            "/sittings",
            "/community-issues",
            "/community-issues/new",
            "/network-meetings",
            "/resources",
            "/resources/new",
            "/rosters",
            "/settings/profile",
            "/settings/notifications",
            "/settings/meetings",
            "/settings/links",
            "/settings/sheets",
            "/settings/deadlines",
            "/settings/calendar",
            "/settings/people",
            "/emergency-accesses",
            "/settings/erasures",
            "/settings/case-import",
            "/handovers",
            "/handovers/new",
            "/matches"
        }) {
            add("manager", pattern);
        }
        add("auditor", "/trail");
        add("auditor", "/trail/chain");
        add("auditor", "/trail/oversight");
        add("auditor", "/trail/samples");
        shown("manager", "/tasks", "/tasks?view=all");
        shown(
                "manager",
                "/sittings",
                "/sittings?view=month&month=" + DAY.toString().substring(0, 7));
        add("manager", "/models");
        add(
                "manager",
                "/models/drafts/{id}",
                kasane.as("manager")
                        .post("/api/v1/models/drafts", "{\"processId\":\"closure\"}")
                        .at("/id")
                        .asText());
        var releasing = kasane.as("manager")
                .post("/api/v1/models/drafts", "{\"processId\":\"roster-outreach\"}")
                .at("/id")
                .asText();
        add("manager", "/models/drafts/{id}/release", releasing);
        add("auditor", "/model-releases");
        release = kasane.as("manager")
                .post(
                        "/api/v1/models/drafts/" + releasing + "/release",
                        "{\"versionTag\":\"every-1\",\"note\":\"頁のため\"}")
                .at("/id")
                .asText();
        kasane.as("manager").post("/api/v1/models/releases/" + release + "/comments", "{\"said\":\"頁のため\"}");
        add("manager", "/model-releases/{id}", release);
        add("manager", "/models/{kind}/{resource}/standard", "process", "plan");
        add("manager", "/models/{process}/migration", "plan");
        add(
                "manager",
                "/model-dry-runs/{id}",
                kasane.sql()
                        .sql(
                                """
                                insert into kasane.model_dry_run (id, municipality_id, draft_id, revision, status, total, untouched, played, reason, told,
                                    begun_by, begun_at, ended_at)
                                select gen_random_uuid(), u.municipality_id, cast(:draft as uuid), 1, 'broken', 2, 25, 1, 'circle',
                                    '[{"scenario":"hachioji-c1","title":"話","profile":"hachioji","verdict":"stopped","assumed":[{"id":"T","name":"電話"}],
                                       "turns":[{"process":{"id":"plan","name":"プラン"},"after":{"id":"A","name":"前"},"gone":[],"come":[{"id":"T","name":"電話"}]}],
                                       "missing":[{"id":"M","name":"後"}],"stops":[{"at":{"id":"G","name":"道"},"type":"CONDITION_ERROR","message":"no"}]}]',
                                    u.id, now(), now()
                                from kasane.app_user u where u.login = 'manager' returning id
                                """)
                        .param("draft", releasing)
                        .query(UUID.class)
                        .single()
                        .toString());
        add("auditor", "/model-migrations");
        add(
                "manager",
                "/model-migrations/{id}",
                kasane.sql()
                        .sql(
                                """
                                insert into kasane.model_migration (id, municipality_id, process_id, epoch, to_key, to_version, mapping, status, begun_by,
                                    begun_at, ended_at)
                                select gen_random_uuid(), municipality_id, 'plan', gen_random_uuid(), 1, 1, '{}', 'done', id, now(), now()
                                from kasane.app_user where login = 'manager' returning id
                                """)
                        .query(UUID.class)
                        .single());
        for (var begun : List.of("{\"formId\":\"plan-decision\"}", "{\"decisionId\":\"triage\"}")) {
            add(
                    "manager",
                    "/models/drafts/{id}",
                    kasane.as("manager")
                            .post("/api/v1/models/drafts", begun)
                            .at("/id")
                            .asText());
        }
        add("manager", "/models/compare");
        shown("manager", "/models/compare", "/models/compare?kind=process&id=plan");
        shown("manager", "/models/compare", "/models/compare?kind=form&id=plan-draft&to=file");
        add("manager", "/settings/people/{id}", kasane.user("coordinator"));
        var handover = kasane.as("manager")
                .post(
                        "/api/v1/handovers",
                        "{\"personId\":\"%s\",\"toId\":\"%s\",\"effectiveOn\":\"%s\",\"notes\":{}}"
                                .formatted(
                                        kasane.user("coordinator"),
                                        kasane.employ("every-heir", "頁 継子", "coordinator", "shakyo"),
                                        DAY));
        if (handover.status() != 201) {
            throw new AssertionError(handover.toString());
        }
        this.handover = handover.at("/handoverId").asText();
        add("manager", "/handovers/{id}", this.handover);
        add("manager", "/settings/meetings/{code}", "_new");
        add("manager", "/settings/deadlines/{step}", "Task_Triage");
        add("reception", "/consultations/new");
        add("admin", "/operations");
        add("admin", "/settings/notifications/municipality");
    }

    private void ofAClosedCase() {
        var played = kasane.play("hachioji-c1");
        var id = played.caseId();
        add(
                "auditor",
                "/trail/samples/{id}",
                kasane.as("auditor")
                        .post(
                                "/api/v1/trail/samples",
                                "{\"seed\":7,\"from\":\"2026-01-01\",\"to\":\"2099-12-31\",\"size\":3}")
                        .at("/id")
                        .asText());
        for (var pattern : new String[] {
            "/cases/{id}",
            "/cases/{id}/diagram",
            "/cases/{id}/strengths",
            "/cases/{id}/strengths/new",
            "/cases/{id}/ecomap",
            "/cases/{id}/documents",
            "/cases/{id}/papers",
            "/cases/{id}/contact",
            "/cases/{id}/contacts"
        }) {
            add("coordinator", pattern, id);
        }
        add("auditor", "/cases/{id}/history", id);
        add("auditor", "/cases/{id}/export", id);
        add("auditor", "/cases/{id}/replay", id);
        add("coordinator", "/cases/{id}/records/{form}/new", id, "contact");
        add("coordinator", "/consultations/{id}", played.consultationId());
        shown(
                "coordinator",
                "/cases/{id}/plans/{kind}/difference",
                "/cases/" + id + "/plans/support/difference?from=1&to=1");
        var paper = kasane.as("coordinator").get("/api/v1/cases/" + id + "/papers");
        add(
                "coordinator",
                "/cases/{id}/papers/{kind}/{subject}",
                id,
                paper.at("/0/kind").asText(),
                paper.at("/0/subjectId").asText());
        var issued = kasane.as("coordinator")
                .post(
                        "/api/v1/cases/" + id + "/papers/plan/"
                                + paper.body().findValuesAsText("subjectId").getLast(),
                        "{}");
        add(
                "coordinator",
                "/cases/{id}/papers/issued/{paper}",
                id,
                issued.at("/id").asText());
        var submission = kasane.sql()
                .sql("select id from kasane.submission where case_id = :case::uuid order by recorded_at desc limit 1")
                .param("case", id)
                .query(UUID.class)
                .single();
        add("coordinator", "/submissions/{id}", submission);
        add("coordinator", "/submissions/{id}/correction", submission);
    }

    private void ofAMeetingToCome() {
        var id = kasane.playSteps(CONVENED).caseId();
        var manager = kasane.as("manager");
        var task = manager.task("Task_ConveneMeeting", "caseId=" + id);
        var choice =
                manager.get("/api/v1/tasks/" + task).at("/data/sittingOptions").isEmpty()
                        ? ""
                        : "\"sitting\":\"adhoc\",";
        var answer = manager.submit(
                task,
                "{" + choice + "\"scheduledAt\":\"" + DAY
                        + "T14:00:00+09:00\",\"place\":\"会議室\",\"agencies\":[\"shakyo\",\"anshin\",\"minsei\"]}");
        if (answer.status() != 201) {
            throw new AssertionError(answer.toString());
        }
        add("manager", "/tasks/{id}", manager.task("Task_HoldMeeting", "caseId=" + id));
        shown("coordinator", "/cases/{id}", "/cases/" + id);
        var triaged = kasane.playSteps(TRIAGED).caseId();
        add("coordinator", "/tasks/{id}", kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + triaged));
        var meeting = manager.get("/api/v1/cases/" + id).at("/meetings/0/id").asText();
        add("manager", "/meetings/{id}", meeting);
        add("manager", "/meetings/{id}/hold", meeting);
        sitting = kasane.sql()
                .sql("select sitting_id from kasane.meeting where id = :id::uuid")
                .param("id", meeting)
                .query(UUID.class)
                .single();
        add("manager", "/sittings/{id}", sitting);

        var page = browser.as("manager");
        browser.reloadUntil(page, "/meetings/" + meeting, "[aria-label='民生委員・児童委員のリンクをつくる']")
                .click();
        add(null, "/i/{token}", last(page.inputValue("#made-url")));
        var sheet = kasane.as("manager").post("/api/v1/settings/sheet-link", "{\"agency\":\"hachimaru\"}");
        add(null, "/s/{link}", last(sheet.at("/url").asText()));
    }

    private void ofTwoCasesThatAreOne() {
        var one = kasane.playSteps(GATHERED).caseId();
        var other = kasane.playSteps(
                        GATHERED.replace("見る 太郎, kana", "見る 多郎, kana").replace("中央1", "中央2"))
                .caseId();
        add("coordinator", "/cases/{id}/merge", one);
        shown("coordinator", "/cases/{id}/merge", "/cases/" + one + "/merge?into=" + other);
        add("coordinator", "/cases/{id}/records/{form}/new", one, "household-split");
    }

    private void ofTheCommunity() {
        var manager = kasane.as("manager");
        if (manager.post("/api/v1/settings/meetings", BODY).status() != 201) {
            throw new AssertionError("no regular meeting");
        }
        var body = kasane.sql()
                .sql("select id from kasane.meeting_body where code = 'network-every'")
                .query(UUID.class)
                .single();
        add("manager", "/network-meetings/{id}", networkMeeting(body));
        var issue = kasane.as("coordinator")
                .post(
                        "/api/v1/community-issues",
                        "{\"data\":{\"issue\":\"new\",\"title\":\"夜に集まれる場がない\",\"description\":\"昼は人目が気になる\"}}");
        add("manager", "/community-issues/{id}", issue.at("/issueId").asText());
        add("manager", "/matters/{id}", issue.at("/issueId").asText());
        var resource = kasane.as("coordinator")
                .post(
                        "/api/v1/resources",
                        "{\"name\":\"頁の花壇\",\"kind\":\"volunteering\",\"accepts\":[\"contributor\"]}");
        add("manager", "/resources/{id}", resource.at("/id").asText());

        var list = manager.post(
                        "/api/v1/rosters", "{\"name\":\"頁の名簿 %s\",\"agency\":\"shakyo\"}".formatted(UUID.randomUUID()))
                .at("/rosterId")
                .asText();
        manager.upload(
                "/api/v1/rosters/" + list + "/imports?fileName=a.csv",
                "氏名,住所\r\n頁 花,中央1\r\n,中央2".getBytes(StandardCharsets.UTF_8));
        add("manager", "/rosters/{id}", list);
        add(
                "manager",
                "/rosters/{id}/imports/{importId}",
                list,
                one("select id from kasane.roster_import where roster_id = :id::uuid", list));
        add(
                "manager",
                "/rosters/people/{id}",
                one("select id from kasane.roster_person where roster_id = :id::uuid limit 1", list));
    }

    private String networkMeeting(UUID body) {
        var page = browser.as("manager");
        browser.open(page, "/network-meetings");
        return last(page.locator("a:has-text('頁の連携会議')").first().getAttribute("href"));
    }

    private UUID one(String query, String id) {
        return kasane.sql().sql(query).param("id", id).query(UUID.class).single();
    }

    private static String last(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    /** Puts back what would disturb others. */
    void putBack() {
        kasane.as("manager").delete("/api/v1/settings/sheet-link");
        kasane.as("manager").post("/api/v1/models/releases/" + release + "/withdraw", "");
        for (var statement : new String[] {
            "update kasane.model_draft set discarded_at = now(), editor_id = null, editing_until = null",
            "delete from kasane.sitting where body_id in (select id from kasane.meeting_body where code = 'network-every')",
            "update kasane.meeting_body set active = false where code = 'network-every'",
            "update kasane.sitting set status = 'cancelled' where id = '" + sitting + "'",
            "update kasane.handover set status = 'withdrawn' where id = '" + handover + "'"
        }) {
            kasane.sql().sql(statement).update();
        }
    }

    void open(Page page, Visit visit, String language) {
        browser.open(page, visit.path() + (visit.path().contains("?") ? "&" : "?") + "lang=" + language);
        if (page.locator("[data-form]").count() > 0) {
            page.locator("#form .fjs-form").waitFor();
        }
        if (visit.pattern().equals("/models/drafts/{id}")) {
            page.locator(".modeler[data-ready]").waitFor();
        }
        if (visit.path().startsWith("/models/compare?") && !visit.path().contains("file")) {
            page.locator(".compare[data-ready]").waitFor();
        }
        if (visit.pattern().endsWith("/diagram") || visit.pattern().endsWith("/replay")) {
            page.locator("figure[data-drawn]").first().waitFor();
        }
    }

    /** The mappings of all controllers that answer a GET with a page. */
    static Set<String> mapped(KasaneServer kasane) {
        var patterns = new TreeSet<String>();
        for (var mapping : kasane.bean(DispatcherServlet.class).getHandlerMappings()) {
            if (mapping instanceof RequestMappingHandlerMapping ours) {
                ours.getHandlerMethods().forEach((info, method) -> {
                    var methods = info.getMethodsCondition().getMethods();
                    var type = method.getReturnType().getParameterType();
                    if (method.getBeanType().getName().startsWith("jp.kasane.")
                            && method.getBeanType().isAnnotationPresent(Controller.class)
                            && !method.hasMethodAnnotation(ResponseBody.class)
                            && methods.contains(RequestMethod.GET)
                            && type != ResponseEntity.class
                            && type != SseEmitter.class) {
                        patterns.addAll(info.getPatternValues());
                    }
                });
            }
        }
        return patterns;
    }
}
