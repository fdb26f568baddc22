package jp.kasane.notification.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import jp.kasane.notification.AgencyLetters;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Sends a letter to an agency's office, and notes on its address when that is refused. */
@Component
class AgencyMailDelivery extends PostedOrders<AgencyMailOrder> {

    private final JdbcClient jdbc;
    private final List<AgencyLetters> writers;
    private final Clock clock;

    AgencyMailDelivery(
            JdbcClient jdbc,
            ObjectMapper json,
            Postman postman,
            List<AgencyLetters> writers,
            MailSettings settings,
            Clock clock) {
        super(AgencyMailOrder.class, json, settings, postman);
        this.jdbc = jdbc;
        this.writers = writers;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "agency-mail";
    }

    private record Office(String address, String language) {}

    @Override
    protected boolean send(AgencyMailOrder mail) {
        var office = jdbc.sql("select address, language from kasane.agency_mail where agency_id = :id")
                .param("id", mail.agencyId())
                .query(Office.class)
                .optional();
        var letter = office.flatMap(to -> writers.stream()
                .filter(writer -> writer.kind().equals(mail.kind()))
                .findFirst()
                .flatMap(writer -> writer.write(mail.about(), mail.cause(), to.address(), Locale.of(to.language()))));
        letter.ifPresent(written -> postman.send(
                mail.id(), office.get().address(), written.subject(), written.text(), written.calendars()));
        return letter.isPresent();
    }

    @Override
    protected void note(AgencyMailOrder mail, String reason) {
        jdbc.sql(
                        """
                        update kasane.agency_mail set failed_reason = :reason, failed_at = case when :reason::text is not null then :now::timestamptz end
                        where agency_id = :agency
                        """)
                .param("agency", mail.agencyId())
                .param("reason", reason, java.sql.Types.VARCHAR)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }
}
