package jp.kasane.plan;

import jp.kasane.casefile.CaseMoved;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Nobody is asked for reports on a case that is closed. */
@Component
class RolesEndWithTheCase {

    private final JdbcClient jdbc;
    private final Roles roles;

    RolesEndWithTheCase(JdbcClient jdbc, Roles roles) {
        this.jdbc = jdbc;
        this.roles = roles;
    }

    @EventListener
    void on(CaseMoved moved) {
        if (!moved.phase().equals("closed") && !moved.phase().equals("watch")) {
            return;
        }
        jdbc.sql(
                        "select id from kasane.plan where case_id = :id and kind = 'support' and status in ('decided', 'started')")
                .param("id", moved.caseId())
                .query(java.util.UUID.class)
                .list()
                .forEach(plan -> roles.end(moved.caseId(), plan, "closed"));
    }
}
