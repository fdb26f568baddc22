package jp.kasane.notification;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Writes one kind of letter to an agency that has nobody who works with Kasane. Asked when the mail goes out. */
public interface AgencyLetters {

    String kind();

    /** @param text without names and case numbers: it passes through other people's servers */
    record Letter(String subject, String text, List<MailEnclosures.CalendarFile> calendars) {}

    /**
     * @param about what {@link AgencyMails#send} was told, {@code cause} likewise
     * @return nothing where it has been overtaken
     */
    Optional<Letter> write(UUID about, String cause, String to, Locale in);
}
