package jp.kasane.staff;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.notification.Notices;
import jp.kasane.task.Assignments;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * 引継ぎ: everything somebody has taken goes to a colleague, or back to the group, on the day they leave a post, with a note per case.
 * Prepared before that day by themselves or by a manager; carried out on it by hand or by {@link HandoverDay}. Each task moves on its own
 * and the hand-over is done when none is left: one that was interrupted goes on where it stopped.
 */
@Component
public class Handovers {

    private static final int LONGEST_NOTE = 4000;
    /** A case somebody recorded something on within so long is one of theirs; Kasane's own. */
    private static final Period LATELY = Period.ofYears(1);

    private static final String SELECT =
            """
            select h.id, h.from_user as from_id, f.display_name as from_name, h.to_user as to_id, t.display_name as to_name, h.effective_on,
                   h.status, h.prepared_at, p.display_name as prepared_by, h.done_at, h.passed, h.freed,
                   h.status = 'draft' and (h.from_user = kasane.acting_user() or (select kasane.has_role('manager'))) as may_change
            from kasane.handover h join kasane.app_user f on f.id = h.from_user left join kasane.app_user t on t.id = h.to_user
            join kasane.app_user p on p.id = h.prepared_by
            """;

    private final JdbcClient jdbc;
    private final Assignments assignments;
    private final Streams streams;
    private final Notices notices;
    private final SettingChanges words;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Handovers(
            JdbcClient jdbc,
            Assignments assignments,
            Streams streams,
            Notices notices,
            SettingChanges words,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = jdbc;
        this.assignments = assignments;
        this.streams = streams;
        this.notices = notices;
        this.words = words;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * @param toId null: the group
     * @param status draft, done or withdrawn
     * @param passed tasks the colleague has now, {@code freed} those the group has
     */
    public record Handover(
            UUID id,
            UUID fromId,
            String fromName,
            UUID toId,
            String toName,
            LocalDate effectiveOn,
            String status,
            Instant preparedAt,
            String preparedBy,
            Instant doneAt,
            int passed,
            int freed,
            boolean mayChange) {}

    /** @param note null: none was written */
    public record OfCase(UUID id, String number, String household, String phase, String note) {}

    /** @param caseId null for a task of a consultation or a matter */
    public record Taken(UUID id, String step, UUID caseId, String caseNumber, Instant dueAt) {}

    /** What somebody has under their hands, as far as the acting user sees it. */
    public record Work(List<OfCase> cases, List<Taken> tasks) {}

    /** Somebody things can be handed to. */
    public record Successor(UUID id, String name, String posts) {}

    /**
     * What was entered.
     *
     * @param toId empty: the group
     * @param effectiveOn the first day it counts
     * @param notes by case id; an empty one is none
     */
    public record Entered(String personId, String toId, String effectiveOn, Map<String, String> notes) {}

    /** Those the acting user prepares, receives or oversees; what is to come first. */
    public List<Handover> list() {
        return transaction.execute(tx -> jdbc.sql(
                        SELECT
                                + " order by h.status <> 'draft', case when h.status = 'draft' then h.effective_on end, h.prepared_at desc limit 200")
                .query(Handover.class)
                .list());
    }

    public Handover required(UUID id) {
        return transaction.execute(tx -> jdbc.sql(SELECT + " where h.id = :id")
                .param("id", id)
                .query(Handover.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("引継ぎ")));
    }

    /**
     * @param handover null: none is prepared yet
     * @throws Refusal.Forbidden for whoever is neither this person nor a manager
     */
    public Work work(UUID person, UUID handover) {
        requireTheirs(person);
        return transaction.execute(tx -> new Work(
                jdbc.sql(
                                """
                                select f.id, f.number, h.name as household, f.phase, n.note
                                from (select o.case_id from kasane.open_task o where o.claimed_by = :person and o.case_id is not null
                                      union select e.case_id from kasane.case_event e
                                            where e.actor_id = :person and e.recorded_at > :since and e.case_id is not null
                                      union select m.case_id from kasane.handover_note m where m.handover_id = :handover) x
                                join kasane.case_file f on f.id = x.case_id
                                left join kasane.household h on h.case_id = f.id
                                left join kasane.handover_note n on n.case_id = f.id and n.handover_id = :handover
                                where f.phase <> 'closed' or n.id is not null order by f.number
                                """)
                        .param("person", person)
                        .param("handover", handover, Types.OTHER)
                        .param(
                                "since",
                                Timestamp.from(JapaneseTime.dayOf(clock.instant())
                                        .minus(LATELY)
                                        .atStartOfDay(JapaneseTime.ZONE)
                                        .toInstant()))
                        .query(OfCase.class)
                        .list(),
                jdbc.sql(
                                """
                                select o.task_id as id, t.element_id as step, o.case_id, f.number as case_number, nullif(o.due_at, 'infinity') as due_at
                                from kasane.open_task o join engine.user_task t on t.id = o.task_id left join kasane.case_file f on f.id = o.case_id
                                where o.claimed_by = :person order by o.due_at, o.task_id
                                """)
                        .param("person", person)
                        .query(Taken.class)
                        .list()));
    }

    /** Active colleagues with a post now or later, those of the same agencies first. */
    public List<Successor> successors(UUID person) {
        return transaction.execute(tx -> jdbc.sql(
                        """
                        select u.id, u.display_name as name, string_agg(distinct a.name, '・' order by a.name) as posts
                        from kasane.app_user u join kasane.role_assignment r on r.user_id = u.id join kasane.agency a on a.id = r.agency_id
                        where u.kind = 'person' and u.active and u.id <> :person and r.role in ('reception', 'coordinator', 'member', 'manager')
                          and (r.valid_to is null or r.valid_to >= kasane.today())
                        group by u.id, u.display_name
                        order by bool_or(r.agency_id in (select agency_id from kasane.role_assignment where user_id = :person)) desc, u.display_name
                        """)
                .param("person", person)
                .query(Successor.class)
                .list());
    }

    /** Whom the acting user may prepare a hand-over for: themselves, and for managers everybody. */
    public List<Successor> leavers() {
        return transaction.execute(tx -> jdbc.sql(
                        """
                        select u.id, u.display_name as name, '' as posts from kasane.app_user u
                        where u.kind = 'person' and u.active and (u.id = kasane.acting_user() or (select kasane.has_role('manager')))
                        order by u.id <> kasane.acting_user(), u.display_name
                        """)
                .query(Successor.class)
                .list());
    }

    public String nameOf(UUID person) {
        return transaction.execute(
                tx -> jdbc.sql("select display_name from kasane.app_user where id = :id and kind = 'person'")
                        .param("id", person)
                        .query(String.class)
                        .optional()
                        .orElseThrow(() -> new Refusal.NotFound("利用者")));
    }

    /**
     * @throws Refusal.Conflict if one is prepared for this person already
     * @throws Refusal.Invalid for a colleague who is none, a day that is over, or a note that is too long
     */
    public UUID prepare(Entered entered) {
        var person = Ids.parse(entered.personId()).orElseThrow(() -> new Refusal.NotFound("利用者"));
        requireTheirs(person);
        nameOf(person);
        var checked = check(person, entered);
        var id = Ids.next();
        try {
            transaction.executeWithoutResult(tx -> {
                jdbc.sql(
                                """
                                insert into kasane.handover (id, municipality_id, from_user, to_user, effective_on, prepared_at, prepared_by)
                                values (:id, kasane.my_municipality(), :from, :to, :on, :now, kasane.acting_user())
                                """)
                        .param("id", id)
                        .param("from", person)
                        .param("to", checked.to(), Types.OTHER)
                        .param("on", checked.on())
                        .param("now", Timestamp.from(clock.instant()))
                        .update();
                write(id, entered.notes());
            });
        } catch (DuplicateKeyException another) {
            throw new Refusal.Conflict(words.word("handover.error.another"));
        }
        return id;
    }

    /** @throws Refusal.Conflict when it is no draft any more */
    public void change(UUID id, Entered entered) {
        var before = toChange(id);
        var checked = check(before.fromId(), entered);
        transaction.executeWithoutResult(tx -> {
            int done = jdbc.sql(
                            "update kasane.handover set to_user = :to, effective_on = :on where id = :id and status = 'draft'")
                    .param("id", id)
                    .param("to", checked.to(), Types.OTHER)
                    .param("on", checked.on())
                    .update();
            requireDraft(done > 0);
            write(id, entered.notes());
        });
    }

    public void withdraw(UUID id) {
        toChange(id);
        transaction.executeWithoutResult(
                tx -> jdbc.sql("update kasane.handover set status = 'withdrawn' where id = :id and status = 'draft'")
                        .param("id", id)
                        .update());
    }

    /** Carries a draft out now, whatever its day. */
    public Handover carryOut(UUID id) {
        toChange(id);
        return carry(id);
    }

    /** Without asking who orders it: a person who may ({@link #carryOut}), or the day itself. Called again it goes on. */
    Handover carry(UUID id) {
        var handover = required(id);
        requireDraft(handover.status().equals("draft"));
        var taken = transaction.execute(
                tx -> jdbc.sql("select task_id from kasane.task_claim where user_id = :person order by task_id")
                        .param("person", handover.fromId())
                        .query(UUID.class)
                        .list());
        for (var task : taken) {
            transaction.executeWithoutResult(tx -> count(id, move(task, handover)));
        }
        var notes = transaction.execute(tx -> jdbc.sql(
                        "select id from kasane.handover_note where handover_id = :id and told_at is null order by case_id")
                .param("id", id)
                .query(UUID.class)
                .list());
        notes.forEach(note -> transaction.executeWithoutResult(tx -> tell(handover, note)));
        transaction.executeWithoutResult(tx -> {
            int done = jdbc.sql(
                            """
                            update kasane.handover set status = 'done', done_at = :now, done_by = kasane.acting_user()
                            where id = :id and status = 'draft'
                            """)
                    .param("id", id)
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            if (done > 0
                    && handover.toId() != null
                    && !handover.toId().equals(Acting.required().id())) {
                notices.tell(
                        List.of(handover.toId()),
                        "handed-over",
                        "handed-over:" + id,
                        new Notices.About(null, null, null, null, null));
            }
        });
        return required(id);
    }

    private Assignments.HandedOver move(UUID task, Handover handover) {
        try {
            return assignments.handOver(task, handover.fromId(), handover.toId());
        } catch (Refusal.NotFound gone) {
            // A claim outlives its task: nobody sees it any more.
            return Assignments.HandedOver.GONE;
        }
    }

    private void count(UUID id, Assignments.HandedOver became) {
        if (became != Assignments.HandedOver.GONE) {
            var column = became == Assignments.HandedOver.PASSED ? "passed" : "freed";
            jdbc.sql("update kasane.handover set " + column + " = " + column + " + 1 where id = :id")
                    .param("id", id)
                    .update();
        }
    }

    private void tell(Handover handover, UUID note) {
        var caseId = jdbc.sql("select case_id from kasane.handover_note where id = :id")
                .param("id", note)
                .query(UUID.class)
                .single();
        streams.lock(caseId);
        int first = jdbc.sql("update kasane.handover_note set told_at = :now where id = :id and told_at is null")
                .param("id", note)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (first > 0) {
            streams.append(
                    caseId,
                    CaseEvent.now(
                            "handover.noted", clock.instant(), Map.of("handoverId", handover.id(), "noteId", note)));
        }
    }

    private record Checked(UUID to, LocalDate on) {}

    private Checked check(UUID person, Entered entered) {
        var wrong = new ArrayList<Refusal.FieldError>();
        var today = JapaneseTime.dayOf(clock.instant());
        UUID to = null;
        if (entered.toId() != null && !entered.toId().isBlank()) {
            to = Ids.parse(entered.toId())
                    .filter(id ->
                            successors(person).stream().anyMatch(one -> one.id().equals(id)))
                    .orElse(null);
            if (to == null) {
                wrong.add(error("toId", "handover.to", "handover.error.to"));
            }
        }
        var on = WrittenDates.read(
                        entered.effectiveOn() == null
                                ? ""
                                : entered.effectiveOn().strip())
                .orElse(null);
        if (on == null || on.isBefore(today) || on.isAfter(today.plusYears(2))) {
            wrong.add(error("effectiveOn", "handover.on", "handover.error.on"));
        }
        entered.notes().forEach((caseId, note) -> {
            if (note != null && note.length() > LONGEST_NOTE) {
                wrong.add(error("note-" + caseId, "handover.note", "handover.error.note"));
            }
        });
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        return new Checked(to, on);
    }

    private void write(UUID id, Map<String, String> notes) {
        new LinkedHashMap<>(notes).forEach((caseText, text) -> {
            var caseId = Ids.parse(caseText).orElseThrow(() -> new Refusal.NotFound("ケース"));
            boolean seen = jdbc.sql("select kasane.sees_case(:case)")
                    .param("case", caseId)
                    .query(Boolean.class)
                    .single();
            if (!seen) {
                throw new Refusal.NotFound("ケース");
            }
            if (text == null || text.isBlank()) {
                jdbc.sql(
                                "delete from kasane.handover_note where handover_id = :id and case_id = :case and told_at is null")
                        .param("id", id)
                        .param("case", caseId)
                        .update();
                return;
            }
            jdbc.sql(
                            """
                            insert into kasane.handover_note as n (id, municipality_id, handover_id, case_id, note, written_at, written_by)
                            values (:note, kasane.my_municipality(), :id, :case, :text, :now, kasane.acting_user())
                            on conflict (handover_id, case_id) do update
                                set note = excluded.note, written_at = excluded.written_at, written_by = excluded.written_by
                                where n.note <> excluded.note and n.told_at is null
                            """)
                    .param("note", Ids.next())
                    .param("id", id)
                    .param("case", caseId)
                    .param("text", text.strip().replace("\u0000", ""))
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
        });
    }

    private Handover toChange(UUID id) {
        var handover = required(id);
        requireTheirs(handover.fromId());
        requireDraft(handover.status().equals("draft"));
        return handover;
    }

    private void requireDraft(boolean draft) {
        if (!draft) {
            throw new Refusal.Conflict(words.word("handover.error.over"));
        }
    }

    private void requireTheirs(UUID person) {
        var me = Acting.required();
        if (!me.has("manager")
                && !(me.id().equals(person) && (me.has("reception") || me.has("coordinator") || me.has("member")))) {
            throw new Refusal.Forbidden(words.word("handover.error.whose"));
        }
    }

    private Refusal.FieldError error(String field, String label, String message) {
        return new Refusal.FieldError(field, words.word(label), words.word(message));
    }

    /** 引継ぎメモ on the case page, once they count. */
    @Component
    static class Notes implements CaseSection {

        private final JdbcClient jdbc;

        Notes(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        record Note(UUID id, String note, String from, String to, String writtenBy, Instant toldAt) {}

        @Override
        public String key() {
            return "handoverNotes";
        }

        @Override
        public int order() {
            return 5;
        }

        @Override
        public List<Note> of(UUID caseId) {
            return jdbc.sql(
                            """
                            select n.id, n.note, f.display_name as "from", t.display_name as "to", w.display_name as written_by, n.told_at
                            from kasane.handover_note n join kasane.app_user w on w.id = n.written_by
                            left join kasane.handover h on h.id = n.handover_id
                            left join kasane.app_user f on f.id = h.from_user left join kasane.app_user t on t.id = h.to_user
                            where n.case_id = :id and n.told_at is not null order by n.told_at desc, n.id desc
                            """)
                    .param("id", caseId)
                    .query(Note.class)
                    .list();
        }
    }
}
