package jp.kasane.meeting;

import java.util.UUID;
import jp.kasane.casefile.CaseMoved;
import jp.kasane.task.PathCorrected;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A correction took the case where there is no such meeting: the one that was still to be held is called off, nobody is asked for it. */
@Component
class MeetingsFollowThePath {

    private final JdbcClient jdbc;
    private final Invitations invitations;

    MeetingsFollowThePath(JdbcClient jdbc, Invitations invitations) {
        this.jdbc = jdbc;
        this.invitations = invitations;
    }

    /** The plan is to be decided without a meeting, or its meeting was held: no other waits for it. */
    @EventListener
    void on(CaseMoved moved) {
        if (moved.phase().equals("closed")) {
            noneIsHeld(moved.caseId());
        }
        if (!moved.phase().equals("plan") || !moved.step().equals("decide")) {
            return;
        }
        jdbc.sql(
                        """
                        update kasane.meeting set status = 'cancelled'
                        where case_id = :case and meeting_type = 'coordination' and status not in ('held', 'cancelled') returning id
                        """)
                .param("case", moved.caseId())
                .query(UUID.class)
                .list()
                .forEach(meeting -> off(moved.caseId(), meeting));
    }

    @EventListener
    void on(PathCorrected corrected) {
        jdbc.sql(
                        """
                        update kasane.meeting set status = 'cancelled'
                        where case_id = :case and status not in ('held', 'cancelled')
                          and not (meeting_type = 'support' and :phase = 'meeting' or meeting_type = 'coordination' and :phase = 'plan')
                        returning id
                        """)
                .param("case", corrected.caseId())
                .param("phase", corrected.phase())
                .query(UUID.class)
                .list()
                .forEach(meeting -> off(corrected.caseId(), meeting));
    }

    /** The case is closed, or its household became another case's: nobody sits for it. */
    private void noneIsHeld(UUID caseId) {
        jdbc.sql(
                        "update kasane.meeting set status = 'cancelled' where case_id = :case and status not in ('held', 'cancelled') returning id")
                .param("case", caseId)
                .query(UUID.class)
                .list()
                .forEach(meeting -> off(caseId, meeting));
    }

    private void off(UUID caseId, UUID meeting) {
        invitations.calledOff(caseId, meeting);
        invitations.over(caseId, meeting);
    }
}
