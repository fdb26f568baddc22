package jp.kasane.task;

import java.util.List;
import java.util.UUID;
import jp.kasane.foundation.Refusal;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Colleagues of the acting user, in whose place something may be recorded. */
@Component
public class People {

    private final JdbcClient jdbc;

    People(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A colleague as a list shows them. */
    public record Colleague(String login, String name) {}

    /** Those the acting user works with: the people of the same agencies. */
    @Transactional(readOnly = true)
    public List<Colleague> colleagues() {
        return jdbc.sql(
                        """
                        select distinct u.login, u.display_name as name from kasane.app_user u join kasane.role_assignment r on r.user_id = u.id
                        where u.kind = 'person' and u.active and u.id <> kasane.acting_user() and r.agency_id = any (kasane.my_agencies())
                          and r.valid_from <= kasane.today() and (r.valid_to is null or r.valid_to >= kasane.today())
                        order by name, login
                        """)
                .query(Colleague.class)
                .list();
    }

    /** @return null for null; @throws Refusal.Invalid if there is no such colleague */
    @Transactional(readOnly = true)
    public UUID byLogin(String login) {
        if (login == null || login.isBlank()) {
            return null;
        }
        return jdbc.sql("select id from kasane.app_user where login = :login and kind = 'person' and active")
                .param("login", login)
                .query(UUID.class)
                .optional()
                .orElseThrow(() ->
                        new Refusal.Invalid(List.of(new Refusal.FieldError("onBehalfOf", "代わりに記録する相手", "が見つかりません。"))));
    }
}
