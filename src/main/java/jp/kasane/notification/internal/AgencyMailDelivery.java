package jp.kasane.notification.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import jp.kasane.notification.AgencyLetters;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.OrderGivenUp;
import jp.kasane.outbox.Patience;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sends a letter to an agency's office, and notes on its address when that is refused. */
@Component
class AgencyMailDelivery implements Delivery {

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Postman postman;
    private final List<AgencyLetters> writers;
    private final MailSettings settings;
    private final Clock clock;

    AgencyMailDelivery(
            JdbcClient jdbc,
            ObjectMapper json,
            Postman postman,
            List<AgencyLetters> writers,
            MailSettings settings,
            Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.postman = postman;
        this.writers = writers;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "agency-mail";
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

    private record Office(String address, String language) {}

    @Override
    public Result deliver(Order order) {
        var mail = read(order);
        var office = jdbc.sql("select address, language from kasane.agency_mail where agency_id = :id")
                .param("id", mail.agencyId())
                .query(Office.class)
                .optional();
        if (office.isEmpty()) {
            return Result.SUPERSEDED;
        }
        var letter = writers.stream()
                .filter(writer -> writer.kind().equals(mail.kind()))
                .findFirst()
                .flatMap(writer -> writer.write(
                        mail.about(),
                        mail.cause(),
                        office.get().address(),
                        Locale.of(office.get().language())));
        if (letter.isEmpty()) {
            return Result.SUPERSEDED;
        }
        postman.send(
                mail.id(),
                office.get().address(),
                letter.get().subject(),
                letter.get().text(),
                letter.get().calendars());
        note(mail.agencyId(), null);
        return Result.DONE;
    }

    @EventListener
    void on(OrderGivenUp event) {
        if (event.order().kind().equals(kind())) {
            note(read(event.order()).agencyId(), event.reason());
        }
    }

    private void note(UUID agency, String reason) {
        jdbc.sql(
                        """
                        update kasane.agency_mail set failed_reason = :reason, failed_at = case when :reason::text is not null then :now::timestamptz end
                        where agency_id = :agency
                        """)
                .param("agency", agency)
                .param("reason", reason, java.sql.Types.VARCHAR)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private AgencyMailOrder read(Order order) {
        try {
            return json.treeToValue(order.payload(), AgencyMailOrder.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An order for a letter cannot be read", e);
        }
    }
}
