package jp.kasane.meeting;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.foundation.PublicAddress;
import jp.kasane.notification.AgencyMails;
import jp.kasane.notification.MailEnclosures;
import net.fortuna.ical4j.data.CalendarOutputter;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.parameter.PartStat;
import net.fortuna.ical4j.model.parameter.Rsvp;
import net.fortuna.ical4j.model.property.Attendee;
import net.fortuna.ical4j.model.property.Description;
import net.fortuna.ical4j.model.property.DtEnd;
import net.fortuna.ical4j.model.property.DtStamp;
import net.fortuna.ical4j.model.property.DtStart;
import net.fortuna.ical4j.model.property.Location;
import net.fortuna.ical4j.model.property.Method;
import net.fortuna.ical4j.model.property.Organizer;
import net.fortuna.ical4j.model.property.ProdId;
import net.fortuna.ical4j.model.property.Sequence;
import net.fortuna.ical4j.model.property.Status;
import net.fortuna.ical4j.model.property.Summary;
import net.fortuna.ical4j.model.property.Uid;
import net.fortuna.ical4j.model.property.immutable.ImmutableMethod;
import net.fortuna.ical4j.model.property.immutable.ImmutableStatus;
import net.fortuna.ical4j.model.property.immutable.ImmutableVersion;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.MessageSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Sittings as entries of a calendar (RFC 5545, 5546): the body's name, time, place and where to look; no case, no household, nobody's
 * name. One entry per sitting, however many cases an agency is invited to there: its UID is made of the sitting's id and stays, and
 * SEQUENCE counts how often it was moved.
 */
@Component
@Transactional(readOnly = true)
public class CalendarEntries {

    private final JdbcClient jdbc;
    private final AgencyMails mails;
    private final MessageSource messages;
    private final Clock clock;
    private final PublicAddress address;
    private final Duration length;

    /** @param length how long a sitting is said to take: nothing knows it, so {@code kasane.sitting-length} is Kasane's own */
    CalendarEntries(
            JdbcClient jdbc,
            AgencyMails mails,
            MessageSource messages,
            Clock clock,
            PublicAddress address,
            @Value("${kasane.sitting-length:2h}") Duration length) {
        this.jdbc = jdbc;
        this.mails = mails;
        this.messages = messages;
        this.clock = clock;
        this.address = address;
        this.length = length;
    }

    private record Entry(UUID id, int sequence, Instant startsAt, String body, String place, String status) {}

    private static final String SELECT =
            """
            select s.id, s.sequence, s.starts_at, b.name as body, s.place, s.status
            from kasane.sitting s left join kasane.meeting_body b on b.id = s.body_id
            """;

    private static Entry read(ResultSet row, int n) throws SQLException {
        return new Entry(
                row.getObject("id", UUID.class),
                row.getInt("sequence"),
                row.getTimestamp("starts_at").toInstant(),
                row.getString("body"),
                row.getString("place"),
                row.getString("status"));
    }

    private Optional<Entry> entry(UUID sitting) {
        return jdbc.sql(SELECT + " where s.id = :id")
                .param("id", sitting)
                .query(CalendarEntries::read)
                .optional();
    }

    /** One sitting, for a person's own calendar; nothing where the acting user sees no such sitting. */
    public Optional<byte[]> one(UUID sitting, Locale in) {
        return entry(sitting).map(entry -> write(ImmutableMethod.PUBLISH, List.of(entry), null, in));
    }

    /** The sittings to come to which an agency of the acting user is invited, as one file. */
    public byte[] mine(Locale in) {
        var entries = jdbc.sql(
                        SELECT
                                + """
                         where s.status = 'planned' and s.starts_at > :now
                           and exists (select from kasane.meeting m join kasane.meeting_attendee a on a.meeting_id = m.id
                                       where m.sitting_id = s.id and m.status = 'convened' and a.invited_at is not null
                                         and a.agency_id = any ((select kasane.my_agencies())::uuid[]))
                        order by s.starts_at limit 500
                        """)
                .param("now", java.sql.Timestamp.from(clock.instant()))
                .query(CalendarEntries::read)
                .list();
        return write(ImmutableMethod.PUBLISH, entries, null, in);
    }

    /** What goes with an invitation: the sitting, and what was merged into it, called off. */
    List<MailEnclosures.CalendarFile> invitation(UUID sitting, String to, Locale in) {
        var files = new java.util.ArrayList<MailEnclosures.CalendarFile>();
        entry(sitting)
                .filter(entry -> entry.status().equals("planned"))
                .ifPresent(entry -> files.add(new MailEnclosures.CalendarFile(
                        "REQUEST", write(ImmutableMethod.REQUEST, List.of(entry), to, in))));
        jdbc.sql(SELECT + " where s.merged_into = :id order by s.starts_at")
                .param("id", sitting)
                .query(CalendarEntries::read)
                .list()
                .forEach(merged -> files.add(cancelled(merged, to, in)));
        return List.copyOf(files);
    }

    /** What goes with the news that a sitting is not held. */
    List<MailEnclosures.CalendarFile> cancellation(UUID sitting, String to, Locale in) {
        return entry(sitting).map(entry -> cancelled(entry, to, in)).stream().toList();
    }

    private MailEnclosures.CalendarFile cancelled(Entry entry, String to, Locale in) {
        return new MailEnclosures.CalendarFile("CANCEL", write(ImmutableMethod.CANCEL, List.of(entry), to, in));
    }

    private byte[] write(Method method, List<Entry> entries, String to, Locale in) {
        var calendar = new Calendar();
        calendar.add(new ProdId("-//Kasane//Sittings//JA"));
        calendar.add(ImmutableVersion.VERSION_2_0);
        calendar.add(method);
        for (var entry : entries) {
            var event = new VEvent(false);
            event.add(new Uid(entry.id() + "@kasane"));
            event.add(new Sequence(entry.sequence()));
            event.add(new DtStamp(clock.instant()));
            event.add(new DtStart<>(entry.startsAt()));
            event.add(new DtEnd<>(entry.startsAt().plus(length)));
            event.add(new Summary(entry.body() == null ? word(in, "ics.atNeed") : entry.body()));
            if (!entry.place().isBlank()) {
                event.add(new Location(entry.place()));
            }
            event.add(new Description(word(in, "ics.look", address.of("/sittings/" + entry.id()))));
            boolean off =
                    method.equals(ImmutableMethod.CANCEL) || !entry.status().equals("planned");
            event.add((Status) (off ? ImmutableStatus.VEVENT_CANCELLED : ImmutableStatus.VEVENT_CONFIRMED));
            if (to != null) {
                event.add(new Organizer(URI.create("mailto:" + mails.sender())));
                // Answers are given in Kasane, not to the calendar: it would send them to nobody.
                var attendee = new Attendee(URI.create("mailto:" + to));
                attendee.add(PartStat.NEEDS_ACTION);
                attendee.add(Rsvp.FALSE);
                event.add(attendee);
            }
            calendar.add(event);
        }
        try (var out = new ByteArrayOutputStream()) {
            new CalendarOutputter(false).output(calendar, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String word(Locale in, String key, Object... of) {
        return messages.getMessage(key, of, key, in);
    }
}
