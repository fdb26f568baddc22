package jp.kasane.notification.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import jp.kasane.notification.MailEnclosures;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderGivenUp;
import jp.kasane.outbox.Patience;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sends the mail of one notice, or of one day's digest, and notes on the address what became of it. */
@Component
class MailDelivery implements Delivery {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Postman postman;
    private final Letters letters;
    private final List<MailEnclosures> enclosures;
    private final MailSettings settings;
    private final Clock clock;

    MailDelivery(
            JdbcClient jdbc,
            ObjectMapper json,
            Postman postman,
            Letters letters,
            List<MailEnclosures> enclosures,
            MailSettings settings,
            Clock clock) {
        this.enclosures = enclosures;
        this.jdbc = jdbc;
        this.json = json;
        this.postman = postman;
        this.letters = letters;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "mail";
    }

    @Override
    public boolean ready() {
        return postman.employed();
    }

    @Override
    public boolean aside() {
        return true;
    }

    @Override
    public Patience patience() {
        return new Patience(settings.attempts(), settings.firstPause(), settings.longestPause());
    }

    private record Recipient(String address, String language) {}

    @Override
    public Result deliver(Order order) {
        var mail = read(order);
        var recipient = jdbc.sql(
                        """
                        select m.address, m.language from kasane.mail_address m join kasane.app_user u on u.id = m.user_id and u.active
                        where m.user_id = :user and m.address is not null
                        """)
                .param("user", mail.userId())
                .query(Recipient.class)
                .optional();
        if (recipient.isEmpty()) {
            return Result.SUPERSEDED;
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
        note(mail.userId(), null);
        return Result.DONE;
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

    @EventListener
    void on(OrderGivenUp event) {
        if (event.order().kind().equals(kind())) {
            note(read(event.order()).userId(), event.reason());
        }
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

    private void note(UUID user, String reason) {
        jdbc.sql("select kasane.note_mail(:user, :reason, :now)")
                .param("user", user)
                .param("reason", reason)
                .param("now", Timestamp.from(clock.instant()))
                .query()
                .singleRow();
    }

    private MailOrder read(Order order) {
        try {
            return json.treeToValue(order.payload(), MailOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An order for a mail cannot be read", e);
        }
    }
}
