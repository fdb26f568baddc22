package jp.kasane.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import jp.kasane.KasaneServer;
import jp.kasane.access.SystemActor;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.worker.SweepDeadlines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What watches over a case without a task: kept, moved, told whether or not a diagram listens, settled. */
class StandingDeadlinesIT {

    private static final String SILENCE = "Watch_Silence";

    private static KasaneServer kasane;
    private static UUID theCase;
    private static UUID colleagueOfLead;

    private Instant begun;

    @BeforeEach
    void begin() {
        begun = Instant.now();
    }

    @BeforeAll
    static void aCase() {
        kasane = KasaneServer.shared();
        theCase = UUID.fromString(kasane.playSteps(
                        """
                        - as: reception
                          register: { channel: phone, broughtBy: family, receivedAt: now, subjectKnown: false, subjectLabel: 見守られる人,
                                      concerns: [food], story: 相談の内容 }
                        - as: reception
                          task: Task_Triage
                          data: { caseClass: class1, reason: 複合, urgency: normal, route: case }
                        - { as: coordinator, expect: { phase: assessment } }
                        """)
                .caseId());
        colleagueOfLead = kasane.employ("member-kodomo", "主担当 機関", "member", "kodomo");
        kasane.sql()
                .sql(
                        "update kasane.case_file set lead_agency_id = (select id from kasane.agency where code = 'kodomo') where id = :id")
                .param("id", theCase)
                .update();
    }

    @AfterEach
    void settle() {
        kept(watch -> watch.settle(theCase, SILENCE));
    }

    private static void kept(Consumer<StandingDeadlines> work) {
        kasane.bean(SystemActor.class).inTransaction(() -> work.accept(kasane.bean(StandingDeadlines.class)));
    }

    private static void keep(Instant from) {
        kept(watch -> watch.keep(theCase, SILENCE, "no-such-instance", from));
    }

    private record Row(UUID id, int rung, Instant dueAt, boolean open) {}

    private static List<Row> rows() {
        return kasane.sql()
                .sql(
                        """
                        select id, rung, due_at, settled_at is null as open from kasane.deadline
                        where case_id = :case and step = :step order by created_at, id
                        """)
                .param("case", theCase)
                .param("step", SILENCE)
                .query((row, n) -> new Row(
                        row.getObject("id", UUID.class),
                        row.getInt("rung"),
                        row.getTimestamp("due_at").toInstant(),
                        row.getBoolean("open")))
                .list();
    }

    private static Row open() {
        var open = rows().stream().filter(Row::open).toList();
        assertThat(open).hasSize(1);
        return open.getFirst();
    }

    private static Instant inDays(int days) {
        return Instant.now().plus(days, ChronoUnit.DAYS);
    }

    private static void sweep(int daysFromNow) {
        kasane.bean(SweepDeadlines.class).sweep(inDays(daysFromNow));
    }

    private long told(UUID user) {
        return kasane.sql()
                .sql(
                        "select count(*) from kasane.notification where user_id = :user and case_id = :case and kind = 'watch-silence' and created_at >= :begun")
                .param("user", user)
                .param("case", theCase)
                .param("begun", Timestamp.from(begun))
                .query(Long.class)
                .single();
    }

    private static LocalDate day(Instant time) {
        return JapaneseTime.dayOf(time);
    }

    @Test
    void aWatchIsOneRowThatMovesWithTheLastContact() {
        keep(inDays(-10));
        var first = open();
        assertThat(day(first.dueAt())).isEqualTo(day(inDays(20)));
        keep(inDays(0));
        assertThat(open().id()).isEqualTo(first.id());
        assertThat(day(open().dueAt())).isEqualTo(day(inDays(30)));
        // A contact was taken back: the silence is longer than was thought.
        keep(inDays(-10));
        assertThat(open()).isEqualTo(first);
    }

    @Test
    void itsRungsGoToTheAccompanyingAgencyThenToTheLeadThenToTheSectionThoughNoInstanceListens() {
        keep(inDays(0));
        sweep(31);
        assertThat(open().rung()).isEqualTo(1);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(1);
        assertThat(told(colleagueOfLead)).isZero();
        sweep(38);
        assertThat(open().rung()).isEqualTo(2);
        assertThat(told(colleagueOfLead)).isEqualTo(1);
        assertThat(told(kasane.user("manager"))).isZero();
        sweep(52);
        sweep(53);
        assertThat(open().rung()).isEqualTo(3);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(3);
        assertThat(told(kasane.user("manager"))).isEqualTo(1);
        assertThat(open().open()).isTrue();
    }

    @Test
    void severalSweepsAtOnceTellItOnce() {
        keep(inDays(0));
        try (var threads = Executors.newFixedThreadPool(4)) {
            IntStream.range(0, 8).forEach(n -> threads.submit(() -> sweep(31)));
        }
        sweep(31);
        assertThat(open().rung()).isEqualTo(1);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(1);
        assertThat(kasane.sql()
                        .sql(
                                """
                                select count(*) from kasane.case_event
                                where case_id = :case and kind = 'deadline.reached' and refs ->> 'step' = :step
                                  and recorded_at >= (select created_at from kasane.deadline where id = :deadline)
                                """)
                        .param("case", theCase)
                        .param("step", SILENCE)
                        .param("deadline", open().id())
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aNewSilenceIsToldAnew() {
        keep(inDays(0));
        sweep(31);
        var first = open();
        keep(inDays(20));
        assertThat(open().id()).isNotEqualTo(first.id());
        assertThat(open().rung()).isZero();
        sweep(40);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(1);
        sweep(51);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(2);
    }

    @Test
    void keptAgainUnchangedItIsNotToldAgain() {
        var from = inDays(0);
        keep(from);
        sweep(31);
        keep(from);
        sweep(32);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(1);
    }

    @Test
    void aPlannedDateIsKeptAndOneThatIsOverCountsAsToday() {
        kept(watch -> watch.keepOn(theCase, SILENCE, "no-such-instance", day(inDays(12))));
        assertThat(day(open().dueAt())).isEqualTo(day(inDays(12)));
        kept(watch -> watch.keepOn(theCase, SILENCE, "no-such-instance", day(inDays(-12))));
        assertThat(open().dueAt()).isAfter(Instant.now());
        assertThat(day(open().dueAt())).isBetween(day(inDays(0)), day(inDays(1)));
    }

    @Test
    void afterAnOutageOnlyTheHighestRungIsTold() {
        keep(inDays(0));
        sweep(90);
        sweep(91);
        assertThat(open().rung()).isEqualTo(3);
        assertThat(told(kasane.user("coordinator"))).isEqualTo(1);
        assertThat(told(kasane.user("manager"))).isEqualTo(1);
    }

    @Test
    void settledItIsSilent() {
        keep(inDays(0));
        kept(watch -> watch.settle(theCase, SILENCE));
        kept(watch -> watch.settle(theCase, SILENCE));
        sweep(90);
        assertThat(rows()).noneMatch(Row::open);
        assertThat(told(kasane.user("coordinator"))).isZero();
    }

    @Test
    void aChangedPolicyMovesIt() {
        keep(inDays(0));
        var put = kasane.as("manager")
                .put(
                        "/api/v1/settings/deadlines/" + SILENCE,
                        """
                        {"active":true,"dueDays":45,"unit":"calendar","remindDays":0,"leadDays":7,"escalateDays":21}""");
        try {
            assertThat(put.status()).isEqualTo(200);
            assertThat(day(open().dueAt())).isEqualTo(day(inDays(45)));
        } finally {
            kasane.as("manager")
                    .put(
                            "/api/v1/settings/deadlines/" + SILENCE,
                            """
                            {"active":true,"dueDays":30,"unit":"calendar","remindDays":0,"leadDays":7,"escalateDays":21}""");
        }
        assertThat(day(open().dueAt())).isEqualTo(day(inDays(30)));
    }

    @Test
    void aStepWithoutAPolicyCannotBeKept() {
        assertThatThrownBy(() -> kept(watch -> watch.keep(theCase, "Watch_Nothing", "x", Instant.now())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Watch_Nothing");
    }

    /** On the list of people's tasks a watch is no task. */
    @Test
    void itIsNoTask() {
        keep(inDays(-29));
        assertThat(kasane.as("manager")
                        .get("/api/v1/tasks?view=all&caseId=" + theCase)
                        .text())
                .doesNotContain(SILENCE);
    }
}
