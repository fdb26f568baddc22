package jp.kasane.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import jp.kasane.worker.SweepDeadlines;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A deadline's ladder, from the sweep through the engine to the people; the time of the sweep is given, never waited for. */
class DeadlinesIT {

    private static KasaneServer kasane;

    @BeforeAll
    static void start() {
        kasane = KasaneServer.shared();
    }

    private static String consultation() {
        return kasane.as("reception")
                .register(
                        """
                        {"channel":"phone","broughtBy":"family","receivedAt":"2026-11-20T10:00:00+09:00","subjectKnown":false,
                         "subjectLabel":"期限の人","concerns":["food"],"story":"食べるものがない"}""");
    }

    private static UUID triage(String consultation) {
        return UUID.fromString(kasane.as("reception").task("Task_Triage", "consultationId=" + consultation));
    }

    private static int rung(UUID task) {
        return kasane.sql()
                .sql("select rung from kasane.deadline where task_id = :task")
                .param("task", task)
                .query(Integer.class)
                .single();
    }

    private static void sweep(int daysFromNow) {
        kasane.bean(SweepDeadlines.class).sweep(Instant.now().plus(daysFromNow, ChronoUnit.DAYS));
    }

    private static long told(String login, UUID task, String kind) {
        return kasane.sql()
                .sql(
                        "select count(*) from kasane.notification where user_id = :user and task_id = :task and kind = :kind")
                .param("user", kasane.user(login))
                .param("task", task)
                .param("kind", kind)
                .query(Long.class)
                .single();
    }

    private static List<String> rungs(String consultation) {
        return StreamSupport.stream(
                        kasane.as("auditor")
                                .get("/api/v1/consultations/" + consultation + "/events")
                                .body()
                                .spliterator(),
                        false)
                .filter(event -> event.get("kind").asText().equals("deadline.reached"))
                .map(event -> event.get("refs").get("rung").asText())
                .toList();
    }

    @Test
    void eachRungIsToldOnceAndOnlyTheOneThatWasReached() {
        var consultation = consultation();
        var task = triage(consultation);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(rung(task)).isZero());

        // Three days to do it, reminded a day before, the section told two days after: the fourth day is past the
        // second rung.
        sweep(4);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(rung(task)).isEqualTo(2));
        sweep(4);
        sweep(4);
        assertThat(rungs(consultation)).containsExactly("2");
        assertThat(told("reception", task, "deadline-2")).isEqualTo(1);
        assertThat(told("manager", task, "deadline-3")).isZero();

        sweep(7);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(rung(task)).isEqualTo(3));
        assertThat(rungs(consultation)).containsExactly("2", "3");
        assertThat(told("manager", task, "deadline-3")).isEqualTo(1);
    }

    @Test
    void aTaskThatIsDoneHasNoDeadlineAnyMore() {
        var consultation = consultation();
        var task = triage(consultation);
        var answer = kasane.as("reception")
                .submit(
                        task.toString(),
                        """
                        {"caseClass":"class1","reason":"主訴が明確","urgency":"normal","route":"own","answer":"窓口で対応した"}""");
        assertThat(answer.status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(kasane.sql()
                        .sql("select settled_at is not null from kasane.deadline where task_id = :task")
                        .param("task", task)
                        .query(Boolean.class)
                        .single())
                .isTrue());
        sweep(30);
        assertThat(rung(task)).isZero();
    }

    @Test
    void aTaskThatCannotBePlannedKeepsNoOtherFromItsDeadline() {
        var broken = triage(consultation());
        var other = triage(consultation());
        var createdAt = kasane.sql()
                .sql("select created_at from engine.user_task where id = :id")
                .param("id", broken)
                .query(Timestamp.class)
                .single();
        try {
            // The last day PostgreSQL knows: nothing can be due after it.
            lookAgain(broken, "timestamptz '294276-12-31'");
            lookAgain(other, "created_at - interval '1 hour'");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(deadlines(other)).isEqualTo(1));
            assertThat(deadlines(broken)).isZero();
        } finally {
            lookAgain(broken, "timestamptz '" + createdAt.toInstant() + "'");
        }
        // It is tried again until it can be.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(deadlines(broken)).isEqualTo(1));
    }

    @Test
    void aTaskThatWasDoneBeforeAnybodyLookedHasItsDeadlineAllTheSame() {
        var consultation = consultation();
        var task = triage(consultation);
        kasane.as("reception")
                .submit(
                        task.toString(),
                        """
                        {"caseClass":"class1","reason":"主訴が明確","urgency":"normal","route":"own","answer":"窓口で対応した"}""");
        await().atMost(Duration.ofSeconds(20)).until(() -> kasane.sql()
                .sql("select state = 'COMPLETED' from engine.user_task where id = :id")
                .param("id", task)
                .query(Boolean.class)
                .single());
        lookAgain(task, "created_at");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(kasane.sql()
                        .sql("select count(*) from kasane.deadline where task_id = :task and settled_at is not null")
                        .param("task", task)
                        .query(Long.class)
                        .single())
                .isEqualTo(1));
    }

    /** As if the task had just been told of, and nobody had looked at it. */
    private static void lookAgain(UUID task, String createdAt) {
        kasane.sql()
                .sql("delete from kasane.deadline where task_id = :task")
                .param("task", task)
                .update();
        kasane.sql()
                .sql("update engine.user_task set noted = false, created_at = " + createdAt + " where id = :task")
                .param("task", task)
                .update();
        kasane.sql().sql("notify kasane_task").update();
    }

    private static long deadlines(UUID task) {
        return kasane.sql()
                .sql("select count(*) from kasane.deadline where task_id = :task")
                .param("task", task)
                .query(Long.class)
                .single();
    }
}
