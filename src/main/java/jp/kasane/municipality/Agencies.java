package jp.kasane.municipality;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
@Transactional(readOnly = true)
public class Agencies {

    private final JdbcClient jdbc;

    Agencies(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those a form offers, in the municipality's order. */
    public List<Agency> all() {
        return jdbc.sql("select id, code, name, field from kasane.agency where active order by position, name")
                .query(Agency.class)
                .list();
    }

    public Optional<Agency> byCode(String code) {
        return jdbc.sql("select id, code, name, field from kasane.agency where code = :code")
                .param("code", code)
                .query(Agency.class)
                .optional();
    }

    /** @throws IllegalArgumentException for a code no form offers: forms are checked before */
    public UUID idOf(String code) {
        return byCode(code).map(Agency::id).orElseThrow(() -> new IllegalArgumentException("Unknown agency " + code));
    }

    /** The agency in whose name the acting user does something; the first one where there are several. */
    public Optional<UUID> ofActingUser() {
        return jdbc.sql(
                        """
                        select agency_id from kasane.role_assignment
                        where user_id = kasane.acting_user() and agency_id is not null and valid_from <= kasane.today()
                          and (valid_to is null or valid_to >= kasane.today())
                        order by valid_from, id limit 1
                        """)
                .query(UUID.class)
                .optional();
    }
}
