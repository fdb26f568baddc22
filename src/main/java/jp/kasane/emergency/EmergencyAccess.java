package jp.kasane.emergency;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.access.SystemActor;
import jp.kasane.casefile.CaseEvent;
import jp.kasane.casefile.CaseSection;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Opens a case for somebody who has no seat in it. Who may, and which case never is, is decided by the database
 * ({@code kasane.open_in_emergency}, {@code kasane.sees_case}).
 */
@Component
@Transactional
public class EmergencyAccess implements CaseSection {

    private static final String SELECT =
            """
            select e.id, e.case_id, f.number, u.display_name as person, e.user_id = kasane.acting_user() as own, e.reason, e.note, e.opened_at, e.until,
                   e.until > now() as open, e.verdict, e.verdict_note, c.display_name as confirmed_by, e.confirmed_at
            from kasane.emergency_access e left join kasane.case_file f on f.id = e.case_id
            left join kasane.app_user u on u.id = e.user_id left join kasane.app_user c on c.id = e.confirmed_by
            """;

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Streams streams;
    private final Notices notices;
    private final SystemActor system;
    private final EmergencySettings settings;
    private final Clock clock;

    EmergencyAccess(
            JdbcClient jdbc,
            Cases cases,
            Streams streams,
            Notices notices,
            SystemActor system,
            EmergencySettings settings,
            Clock clock) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.streams = streams;
        this.notices = notices;
        this.system = system;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * @param number null for whoever does not see the case any more
     * @param own of the acting user, who cannot confirm it
     * @param open the case can still be read
     * @param verdict right, wrong, or null while nobody has confirmed it
     */
    public record Access(
            UUID id,
            UUID caseId,
            String number,
            String person,
            boolean own,
            String reason,
            String note,
            Instant openedAt,
            Instant until,
            boolean open,
            String verdict,
            String verdictNote,
            String confirmedBy,
            Instant confirmedAt) {}

    /** @param reason danger, absent or other; @param note what happened, 1 to 500 characters */
    public record Wanted(String number, String reason, String note) {}

    /** @param verdict right or wrong; @param note up to 500 characters, needed where it was wrong */
    public record Judged(String verdict, String note) {}

    /** Hours for which a case stays open. */
    public int hours() {
        return settings.hours();
    }

    public boolean mayOpen() {
        var actor = Acting.required();
        return actor.has("reception") || actor.has("coordinator");
    }

    public boolean mayConfirm() {
        return Acting.required().has("manager");
    }

    /** One's own; for managers and auditors everybody's. The newest 200, those that nobody has confirmed first. */
    @Transactional(readOnly = true)
    public List<Access> all() {
        var actor = Acting.required();
        if (!mayOpen() && !mayConfirm() && !actor.has("auditor")) {
            throw new Refusal.Forbidden("緊急閲覧は、受付・コーディネーター・所管課・監査の担当者が使います。");
        }
        return jdbc.sql(SELECT + " order by (e.confirmed_at is null) desc, e.opened_at desc limit 200")
                .query(Access.class)
                .list();
    }

    /**
     * Opens the case to the acting user for some hours, and tells the section and the agencies that hold it.
     *
     * @return the case
     * @throws Refusal.Forbidden for anybody but reception and coordinators
     * @throws Refusal.NotFound for a number that is none, or of a case that is restricted or closed: they are not to be told apart
     * @throws Refusal.Conflict if the acting user sees the case anyway
     */
    public UUID open(Wanted wanted) {
        if (!mayOpen()) {
            throw new Refusal.Forbidden("緊急閲覧を始められるのは、受付とコーディネーターです。");
        }
        var wrong = new ArrayList<Refusal.FieldError>();
        var number =
                wanted.number() == null ? "" : wanted.number().replace("\0", "").strip();
        var note = wanted.note() == null ? "" : wanted.note().replace("\0", "").strip();
        if (number.isEmpty() || number.length() > 60) {
            wrong.add(new Refusal.FieldError("number", "ケース番号", "を入力してください。"));
        }
        if (!List.of("danger", "absent", "other").contains(wanted.reason() == null ? "" : wanted.reason())) {
            wrong.add(new Refusal.FieldError("reason", "理由", "を選んでください。"));
        }
        if (note.isEmpty() || note.length() > 500) {
            wrong.add(new Refusal.FieldError("note", "何が起きているか", "は 500 字までで入力してください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        if (jdbc.sql("select exists (select from kasane.case_file where number = :number)")
                .param("number", number)
                .query(Boolean.class)
                .single()) {
            throw new Refusal.Conflict("このケースは、いまでも見られます。ケースの一覧から開いてください。");
        }
        var id = Ids.next();
        var caseId = jdbc.sql("select kasane.open_in_emergency(:id, :number, :reason, :note, :hours)")
                .param("id", id)
                .param("number", number)
                .param("reason", wanted.reason())
                .param("note", note)
                .param("hours", settings.hours())
                .query((row, n) -> row.getObject(1, UUID.class))
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("緊急に開けるケース（番号を確かめるか、所管課に連絡してください）"));
        streams.append(caseId, CaseEvent.now("case.opened-in-emergency", clock.instant(), Map.of("accessId", id)));
        var me = Acting.required().id();
        system.inThisTransaction(() -> tell(caseId, id, me));
        return caseId;
    }

    private void tell(UUID caseId, UUID id, UUID by) {
        var file = cases.required(caseId);
        record Held(UUID municipality, UUID responsible) {}
        var held = jdbc.sql(
                        """
                        select m.id as municipality, m.responsible_agency_id as responsible
                        from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id where f.id = :id
                        """)
                .param("id", caseId)
                .query(Held.class)
                .single();
        var people = new ArrayList<>(notices.holders(held.municipality(), "manager", held.responsible()));
        people.addAll(notices.holders(held.municipality(), "coordinator", file.coordinatingAgencyId()));
        people.addAll(notices.peopleOf(held.municipality(), file.leadAgencyId()));
        people.remove(by);
        notices.tell(
                people.stream().distinct().toList(),
                "emergency-access",
                "emergency:" + id,
                Notices.About.aCase(caseId));
    }

    /** Nothing is to be seen any more. */
    public void end(UUID id) {
        int ended = jdbc.sql(
                        """
                        update kasane.emergency_access set until = now()
                        where id = :id and user_id = kasane.acting_user() and until > now()
                        """)
                .param("id", id)
                .update();
        if (ended == 0) {
            throw new Refusal.NotFound("続いている緊急閲覧");
        }
    }

    /**
     * Says whether it was right.
     *
     * @throws Refusal.Forbidden for anybody but a manager, and for whoever opened it
     * @throws Refusal.Conflict once it is confirmed
     */
    public void confirm(UUID id, Judged judged) {
        if (!mayConfirm()) {
            throw new Refusal.Forbidden("緊急閲覧を確かめるのは所管課の担当者です。");
        }
        var access = jdbc.sql(SELECT + " where e.id = :id")
                .param("id", id)
                .query(Access.class)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("緊急閲覧"));
        if (access.own()) {
            throw new Refusal.Forbidden("緊急閲覧は、開いた人とは別の人が確かめます。");
        }
        if (access.verdict() != null) {
            throw new Refusal.Conflict("この緊急閲覧は、" + access.confirmedBy() + " さんが確かめています。");
        }
        var note = judged.note() == null ? "" : judged.note().replace("\0", "").strip();
        if (!List.of("right", "wrong").contains(judged.verdict() == null ? "" : judged.verdict())) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("verdict", "確かめた結果", "を選んでください。")));
        }
        if (note.length() > 500 || judged.verdict().equals("wrong") && note.isEmpty()) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("verdictNote", "対応", "は、必要でなかったときは 500 字までで入力してください。")));
        }
        jdbc.sql(
                        """
                        update kasane.emergency_access
                        set verdict = :verdict, verdict_note = nullif(:note, ''), confirmed_at = :now, confirmed_by = kasane.acting_user()
                        where id = :id and confirmed_at is null
                        """)
                .param("verdict", judged.verdict())
                .param("note", note)
                .param("now", Timestamp.from(clock.instant()))
                .param("id", id)
                .update();
    }

    @Override
    public String key() {
        return "emergency";
    }

    @Override
    public int order() {
        return 2;
    }

    /** That the acting user sees the case by an emergency only, and until when; null for everybody else. */
    @Override
    @Transactional(readOnly = true)
    public Access of(UUID caseId) {
        return jdbc.sql(
                        SELECT
                                + " where e.case_id = :id and e.user_id = kasane.acting_user() and e.until > now() order by e.until desc limit 1")
                .param("id", caseId)
                .query(Access.class)
                .optional()
                .orElse(null);
    }
}
