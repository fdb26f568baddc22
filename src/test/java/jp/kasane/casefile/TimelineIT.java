package jp.kasane.casefile;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The one timeline of a case: filtered, page by page, and quick however long it has become. */
class TimelineIT {

    private static final String OPENED =
            """
            - as: reception
              register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 経過 花, concerns: [food], mainConcern: food, story: 相談の内容 }
            - as: reception
              task: Task_Triage
              data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
            - as: coordinator
              task: Task_GatherInformation
              data:
                householdName: 経過家
                members: [ { name: 経過 花, relation: head, subject: true, concerns: [food], mainConcern: food } ]
                agencies: [ { agency: anshin, relation: current } ]
                gathered: 集めたこと
            """;

    private static KasaneServer kasane;
    private static String caseId;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        caseId = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + caseId);
        for (int i = 0; i < 3; i++) {
            var answer = kasane.as("coordinator")
                    .post(
                            "/api/v1/cases/" + caseId + "/records/contact",
                            "{\"data\":{\"occurredAt\":\"2026-04-0" + (i + 1)
                                    + "T10:00:00+09:00\",\"kind\":\"visit\",\"content\":\"訪ねた\"},\"occurredAt\":\"2026-04-0"
                                    + (i + 1) + "T01:00:00Z\"}");
            assertThat(answer.status()).isEqualTo(201);
        }
    }

    private static KasaneServer.Answer timeline(String query) {
        return kasane.as("coordinator").get("/api/v1/cases/" + caseId + "/timeline?" + query);
    }

    private static List<String> entries(KasaneServer.Answer answer) {
        var entries = new ArrayList<String>();
        answer.at("/entries")
                .forEach(entry -> entries.add(
                        entry.get("streamId").asText() + "." + entry.get("seq").asText()));
        return entries;
    }

    @Test
    void thePagesTogetherAreTheWholeHistoryNewestFirst() {
        var whole = new ArrayList<String>();
        kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId + "/events")
                .body()
                .forEach(entry -> whole.addFirst(
                        entry.get("streamId").asText() + "." + entry.get("seq").asText()));
        var paged = new ArrayList<String>();
        var query = "limit=2";
        for (int page = 0; page < 200; page++) {
            var answer = timeline(query);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            paged.addAll(entries(answer));
            if (answer.at("/older").isNull()) {
                break;
            }
            query = "limit=2&before=" + answer.at("/older").asText();
        }
        assertThat(paged).isEqualTo(whole);
    }

    @Test
    void aTimelineIsFilteredByTopicPersonAndDay() {
        assertThat(entries(timeline("topic=contact"))).hasSize(3);
        assertThat(entries(timeline("topic=contact&from=2026-04-02&to=2026-04-02")))
                .hasSize(1);
        assertThat(timeline("topic=assessment").at("/entries").findValuesAsText("topic"))
                .isNotEmpty()
                .containsOnly("assessment");
        var reception = kasane.user("reception");
        assertThat(timeline("person=" + reception).at("/entries").findValuesAsText("actor"))
                .isNotEmpty()
                .containsOnly("受付 花子");
        assertThat(entries(timeline("topic=contact&person=" + reception))).isEmpty();
        // As a form sends what is left empty.
        assertThat(entries(timeline("topic=contact&person=&from=&to=&before="))).hasSize(3);
    }

    @Test
    void whatCannotBeAskedIsSaid() {
        assertThat(timeline("topic=gossip").status()).isEqualTo(422);
        assertThat(timeline("from=yesterday").text()).contains("は日付（例：2026-04-01）で入力してください。");
        assertThat(timeline("person=nobody").status()).isEqualTo(422);
        assertThat(timeline("before=" + UUID.randomUUID() + ".1").text()).contains("経過をはじめから開いてください。");
        assertThat(timeline("before=x").status()).isEqualTo(422);
        assertThat(timeline("limit=0").status()).isEqualTo(422);
        assertThat(kasane.as("member")
                        .get("/api/v1/cases/" + caseId + "/timeline")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void thoseWhoDidSomethingAreNamedToThoseWhoSeeTheCase() {
        var people = "select name from kasane.actors_of('" + caseId + "')";
        assertThat(kasane.<List<String>>inTheNameOf(
                        kasane.user("coordinator"),
                        sql -> sql.sql(people).query(String.class).list()))
                .contains("受付 花子", "伴走 太郎");
        assertThat(kasane.<List<String>>inTheNameOf(
                        kasane.user("member"),
                        sql -> sql.sql(people).query(String.class).list()))
                .isEmpty();
    }

    @Test
    void aCaseWithAThousandEntriesOpensAsQuickly() throws Exception {
        var busy = kasane.playSteps(OPENED).caseId();
        kasane.as("coordinator").task("Task_WriteAssessment", "caseId=" + busy);
        kasane.sql()
                .sql(
                        """
                        with f as (select id, municipality_id, lead_agency_id from kasane.case_file where id = :id::uuid),
                             s as (update kasane.stream set last_seq = last_seq + 1000 where id = :id::uuid returning last_seq - 1000 as seq),
                             x as (insert into kasane.submission (id, municipality_id, stream_id, case_id, step, form_id, data, submitted_by, occurred_at, recorded_at)
                                   select gen_random_uuid(), f.municipality_id, f.id, f.id, 'contact', 'contact', '{}', :actor, now() - n * interval '1 hour', now()
                                   from f cross join generate_series(1, 1000) n returning *),
                             c as (insert into kasane.contact (id, municipality_id, case_id, submission_id, kind, outreach, content, agency_id,
                                       occurred_at, recorded_at, recorded_by)
                                   select gen_random_uuid(), x.municipality_id, x.case_id, x.id, 'visit', false, '訪問', f.lead_agency_id,
                                       x.occurred_at, x.recorded_at, x.submitted_by from x cross join f)
                        insert into kasane.case_event (stream_id, seq, municipality_id, case_id, kind, occurred_at, recorded_at, actor_id, submission_id, refs)
                        select x.case_id, s.seq + row_number() over (), x.municipality_id, x.case_id, 'contact.recorded', x.occurred_at, x.recorded_at,
                               x.submitted_by, x.id, '{"form":"contact"}'
                        from x cross join s
                        """)
                .param("id", busy)
                .param("actor", kasane.user("coordinator"))
                .update();
        // As autovacuum does within minutes of so many rows: without it the planner takes a case for a handful of them.
        kasane.sql().sql("analyze kasane.contact").update();
        kasane.sql().sql("analyze kasane.case_event").update();
        // 200 ms on a machine that does nothing else. Where others work, too, it may take longer, but not longer than a
        // case just opened.
        for (var query : List.of("", "?topic=contact", "?topic=meeting")) {
            long few = Long.MAX_VALUE;
            long many = Long.MAX_VALUE;
            for (int i = 0; i < 9; i++) {
                few = Math.min(few, millis("/cases/" + caseId + query));
                many = Math.min(many, millis("/cases/" + busy + query));
            }
            assertThat(many)
                    .as("ms with a thousand entries; %s ms with few", few)
                    .isLessThan(Math.max(200, few * 3 / 2));
        }
    }

    private static long millis(String path) throws Exception {
        long start = System.nanoTime();
        assertThat(page(path)).contains("id=\"timeline\"");
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static String page(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(kasane.baseUrl() + path))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString("coordinator:coordinator".getBytes()))
                .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
