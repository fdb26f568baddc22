package jp.kasane.notification;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Where mail goes. A person's address is seen and set by that person and by administrators (row-level security). */
@Component
@Transactional
public class MailAddresses {

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Outbox outbox;

    MailAddresses(JdbcClient jdbc, Clock clock, Outbox outbox) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.outbox = outbox;
    }

    /**
     * A person of the municipality and where their mail goes.
     *
     * @param address null: no mail
     * @param language {@code ja} or {@code en}
     * @param failedAt when mail to this address was given up, until one goes out again
     * @param failedReason codes of the mail server
     */
    public record Recipient(
            UUID userId,
            String login,
            String displayName,
            String address,
            String language,
            Instant failedAt,
            String failedReason) {}

    private static final String RECIPIENTS =
            """
            select u.id as user_id, u.login, u.display_name, m.address, coalesce(m.language, 'ja') as language, m.failed_at, m.failed_reason
            from kasane.app_user u left join kasane.mail_address m on m.user_id = u.id
            where u.kind = 'person' and u.active
            """;

    @Transactional(readOnly = true)
    public Recipient mine() {
        return find(Acting.required().id()).orElseThrow();
    }

    @Transactional(readOnly = true)
    public Optional<Recipient> find(UUID user) {
        return jdbc.sql(RECIPIENTS + " and u.id = :user")
                .param("user", user)
                .query(Recipient.class)
                .optional();
    }

    /** Everybody; addresses only as far as the acting user may see them. */
    @Transactional(readOnly = true)
    public List<Recipient> all() {
        return jdbc.sql(RECIPIENTS + " order by m.failed_at is null, u.login")
                .query(Recipient.class)
                .list();
    }

    /** Those to whom mail was given up. */
    @Transactional(readOnly = true)
    public List<Recipient> failing() {
        return jdbc.sql(RECIPIENTS + " and m.failed_at is not null order by m.failed_at")
                .query(Recipient.class)
                .list();
    }

    /** Whether this can be an address at all: one person at one domain, in ASCII. */
    public static boolean isAddress(String text) {
        if (text.length() > 254
                || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)
                || text.matches(".*[<>\",;:()].*")) {
            return false;
        }
        try {
            new InternetAddress(text, true).validate();
            return text.indexOf('@') > 0;
        } catch (AddressException wrong) {
            return false;
        }
    }

    /**
     * Sets a person's address. What was given up for the old one is sent to the new one.
     *
     * @param address null for no mail
     */
    public void set(UUID user, String address, String language) {
        var before = find(user).map(Recipient::address).orElse(null);
        jdbc.sql("select kasane.set_mail_address(:user, :address, :language, :now)")
                .param("user", user)
                .param("address", address)
                .param("language", Locale.ENGLISH.getLanguage().equals(language) ? "en" : "ja")
                .param("now", Timestamp.from(clock.instant()))
                .query()
                .singleRow();
        if (address != null && !address.equals(before)) {
            sendAgain(user);
        }
    }

    /**
     * Tries once more what was given up for this person; older than two weeks is old news and stays in the app only.
     *
     * @return how many mails
     * @throws Refusal.NotFound if there is no such person
     */
    public int sendAgain(UUID user) {
        jdbc.sql("select id from kasane.app_user where id = :user")
                .param("user", user)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("利用者"));
        outbox.wakeAfterCommit();
        return jdbc.sql("select kasane.mail_again(:user, :since)")
                .param("user", user)
                .param("since", Timestamp.from(clock.instant().minusSeconds(14 * 86_400)))
                .query(Integer.class)
                .single();
    }
}
