package jp.kasane.notification;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** What a module puts into the mail of a notice beside its words: a calendar entry. Asked when the mail goes out. */
public interface MailEnclosures {

    /**
     * A file for a calendar.
     *
     * @param method REQUEST or CANCEL (RFC 5546)
     * @param content iCalendar, UTF-8; without names and case numbers, as everything in a mail
     */
    record CalendarFile(String method, byte[] content) {}

    /**
     * @param kind of the notice, {@code cause} what it was told for
     * @param to the reader's own address
     */
    List<CalendarFile> of(String kind, String cause, UUID userId, UUID meetingId, String to, Locale in);
}
