package jp.kasane.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.notification.Occasion;
import jp.kasane.task.Recorded;
import jp.kasane.task.StepHandler;
import jp.kasane.task.Submission;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** 定例会議の開催・記録: who was there, what was said of each item, and what goes back to the area (002, L4443-4449). */
@Component
class NetworkRecords implements StepHandler {

    private final JdbcClient jdbc;
    private final NetworkMeetings meetings;
    private final Agencies agencies;
    private final Streams streams;
    private final Clock clock;

    NetworkRecords(JdbcClient jdbc, NetworkMeetings meetings, Agencies agencies, Streams streams, Clock clock) {
        this.jdbc = jdbc;
        this.meetings = meetings;
        this.agencies = agencies;
        this.streams = streams;
        this.clock = clock;
    }

    @Override
    public String formId() {
        return "network-record";
    }

    @Override
    public Map<String, Object> prefill(UUID caseId, UUID consultationId, String instanceKey) {
        return meetings.blank(Ids.parse(instanceKey).orElseThrow());
    }

    /**
     * @throws Refusal.Conflict if the sitting was recorded before
     * @throws Refusal.Invalid for an item without a conclusion that is not carried over either, and for one without a name
     */
    @Override
    public Map<String, Object> apply(Submission s) {
        var sitting = meetings.held(s.streamId()).orElseThrow(() -> new Refusal.Conflict("この開催は、すでに記録されています。"));
        var outcome = s.text("outcome");
        check(s);
        jdbc.sql(
                        """
                        insert into kasane.network_record (id, municipality_id, body_id, sitting_id, submission_id, outcome, happened_on, attendees,
                            minutes, reason, feedback, recorded_at, recorded_by)
                        values (:id, kasane.my_municipality(), :body, :sitting, :submission, :outcome, :on, :attendees, :minutes, :reason, :feedback,
                            :recorded, :by)
                        """)
                .param("id", Ids.next())
                .param("body", s.streamId())
                .param("sitting", sitting)
                .param("submission", s.id())
                .param("outcome", outcome)
                .param("on", s.date("happenedOn"), Types.DATE)
                .param("attendees", attendees(s))
                .param("minutes", s.text("minutes"))
                .param("reason", s.text("reason"))
                .param("feedback", s.text("feedback"))
                .param("recorded", Timestamp.from(s.recordedAt()))
                .param("by", s.submittedBy())
                .update();
        items(s, sitting);
        streams.append(
                s.streamId(), CaseEvent.now("network." + outcome, clock.instant(), Map.of("sittingId", sitting)));
        return Map.of("outcome", outcome);
    }

    private UUID[] attendees(Submission s) {
        return s.list("attendees").stream().map(agencies::idOf).toArray(UUID[]::new);
    }

    /** Whoever handed an item in waits to hear of it: none drops out of the agenda because a line was left empty. */
    private static void check(Submission s) {
        var errors = new ArrayList<Refusal.FieldError>();
        if (s.text("outcome").equals("held")) {
            int i = 0;
            for (JsonNode item : s.data().path("items")) {
                boolean named = written(item, "title") != null;
                boolean concluded =
                        written(item, "said") != null || item.path("carried").asBoolean();
                if (concluded && !named) {
                    errors.add(new Refusal.FieldError("items[" + i + "].title", "議題", "を入力してください（" + (i + 1) + "件目）。"));
                }
                if (named && !concluded) {
                    errors.add(new Refusal.FieldError(
                            "items[" + i + "].said", "結論", "を書くか、「次の開催へ回す」を選んでください（" + (i + 1) + "件目）。"));
                }
                i++;
            }
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
    }

    private static String written(JsonNode item, String field) {
        var text = Submission.text(item, field);
        return text == null || text.isBlank() ? null : text;
    }

    /** An item that was carried over, or whose sitting was not held, waits for the next one. One that came up while they sat is one of it. */
    private void items(Submission s, UUID sitting) {
        for (JsonNode item : s.data().path("items")) {
            var id = Ids.parse(Submission.text(item, "itemId"));
            if (!s.text("outcome").equals("held")) {
                continue;
            }
            if (id.isEmpty() && written(item, "title") != null) {
                raised(s, sitting, item);
            } else if (id.isPresent() && !item.path("carried").asBoolean()) {
                jdbc.sql(
                                "update kasane.agenda_item set status = 'dealt', said = :said where id = :id and sitting_id = :sitting")
                        .param("id", id.get())
                        .param("sitting", sitting)
                        .param("said", Submission.text(item, "said"))
                        .update();
            }
        }
        jdbc.sql("update kasane.agenda_item set sitting_id = null where sitting_id = :sitting and status = 'open'")
                .param("sitting", sitting)
                .update();
    }

    private void raised(Submission s, UUID sitting, JsonNode item) {
        boolean carried = item.path("carried").asBoolean();
        jdbc.sql(
                        """
                        insert into kasane.agenda_item (id, municipality_id, body_id, sitting_id, title, agency_id, submitted_by, submitted_at, status, said)
                        values (:id, kasane.my_municipality(), :body, :sitting, :title, :agency, :by, :at, :status, :said)
                        """)
                .param("id", Ids.next())
                .param("body", s.streamId())
                .param("sitting", sitting)
                .param("title", Submission.text(item, "title"))
                .param("agency", agencies.ofActingUser().orElse(null), Types.OTHER)
                .param("by", s.submittedBy())
                .param("at", Timestamp.from(s.recordedAt()))
                .param("status", carried ? "open" : "dealt")
                .param("said", carried ? null : Submission.text(item, "said"))
                .update();
    }

    @Override
    public Set<String> pathFields() {
        return Set.of("outcome");
    }

    @Override
    public boolean correct(Recorded before, Submission after) {
        jdbc.sql(
                        """
                        update kasane.network_record set happened_on = :on, attendees = :attendees, minutes = :minutes, reason = :reason,
                            feedback = :feedback, submission_id = :after
                        where submission_id = :before
                        """)
                .param("before", before.id())
                .param("after", after.id())
                .param("on", after.date("happenedOn"), Types.DATE)
                .param("attendees", attendees(after))
                .param("minutes", after.text("minutes"))
                .param("reason", after.text("reason"))
                .param("feedback", after.text("feedback"))
                .update();
        for (JsonNode item : after.data().path("items")) {
            Ids.parse(Submission.text(item, "itemId")).ifPresent(id -> jdbc.sql(
                            "update kasane.agenda_item set said = :said where id = :id and status = 'dealt'")
                    .param("id", id)
                    .param("said", Submission.text(item, "said"))
                    .update());
        }
        return false;
    }

    /** The sitting is to be recorded once more; its items are open again. */
    @Override
    public void withdraw(Recorded before) {
        jdbc.sql("update kasane.network_record set voided_at = :now where submission_id = :id returning sitting_id")
                .param("id", before.id())
                .param("now", Timestamp.from(clock.instant()))
                .query(UUID.class)
                .optional()
                .ifPresent(sitting -> jdbc.sql(
                                "update kasane.agenda_item set status = 'open', said = null where sitting_id = :sitting and status = 'dealt'")
                        .param("sitting", sitting)
                        .update());
    }

    @Configuration
    static class Told {

        @Bean
        Occasion networkAgenda(NetworkMeetings meetings) {
            return occasion(meetings, "network-agenda", true);
        }

        @Bean
        Occasion networkFeedback(NetworkMeetings meetings) {
            return occasion(meetings, "network-feedback", false);
        }

        private static Occasion occasion(NetworkMeetings meetings, String kind, boolean coming) {
            return Occasion.of(kind, (body, instanceKey) -> (coming ? meetings.held(body) : meetings.lastRecorded(body))
                    .ifPresent(sitting -> meetings.tell(body, kind, sitting)));
        }
    }
}
