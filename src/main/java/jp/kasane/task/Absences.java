package jp.kasane.task;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** 不在と代理: from one day to another somebody is away, and a colleague finds their tasks on the own list and does them on their behalf. */
@Component
@Transactional
public class Absences {

    private final JdbcClient jdbc;
    private final Clock clock;

    Absences(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    public record Absence(
            UUID id,
            String login,
            String name,
            String deputyLogin,
            String deputy,
            LocalDate fromOn,
            LocalDate toOn,
            boolean mayEnd) {}

    /** Those that are not over: one's own, those one stands in for, and for managers everybody's. */
    @Transactional(readOnly = true)
    public List<Absence> coming() {
        return jdbc.sql(
                        """
                        select a.id, u.login, u.display_name as name, d.login as deputy_login, d.display_name as deputy, a.from_on, a.to_on,
                               a.user_id = kasane.acting_user() or kasane.has_role('manager') as may_end
                        from kasane.absence a join kasane.app_user u on u.id = a.user_id join kasane.app_user d on d.id = a.deputy_id
                        where a.ended_at is null and a.to_on >= :today
                          and ((select kasane.has_role('manager')) or kasane.acting_user() in (a.user_id, a.deputy_id))
                        order by a.from_on, name, a.id
                        """)
                .param("today", today())
                .query(Absence.class)
                .list();
    }

    /**
     * Enters an absence, from the first day to the last, both included.
     *
     * @param login whose; null for the acting user's own. Only managers enter somebody else's.
     * @throws Refusal.Invalid naming each field that cannot be accepted
     * @throws Refusal.Forbidden for somebody else's
     */
    public UUID enter(String login, String deputyLogin, LocalDate from, LocalDate to) {
        var actor = Acting.required();
        var wrong = new ArrayList<Refusal.FieldError>();
        var user = login == null || login.isBlank() ? actor.id() : person(login, "login", "不在の人", wrong);
        var deputy = person(deputyLogin, "deputy", "代理の人", wrong);
        if (from == null || to == null) {
            wrong.add(new Refusal.FieldError("from", "期間", "の初めの日と終わりの日を入力してください。"));
        } else if (to.isBefore(from)) {
            wrong.add(new Refusal.FieldError("to", "終わりの日", "は初めの日より後にしてください。"));
        } else if (to.isBefore(today())) {
            wrong.add(new Refusal.FieldError("to", "終わりの日", "がもう過ぎています。"));
        }
        if (user != null && user.equals(deputy)) {
            wrong.add(new Refusal.FieldError("deputy", "代理の人", "は本人以外にしてください。"));
        }
        if (!wrong.isEmpty()) {
            throw new Refusal.Invalid(wrong);
        }
        if (!user.equals(actor.id()) && !actor.has("manager")) {
            throw new Refusal.Forbidden("ほかの人の不在を登録できるのは所管課だけです。");
        }
        boolean together = jdbc.sql(
                        """
                        select exists (select from kasane.role_assignment a join kasane.role_assignment b on b.role = a.role and b.agency_id = a.agency_id
                                       where a.user_id = :user and b.user_id = :deputy and a.agency_id is not null
                                         and (a.valid_to is null or a.valid_to >= :today) and (b.valid_to is null or b.valid_to >= :today))
                        """)
                .param("user", user)
                .param("deputy", deputy)
                .param("today", today())
                .query(Boolean.class)
                .single();
        if (!together) {
            throw new Refusal.Invalid(
                    List.of(new Refusal.FieldError("deputy", "代理の人", "は同じ機関・同じ役割の人にしてください。ほかの人は、担当の作業を開けません。")));
        }
        var id = Ids.next();
        jdbc.sql(
                        """
                        insert into kasane.absence (id, municipality_id, user_id, deputy_id, from_on, to_on, recorded_by, recorded_at)
                        values (:id, kasane.my_municipality(), :user, :deputy, :from, :to, kasane.acting_user(), :now)
                        """)
                .param("id", id)
                .param("user", user)
                .param("deputy", deputy)
                .param("from", from)
                .param("to", to)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        return id;
    }

    /** They are back, or will not be away. */
    public void end(UUID id) {
        int ended = jdbc.sql(
                        """
                        update kasane.absence set ended_at = :now
                        where id = :id and ended_at is null and (user_id = kasane.acting_user() or kasane.has_role('manager'))
                        """)
                .param("id", id)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (ended == 0) {
            throw new Refusal.NotFound("この不在の登録");
        }
    }

    private UUID person(String login, String field, String label, List<Refusal.FieldError> wrong) {
        var found = login == null || login.isBlank()
                ? java.util.Optional.<UUID>empty()
                : jdbc.sql("select id from kasane.app_user where login = :login and kind = 'person' and active")
                        .param("login", login)
                        .query(UUID.class)
                        .optional();
        if (found.isEmpty()) {
            wrong.add(new Refusal.FieldError(field, label, "を選んでください。"));
        }
        return found.orElse(null);
    }

    private LocalDate today() {
        return JapaneseTime.dayOf(clock.instant());
    }
}
