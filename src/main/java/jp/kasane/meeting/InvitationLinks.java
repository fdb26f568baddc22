package jp.kasane.meeting;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.access.SignedLinks;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.PublicAddress;
import jp.kasane.foundation.Refusal;
import jp.kasane.foundation.WrittenDates;
import jp.kasane.notification.AgencyLetters;
import jp.kasane.task.Tasks;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Links by which an agency without an account answers one invitation. The link says which invitation, which date it was for and until
 * when it holds; it shows the body, the time and the place, and nothing of the case. It is worth nothing any more when the agency has
 * answered, the date was changed, the meeting is over or the convener took it back (001, L6486-6488: agencies off the list are called by telephone or letter).
 */
@Component
public class InvitationLinks {

    /** How many days a link holds, unless the municipality says otherwise: Kasane's own, no document names any. */
    public static final int OUR_DAYS = 14;

    private static final String PURPOSE = "invitation-answer";

    /** Links from before they could be taken back end in front of the round: theirs is the first. */
    private static final int LENGTH_WITHOUT_ROUND = 32;

    private static final int LENGTH = LENGTH_WITHOUT_ROUND + Integer.BYTES;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final SignedLinks links;
    private final SystemActor system;
    private final Tasks tasks;
    private final Meetings meetings;
    private final Streams streams;
    private final SettingChanges changes;
    private final ObjectMapper json;
    private final Clock clock;
    private final PublicAddress address;

    InvitationLinks(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            SignedLinks links,
            SystemActor system,
            Tasks tasks,
            Meetings meetings,
            Streams streams,
            SettingChanges changes,
            ObjectMapper json,
            Clock clock,
            PublicAddress address) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.links = links;
        this.system = system;
        this.tasks = tasks;
        this.meetings = meetings;
        this.streams = streams;
        this.changes = changes;
        this.json = json;
        this.clock = clock;
        this.address = address;
    }

    /** A link that was made. */
    public record Made(String url, Instant expiresAt) {}

    /** How a link stands: only an open one can be answered. */
    public enum Standing {
        OPEN,
        /** It is no link of ours, or not a whole one. */
        FORGED,
        EXPIRED,
        ANSWERED,
        /** The meeting has another date than the link was made for. */
        MOVED,
        /** The convener took back the links of this invitation. */
        REVOKED,
        OVER
    }

    /**
     * What somebody sees who has the link.
     *
     * @param body the body's name, or null for a sitting at need
     * @param pledgeAsked whether a 誓約書 is given with the answer, {@code pledgeNeeded} whether nobody attends without
     */
    public record Asked(
            Standing standing,
            String agency,
            String municipality,
            String body,
            String meetingType,
            Instant startsAt,
            String place,
            boolean pledgeAsked,
            boolean pledgeNeeded,
            Instant expiresAt) {

        static final Asked FORGED = new Asked(Standing.FORGED, null, null, null, null, null, null, false, false, null);
    }

    /**
     * What is answered.
     *
     * @param outcome attend, substitute or absent
     * @param substitute who comes instead, for substitute
     */
    public record Answer(String outcome, String substitute, boolean pledge, String information) {}

    // ── made ───────────────────────────────────────────────────────────────────────────────────────────────────────

    public boolean employed() {
        return links.employed();
    }

    /** How many days links of the acting user's municipality hold. */
    public int days() {
        return chosenDays().orElse(OUR_DAYS);
    }

    public Optional<Integer> chosenDays() {
        return transaction.execute(
                tx -> jdbc.sql("select days from kasane.link_setting where municipality_id = kasane.my_municipality()")
                        .query(Integer.class)
                        .optional());
    }

    /** @throws Refusal.Invalid unless it is between 1 and 90 */
    public void choose(String entered) {
        changes.requireChanger();
        var text = java.text.Normalizer.normalize(entered.strip(), java.text.Normalizer.Form.NFKC);
        if (!text.matches("[0-9]{1,2}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 90) {
            throw new Refusal.Invalid(List.of(
                    new Refusal.FieldError("days", changes.word("links.days"), changes.word("links.error.days"))));
        }
        transaction.executeWithoutResult(tx -> {
            var before = chosenDays();
            jdbc.sql(
                            """
                            insert into kasane.link_setting as l (municipality_id, days, changed_at, changed_by)
                            values (kasane.my_municipality(), :days, :now, kasane.acting_user())
                            on conflict (municipality_id) do update set days = excluded.days, changed_at = excluded.changed_at, changed_by = excluded.changed_by
                            """)
                    .param("days", Integer.parseInt(text))
                    .param("now", Timestamp.from(clock.instant()))
                    .update();
            changes.note("link", "days", before.orElse(null), Integer.parseInt(text));
        });
    }

    /**
     * A link for whoever convenes, to be handed on.
     *
     * @throws Refusal.Forbidden for anybody else
     * @throws Refusal.Conflict if there is nothing to answer, or no secret to sign with
     */
    public Made make(UUID meetingId, UUID attendeeId) {
        return transaction.execute(tx -> {
            if (!mayMake(meetingId)) {
                throw new Refusal.Forbidden(changes.word("links.error.convener"));
            }
            return make(attendeeId).orElseThrow(() -> new Refusal.Conflict(changes.word("links.error.nothing")));
        });
    }

    /** Whether the acting user convenes the meeting. */
    public boolean mayMake(UUID meetingId) {
        return employed()
                && transaction.execute(tx ->
                        meetings.conveners(meetingId).contains(Acting.required().id()));
    }

    /**
     * Takes back every link of one invitation that is out. Another one can be made afterwards.
     *
     * @throws Refusal.Forbidden for anybody but the convener
     * @throws Refusal.Conflict if there is nothing to answer any more, so that no link is worth anything
     */
    public void revoke(UUID meetingId, UUID attendeeId) {
        transaction.executeWithoutResult(tx -> {
            if (!mayMake(meetingId)) {
                throw new Refusal.Forbidden(changes.word("links.error.convenerRevokes"));
            }
            var caseId = caseOf(attendeeId).orElseThrow(() -> new Refusal.NotFound(changes.word("links.link")));
            streams.lock(caseId);
            var agency = jdbc.sql(
                            """
                            update kasane.meeting_attendee a set link_round = link_round + 1 from kasane.meeting m
                            where a.id = :id and m.id = a.meeting_id and m.id = :meeting and m.status = 'convened' and a.invited_at is not null
                              and a.answer is null
                            returning a.agency_id
                            """)
                    .param("id", attendeeId)
                    .param("meeting", meetingId)
                    .query(UUID.class)
                    .optional()
                    .orElseThrow(() -> new Refusal.Conflict(changes.word("links.error.nothing")));
            streams.append(
                    caseId,
                    CaseEvent.now(
                            "meeting.link-revoked",
                            clock.instant(),
                            Map.of("meetingId", meetingId, "agencyId", agency)));
        });
    }

    private Optional<UUID> caseOf(UUID attendeeId) {
        return jdbc.sql("select case_id from kasane.meeting_attendee where id = :id")
                .param("id", attendeeId)
                .query(UUID.class)
                .optional();
    }

    private Optional<Made> make(UUID attendeeId) {
        record Open(Instant at, int round) {}
        return employed()
                ? jdbc.sql(
                                """
                                select m.scheduled_at as at, a.link_round as round from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id
                                where a.id = :id and m.status = 'convened' and a.invited_at is not null and a.answer is null
                                  and m.scheduled_at is not null
                                """)
                        .param("id", attendeeId)
                        .query(Open.class)
                        .optional()
                        // Whoever was there needs no invitation any more.
                        .filter(open -> open.at().isAfter(clock.instant()))
                        .map(open -> made(attendeeId, open.at(), open.round()))
                : Optional.empty();
    }

    private Made made(UUID attendeeId, Instant scheduledAt, int round) {
        var last = clock.instant().plus(Duration.ofDays(days()));
        var expires = last.isBefore(scheduledAt) ? last : scheduledAt;
        var content = ByteBuffer.allocate(LENGTH)
                .putLong(attendeeId.getMostSignificantBits())
                .putLong(attendeeId.getLeastSignificantBits())
                .putLong(scheduledAt.toEpochMilli())
                .putLong(expires.getEpochSecond())
                .putInt(round)
                .array();
        return new Made(
                address.of("/i/" + links.sign(PURPOSE, content)), Instant.ofEpochSecond(expires.getEpochSecond()));
    }

    // ── used ───────────────────────────────────────────────────────────────────────────────────────────────────────

    private record Content(UUID attendee, Instant scheduledAt, Instant expiresAt, int round) {}

    private Optional<Content> read(String token) {
        return links.read(PURPOSE, token)
                .filter(content -> content.length == LENGTH || content.length == LENGTH_WITHOUT_ROUND)
                .map(content -> {
                    var in = ByteBuffer.wrap(content);
                    return new Content(
                            new UUID(in.getLong(), in.getLong()),
                            Instant.ofEpochMilli(in.getLong()),
                            Instant.ofEpochSecond(in.getLong()),
                            in.hasRemaining() ? in.getInt() : 0);
                });
    }

    /** What the link asks, and whether it may still be answered. Nobody need be logged in. */
    public Asked asked(String token) {
        return read(token)
                .map(content -> system.inTransaction(() -> asked(content)))
                .orElse(Asked.FORGED);
    }

    private Asked asked(Content content) {
        return jdbc.sql(
                        """
                        select g.name as agency, p.name as municipality, b.name as body, m.meeting_type, m.status, m.scheduled_at, m.place,
                               a.answer is not null as answered, a.link_round, a.invited_at is not null as invited, kasane.pledge_needed(a.id) as pledge_needed
                        from kasane.meeting_attendee a join kasane.meeting m on m.id = a.meeting_id join kasane.agency g on g.id = a.agency_id
                        join kasane.municipality p on p.id = a.municipality_id
                        left join kasane.sitting s on s.id = m.sitting_id left join kasane.meeting_body b on b.id = s.body_id
                        where a.id = :id
                        """)
                .param("id", content.attendee())
                .query((row, n) -> {
                    var at = row.getTimestamp("scheduled_at");
                    var standing = standing(
                            content,
                            row.getString("status").equals("convened") && row.getBoolean("invited"),
                            at == null ? null : at.toInstant(),
                            row.getBoolean("answered"),
                            row.getInt("link_round"));
                    return new Asked(
                            standing,
                            row.getString("agency"),
                            row.getString("municipality"),
                            row.getString("body"),
                            row.getString("meeting_type"),
                            at == null ? null : at.toInstant(),
                            row.getString("place"),
                            row.getString("meeting_type").equals("support"),
                            row.getBoolean("pledge_needed"),
                            content.expiresAt());
                })
                .optional()
                .orElse(Asked.FORGED);
    }

    private Standing standing(Content content, boolean open, Instant scheduledAt, boolean answered, int round) {
        if (!open) {
            return Standing.OVER;
        }
        if (scheduledAt == null
                || scheduledAt.toEpochMilli() != content.scheduledAt().toEpochMilli()) {
            return Standing.MOVED;
        }
        if (answered) {
            return Standing.ANSWERED;
        }
        if (content.round() != round) {
            return Standing.REVOKED;
        }
        return clock.instant().isAfter(content.expiresAt()) ? Standing.EXPIRED : Standing.OPEN;
    }

    /**
     * Answers as the task's form would, in the name of the agency's link.
     *
     * @throws Refusal.Invalid for an answer that cannot be accepted
     * @throws Refusal.Conflict if the link cannot be answered any more, or not yet
     */
    public void answer(String token, Answer answer) {
        var content = read(token).orElseThrow(() -> new Refusal.NotFound(changes.word("links.link")));
        var data = data(answer);
        var actor = system.inTransaction(() -> actor(content.attendee()));
        Acting.as(
                actor,
                () -> transaction.execute(tx -> {
                    // The link says what may be done; the database would ask for a seat.
                    system.inThisTransaction(() -> {
                        caseOf(content.attendee()).ifPresent(streams::lock);
                        if (asked(content).standing() != Standing.OPEN) {
                            throw new Refusal.Conflict(changes.word("links.standing."
                                    + asked(content).standing().name().toLowerCase(Locale.ROOT)));
                        }
                        tasks.submitByLink(task(content.attendee()), data);
                    });
                    return null;
                }));
    }

    private com.fasterxml.jackson.databind.node.ObjectNode data(Answer answer) {
        if (!Set.of("attend", "substitute", "absent").contains(answer.outcome())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError(
                    "outcome", changes.word("meeting.answered"), changes.word("bodies.error.choose"))));
        }
        var data = json.createObjectNode();
        data.put("outcome", answer.outcome().equals("absent") ? "absent" : "attend");
        if (answer.outcome().equals("substitute")) {
            data.put("bySubstitute", true);
            if (!answer.substitute().isBlank()) {
                data.put("substitute", answer.substitute().strip());
            }
        }
        if (answer.pledge()) {
            data.put("pledge", true);
        }
        if (!answer.information().isBlank()) {
            data.put("information", answer.information());
        }
        return data;
    }

    private Actor actor(UUID attendee) {
        return jdbc.sql(
                        """
                        select kasane.link_user(a.agency_id) as id, a.municipality_id, g.name from kasane.meeting_attendee a
                        join kasane.agency g on g.id = a.agency_id where a.id = :id
                        """)
                .param("id", attendee)
                .query((row, n) -> new Actor(
                        row.getObject("id", UUID.class),
                        row.getObject("municipality_id", UUID.class),
                        "link",
                        row.getString("name"),
                        Set.of()))
                .optional()
                .orElseThrow(() -> new Refusal.NotFound(changes.word("links.link")));
    }

    private UUID task(UUID attendee) {
        return jdbc.sql(
                        """
                        select t.id from engine.process_instance i
                        join engine.user_task t on t.epoch = i.epoch and t.process_instance_key = i.key and t.state = 'CREATED'
                        where i.process_id = 'invitation' and i.instance_key = :key order by t.created_at desc limit 1
                        """)
                .param("key", attendee.toString())
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new Refusal.Conflict(changes.word("links.error.soon")));
    }

    // ── sent ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /** The invitation as a mail to an agency's office. */
    @Component
    static class Invites implements AgencyLetters {

        static final String KIND = "invitation-link";

        private final InvitationLinks links;
        private final CalendarEntries entries;
        private final InvitationEnclosures sittings;
        private final JdbcClient jdbc;
        private final MessageSource messages;

        Invites(
                InvitationLinks links,
                CalendarEntries entries,
                InvitationEnclosures sittings,
                JdbcClient jdbc,
                MessageSource messages) {
            this.links = links;
            this.entries = entries;
            this.sittings = sittings;
            this.jdbc = jdbc;
            this.messages = messages;
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<Letter> write(UUID attendee, String cause, String to, Locale in) {
            return links.make(attendee).map(made -> {
                var asked =
                        links.asked(links.read(made.url().substring(made.url().lastIndexOf('/') + 1))
                                .orElseThrow());
                var meeting = jdbc.sql("select meeting_id from kasane.meeting_attendee where id = :id")
                        .param("id", attendee)
                        .query(UUID.class)
                        .single();
                return new Letter(
                        word(in, "mail.subject", word(in, "mail.invitation.subject", body(asked, in))),
                        String.join(
                                "\n\n",
                                word(in, "mail.invitation.lead", asked.municipality(), body(asked, in)),
                                word(
                                        in,
                                        "mail.invitation.when",
                                        WrittenDates.dateAndHour(asked.startsAt(), in),
                                        asked.place() == null ? "" : asked.place()),
                                word(in, "mail.invitation.link", made.url()),
                                word(in, "mail.invitation.until", WrittenDates.dateAndHour(made.expiresAt(), in)),
                                word(in, "mail.invitation.nobody")),
                        sittings.sittingOf(meeting)
                                .map(sitting -> entries.invitation(sitting, to, in))
                                .orElse(List.of()));
            });
        }

        private String body(Asked asked, Locale in) {
            return asked.body() == null ? word(in, "meetingType." + asked.meetingType()) : asked.body();
        }

        private String word(Locale in, String key, Object... of) {
            return messages.getMessage(key, of, key, in);
        }
    }

    /** That a sitting is off, to an agency's office. */
    @Component
    static class CallsOff implements AgencyLetters {

        private final CalendarEntries entries;
        private final MessageSource messages;

        CallsOff(CalendarEntries entries, MessageSource messages) {
            this.entries = entries;
            this.messages = messages;
        }

        @Override
        public String kind() {
            return Invitations.CALLED_OFF;
        }

        @Override
        public Optional<Letter> write(UUID attendee, String cause, String to, Locale in) {
            var what = messages.getMessage("notice." + Invitations.CALLED_OFF, null, in);
            return Optional.of(new Letter(
                    messages.getMessage("mail.subject", new Object[] {what}, in),
                    what + "\n\n" + messages.getMessage("mail.invitation.nobody", null, in),
                    InvitationEnclosures.calledOff(cause)
                            .map(sitting -> entries.cancellation(sitting, to, in))
                            .orElse(List.of())));
        }
    }
}
