package jp.kasane.access.internal;

import java.util.Set;
import java.util.UUID;
import jp.kasane.access.Account;
import jp.kasane.access.Actor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.stereotype.Component;

@Component
class Accounts implements UserDetailsService {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public UserDetails loadUserByUsername(String login) {
        return jdbc.sql("select * from kasane.credentials(:login)")
                .param("login", login)
                .query((row, n) -> new Account(
                        new Actor(
                                row.getObject("id", UUID.class),
                                row.getObject("municipality_id", UUID.class),
                                row.getString("login"),
                                row.getString("display_name"),
                                Set.of((String[]) row.getArray("roles").getArray())),
                        row.getString("password_hash")))
                .optional()
                .orElseThrow(() -> new UsernameNotFoundException("unknown"));
    }
}
