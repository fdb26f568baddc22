package jp.kasane.notification.internal;

import java.sql.Timestamp;
import java.time.Clock;
import jp.kasane.access.SystemActor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Gives the local default's people an address that leads nowhere but into the local mailbox, unless they have set one. */
@Component
class LocalAddresses {

    private final JdbcClient jdbc;
    private final SystemActor system;
    private final Clock clock;
    private final boolean local;

    LocalAddresses(JdbcClient jdbc, SystemActor system, Clock clock, ObjectProvider<LocalMailbox> mailbox) {
        this.jdbc = jdbc;
        this.system = system;
        this.clock = clock;
        this.local = mailbox.stream().findFirst().isPresent();
    }

    @EventListener
    void give(ApplicationStartedEvent started) {
        if (!local) {
            return;
        }
        system.inTransaction(() -> jdbc.sql(
                        """
                        select kasane.set_mail_address(u.id, u.login || '@kasane.invalid', 'ja', :now) from kasane.app_user u
                        where u.kind = 'person' and not exists (select from kasane.mail_address m where m.user_id = u.id)
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .query()
                .listOfRows());
    }
}
