package jp.kasane.roster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.UUID;
import jp.kasane.calendar.OfficeDay;
import jp.kasane.consultation.Consultations;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.task.Submissions;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What was amiss at a visit is received as a consultation like any other, in the name of the agency that visited: from there on it goes
 * its way, most of them without a case (江戸川区: 4,008 consultations, 134 for several agencies, 001b S6). While the one that a person's
 * earlier visit brought still waits for its triage, it is not received twice.
 */
@Component
class ConsultationsFromVisits {

    private final JdbcClient jdbc;
    private final Rosters rosters;
    private final Consultations consultations;

    ConsultationsFromVisits(JdbcClient jdbc, Rosters rosters, Consultations consultations) {
        this.jdbc = jdbc;
        this.rosters = rosters;
        this.consultations = consultations;
    }

    @EventListener
    void on(ConcernSeen seen) {
        var person = rosters.person(seen.personId());
        var consultation = waiting(person.consultationId()) ? person.consultationId() : receive(person, seen);
        jdbc.sql("update kasane.roster_visit set consultation_id = :consultation where id = :id")
                .param("id", seen.visitId())
                .param("consultation", consultation)
                .update();
    }

    private boolean waiting(UUID consultation) {
        return consultation != null
                && jdbc.sql("select exists (select from kasane.consultation where id = :id and status = 'received')")
                        .param("id", consultation)
                        .query(Boolean.class)
                        .single();
    }

    private UUID receive(RosterPerson person, ConcernSeen seen) {
        var visit = seen.submission();
        var day = visit.date("visitedOn");
        var received = JapaneseTime.dayOf(visit.occurredAt()).equals(day)
                ? visit.occurredAt()
                        .atZone(JapaneseTime.ZONE)
                        .toOffsetDateTime()
                        .withSecond(0)
                        .withNano(0)
                : OfficeDay.opens(day);
        var told = JsonNodeFactory.instance.objectNode();
        told.put("channel", "roster");
        // Nobody came to ask: the agency that visited has seen it (八王子's ④ 本人以外からの相談; 002, L2168-2236).
        told.put("broughtBy", "agency");
        told.put("receivedAt", received.toString());
        told.put("subjectKnown", true);
        told.put("subjectName", person.name());
        told.put("subjectKana", person.kana());
        told.put("subjectAddress", person.address());
        told.put("phone", person.phone());
        told.set("concerns", visit.data().path("concerns").deepCopy());
        told.put("mainConcern", visit.text("mainConcern"));
        told.put("story", visit.text("observation"));
        told.put("wishes", visit.text("wishes"));
        return consultations.receive(told, new Submissions.Circumstances(visit.occurredAt(), visit.onBehalfOf()));
    }
}
