package jp.kasane.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The task list against the running Kasane: an office of its own, so that other tests' tasks are not on its list. */
class TaskListsIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    private static KasaneServer kasane;
    private static KasaneServer.User clerk;
    private static KasaneServer.User colleague;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        kasane.employ("list-clerk", "一覧 花子", "reception", "gomi");
        kasane.employ("list-colleague", "一覧 次郎", "reception", "gomi");
        kasane.employ("list-elsewhere", "一覧 三郎", "reception", "byoin");
        clerk = kasane.as("list-clerk");
        colleague = kasane.as("list-colleague");
    }

    @AfterAll
    static void close() {
        kasane.dismissEmployed();
    }

    private static String consultation(String name, String kana, String concern) {
        return clerk.register(
                """
                {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                 "subjectName":"%s","subjectKana":"%s","concerns":["%s"],"mainConcern":"%s","story":"架空"}"""
                        .formatted(name, kana, concern, concern));
    }

    private static String task(String consultation) {
        return clerk.task("Task_Triage", "consultationId=" + consultation);
    }

    private static List<String> ids(JsonNode rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.get("id").asText())
                .toList();
    }

    private static List<String> list(KasaneServer.User user, String query) {
        var answer = user.get("/api/v1/tasks?most=200&" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return ids(answer.body());
    }

    private static String chosen(String task, String holder) {
        return "{\"task\":\"%s\"%s}".formatted(task, holder == null ? "" : ",\"holder\":\"" + holder + "\"");
    }

    private static KasaneServer.Answer assign(KasaneServer.User user, String task, String holder, String to) {
        return user.post(
                "/api/v1/tasks/assignments", "{\"tasks\":[" + chosen(task, holder) + "],\"assignee\":\"" + to + "\"}");
    }

    private static LocalDate today() {
        return LocalDate.now(JapaneseTime.ZONE);
    }

    // ── filters and pages ──────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void everyConditionNarrowsTheListAndAllOfThemTogether() {
        var food = task(consultation("絞込 一", "しぼりこみ いち", "food"));
        var job = task(consultation("絞込 二", "しぼりこみ に", "job"));

        assertThat(list(clerk, "view=group&concern=food")).contains(food).doesNotContain(job);
        assertThat(list(clerk, "view=group&concern=food&concern=job")).contains(food, job);
        assertThat(list(clerk, "view=group&main=job")).contains(job).doesNotContain(food);
        assertThat(list(clerk, "view=group&phase=consultation&step=Task_Triage&urgency=normal&agency=gomi&concern=job"))
                .contains(job)
                .doesNotContain(food);
        assertThat(list(clerk, "view=group&phase=plan")).isEmpty();
        assertThat(list(clerk, "view=group&agency=shakyo")).isEmpty();
        assertThat(list(clerk, "view=group&from=" + today().plusYears(3))).isEmpty();
        assertThat(list(clerk, "view=group&sort=newest")).startsWith(job);
        assertThat(list(clerk, "view=group&none=true")).doesNotContain(food);
    }

    /**
     * Where many tasks have to meet several conditions, the list reads only those due until a day first: what it shows must be what plain
     * SQL finds, on a page that is full before that day, on the next ones, and on one that is not full even with everything.
     */
    @Test
    void severalConditionsOverManyTasksFindWhatPlainSqlFinds() {
        var both = consultation("多件 一", "たけん いち", "debt");
        var urgentOnly = consultation("多件 二", "たけん に", "tax");
        var studyOnly = consultation("多件 三", "たけん さん", "debt");
        var templates = List.of(task(both), task(urgentOnly), task(studyOnly));
        kasane.sql()
                .sql("update kasane.consultation set urgency = 'urgent' where id in (:both, :urgent)")
                .param("both", UUID.fromString(both))
                .param("urgent", UUID.fromString(urgentOnly))
                .update();
        await("deadlines").atMost(SOON).until(() -> list(clerk, "view=group&none=true&main=debt")
                .isEmpty());
        await("urgency").atMost(SOON).until(() -> list(clerk, "view=group&urgency=urgent")
                .contains(templates.get(1)));
        try {
            more(templates.get(0), 400, "6 hours");
            more(templates.get(1), 700, "3 hours");
            more(templates.get(2), 750, "4 hours");
            var plain = kasane.sql()
                    .sql(
                            """
                            select task_id::text from kasane.open_task
                            where stream_id = :both order by due_at, task_id""")
                    .param("both", UUID.fromString(both))
                    .query(String.class)
                    .list();
            assertThat(plain).hasSize(401);

            assertThat(inPagesOf(20, "view=group&main=debt&urgency=urgent&phase=consultation"))
                    .containsExactlyElementsOf(plain);
            assertThat(list(clerk, "view=group&main=debt&urgency=urgent"))
                    .containsExactlyElementsOf(plain.subList(0, 200));
            assertThat(inPagesOf(200, "view=group&concern=debt&urgency=urgent&from=" + today().plusDays(10)))
                    .isSubsetOf(plain)
                    .hasSizeBetween(355, 365);
        } finally {
            kasane.sql()
                    .sql("delete from engine.user_task where element_id = 'Task_Triage' and definition_key = -1")
                    .update();
            kasane.sql()
                    .sql("select kasane.enter_all_tasks()")
                    .query(Integer.class)
                    .single();
        }
    }

    /** So many tasks like this one, due one after another. */
    private static void more(String task, int number, String apart) {
        kasane.sql()
                .sql(
                        """
                        insert into engine.user_task (id, epoch, key, state, element_id, element_instance_key, process_id, definition_key,
                            process_instance_key, candidate_groups, priority, created_at, consultation_id, municipality_id, audience_id)
                        select gen_random_uuid(), epoch, -(extract(epoch from clock_timestamp()) * 1000000)::bigint - n, state, element_id,
                            element_instance_key, process_id, -1, process_instance_key, candidate_groups, priority, created_at,
                            consultation_id, municipality_id, audience_id
                        from engine.user_task, generate_series(1, :number) n where id = :task""")
                .param("number", number)
                .param("task", UUID.fromString(task))
                .update();
        // The application enters new ones once more: only then do they keep the days they are given here.
        await("the list to have them")
                .atMost(SOON)
                .until(() -> kasane.sql()
                                .sql("select count(*) from kasane.task_to_enter")
                                .query(Long.class)
                                .single()
                        == 0);
        kasane.sql()
                .sql(
                        """
                        update kasane.open_task o set due_at = now() + n * cast(:apart as interval)
                        from (select t.id, row_number() over (order by t.id) as n from engine.user_task t
                              where t.definition_key = -1 and t.consultation_id = (select consultation_id from engine.user_task where id = :task)) x
                        where o.task_id = x.id""")
                .param("apart", apart)
                .param("task", UUID.fromString(task))
                .update();
    }

    private static List<String> inPagesOf(int most, String query) {
        var found = new ArrayList<String>();
        var next = "/api/v1/tasks?most=" + most + "&" + query;
        while (next != null) {
            var page = raw("list-clerk", next);
            found.addAll(ids(json(page.body())));
            next = page.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse(null);
        }
        return found;
    }

    @Test
    void pagesFollowEachOtherInTheOrderOfDueDatesWithoutAGapOrARepeat() {
        for (int i = 0; i < 7; i++) {
            task(consultation("頁 " + i, "ぺーじ", "tax"));
        }
        await("deadlines").atMost(SOON).untilAsserted(() -> assertThat(list(clerk, "view=group&concern=tax&none=true"))
                .isEmpty());
        var whole = list(clerk, "view=group&concern=tax");
        assertThat(whole).hasSizeGreaterThanOrEqualTo(7);

        for (var sort : List.of("due", "newest", "oldest")) {
            var turned = inPagesOf(3, "view=group&concern=tax&sort=" + sort);
            assertThat(turned).as(sort).containsExactlyElementsOf(list(clerk, "view=group&concern=tax&sort=" + sort));
        }
        var due = clerk.get("/api/v1/tasks?view=group&most=200").body();
        var dates = StreamSupport.stream(due.spliterator(), false)
                .map(row ->
                        row.get("dueAt").isNull() ? "9999" : row.get("dueAt").asText())
                .toList();
        assertThat(dates).isSorted();
    }

    private static HttpResponse<String> raw(String login, String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(kasane.baseUrl() + path))
                                    .header(
                                            "Authorization",
                                            "Basic "
                                                    + Base64.getEncoder()
                                                            .encodeToString((login + ":" + login)
                                                                    .getBytes(StandardCharsets.UTF_8)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }

    @Test
    void countsSayHowMuchStandsUnderEachView() {
        task(consultation("数 一", "かず いち", "rent"));
        var counts = clerk.get("/api/v1/tasks/counts");
        assertThat(counts.at("/group/number").asInt())
                .isEqualTo(list(clerk, "view=group").size());
        assertThat(counts.at("/mine/number").asInt())
                .isEqualTo(list(clerk, "view=mine").size());
        assertThat(counts.at("/all/number").asInt())
                .isEqualTo(list(clerk, "view=all").size());
        assertThat(counts.at("/group/more").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "view=nonsense|view|は mine、group、overdue、waiting、watched、all のどれかです。",
                "sort=up|sort|は due、newest、oldest のどれかです。",
                "from=2026/1/1|from|は日付（例：2026-04-01）で入力してください。",
                "to=tomorrow|to|は日付（例：2026-04-01）で入力してください。",
                "phase=%27%20or%201=1|phase|に、使えない値があります。",
                "after=abc|after|は、前のページが示した値ではありません。",
                "most=0|most|は1から200までです。",
            })
    void aConditionThatIsNoneIsRefusedBySentence(String query, String field, String message) {
        var refused = clerk.get("/api/v1/tasks?" + query);
        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.at("/fields/0/field").asText()).isEqualTo(field);
        assertThat(refused.at("/fields/0/message").asText()).isEqualTo(message);
    }

    // ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    private static String found(KasaneServer.User user, String words) {
        var search = user.post("/api/v1/tasks/searches", "{\"words\":\"" + words + "\"}");
        assertThat(search.status()).as(search.text()).isEqualTo(201);
        return "s=" + search.at("/s").asText();
    }

    @ParameterizedTest
    @CsvSource({"たかはし", "タカハシ", "ﾀｶﾊｼ", "高橋さがし", "髙橋 さがし", "さがしこ", "タカ"})
    void aPersonIsFoundHoweverTheNameIsWritten(String words) {
        var consultation = kasane.sql()
                .sql("select id from kasane.consultation where subject_name = '髙橋 さがし子'")
                .query(UUID.class)
                .optional()
                .map(UUID::toString)
                .orElseGet(() -> consultation("髙橋 さがし子", "たかはし さがしこ", "care"));
        var task = task(consultation);

        assertThat(list(clerk, "view=all&" + found(clerk, words))).contains(task);
        assertThat(list(clerk, "view=all&" + found(clerk, "どこにもいない"))).isEmpty();
        // Who may not see the consultation does not find it either.
        assertThat(list(kasane.as("list-elsewhere"), "view=all&" + found(kasane.as("list-elsewhere"), words)))
                .doesNotContain(task);
    }

    @Test
    void aCaseIsFoundByItsNumberAndWhatWasLookedForIsNobodyElses() {
        var caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-1d, subjectKnown: true, subjectName: 番号 一, concerns: [food], story: 架空 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        var task = kasane.as("coordinator").task("Task_GatherInformation", "caseId=" + caseId);
        var number = kasane.as("coordinator")
                .get("/api/v1/cases/" + caseId)
                .at("/case/number")
                .asText();

        var search = found(kasane.as("coordinator"), number);
        assertThat(list(kasane.as("coordinator"), "view=all&" + search)).containsExactly(task);
        assertThat(search).doesNotContain(number);
        assertThat(clerk.get("/api/v1/tasks?view=all&" + search).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"'',は、を入力してください。", "long,は100字までで入力してください。"})
    void wordsThatCannotBeLookedForAreRefused(String words, String ignored) {
        var refused = clerk.post(
                "/api/v1/tasks/searches", "{\"words\":\"" + (words.equals("long") ? "あ".repeat(101) : words) + "\"}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/fields/0/label").asText()).isEqualTo("ことば");
    }

    // ── who does it ────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void whatOneHasTakenIsMineAndAColleagueIsToldSinceWhen() {
        var task = task(consultation("担当 一", "たんとう いち", "loan"));
        assertThat(clerk.post("/api/v1/tasks/" + task + "/claim", "").status()).isEqualTo(204);

        assertThat(list(clerk, "view=mine")).contains(task);
        assertThat(list(colleague, "view=group")).doesNotContain(task);
        assertThat(list(colleague, "view=all")).contains(task);
        var refused = colleague.post("/api/v1/tasks/" + task + "/claim", "");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/detail").asText()).matches("この作業は「一覧 花子」さんが\\d{1,2}:\\d{2}から担当しています。");
        clerk.delete("/api/v1/tasks/" + task + "/claim");
        assertThat(list(colleague, "view=group")).contains(task);
    }

    @Test
    void tasksAreGivenToAColleagueManyAtOnceAndWhatSomebodyTookMeanwhileIsLeftAlone() {
        var one = task(consultation("配る 一", "くばる いち", "debt"));
        var two = task(consultation("配る 二", "くばる に", "debt"));
        kasane.employ("list-third", "一覧 四郎", "reception", "gomi");
        kasane.as("list-third").post("/api/v1/tasks/" + two + "/claim", "");

        var outcome = clerk.post(
                "/api/v1/tasks/assignments",
                "{\"tasks\":[" + chosen(one, null) + "," + chosen(two, null) + "],\"assignee\":\"list-colleague\"}");

        assertThat(outcome.status()).as(outcome.text()).isEqualTo(200);
        assertThat(outcome.at("/done").asInt()).isEqualTo(1);
        assertThat(outcome.at("/refused/" + two).asText()).matches("この作業は「一覧 四郎」さんが\\d{1,2}:\\d{2}から担当しています。");
        assertThat(list(colleague, "view=mine")).contains(one).doesNotContain(two);
        assertThat(list(kasane.as("list-third"), "view=mine")).contains(two);
        assertThat(kasane.sql()
                        .sql(
                                "select count(*) from kasane.notification where kind = 'task-assigned' and task_id = :task and user_id = :user")
                        .param("task", UUID.fromString(one))
                        .param("user", kasane.user("list-colleague"))
                        .query(Long.class)
                        .single())
                .isOne();
        // Whoever saw who has it may give it to somebody else.
        assertThat(assign(colleague, two, kasane.user("list-third").toString(), "list-clerk")
                        .at("/done")
                        .asInt())
                .isOne();
        assertThat(list(clerk, "view=mine")).contains(two);
    }

    @Test
    void aTaskIsOnlyGivenToWhomItIsAddressedToAndOnlyByThem() {
        var task = task(consultation("配る 三", "くばる さん", "debt"));

        assertThat(assign(clerk, task, null, "list-elsewhere")
                        .at("/refused/" + task)
                        .asText())
                .isEqualTo("選んだ人は、この作業を担当できる役割・機関ではありません。");
        assertThat(assign(kasane.as("list-elsewhere"), task, null, "list-elsewhere")
                        .at("/refused/" + task)
                        .asText())
                .isEqualTo("作業が見つかりません。");
        assertThat(assign(kasane.as("auditor"), task, null, "list-clerk").status())
                .isEqualTo(403);
        assertThat(assign(clerk, task, null, "nobody").status()).isEqualTo(422);
        assertThat(clerk.post("/api/v1/tasks/assignments", "{\"tasks\":[],\"assignee\":\"list-clerk\"}")
                        .status())
                .isEqualTo(422);
        // A manager answers for all of them.
        assertThat(assign(kasane.as("manager"), task, null, "list-clerk")
                        .at("/done")
                        .asInt())
                .isOne();
    }

    @Test
    void dueDatesAreAgreedOnManyAtOnceWithAReasonThatStays() {
        var consultation = consultation("期限 一", "きげん いち", "budget");
        var task = task(consultation);
        await("its deadline").atMost(SOON).until(() -> !list(clerk, "view=group&concern=budget&none=true")
                .contains(task));
        var day = today().plusDays(40);

        var outcome = clerk.post(
                "/api/v1/tasks/due-dates",
                "{\"tasks\":[" + chosen(task, null) + "],\"on\":\"" + day + "\",\"reason\":\"本人の入院\"}");

        assertThat(outcome.at("/done").asInt()).as(outcome.text()).isOne();
        assertThat(list(clerk, "view=group&from=" + day + "&to=" + day)).contains(task);
        var said = kasane.sql()
                .sql("select refs::text from kasane.case_event where stream_id = :stream and kind = 'deadline.agreed'")
                .param("stream", UUID.fromString(consultation))
                .query(String.class)
                .single();
        assertThat(said).contains("本人の入院").contains(day.toString());

        var past = clerk.post(
                "/api/v1/tasks/due-dates",
                "{\"tasks\":[" + chosen(task, null) + "],\"on\":\"2020-01-01\",\"reason\":\" \"}");
        assertThat(past.status()).isEqualTo(422);
        assertThat(past.at("/detail").asText())
                .contains("「新しい期限」は今日以降の日にしてください。")
                .contains("「理由」を入力してください。");
        assertThat(list(clerk, "view=group&from=" + day + "&to=" + day)).contains(task);
    }

    // ── away ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void whoStandsInFindsTheTasksAndDoesThemOnBehalfUntilTheAbsenceEnds() {
        kasane.employ("list-away", "一覧 五月", "reception", "gomi");
        var away = kasane.as("list-away");
        var consultation = consultation("代理 一", "だいり いち", "health");
        var task = task(consultation);
        away.post("/api/v1/tasks/" + task + "/claim", "");
        assertThat(colleague.post("/api/v1/tasks/" + task + "/claim", "").status())
                .isEqualTo(409);

        var entered = away.post(
                "/api/v1/absences",
                "{\"deputy\":\"list-colleague\",\"from\":\"%s\",\"to\":\"%s\"}"
                        .formatted(today(), today().plusDays(2)));

        assertThat(entered.status()).as(entered.text()).isEqualTo(201);
        assertThat(list(colleague, "view=mine")).contains(task);
        assertThat(list(clerk, "view=mine")).doesNotContain(task);
        var done = colleague.submit(
                task,
                "{\"caseClass\":\"class1\",\"reason\":\"情報\",\"urgency\":\"normal\",\"route\":\"information\",\"answer\":\"案内\"}");
        assertThat(done.status()).as(done.text()).isEqualTo(201);
        assertThat(kasane.sql()
                        .sql("select on_behalf_of from kasane.submission where task_id = :task")
                        .param("task", UUID.fromString(task))
                        .query(UUID.class)
                        .single())
                .isEqualTo(kasane.user("list-away"));

        var next = task(consultation("代理 二", "だいり に", "health"));
        away.post("/api/v1/tasks/" + next + "/claim", "");
        assertThat(list(colleague, "view=mine")).contains(next);
        assertThat(colleague
                        .delete("/api/v1/absences/" + entered.at("/id").asText())
                        .status())
                .isEqualTo(404);
        assertThat(away.delete("/api/v1/absences/" + entered.at("/id").asText()).status())
                .isEqualTo(204);
        assertThat(list(colleague, "view=mine")).doesNotContain(next);
    }

    @Test
    void anAbsenceThatCannotBeIsRefusedWithEveryReason() {
        var refused = clerk.post(
                "/api/v1/absences",
                "{\"deputy\":\"list-clerk\",\"from\":\"%s\",\"to\":\"2026-01-01\"}".formatted(today()));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/detail").asText())
                .contains("「終わりの日」は初めの日より後にしてください。")
                .contains("「代理の人」は本人以外にしてください。");
        assertThat(clerk.post("/api/v1/absences", "{}").at("/detail").asText())
                .contains("「代理の人」を選んでください。")
                .contains("「期間」の初めの日と終わりの日を入力してください。");
        var dates = "\"from\":\"%s\",\"to\":\"%s\"".formatted(today(), today());
        assertThat(clerk.post("/api/v1/absences", "{\"deputy\":\"list-elsewhere\"," + dates + "}")
                        .at("/detail")
                        .asText())
                .contains("同じ機関・同じ役割の人");
        assertThat(clerk.post(
                                "/api/v1/absences",
                                "{\"login\":\"list-colleague\",\"deputy\":\"list-clerk\"," + dates + "}")
                        .status())
                .isEqualTo(403);
    }

    // ── watched, overdue, waiting ──────────────────────────────────────────────────────────────────────────────────

    @Test
    void whatIsWatchedIsFoundAgainAndNobodyWatchesWhatTheyDoNotSee() {
        var consultation = consultation("見る 一", "みる いち", "work");
        var task = task(consultation);

        assertThat(clerk.put("/api/v1/watches/" + consultation, "").status()).isEqualTo(204);
        assertThat(list(clerk, "view=watched")).contains(task);
        assertThat(list(colleague, "view=watched")).doesNotContain(task);
        assertThat(kasane.as("list-elsewhere")
                        .put("/api/v1/watches/" + consultation, "")
                        .status())
                .isEqualTo(404);
        assertThat(clerk.delete("/api/v1/watches/" + consultation).status()).isEqualTo(204);
        assertThat(list(clerk, "view=watched")).doesNotContain(task);
    }

    @Test
    void whatIsOverdueAndWhatOthersHaveToDoStandApart() {
        var task = task(consultation("遅れ 一", "おくれ いち", "family"));
        await("its deadline")
                .atMost(SOON)
                .until(() -> kasane.sql()
                                .sql(
                                        "update kasane.deadline set due_at = now() - interval '1 day' where task_id = :task")
                                .param("task", UUID.fromString(task))
                                .update()
                        == 1);

        assertThat(list(clerk, "view=overdue")).contains(task);
        assertThat(list(kasane.as("manager"), "view=overdue")).contains(task);
        assertThat(list(kasane.as("manager"), "view=waiting")).contains(task);
        assertThat(list(clerk, "view=waiting")).doesNotContain(task);
    }

    @Test
    void aCoordinatorSeesWhatOthersHaveToDoOnTheOwnCases() {
        var caseId = kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now-1d, subjectKnown: true, subjectName: 待つ 一, concerns: [food], story: 架空 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class3, reason: 複合, urgency: normal, route: case }
                        - as: coordinator
                          task: Task_GatherInformation
                          data:
                            householdName: 待つ家
                            members: [ { name: 待つ 一, relation: head, subject: true, addressConcealed: false } ]
                            agencies: [ { agency: anshin, relation: current } ]
                            gathered: 聞いたこと
                        - as: coordinator
                          task: Task_WriteAssessment
                          data: { householdIssue: 課題, strengths: 強み, needs: 必要, consentState: none, route: meeting, routeReason: 理由 }
                        - as: coordinator
                          task: Task_ProposeMembers
                          data: { purpose: 目的, agenda: 議題, agencies: [anshin] }
                        """)
                .caseId();
        var convening = kasane.as("manager").task("Task_ConveneMeeting", "caseId=" + caseId);

        assertThat(list(kasane.as("coordinator"), "view=waiting")).contains(convening);
        assertThat(list(kasane.as("coordinator"), "view=waiting&phase=meeting&step=Task_ConveneMeeting"))
                .contains(convening);
        assertThat(list(kasane.as("coordinator"), "view=waiting&" + found(kasane.as("coordinator"), "待つ家")))
                .containsExactly(convening);
        assertThat(list(kasane.as("coordinator"), "view=group")).doesNotContain(convening);
        assertThat(list(kasane.as("manager"), "view=group&phase=meeting")).contains(convening);
        assertThat(list(kasane.as("list-elsewhere"), "view=waiting")).isEmpty();
    }

    // ── kept filters ───────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aFilterIsKeptForOneselfOrForTheWholeAgencyAndWithoutTheWords() {
        var search = found(clerk, "たかはし").substring(2);
        var saved = clerk.post(
                "/api/v1/task-filters",
                "{\"name\":\"食料\",\"shared\":true,\"query\":{\"view\":[\"group\"],\"concern\":[\"food\"],\"s\":[\""
                        + search + "\"]}}");
        assertThat(saved.status()).as(saved.text()).isEqualTo(201);

        var seen = colleague.get("/api/v1/task-filters").body();
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).get("query").asText()).isEqualTo("view=group&concern=food");
        assertThat(seen.get(0).get("mine").asBoolean()).isFalse();
        assertThat(kasane.as("list-elsewhere").get("/api/v1/task-filters").body())
                .isEmpty();
        assertThat(clerk.post("/api/v1/task-filters", "{\"name\":\"食料\",\"query\":{}}")
                        .at("/detail")
                        .asText())
                .contains("「名前」は、もう使っています。");
        assertThat(clerk.post("/api/v1/task-filters", "{\"name\":\" \",\"query\":{}}")
                        .status())
                .isEqualTo(422);
        var id = saved.at("/id").asText();
        assertThat(colleague.delete("/api/v1/task-filters/" + id).status()).isEqualTo(404);
        assertThat(clerk.delete("/api/v1/task-filters/" + id).status()).isEqualTo(204);
        assertThat(colleague.get("/api/v1/task-filters").body()).isEmpty();
    }

    // ── kept up to the facts ───────────────────────────────────────────────────────────────────────────────────────

    @Test
    void theListAgreesWithTheFactsAfterEverythingThatHappenedHere() {
        consultation("一致 一", "いっち いち", "mental");
        await("nothing to be on its way").atMost(SOON).untilAsserted(() -> assertThat(kasane.sql()
                        .sql("select count(*) from kasane.task_to_enter")
                        .query(Long.class)
                        .single())
                .isZero());
        await("nothing to differ").atMost(SOON).untilAsserted(() -> assertThat(kasane.sql()
                        .sql("select kasane.enter_all_tasks()")
                        .query(Integer.class)
                        .single())
                .isZero());
        assertThat(kasane.sql()
                        .sql(
                                """
                                select count(*) from kasane.open_task o full join
                                    (select audience_id, due_at, task_id, claimed, array_agg(tag order by tag) filter (where eye_id = audience_id) as tags,
                                            array_agg(eye_id order by eye_id) filter (where eye_id <> audience_id) as holders
                                     from kasane.task_tag group by 1, 2, 3, 4) t
                                    on t.task_id = o.task_id and t.audience_id = o.audience_id and t.due_at = o.due_at
                                        and t.claimed = (o.claimed_by is not null)
                                        and t.tags = (select array_agg(x order by x) from unnest(o.tags) x)
                                        and coalesce(t.holders, '{}') = o.holders
                                where o.task_id is null or t.task_id is null
                                """)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    @Timeout(90)
    void anOpenListHearsOfWhatArrives() throws Exception {
        var url = kasane.baseUrl() + "/tasks/news?view=group&since="
                + URLEncoder.encode(Instant.now().toString(), StandardCharsets.UTF_8);
        var stream = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(url))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString("list-clerk:list-clerk"
                                                                .getBytes(StandardCharsets.UTF_8)))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        var lines = stream.get().body();
        consultation("届く 一", "とどく いち", "community");

        var heard = lines.filter(line -> line.startsWith("data:") && !line.contains("\"arrived\":0"))
                .findFirst()
                .orElseThrow();
        assertThat(heard).contains("\"group\":").doesNotContain("届く");
    }
}
