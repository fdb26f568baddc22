package jp.kasane.notification.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import jp.kasane.notification.MailEnclosures;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sends the mail of one notice, or of one day's digest, and notes on the address what became of it. */
@Component
class MailDelivery extends PostedOrders<MailOrder> {

    private final JdbcClient jdbc;
    private final Letters letters;
    private final List<MailEnclosures> enclosures;
    private final Clock clock;

    MailDelivery(
            JdbcClient jdbc,
            ObjectMapper json,
            Postman postman,
            Letters letters,
            List<MailEnclosures> enclosures,
            MailSettings settings,
            Clock clock) {
        super(MailOrder.class, json, settings, postman);
        this.enclosures = enclosures;
        this.jdbc = jdbc;
        this.letters = letters;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "mail";
    }

    private record Recipient(String address, String language) {}

    @Override
    protected boolean send(MailOrder mail) {
        var recipient = jdbc.sql(
                        """
                        select m.address, m.language from kasane.mail_address m join kasane.app_user u on u.id = m.user_id and u.active
                        where m.user_id = :user and m.address is not null
                        """)
                .param("user", mail.userId())
                .query(Recipient.class)
                .optional();
        if (recipient.isEmpty()) {
            return false;
        }
        var language = recipient.get().language();
        if (mail.digestId() != null) {
            var letter = letters.digest(items("n.digest_id = :id", mail.digestId()), language);
            postman.send(mail.digestId(), recipient.get().address(), letter.subject(), letter.text(), List.of());
        } else {
            var item = items("n.id = :id", mail.noticeId()).getFirst();
            var letter = letters.notice(item, language);
            postman.send(
                    mail.noticeId(),
                    recipient.get().address(),
                    letter.subject(),
                    letter.text(),
                    enclosed(mail, item, recipient.get()));
        }
        return true;
    }

    private List<MailEnclosures.CalendarFile> enclosed(MailOrder mail, Letters.Item item, Recipient recipient) {
        var cause = jdbc.sql("select cause from kasane.notification where id = :id")
                .param("id", mail.noticeId())
                .query(String.class)
                .single();
        return enclosures.stream()
                .flatMap(each -> each
                        .of(
                                item.kind(),
                                cause,
                                mail.userId(),
                                item.meetingId(),
                                recipient.address(),
                                Locale.of(recipient.language()))
                        .stream())
                .toList();
    }

    private List<Letters.Item> items(String which, UUID id) {
        return jdbc.sql(
                        """
                        select n.kind, f.number as case_number, n.case_id, n.consultation_id, n.meeting_id, n.task_id, n.matter_id, n.created_at
                        from kasane.notification n left join kasane.case_file f on f.id = n.case_id
                        where %s order by n.created_at
                        """
                                .formatted(which))
                .param("id", id)
                .query(Letters.Item.class)
                .list();
    }

    @Override
    protected void note(MailOrder mail, String reason) {
        jdbc.sql("select kasane.note_mail(:user, :reason, :now)")
                .param("user", mail.userId())
                .param("reason", reason)
                .param("now", Timestamp.from(clock.instant()))
                .query()
                .singleRow();
    }
}
