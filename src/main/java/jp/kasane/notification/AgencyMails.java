package jp.kasane.notification;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.internal.AgencyMailOrder;
import jp.kasane.notification.internal.Postman;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Where mail to an agency goes that has nobody who works with Kasane: an office's address, set by managers and administrators. */
@Component
@Transactional
public class AgencyMails {

    private final JdbcClient jdbc;
    private final Outbox outbox;
    private final Postman postman;
    private final Clock clock;

    AgencyMails(JdbcClient jdbc, Outbox outbox, Postman postman, Clock clock) {
        this.jdbc = jdbc;
        this.outbox = outbox;
        this.postman = postman;
        this.clock = clock;
    }

    /**
     * An agency and its address.
     *
     * @param address null: none is known
     * @param people how many people of it work with Kasane; only an agency without any is written to
     * @param failedAt since when mail to it is refused, until the address is set again
     */
    public record Office(
            UUID agencyId,
            String code,
            String agency,
            String address,
            String language,
            int people,
            Instant failedAt,
            String failedReason) {}

    /** The address that Kasane's mails come from. */
    public String sender() {
        return postman.from();
    }

    @Transactional(readOnly = true)
    public List<Office> all() {
        return jdbc.sql(
                        """
                        select a.id as agency_id, a.code, a.name as agency, m.address, coalesce(m.language, 'ja') as language,
                               (select count(distinct r.user_id)::int from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
                                where r.agency_id = a.id and r.role in ('member', 'reception', 'coordinator', 'manager')
                                  and r.valid_from <= kasane.today() and (r.valid_to is null or r.valid_to >= kasane.today())) as people,
                               m.failed_at, m.failed_reason
                        from kasane.agency a left join kasane.agency_mail m on m.agency_id = a.id
                        where a.active and a.municipality_id = kasane.my_municipality() order by a.position, a.name
                        """)
                .query(Office.class)
                .list();
    }

    /** Whether there is an address that mail can be sent to. */
    @Transactional(readOnly = true)
    public boolean reaches(UUID agencyId) {
        return postman.employed()
                && jdbc.sql("select exists (select from kasane.agency_mail where agency_id = :id)")
                        .param("id", agencyId)
                        .query(Boolean.class)
                        .single();
    }

    /**
     * @param address empty for none
     * @return what it was before
     * @throws Refusal.NotFound for an agency that is not there; {@link Refusal.Invalid} for what cannot be an address
     */
    public Optional<String> set(String agencyCode, String address, String language, String label, String wrong) {
        var office = all().stream()
                .filter(each -> each.code().equals(agencyCode))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("機関"));
        var before = Optional.ofNullable(office.address());
        if (address.isEmpty()) {
            jdbc.sql("delete from kasane.agency_mail where agency_id = :id")
                    .param("id", office.agencyId())
                    .update();
            return before;
        }
        if (!MailAddresses.isAddress(address)) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("address-" + agencyCode, label, wrong)));
        }
        jdbc.sql(
                        """
                        insert into kasane.agency_mail as m (agency_id, municipality_id, address, language, changed_at, changed_by)
                        values (:id, kasane.my_municipality(), :address, :language, :now, kasane.acting_user())
                        on conflict (agency_id) do update set address = excluded.address, language = excluded.language,
                            changed_at = excluded.changed_at, changed_by = excluded.changed_by, failed_at = null, failed_reason = null
                        """)
                .param("id", office.agencyId())
                .param("address", address)
                .param("language", Locale.ENGLISH.getLanguage().equals(language) ? "en" : "ja")
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return before;
    }

    /**
     * Orders a letter to the agency, in the caller's transaction; nothing where it has no address.
     *
     * @param kind of {@link AgencyLetters}
     * @param about an id the writer of the letter knows
     */
    public void send(UUID municipalityId, UUID agencyId, String kind, UUID about, String cause) {
        if (reaches(agencyId)) {
            outbox.addAside(
                    municipalityId,
                    "mail:" + Ids.next(),
                    "agency-mail",
                    new AgencyMailOrder(Ids.next(), agencyId, kind, about, cause));
        }
    }
}
