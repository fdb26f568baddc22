package jp.kasane.meeting;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jp.kasane.consent.ConsentDependent;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A 重層的支援会議 rests on consent and is called off without it; a 支援会議 (法106条の6) goes on. */
@Component
class MeetingsNeedConsent implements ConsentDependent {

    private final JdbcClient jdbc;
    private final Invitations invitations;

    MeetingsNeedConsent(JdbcClient jdbc, Invitations invitations) {
        this.jdbc = jdbc;
        this.invitations = invitations;
    }

    @Override
    public List<Stopped> consentChanged(UUID caseId, boolean sufficient, List<UUID> covered) {
        if (sufficient) {
            return List.of();
        }
        var stopped = new ArrayList<Stopped>();
        jdbc.sql(
                        """
                        update kasane.meeting set status = 'cancelled'
                        where case_id = :case and meeting_type = 'coordination' and status in ('proposed', 'convened', 'postponed') returning id
                        """)
                .param("case", caseId)
                .query(UUID.class)
                .list()
                .forEach(meeting -> {
                    invitations.calledOff(caseId, meeting);
                    invitations.over(caseId, meeting);
                    stopped.add(new Stopped("meeting", meeting, null));
                });
        return stopped;
    }
}
