package jp.kasane.staff;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 人事異動: posts that begin and end on a day, and the hand-over of what somebody has under their hands. */
class StaffIT {

    private static final String PEOPLE = "/api/v1/settings/people";
    private static final String HANDOVERS = "/api/v1/handovers";
    private static final LocalDate TODAY = JapaneseTime.dayOf(Instant.now());

    private static KasaneServer kasane;
    private static KasaneServer.User manager;

    @BeforeAll
    static void open() {
        kasane = KasaneServer.shared();
        manager = kasane.as("manager");
        kasane.employ("staff-leaver", "異動 花子", "reception", "gomi");
        kasane.employ("staff-heir", "後任 次郎", "reception", "gomi");
        kasane.employ("staff-other", "他課 三郎", "reception", "byoin");
    }

    @AfterAll
    static void close() {
        kasane.sql()
                .sql("update kasane.app_user set active = false where login like 'staff-%'")
                .update();
        kasane.dismissEmployed();
    }

    private static KasaneServer.Answer add(KasaneServer.User by, String login, String password, String post) {
        return by.post(
                PEOPLE,
                """
                {"login":"%s","name":"新任 四郎","password":"%s","post":%s}"""
                        .formatted(login, password, post));
    }

    private static String post(String role, String agency, Object from, Object to) {
        return """
               {"role":"%s","agency":"%s","from":"%s","to":"%s"}"""
                .formatted(role, agency, from, to);
    }

    private static <T> T asked(UUID user, String sql, Class<T> type) {
        return kasane.inTheNameOf(user, jdbc -> jdbc.sql(sql).query(type).single());
    }

    private static int changed(UUID user, String sql) {
        return kasane.inTheNameOf(user, jdbc -> jdbc.sql(sql).update());
    }

    private static boolean logsIn(String login, String password) {
        return org.springframework.security.crypto.factory.PasswordEncoderFactories.createDelegatingPasswordEncoder()
                .matches(
                        password,
                        kasane.sql()
                                .sql("select password_hash from kasane.app_user where login = :login")
                                .param("login", login)
                                .query(String.class)
                                .single());
    }

    @Test
    void aPostOfThePersonThatIsAddedCountsFromItsDay() {
        var added = add(manager, "staff-new", "correct horse", post("reception", "gomi", TODAY.plusDays(30), ""));
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        var id = added.at("/personId").asText();
        assertThat(logsIn("staff-new", "correct horse")).isTrue();
        assertThat(kasane.sql()
                        .sql("select password_hash from kasane.app_user where login = 'staff-new'")
                        .query(String.class)
                        .single())
                .startsWith("{bcrypt}");
        var person = manager.get(PEOPLE + "/" + id);
        assertThat(person.text()).doesNotContain("bcrypt").doesNotContain("correct horse");
        assertThat(person.at("/posts/0/state").asText()).isEqualTo("coming");
        // Until then there is no role: nothing is seen, nothing is done.
        assertThat((boolean) asked(UUID.fromString(id), "select kasane.may_write()", Boolean.class))
                .isFalse();

        var now = manager.post(PEOPLE + "/" + id + "/posts", post("member", "gomi", "", TODAY.plusDays(10)));
        assertThat(now.status()).as(now.text()).isEqualTo(201);
        assertThat((boolean) asked(UUID.fromString(id), "select kasane.may_write()", Boolean.class))
                .isTrue();

        var coming = PEOPLE + "/" + id + "/posts/" + person.at("/posts/0/id").asText();
        var running = PEOPLE + "/" + id + "/posts/" + now.at("/postId").asText();
        assertThat(manager.delete(running).status()).isEqualTo(409);
        assertThat(manager.delete(coming).status()).isEqualTo(204);
        assertThat(manager.put(running, "{\"to\":\"%s\"}".formatted(TODAY.minusDays(2)))
                        .status())
                .isEqualTo(422);
        var ended = manager.put(running, "{\"to\":\"%s\"}".formatted(TODAY.plusDays(3)));
        assertThat(ended.at("/posts/0/to").asText()).isEqualTo(TODAY.plusDays(3).toString());
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.setting_change where kind = 'post' and subject = :post")
                        .param("post", now.at("/postId").asText())
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void whatCannotBeIsSaidFieldByField() {
        var wrong = add(manager, "受付", "kurz", post("king", "nowhere", TODAY.minusDays(1), ""));
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.at("/fields").findValuesAsText("field"))
                .containsExactly("login", "password", "role", "agency", "from");
        assertThat(add(manager, "reception", "correct horse", post("reception", "gomi", "", ""))
                        .text())
                .contains("もう使われています");
        assertThat(add(manager, "staff-king", "correct horse", post("admin", "", "", ""))
                        .text())
                .contains("管理者だけ");
        var heir = PEOPLE + "/" + kasane.user("staff-heir");
        assertThat(manager.post(heir + "/posts", post("reception", "gomi", "", ""))
                        .text())
                .contains("もうあります");
        assertThat(manager.get(PEOPLE + "/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(manager.get(PEOPLE + "/x").status()).isEqualTo(404);
    }

    @Test
    void onlyManagersAndAdministratorsKeepPeopleAndNobodyTheirOwn() {
        assertThat(kasane.as("reception").get(PEOPLE).status()).isEqualTo(403);
        assertThat(add(kasane.as("coordinator"), "staff-x", "correct horse", post("reception", "gomi", "", ""))
                        .status())
                .isEqualTo(403);
        assertThat(kasane.as("auditor").get(PEOPLE).status()).isEqualTo(200);
        var own = manager.post(PEOPLE + "/" + kasane.user("manager") + "/posts", post("auditor", "gomi", "", ""));
        assertThat(own.status()).isEqualTo(403);
        // And the database says so, too.
        assertThat(
                        changed(
                                kasane.user("manager"),
                                "update kasane.role_assignment set valid_to = current_date where user_id = kasane.acting_user()"))
                .isZero();
        assertThat(changed(
                        kasane.user("reception"), "update kasane.app_user set active = false where login = 'manager'"))
                .isZero();
    }

    @Test
    void aRoleThatNobodyWouldHoldIsPointedOut() {
        var person = kasane.employ("staff-alone", "一人 五郎", "member", "kodomo");
        try {
            kasane.sql()
                    .sql(
                            "update kasane.app_user set active = false where login <> 'staff-alone' and id in (select r.user_id from kasane.role_assignment r join kasane.agency a on a.id = r.agency_id where a.code = 'kodomo' and r.role = 'member')")
                    .update();
            var one = manager.get(PEOPLE + "/" + person);
            assertThat(one.at("/posts/0/alone").asBoolean()).isTrue();
            var ended = manager.put(
                    PEOPLE + "/" + person + "/posts/" + one.at("/posts/0/id").asText(),
                    "{\"to\":\"%s\"}".formatted(TODAY.plusDays(5)));
            assertThat(ended.at("/posts/0/emptyFrom").asText())
                    .isEqualTo(TODAY.plusDays(6).toString());
            var unsure = manager.post(PEOPLE + "/" + person + "/deactivate", "{\"sure\":false}");
            assertThat(unsure.status()).isEqualTo(422);
            assertThat(manager.post(PEOPLE + "/" + person + "/deactivate", "{\"sure\":true}")
                            .at("/active")
                            .asBoolean())
                    .isFalse();
            assertThat(kasane.as("staff-alone").get("/api/v1/tasks").status()).isEqualTo(401);
            assertThat(manager.post(PEOPLE + "/" + person + "/reactivate", "")
                            .at("/active")
                            .asBoolean())
                    .isTrue();
        } finally {
            kasane.sql()
                    .sql(
                            "update kasane.app_user set active = true where login not like 'staff-%' and id in (select r.user_id from kasane.role_assignment r join kasane.agency a on a.id = r.agency_id where a.code = 'kodomo' and r.role = 'member')")
                    .update();
        }
    }

    private static String consultation(String by, String name) {
        return kasane.as(by)
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":true,
                         "subjectName":"%s","concerns":["work"],"mainConcern":"work","story":"架空"}"""
                                .formatted(name));
    }

    private static String taken(String by, String name) {
        var consultation = consultation(by, name);
        var task = kasane.as(by).task("Task_Triage", "consultationId=" + consultation);
        assertThat(kasane.as(by).post("/api/v1/tasks/" + task + "/claim", "").status())
                .isLessThan(300);
        return task;
    }

    private static String holder(String task) {
        return kasane.sql()
                .sql(
                        "select u.login from kasane.task_claim c join kasane.app_user u on u.id = c.user_id where c.task_id = :task")
                .param("task", UUID.fromString(task))
                .query(String.class)
                .optional()
                .orElse(null);
    }

    private static KasaneServer.Answer prepare(KasaneServer.User by, UUID from, Object to, LocalDate on, String notes) {
        return by.post(
                HANDOVERS,
                """
                {"personId":"%s","toId":"%s","effectiveOn":"%s","notes":%s}"""
                        .formatted(from, to, on, notes));
    }

    @Test
    void whatSomebodyHasTakenPassesOnTheDayWithANotePerCase() {
        var leaver = kasane.user("staff-leaver");
        var heir = kasane.user("staff-heir");
        var task = taken("staff-leaver", "引継 一");
        var caseId = kasane.playSteps(
                        """
                        - as: staff-leaver
                          register: { channel: visit, broughtBy: self, receivedAt: now, subjectKnown: true, subjectName: 引継 二, concerns: [food], story: 相談の内容 }
                        - as: staff-leaver
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        """)
                .caseId();
        assertThat(manager.post(PEOPLE + "/" + leaver + "/deactivate", "{\"sure\":true}")
                        .text())
                .contains("先に引き継いで");
        var work = kasane.as("staff-leaver").get(HANDOVERS + "/work?person=" + leaver);
        assertThat(work.at("/cases").findValuesAsText("id")).contains(caseId);
        assertThat(work.at("/tasks").findValuesAsText("id")).contains(task);
        assertThat(kasane.as("staff-heir")
                        .get(HANDOVERS + "/work?person=" + leaver)
                        .status())
                .isEqualTo(403);
        assertThat(kasane.as("staff-other")
                        .post(HANDOVERS, "{\"personId\":\"%s\"}".formatted(leaver))
                        .status())
                .isEqualTo(403);
        assertThat(prepare(manager, leaver, leaver, TODAY.minusDays(1), "{}")
                        .at("/fields")
                        .findValuesAsText("field"))
                .containsExactly("toId", "effectiveOn");

        var on = TODAY.plusDays(20);
        var prepared = prepare(kasane.as("staff-leaver"), leaver, heir, on, "{\"%s\":\"電話は午前中に。\"}".formatted(caseId));
        assertThat(prepared.status()).as(prepared.text()).isEqualTo(201);
        var id = prepared.at("/handoverId").asText();
        assertThat(prepare(manager, leaver, heir, on, "{}").status()).isEqualTo(409);
        assertThat(manager.get(HANDOVERS + "/" + id).at("/work/cases").findValuesAsText("note"))
                .contains("電話は午前中に。");
        assertThat(kasane.as("staff-other").get(HANDOVERS + "/" + id).status()).isEqualTo(404);
        assertThat(manager.get("/api/v1/cases/" + caseId).at("/handoverNotes")).isEmpty();

        var day = kasane.bean(HandoverDay.class);
        day.carryOut(on.minusDays(1).atTime(23, 59).atZone(JapaneseTime.ZONE).toInstant());
        assertThat(holder(task)).isEqualTo("staff-leaver");
        day.carryOut(on.atStartOfDay(JapaneseTime.ZONE).toInstant());
        day.carryOut(on.atStartOfDay(JapaneseTime.ZONE).toInstant());
        assertThat(holder(task)).isEqualTo("staff-heir");
        var done = manager.get(HANDOVERS + "/" + id);
        assertThat(done.at("/handover/status").asText()).isEqualTo("done");
        assertThat(done.at("/handover/passed").asInt()).isEqualTo(1);
        assertThat(manager.get("/api/v1/cases/" + caseId)
                        .at("/handoverNotes/0/note")
                        .asText())
                .isEqualTo("電話は午前中に。");
        assertThat(kasane.sql()
                        .sql("select count(*) from kasane.case_event where case_id = :case and kind = 'handover.noted'")
                        .param("case", UUID.fromString(caseId))
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(kasane.as("staff-heir").get("/api/v1/notices").text()).contains("handed-over");
        assertThat(manager.post(HANDOVERS + "/" + id + "/carry-out", "").status())
                .isEqualTo(409);
        // Whoever does not see the case does not read the note.
        assertThat((long) asked(kasane.user("staff-other"), "select count(*) from kasane.handover_note", Long.class))
                .isZero();
        assertThat(manager.post(PEOPLE + "/" + leaver + "/deactivate", "{\"sure\":true}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatTheSuccessorMayNotDoGoesBackToTheGroup() {
        kasane.employ("staff-mover", "異動 六郎", "reception", "gomi");
        var mover = kasane.user("staff-mover");
        var task = taken("staff-mover", "引継 三");
        var id = prepare(manager, mover, kasane.user("staff-other"), TODAY.plusDays(9), "{}")
                .at("/handoverId")
                .asText();
        var done = kasane.as("staff-mover").post(HANDOVERS + "/" + id + "/carry-out", "");
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(done.at("/freed").asInt()).isEqualTo(1);
        assertThat(holder(task)).isNull();
        // It is there for the colleagues to take.
        assertThat(kasane.as("staff-heir").get("/api/v1/tasks/" + task).status())
                .isEqualTo(200);

        var second = prepare(manager, mover, "", TODAY, "{}").at("/handoverId").asText();
        assertThat(manager.post(HANDOVERS + "/" + second + "/withdraw", "").status())
                .isEqualTo(204);
        assertThat(manager.post(HANDOVERS + "/" + second + "/carry-out", "").status())
                .isEqualTo(409);
    }
}
