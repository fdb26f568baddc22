package jp.kasane.notification.internal;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import jp.kasane.foundation.PublicAddress;
import jp.kasane.foundation.WrittenDates;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/**
 * What mails say: the kind of notice, the case number and where to look. A mail passes through other people's servers, so no
 * name, no address and nothing of what was written about anybody is in it; whoever may know logs in.
 */
@Component
class Letters {

    private final MessageSource messages;
    private final PublicAddress address;

    Letters(MessageSource messages, PublicAddress address) {
        this.messages = messages;
        this.address = address;
    }

    record Letter(String subject, String text) {}

    record Item(
            String kind,
            String caseNumber,
            UUID caseId,
            UUID consultationId,
            UUID meetingId,
            UUID taskId,
            UUID matterId,
            Instant createdAt) {}

    Letter notice(Item item, String language) {
        var in = Locale.of(language);
        var what = word(in, "notice." + item.kind());
        return new Letter(
                word(in, "mail.subject", item.caseNumber() == null ? what : what + about(item, in)),
                String.join(
                        "\n\n",
                        what,
                        lines(item, in),
                        word(in, "mail.nobodyNamed"),
                        word(in, "mail.settings", address.of("/settings/notifications"))));
    }

    Letter digest(List<Item> items, String language) {
        var in = Locale.of(language);
        var text = new StringBuilder(word(in, "mail.digest.lead", items.size()));
        for (var item : items) {
            text.append("\n\n■ ")
                    .append(WrittenDates.dayAndHour(item.createdAt(), in))
                    .append("  ")
                    .append(word(in, "notice." + item.kind()))
                    .append('\n')
                    .append(lines(item, in));
        }
        text.append("\n\n").append(word(in, "mail.nobodyNamed"));
        text.append("\n\n").append(word(in, "mail.settings", address.of("/settings/notifications")));
        return new Letter(word(in, "mail.subject", word(in, "mail.digest.subject", items.size())), text.toString());
    }

    private String about(Item item, Locale in) {
        return word(in, "mail.about", item.caseNumber());
    }

    private String lines(Item item, Locale in) {
        var link = address.of(
                item.meetingId() != null
                        ? "/meetings/" + item.meetingId()
                        : item.taskId() != null
                                ? "/tasks/" + item.taskId()
                                : item.caseId() != null
                                        ? "/cases/" + item.caseId()
                                        : item.consultationId() != null
                                                ? "/consultations/" + item.consultationId()
                                                : item.matterId() != null ? "/matters/" + item.matterId() : "/notices");
        return (item.caseNumber() == null ? "" : word(in, "mail.case", item.caseNumber()) + "\n")
                + word(in, "mail.open", link);
    }

    private String word(Locale in, String key, Object... of) {
        return messages.getMessage(key, of, key, in);
    }
}
