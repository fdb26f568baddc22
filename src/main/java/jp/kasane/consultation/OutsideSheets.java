package jp.kasane.consultation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.access.Actor;
import jp.kasane.access.SystemActor;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.PublicAddress;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agency;
import jp.kasane.municipality.MunicipalRules;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * つなぐシート from outside: a 民生委員, a shop, another section hands one in by the municipality's link, without an account. It is a
 * consultation like any other, received by the agency the link names, and stays marked until somebody has confirmed it. Without the
 * person's consent nobody is named; where consent comes before the sheet (狛江; 002, L6133-37) nothing is told of the matter either, only
 * where it is and who can be asked.
 */
@Component
public class OutsideSheets implements ConsultationSection {

    /** What may be written at most; ours. */
    private static final int LONGEST = 20_000;

    private static final int LONGEST_LINE = 200;
    /** No letters that are mistaken for digits when somebody reads the number out. */
    private static final String LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    private static final Set<String> SENDERS = Set.of("commissioner", "agency", "neighbour", "family", "self", "other");

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final SystemActor system;
    private final Consultations consultations;
    private final Streams streams;
    private final MunicipalRules rules;
    private final Notices notices;
    private final SettingChanges changes;
    private final ObjectMapper json;
    private final Clock clock;
    private final PublicAddress address;
    private final SecureRandom random = new SecureRandom();

    OutsideSheets(
            JdbcClient jdbc,
            TransactionTemplate transaction,
            SystemActor system,
            Consultations consultations,
            Streams streams,
            MunicipalRules rules,
            Notices notices,
            SettingChanges changes,
            ObjectMapper json,
            Clock clock,
            PublicAddress address) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.system = system;
        this.consultations = consultations;
        this.streams = streams;
        this.rules = rules;
        this.notices = notices;
        this.changes = changes;
        this.json = json;
        this.clock = clock;
        this.address = address;
    }

    // ── the link ───────────────────────────────────────────────────────────────────────────────────────────────────

    /** The link that is open now. */
    public record Link(String url, String agencyCode, String agency, Instant createdAt) {}

    /** The link of the acting user's municipality, if one is open. */
    @Transactional(readOnly = true)
    public Optional<Link> link() {
        return jdbc.sql(
                        """
                        select l.token, a.code, a.name, l.created_at from kasane.sheet_link l join kasane.agency a on a.id = l.agency_id
                        where l.municipality_id = kasane.my_municipality() and l.ended_at is null
                        """)
                .query((row, n) -> new Link(
                        address.of("/s/" + row.getString("token")),
                        row.getString("code"),
                        row.getString("name"),
                        row.getTimestamp("created_at").toInstant()))
                .optional();
    }

    /** Agencies that have somebody who receives. */
    @Transactional(readOnly = true)
    public List<Agency> receivers() {
        return jdbc.sql(
                        """
                        select a.id, a.code, a.name, a.field from kasane.agency a
                        where a.active and a.municipality_id = kasane.my_municipality()
                          and exists (select from kasane.role_assignment r join kasane.app_user u on u.id = r.user_id and u.active
                                      where r.agency_id = a.id and r.role = 'reception' and r.valid_from <= kasane.today()
                                        and (r.valid_to is null or r.valid_to >= kasane.today()))
                        order by a.position, a.name
                        """)
                .query(Agency.class)
                .list();
    }

    /**
     * Opens a link; the one before is over.
     *
     * @throws Refusal.Forbidden for whoever is neither manager nor administrator
     * @throws Refusal.Invalid for an agency that receives nothing
     */
    @Transactional
    public Link make(String agencyCode) {
        changes.requireChanger();
        var agency = receivers().stream()
                .filter(each -> each.code().equals(agencyCode))
                .findFirst()
                .orElseThrow(() -> new Refusal.Invalid(List.of(new Refusal.FieldError(
                        "agency", changes.word("sheets.agency"), changes.word("bodies.error.choose")))));
        endOpen();
        var bytes = new byte[18];
        random.nextBytes(bytes);
        jdbc.sql(
                        """
                        insert into kasane.sheet_link (id, municipality_id, token, agency_id, created_at, created_by)
                        values (:id, kasane.my_municipality(), :token, :agency, :now, kasane.acting_user())
                        """)
                .param("id", Ids.next())
                .param("token", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))
                .param("agency", agency.id())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        changes.note("sheet-link", "link", null, Map.of("action", "made", "agency", agencyCode));
        return link().orElseThrow();
    }

    /** Nothing comes in by it any more. @throws Refusal.Forbidden as for {@link #make} */
    @Transactional
    public void end() {
        changes.requireChanger();
        if (endOpen() > 0) {
            changes.note("sheet-link", "link", null, Map.of("action", "ended"));
        }
    }

    private int endOpen() {
        return jdbc.sql(
                        """
                        update kasane.sheet_link set ended_at = :now, ended_by = kasane.acting_user()
                        where municipality_id = kasane.my_municipality() and ended_at is null
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    // ── handed in ──────────────────────────────────────────────────────────────────────────────────────────────────

    /**
     * What whoever has the link is told.
     *
     * @param sheetName what the sheet is called here, or null where no document tells of one
     * @param consentFirst without consent nothing of the matter is told
     */
    public record Open(String municipality, String agency, String sheetName, boolean consentFirst) {}

    /** Nothing where the link is none of ours or is over. Nobody need be logged in. */
    public Optional<Open> open(String token) {
        return system.inTransaction(() -> row(token)
                .map(link -> new Open(
                        link.municipality(),
                        link.agency(),
                        rules.referralSheet()
                                .map(MunicipalRules.ReferralSheet::name)
                                .orElse(null),
                        consentFirst())));
    }

    private boolean consentFirst() {
        return rules.referralSheet()
                .map(MunicipalRules.ReferralSheet::consentFirst)
                .orElse(false);
    }

    private record Row(UUID id, UUID municipalityId, String municipality, UUID agencyId, String agency) {}

    private Optional<Row> row(String token) {
        return jdbc.sql(
                        """
                        select l.id, l.municipality_id, m.name as municipality, l.agency_id, a.name as agency
                        from kasane.sheet_link l join kasane.municipality m on m.id = l.municipality_id join kasane.agency a on a.id = l.agency_id
                        where l.token = :token and l.ended_at is null and l.municipality_id = kasane.my_municipality()
                        """)
                .param("token", token)
                .query(Row.class)
                .optional();
    }

    /**
     * What was typed, as it was typed.
     *
     * @param once tells a form that is sent twice from two
     * @param consent yes or no; anything else was not answered
     */
    public record Sheet(
            UUID once,
            String consent,
            String sender,
            String senderName,
            String senderOffice,
            String senderContact,
            String place,
            String subjectName,
            List<String> concerns,
            String story) {

        boolean agreed() {
            return consent.equals("yes");
        }
    }

    /**
     * Hands it in: a consultation begins.
     *
     * @return the number on the receipt; the same one for a form that is sent twice
     * @throws Refusal.NotFound if the link is over
     * @throws Refusal.Invalid with a sentence for each field
     */
    public String hand(String token, Sheet sheet) {
        var link = system.inTransaction(() -> row(token))
                .orElseThrow(() -> new Refusal.NotFound(changes.word("links.link")));
        requireRight(sheet, system.inTransaction(this::consentFirst));
        var outside = system.inTransaction(() -> new Actor(
                jdbc.sql("select kasane.outside_user()").query(UUID.class).single(),
                link.municipalityId(),
                "outside",
                "",
                Set.of()));
        var receipt = new String[1];
        Acting.as(
                outside,
                () -> transaction.execute(tx -> {
                    // The link says where it goes; the database would ask for an agency of one's own.
                    system.inThisTransaction(
                            () -> receipt[0] = received(sheet.once()).orElseGet(() -> begin(link, sheet)));
                    return null;
                }));
        return receipt[0];
    }

    private Optional<String> received(UUID once) {
        return jdbc.sql("select receipt from kasane.outside_sheet where once = :once")
                .param("once", once)
                .query(String.class)
                .optional();
    }

    private String begin(Row link, Sheet sheet) {
        var id = Ids.next();
        var receipt = receipt();
        streams.open(id, "consultation");
        int first = jdbc.sql(
                        """
                        insert into kasane.outside_sheet (consultation_id, municipality_id, link_id, agency_id, once, receipt, sender_name, sender_office,
                            sender_contact, consented, received_at)
                        values (:id, :municipality, :link, :agency, :once, :receipt, :name, :office, :contact, :consented, :now)
                        on conflict (once) do nothing
                        """)
                .param("id", id)
                .param("municipality", link.municipalityId())
                .param("link", link.id())
                .param("agency", link.agencyId())
                .param("once", sheet.once())
                .param("receipt", receipt)
                .param("name", sheet.senderName().strip())
                .param(
                        "office",
                        sheet.senderOffice().isBlank()
                                ? null
                                : sheet.senderOffice().strip())
                .param("contact", sheet.senderContact().strip())
                .param("consented", sheet.agreed())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (first == 0) {
            // The other one of two that were sent at once: its consultation stands, this one never began.
            throw new Refusal.Conflict(changes.word("sheets.error.twice"));
        }
        consultations.receiveFromOutside(id, data(sheet));
        notices.tell(
                notices.holders(link.municipalityId(), "reception", link.agencyId()),
                "sheet-received",
                "sheet-received:" + id,
                Notices.About.consultation(id));
        return receipt;
    }

    private String receipt() {
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            text.append(i == 4 ? "-" : "").append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /** As the form of the window has it. */
    private ObjectNode data(Sheet sheet) {
        var data = json.createObjectNode();
        data.put("channel", "sheet");
        data.put("broughtBy", sheet.sender());
        data.put(
                "receivedAt",
                clock.instant().atZone(JapaneseTime.ZONE).toOffsetDateTime().toString());
        boolean named = sheet.agreed() && !sheet.subjectName().isBlank();
        data.put("subjectKnown", named);
        if (named) {
            data.put("subjectName", sheet.subjectName().strip());
        } else {
            data.put(
                    "subjectLabel",
                    cut(changes.word("sheets.unnamed", sheet.place().strip())));
        }
        data.put("subjectAddress", sheet.place().strip());
        var concerns = data.putArray("concerns");
        (sheet.concerns().isEmpty() ? List.of("other") : sheet.concerns()).forEach(concerns::add);
        data.put("story", sheet.story().isBlank() ? changes.word("sheets.noStory") : sheet.story());
        data.put("consentState", sheet.agreed() ? "given" : "unasked");
        if (sheet.agreed()) {
            data.put("consentNote", changes.word("sheets.consentNote"));
        }
        return data;
    }

    private static String cut(String text) {
        return characters(text) <= LONGEST_LINE ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST_LINE));
    }

    /** As a reader counts: 𠮷 is one, as in the forms. */
    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    private void requireRight(Sheet sheet, boolean consentFirst) {
        var errors = new ArrayList<Refusal.FieldError>();
        if (!Set.of("yes", "no").contains(sheet.consent())) {
            errors.add(error("consent", "sheets.label.consent", "bodies.error.choose"));
        }
        if (!SENDERS.contains(sheet.sender())) {
            errors.add(error("sender", "sheets.label.sender", "bodies.error.choose"));
        }
        line("senderName", sheet.senderName(), true, errors);
        line("senderOffice", sheet.senderOffice(), false, errors);
        line("senderContact", sheet.senderContact(), true, errors);
        line("place", sheet.place(), true, errors);
        line("subjectName", sheet.subjectName(), false, errors);
        if (sheet.consent().equals("no") && !sheet.subjectName().isBlank()) {
            errors.add(error("subjectName", "sheets.subjectName", "sheets.error.named"));
        }
        if (sheet.consent().equals("no") && consentFirst && !sheet.story().isBlank()) {
            errors.add(error("story", "sheets.label.story", "sheets.error.consentFirst"));
        } else if (sheet.story().isBlank() && !(sheet.consent().equals("no") && consentFirst)) {
            errors.add(error("story", "sheets.label.story", "sheets.error.empty"));
        } else if (characters(sheet.story()) > LONGEST) {
            errors.add(error("story", "sheets.label.story", "sheets.error.longStory"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
    }

    private void line(String field, String text, boolean needed, List<Refusal.FieldError> errors) {
        if (needed && text.isBlank()) {
            errors.add(error(field, "sheets." + field, "sheets.error.empty"));
        } else if (characters(text.strip()) > LONGEST_LINE) {
            errors.add(error(field, "sheets." + field, "sheets.error.longLine"));
        }
    }

    private Refusal.FieldError error(String field, String label, String message) {
        return new Refusal.FieldError(field, changes.word(label), changes.word(message));
    }

    // ── looked at ──────────────────────────────────────────────────────────────────────────────────────────────────

    /** What came with a consultation from outside. */
    public record Received(
            String receipt,
            String senderName,
            String senderOffice,
            String senderContact,
            boolean consented,
            Instant receivedAt,
            Instant confirmedAt,
            String confirmedBy) {}

    @Override
    public String key() {
        return "outside";
    }

    /** Null where it did not come from outside. */
    @Override
    public Received of(UUID consultationId) {
        return transaction.execute(tx -> jdbc.sql(
                        """
                        select o.receipt, o.sender_name, o.sender_office, o.sender_contact, o.consented, o.received_at, o.confirmed_at,
                               u.display_name as confirmed_by
                        from kasane.outside_sheet o left join kasane.app_user u on u.id = o.confirmed_by where o.consultation_id = :id
                        """)
                .param("id", consultationId)
                .query(Received.class)
                .optional()
                .orElse(null));
    }

    /**
     * Somebody has asked the sender, and it is as it says.
     *
     * @throws Refusal.NotFound if there is nothing to confirm for the acting user
     */
    @Transactional
    public void confirm(UUID consultationId) {
        var me = Acting.required();
        if (!(me.has("reception") || me.has("coordinator") || me.has("member") || me.has("manager"))) {
            throw new Refusal.Forbidden(changes.word("sheets.error.confirmer"));
        }
        streams.lock(consultationId);
        int confirmed = jdbc.sql(
                        """
                        update kasane.outside_sheet set confirmed_at = :now, confirmed_by = kasane.acting_user()
                        where consultation_id = :id and confirmed_at is null
                        """)
                .param("id", consultationId)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (confirmed == 0) {
            throw new Refusal.Conflict(changes.word("sheets.error.confirmed"));
        }
        streams.append(consultationId, CaseEvent.now("sheet.confirmed", clock.instant(), Map.of()));
    }
}
