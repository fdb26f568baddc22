package jp.kasane.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.worker.SweepDeadlines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Policies and the calendar are changed through the API; the open deadlines follow, the told ones stay told. */
class DeadlineSettingsIT {

    private static final String TRIAGE = "/api/v1/settings/deadlines/Task_Triage";
    private static final String AS_IT_WAS =
            """
            {"active":true,"dueDays":"3","unit":"calendar","remindDays":"1","leadDays":"0","escalateDays":"2"}""";

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    @AfterEach
    void putBack() {
        assertThat(kasane.as("manager").put(TRIAGE, AS_IT_WAS).status()).isEqualTo(200);
        kasane.sql()
                .sql("delete from kasane.calendar_day where name like '試験%'")
                .update();
    }

    private static UUID triage() {
        var consultation = kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"期限を変える人","concerns":["food"],"story":"食べるものがない"}""");
        var task = UUID.fromString(kasane.as("reception").task("Task_Triage", "consultationId=" + consultation));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> kasane.sql()
                                .sql("select count(*) from kasane.deadline where task_id = :task")
                                .param("task", task)
                                .query(Long.class)
                                .single()
                        == 1);
        return task;
    }

    private static void set(String login, int due, String unit, int remind, int lead, int escalate) {
        var answer = kasane.as(login)
                .put(
                        TRIAGE,
                        """
                        {"active":true,"dueDays":%d,"unit":"%s","remindDays":%d,"leadDays":%d,"escalateDays":%d}"""
                                .formatted(due, unit, remind, lead, escalate));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private record Row(Instant createdAt, Instant dueAt, Instant escalateAt, int rung) {
        long days() {
            return ChronoUnit.DAYS.between(day(createdAt), day(dueAt));
        }
    }

    private static LocalDate day(Instant time) {
        return JapaneseTime.dayOf(time);
    }

    private static Row row(UUID task) {
        return kasane.sql()
                .sql("select created_at, due_at, escalate_at, rung from kasane.deadline where task_id = :task")
                .param("task", task)
                .query((row, n) -> new Row(
                        row.getTimestamp(1).toInstant(),
                        row.getTimestamp(2).toInstant(),
                        row.getTimestamp(3).toInstant(),
                        row.getInt(4)))
                .single();
    }

    private static List<String> told(String login, UUID task) {
        return kasane.sql()
                .sql(
                        "select kind from kasane.notification where user_id = :user and task_id = :task order by created_at")
                .param("user", kasane.user(login))
                .param("task", task)
                .query(String.class)
                .list();
    }

    private static void sweep(int daysFromNow) {
        kasane.bean(SweepDeadlines.class).sweep(Instant.now().plus(daysFromNow, ChronoUnit.DAYS));
    }

    private static void awaitRung(UUID task, int rung) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(row(task).rung()).isEqualTo(rung));
    }

    @Test
    void aChangedPolicyMovesTheOpenDeadlines() {
        var task = triage();
        set("manager", 20, "calendar", 5, 1, 4);
        assertThat(row(task).days()).isEqualTo(20);
        assertThat(ChronoUnit.DAYS.between(day(row(task).dueAt()), day(row(task).escalateAt())))
                .isEqualTo(4);
        var listed = kasane.as("reception")
                .get("/api/v1/tasks/" + task)
                .at("/task/dueAt")
                .asText();
        assertThat(Instant.parse(listed)).isEqualTo(row(task).dueAt());
    }

    @Test
    void anAdministratorWhoSeesNoCaseMovesTheirDeadlinesAllTheSame() {
        var task = triage();
        set("admin", 30, "calendar", 5, 1, 4);
        assertThat(row(task).days()).isEqualTo(30);
    }

    @Test
    void aChangedCalendarMovesTheOpenDeadlines() {
        var task = triage();
        set("manager", 1, "business", 1, 0, 1);
        var before = day(row(task).dueAt());
        var manager = kasane.as("manager");
        assertThat(manager.put(
                                "/api/v1/settings/calendar/days/" + before,
                                """
                                {"open":false,"name":"試験の休み"}""")
                        .status())
                .isEqualTo(204);
        assertThat(day(row(task).dueAt())).isAfter(before);
        assertThat(manager.delete("/api/v1/settings/calendar/days/" + before).status())
                .isEqualTo(204);
        assertThat(day(row(task).dueAt())).isEqualTo(before);
    }

    @Test
    void whatWasToldIsNotToldAgainWhenTheDateMoves() {
        var task = triage();
        sweep(4);
        awaitRung(task, 2);
        set("manager", 20, "calendar", 5, 0, 5);
        // Past the reminder and the due date of the new dates: both were told before.
        sweep(21);
        assertThat(row(task).rung()).isEqualTo(2);
        assertThat(told("reception", task)).containsExactly("deadline-2");
        sweep(26);
        awaitRung(task, 3);
        assertThat(told("reception", task)).containsExactly("deadline-2", "deadline-3");
        assertThat(told("manager", task)).containsExactly("deadline-3");
    }

    @Test
    void aRungThatWasNotedAndMovesAwayIsNotTold() {
        var task = triage();
        kasane.whileTheEngineSleeps(() -> {
            sweep(4);
            set("manager", 20, "calendar", 5, 0, 5);
        });
        sweep(5);
        assertThat(row(task).rung()).isZero();
        assertThat(told("reception", task)).isEmpty();
    }

    /** Noted while the engine sleeps, told by the sweep itself when no diagram has done so for ten minutes. */
    @Test
    void aDeadlineIsToldEvenIfNoDiagramListens() {
        var task = triage();
        kasane.sql()
                .sql("update kasane.deadline set instance_key = 'nobody' where task_id = :task")
                .param("task", task)
                .update();
        sweep(4);
        assertThat(row(task).rung()).isZero();
        kasane.bean(SweepDeadlines.class)
                .sweep(Instant.now().plus(4, ChronoUnit.DAYS).plus(11, ChronoUnit.MINUTES));
        assertThat(row(task).rung()).isEqualTo(2);
        sweep(5);
        assertThat(told("reception", task)).containsExactly("deadline-2");
    }

    @Test
    void afterSixtyDaysAwayThereIsOneNoticeAndNotThree() {
        var task = triage();
        sweep(60);
        awaitRung(task, 3);
        sweep(61);
        sweep(90);
        assertThat(told("reception", task)).containsExactly("deadline-3");
        assertThat(told("manager", task)).containsExactly("deadline-3");
    }

    @Test
    void aPolicyThatIsOffIsSilentAndKeepsItsRow() {
        var task = triage();
        assertThat(kasane.as("manager")
                        .put(TRIAGE, AS_IT_WAS.replace("\"active\":true", "\"active\":false"))
                        .status())
                .isEqualTo(200);
        sweep(60);
        assertThat(row(task).rung()).isZero();
        assertThat(kasane.sql()
                        .sql("select settled_at is null from kasane.deadline where task_id = :task")
                        .param("task", task)
                        .query(Boolean.class)
                        .single())
                .isTrue();
        putBack();
        sweep(60);
        awaitRung(task, 3);
    }

    @Test
    void anOpenTaskWithoutADeadlineGetsOneWhenAPolicyIsAdded() {
        var task = triage();
        for (var table : List.of(
                "deadline_escalation where deadline_id in (select id from kasane.deadline where step = 'Task_Triage')",
                "deadline where step = 'Task_Triage'",
                "deadline_policy where step = 'Task_Triage'")) {
            kasane.sql().sql("delete from kasane." + table).update();
        }
        set("manager", 12, "calendar", 2, 0, 3);
        assertThat(row(task).days()).isEqualTo(12);
        assertThat(kasane.as("manager").get(TRIAGE).at("/policy/origin").asText())
                .isEqualTo("municipality");
    }

    @Test
    void everyChangeIsNotedWithOldAndNewValuesAndWhoDidIt() {
        set("manager", 8, "business", 2, 1, 3);
        var change = kasane.as("auditor").get(TRIAGE + "/changes").body().get(0);
        assertThat(change.at("/before/dueDays").asInt()).isEqualTo(3);
        assertThat(change.at("/after/dueDays").asInt()).isEqualTo(8);
        assertThat(change.at("/after/unit").asText()).isEqualTo("business");
        assertThat(change.at("/changedBy").asText()).isEqualTo("所管 誠");
    }

    @Test
    void whatIsWrongIsSaidFieldByFieldAndNothingChanges() {
        var answer = kasane.as("manager")
                .put(
                        TRIAGE,
                        """
                        {"active":true,"dueDays":"三日","unit":"weeks","remindDays":"-1","leadDays":"0","escalateDays":"99999"}""");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(StreamSupport.stream(answer.at("/fields").spliterator(), false)
                        .map(field -> field.get("field").asText()))
                .containsExactlyInAnyOrder("dueDays", "unit", "remindDays", "escalateDays");
        assertThat(answer.at("/fields/0/message").asText()).isEqualTo("は0から3650までの整数で入力してください。");
        assertThat(kasane.as("manager").get(TRIAGE).at("/policy/dueDays").asInt())
                .isEqualTo(3);
        var wrongOrder =
                kasane.as("manager").put(TRIAGE, AS_IT_WAS.replace("\"leadDays\":\"0\"", "\"leadDays\":\"9\""));
        assertThat(wrongOrder.status()).isEqualTo(422);
        assertThat(kasane.as("manager")
                        .put("/api/v1/settings/deadlines/Task_Nobody", AS_IT_WAS)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void onlyManagersAndAdministratorsChangeAndAuditorsLook() {
        for (var login : List.of("reception", "coordinator", "member", "auditor")) {
            assertThat(kasane.as(login).put(TRIAGE, AS_IT_WAS).status())
                    .as(login)
                    .isEqualTo(403);
            assertThat(kasane.as(login)
                            .put(
                                    "/api/v1/settings/calendar/week",
                                    """
                                    {"closedWeekdays":[1]}""")
                            .status())
                    .as(login)
                    .isEqualTo(403);
        }
        for (var login : List.of("reception", "coordinator", "member")) {
            assertThat(kasane.as(login).get("/api/v1/settings/deadlines").status())
                    .isEqualTo(403);
            assertThat(kasane.as(login).get("/api/v1/settings/calendar").status())
                    .isEqualTo(403);
        }
        assertThat(kasane.as("auditor").get("/api/v1/settings/deadlines").status())
                .isEqualTo(200);
        assertThat(kasane.as("auditor").get("/api/v1/settings/calendar").status())
                .isEqualTo(200);
    }

    @Test
    void theDatabaseKeepsOthersFromChangingSettingsToo() {
        for (var login : List.of("reception", "coordinator", "member", "auditor", "system")) {
            for (var change : List.of(
                    "update kasane.deadline_policy set due_days = 999",
                    "update kasane.calendar_week set closed_weekdays = '{1}'",
                    "delete from kasane.calendar_yearly_closure",
                    "delete from kasane.calendar_day")) {
                int changed = kasane.inTheNameOf(
                        kasane.user(login), jdbc -> jdbc.sql(change).update());
                assertThat(changed).as(login + ": " + change).isZero();
            }
        }
        for (var login : List.of("manager", "admin")) {
            int changed = kasane.inTheNameOf(kasane.user(login), jdbc -> jdbc.sql(
                            "update kasane.deadline_policy set due_days = 999 where step = 'Task_Triage'")
                    .update());
            assertThat(changed).isEqualTo(1);
            assertThatThrownBy(() -> kasane.inTheNameOf(
                            kasane.user(login), jdbc -> jdbc.sql("update kasane.setting_change set changed_at = now()")
                                    .update()))
                    .isInstanceOf(DataAccessException.class);
        }
    }

    @Test
    void theCalendarRefusesWhatMakesNoSense() {
        var manager = kasane.as("manager");
        record Wrong(String path, String body, String field) {}
        for (var wrong : List.of(
                new Wrong("/week", "{\"closedWeekdays\":[1,2,3,4,5,6,7]}", "closedWeekdays"),
                new Wrong("/days/2026-02-30", "{\"open\":false,\"name\":\"試験\"}", "dayDate"),
                new Wrong("/days/2027-02-22", "{\"open\":false,\"name\":\" \"}", "dayName"))) {
            var answer = manager.put("/api/v1/settings/calendar" + wrong.path(), wrong.body());
            assertThat(answer.status()).as(answer.text()).isEqualTo(422);
            assertThat(answer.at("/fields/0/field").asText()).isEqualTo(wrong.field());
        }
        var tooLong = manager.post(
                "/api/v1/settings/calendar/closures", """
                {"name":"夏","from":"07-01","to":"09-30"}""");
        assertThat(tooLong.status()).isEqualTo(422);
        assertThat(manager.get("/api/v1/settings/calendar")
                        .at("/closures/0/from")
                        .asText())
                .isEqualTo("12-29");
    }
}
