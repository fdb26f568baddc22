package jp.kasane.roster;

import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import jp.kasane.worker.UnknownReference;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * 訪問・聞き取り: each person on a list has a stream and an instance of {@code roster-outreach} of their own. Whoever was not there is
 * visited again on the day that was settled, as often as it takes; nothing ends by itself.
 */
@Component
class RosterVisits implements StepHandler, ProcessFacts {

    static final String KIND = "roster-outreach";
    private static final String FORM = "roster-visit";

    private final JdbcClient jdbc;
    private final Rosters rosters;
    private final Streams streams;
    private final ApplicationEventPublisher events;
    private final Clock clock;

    RosterVisits(JdbcClient jdbc, Rosters rosters, Streams streams, ApplicationEventPublisher events, Clock clock) {
        this.jdbc = jdbc;
        this.rosters = rosters;
        this.streams = streams;
        this.events = events;
        this.clock = clock;
    }

    // ── where a visit stands ───────────────────────────────────────────────────────────────────────────────────────

    @Override
    public String processId() {
        return KIND;
    }

    /** {@code step}: visit, wait with {@code followAt}, or over. */
    @Override
    public Map<String, Object> facts(UUID person, String instanceKey) {
        var row = rosters.find(person).orElseThrow(() -> new UnknownReference("この名簿の人はデータベースにありません。"));
        return switch (row.status()) {
            case "listed" -> Map.of("step", "visit");
            case "again" -> Map.of("step", "wait", "followAt", at(row.visitOn()));
            default -> Map.of("step", "over");
        };
    }

    private static String at(LocalDate day) {
        return OfficeDay.opens(day).toString();
    }

    // ── the form ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Override
    public String formId() {
        return FORM;
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        var known = new HashMap<String, Object>();
        Ids.parse(instanceKey).flatMap(rosters::find).ifPresent(person -> {
            known.putAll(who(person));
            known.put("visitedOn", rosters.today().toString());
            if (person.companion() != null) {
                known.put("companion", person.companion());
            }
        });
        return known;
    }

    /** What was entered, under the name of whom it is about. */
    @Override
    public com.fasterxml.jackson.databind.node.ObjectNode filled(Recorded before) {
        var filled = before.submission().data().deepCopy();
        rosters.find(before.submission().streamId())
                .ifPresent(person -> who(person).forEach((field, value) -> filled.put(field, value.toString())));
        return filled;
    }

    private static Map<String, Object> who(RosterPerson person) {
        var known = new HashMap<String, Object>();
        known.put("personName", person.name());
        known.put("personAddress", person.address());
        put(known, "personKana", person.kana());
        put(known, "personPhone", person.phone());
        put(
                known,
                "personBirth",
                person.birthDate() == null ? null : WrittenDates.birth(person.birthDate(), Locale.JAPANESE));
        var note = new ArrayList<String>();
        if (person.note() != null) {
            note.add(person.note());
        }
        if (person.visitOn() != null) {
            note.add("予定：" + WrittenDates.date(person.visitOn(), Locale.JAPANESE));
        }
        person.visits()
                .forEach(visit ->
                        note.add(WrittenDates.date(visit.visitedOn(), Locale.JAPANESE) + "　" + visit.observation()));
        put(known, "personNote", note.isEmpty() ? null : shortened(String.join("\n", note)));
        return known;
    }

    private static void put(Map<String, Object> known, String field, String value) {
        if (value != null) {
            known.put(field, value);
        }
    }

    /** A read-only field takes no more than any other text. */
    private static String shortened(String text) {
        return text.length() > 8000 ? text.substring(0, 7999) + "…" : text;
    }

    /** @throws Refusal.Conflict if nobody is to visit any more */
    @Override
    public Map<String, Object> apply(Submission s) {
        var person = rosters.person(s.streamId());
        if (person.status().equals("off")) {
            throw new Refusal.Conflict("この人は名簿から外されています。");
        }
        if (person.over()) {
            throw new Refusal.Conflict("この人の訪問は、すでに記録されています。");
        }
        requireDays(s);
        var id = Ids.next();
        var outcome = s.text("outcome");
        jdbc.sql(
                        """
                        insert into kasane.roster_visit (id, municipality_id, person_id, submission_id, visited_on, companion, outcome, observation, next_on,
                            recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :person, :submission, :on, :companion, :outcome, :observation, :next, :recorded, :by)
                        """)
                .param("id", id)
                .param("person", person.id())
                .param("submission", s.id())
                .param("on", s.date("visitedOn"))
                .param("companion", s.text("companion"))
                .param("outcome", outcome)
                .param("observation", s.text("observation"))
                .param("next", s.date("nextOn"), Types.DATE)
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        if (outcome.equals("concern")) {
            events.publishEvent(new ConcernSeen(person.id(), id, s));
        }
        rosters.settle(person.id());
        streams.append(
                person.id(),
                CaseEvent.now("roster." + outcome, clock.instant(), Map.of("rosterId", person.rosterId())));
        return outcome.equals("absent")
                ? Map.of("outcome", outcome, "followAt", at(s.date("nextOn")))
                : Map.of("outcome", outcome);
    }

    private void requireDays(Submission s) {
        var wrong = new ArrayList<Refusal.FieldError>();
        var on = s.date("visitedOn");
        if (on.isAfter(rosters.today())) {
            wrong.add(new Refusal.FieldError("visitedOn", "訪ねた日", "は今日までの日にしてください。"));
        }
        if (s.date("nextOn") != null && !s.date("nextOn").isAfter(on)) {
            wrong.add(new Refusal.FieldError("nextOn", "次に訪ねる日", "は、訪ねた日より後にしてください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(List.copyOf(wrong));
        }
    }

    // ── 訂正・取消 ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Override
    public Set<String> pathFields() {
        return Set.of("outcome");
    }

    /** @throws Refusal.Conflict for another outcome where somebody visited since */
    @Override
    public boolean correct(Recorded before, Submission after) {
        if (!Objects.equals(before.submission().text("outcome"), after.text("outcome"))) {
            throw new Refusal.Conflict("このあと訪問しているため、どうだったかは変えられません。日付や文は訂正できます。");
        }
        requireDays(after);
        jdbc.sql(
                        """
                        update kasane.roster_visit set visited_on = :on, companion = :companion, observation = :observation, next_on = :next,
                            submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("on", after.date("visitedOn"))
                .param("companion", after.text("companion"))
                .param("observation", after.text("observation"))
                .param("next", after.date("nextOn"), Types.DATE)
                .update();
        boolean anotherDay =
                before.latest() && !Objects.equals(before.submission().date("nextOn"), after.date("nextOn"));
        if (anotherDay) {
            rosters.settle(after.streamId());
        }
        return anotherDay;
    }

    /**
     * The visit counts no more; where it was the last one, somebody visits again. A consultation that came of it stays: whoever
     * was heard was heard, and its triage decides what is to be done. Its history says that the visit was taken back.
     */
    @Override
    public void withdraw(Recorded before) {
        var consultation = jdbc.sql(
                        "update kasane.roster_visit set voided_at = :now where submission_id = :id returning consultation_id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .query((row, n) -> java.util.Optional.ofNullable(row.getObject(1, UUID.class)))
                .single();
        var person = before.submission().streamId();
        rosters.settle(person);
        consultation.ifPresent(id -> {
            streams.lock(id);
            streams.append(id, CaseEvent.now("roster.concern-withdrawn", clock.instant(), Map.of("personId", person)));
        });
    }
}
