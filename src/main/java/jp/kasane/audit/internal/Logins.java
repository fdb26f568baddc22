package jp.kasane.audit.internal;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Account;
import jp.kasane.access.Acting;
import jp.kasane.audit.Trail;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureServiceExceptionEvent;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.stereotype.Component;

/** Who came in and went, and who tried. What was typed as a name is not kept: it may be a password in the wrong field. */
@Component
class Logins {

    private final Trail trail;
    private final JdbcClient jdbc;

    Logins(Trail trail, JdbcClient jdbc) {
        this.trail = trail;
        this.jdbc = jdbc;
    }

    @EventListener
    void in(InteractiveAuthenticationSuccessEvent event) {
        if (event.getAuthentication().getPrincipal() instanceof Account account) {
            note(account, "login");
        }
    }

    @EventListener
    void out(LogoutSuccessEvent event) {
        if (event.getAuthentication().getPrincipal() instanceof Account account) {
            note(account, "logout");
        }
    }

    private void note(Account account, String kind) {
        Acting.as(account.actor(), () -> trail.note(false, kind, kind, null, List.of(), Map.of(), null));
    }

    @EventListener
    void refused(AbstractAuthenticationFailureEvent event) {
        if (event instanceof AuthenticationFailureServiceExceptionEvent) {
            // Nobody was refused: the database could not be asked.
            return;
        }
        Map<String, Object> refs = jdbc.sql("select id from kasane.credentials(:login)")
                .param("login", String.valueOf(event.getAuthentication().getName()))
                .query(UUID.class)
                .optional()
                .<Map<String, Object>>map(id -> Map.of("user", id))
                .orElse(Map.of());
        trail.note(false, "denied", "login", null, List.of(), refs, null);
    }
}
