package jp.kasane.community;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The municipality's list of 社会資源. Everybody reads it; coordinators and managers keep it. */
@Component
@Transactional
public class Resources {

    private static final Set<String> KINDS = Set.of("place", "work", "volunteering", "learning", "living", "other");
    private static final Set<String> WAYS = Set.of("participant", "contributor");

    private static final String SELECT =
            """
            select r.id, r.name, r.kind, a.code as agency_code, a.name as agency, r.accepts, r.tasks, r.hours, r.place, r.contact,
                   r.surveyed_on, r.active
            from kasane.resource r left join kasane.agency a on a.id = r.agency_id
            """;

    private final JdbcClient jdbc;
    private final Agencies agencies;
    private final Clock clock;

    Resources(JdbcClient jdbc, Agencies agencies, Clock clock) {
        this.jdbc = jdbc;
        this.agencies = agencies;
        this.clock = clock;
    }

    /** What was typed, as it was typed. */
    public record Entered(
            String name,
            String kind,
            String agency,
            List<String> accepts,
            String tasks,
            String hours,
            String place,
            String contact,
            String surveyedOn,
            boolean active) {

        public Entered {
            name = trimmed(name);
            tasks = trimmed(tasks);
            hours = trimmed(hours);
            place = trimmed(place);
            contact = trimmed(contact);
            surveyedOn = trimmed(surveyedOn);
            agency = trimmed(agency);
            accepts = accepts == null
                    ? List.of()
                    : accepts.stream().filter(Objects::nonNull).toList();
        }

        private static String trimmed(String text) {
            return text == null ? "" : text.strip();
        }

        public static Entered empty() {
            return new Entered("", "place", "", List.of("participant"), "", "", "", "", "", true);
        }

        public static Entered of(Resource resource) {
            return new Entered(
                    resource.name(),
                    resource.kind(),
                    resource.agencyCode(),
                    resource.accepts(),
                    resource.tasks(),
                    resource.hours(),
                    resource.place(),
                    resource.contact(),
                    resource.surveyedOn() == null ? "" : resource.surveyedOn().toString(),
                    resource.active());
        }
    }

    /** Those in use first, by name. */
    @Transactional(readOnly = true)
    public List<Resource> list() {
        return jdbc.sql(SELECT + "order by not r.active, r.name")
                .query(this::map)
                .list();
    }

    /** @throws Refusal.NotFound if there is none */
    @Transactional(readOnly = true)
    public Resource one(UUID id) {
        return jdbc.sql(SELECT + "where r.id = :id")
                .param("id", id)
                .query(this::map)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("社会資源"));
    }

    /** What a form offers: those in use, each with what it takes people in as. */
    @Transactional(readOnly = true)
    public List<Forms.Option> options() {
        return list().stream()
                .filter(Resource::active)
                .map(resource -> new Forms.Option(
                        resource.id().toString(),
                        resource.name() + (resource.tasks().isEmpty() ? "" : "（" + shortened(resource.tasks()) + "）")))
                .toList();
    }

    private static String shortened(String text) {
        var line = text.lines().findFirst().orElse("");
        return line.length() <= 30 ? line : line.substring(0, 30) + "…";
    }

    /**
     * Adds one, or changes it.
     *
     * @param id null for a new one
     * @throws Refusal.Forbidden for anybody but coordinators and managers
     * @throws Refusal.Invalid for fields that cannot be accepted
     */
    public Resource save(UUID id, Entered entered) {
        if (!mayChange()) {
            throw new Refusal.Forbidden("社会資源の一覧を変えられるのは、伴走の担当と所管課だけです。");
        }
        var errors = new ArrayList<Refusal.FieldError>();
        if (entered.name().isEmpty() || entered.name().length() > 100) {
            errors.add(new Refusal.FieldError("name", "名前", "は1～100字で入力してください。"));
        }
        if (!KINDS.contains(Objects.toString(entered.kind(), ""))) {
            errors.add(new Refusal.FieldError("kind", "種類", "を選んでください。"));
        }
        if (entered.accepts().isEmpty() || !WAYS.containsAll(entered.accepts())) {
            errors.add(new Refusal.FieldError("accepts", "受け入れ方", "を一つ以上選んでください。"));
        }
        tooLong(errors, "tasks", "できること", entered.tasks(), 2000);
        tooLong(errors, "hours", "曜日・時間", entered.hours(), 200);
        tooLong(errors, "place", "場所", entered.place(), 200);
        tooLong(errors, "contact", "連絡先", entered.contact(), 200);
        var agency = entered.agency().isEmpty() ? null : agencies.byCode(entered.agency());
        if (agency != null && agency.isEmpty()) {
            errors.add(new Refusal.FieldError("agency", "受け持つ機関", "を一覧から選んでください。"));
        }
        LocalDate surveyed = null;
        try {
            surveyed = entered.surveyedOn().isEmpty() ? null : LocalDate.parse(entered.surveyedOn());
        } catch (DateTimeException wrong) {
            errors.add(new Refusal.FieldError("surveyedOn", "確かめた日", "は日付で入力してください。"));
        }
        if (named(id, entered.name())) {
            errors.add(new Refusal.FieldError("name", "名前", "は、すでに一覧にあります。"));
        }
        if (!errors.isEmpty()) {
            throw new Refusal.Invalid(errors);
        }
        var resource = id == null ? Ids.next() : one(id).id();
        jdbc.sql(
                        """
                        insert into kasane.resource (id, municipality_id, name, kind, agency_id, accepts, tasks, hours, place, contact, surveyed_on,
                            active, created_at)
                        values (:id, kasane.my_municipality(), :name, :kind, :agency, :accepts, :tasks, :hours, :place, :contact, :surveyed, :active, :now)
                        on conflict (id) do update set name = excluded.name, kind = excluded.kind, agency_id = excluded.agency_id,
                            accepts = excluded.accepts, tasks = excluded.tasks, hours = excluded.hours, place = excluded.place,
                            contact = excluded.contact, surveyed_on = excluded.surveyed_on, active = excluded.active
                        """)
                .param("id", resource)
                .param("name", entered.name())
                .param("kind", entered.kind())
                .param("agency", agency == null ? null : agency.get().id(), Types.OTHER)
                .param("accepts", entered.accepts().stream().distinct().sorted().toArray(String[]::new))
                .param("tasks", entered.tasks())
                .param("hours", entered.hours())
                .param("place", entered.place())
                .param("contact", entered.contact())
                .param("surveyed", surveyed, Types.DATE)
                .param("active", entered.active())
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return one(resource);
    }

    public static boolean mayChange() {
        return Acting.required().has("coordinator") || Acting.required().has("manager");
    }

    private boolean named(UUID id, String name) {
        return jdbc.sql("select exists (select from kasane.resource where name = :name and id is distinct from :id)")
                .param("name", name)
                .param("id", id, Types.OTHER)
                .query(Boolean.class)
                .single();
    }

    private static void tooLong(List<Refusal.FieldError> errors, String field, String label, String text, int most) {
        if (text.length() > most) {
            errors.add(new Refusal.FieldError(field, label, "は" + most + "字までで入力してください。"));
        }
    }

    private Resource map(ResultSet row, int n) throws SQLException {
        var surveyed = row.getObject("surveyed_on", LocalDate.class);
        return new Resource(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("kind"),
                row.getString("agency_code"),
                row.getString("agency"),
                Arrays.asList((String[]) row.getArray("accepts").getArray()),
                row.getString("tasks"),
                row.getString("hours"),
                row.getString("place"),
                row.getString("contact"),
                surveyed,
                row.getBoolean("active"),
                surveyed == null || surveyed.plusYears(1).isBefore(JapaneseTime.dayOf(clock.instant())));
    }
}
