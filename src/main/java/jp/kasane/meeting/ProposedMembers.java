package jp.kasane.meeting;

import java.util.List;
import java.util.UUID;
import jp.kasane.consent.Consents;
import jp.kasane.decision.Decisions;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whom to propose for a meeting: the agencies behind the groups that the table {@code members} names (002, L286, L2289-2291). */
@Component
class ProposedMembers {

    private final JdbcClient jdbc;
    private final Decisions decisions;
    private final Consents consents;

    ProposedMembers(JdbcClient jdbc, Decisions decisions, Consents consents) {
        this.jdbc = jdbc;
        this.decisions = decisions;
        this.consents = consents;
    }

    /**
     * Their codes, in the municipality's order. For a 重層的支援会議 only whom the consent covers: it is talked about there by name.
     *
     * @param meetingType support or coordination
     */
    List<String> of(UUID caseId, String meetingType) {
        var groups = decisions
                .latest(caseId, "members")
                .map(decided -> decided.codes("memberGroups"))
                .filter(named -> !named.isEmpty())
                // A case that was on its way to a meeting before there was a table.
                .orElse(List.of("past", "current", "needed"));
        record Candidate(UUID id, String code) {}
        return jdbc
                .sql(
                        """
                        select a.id, a.code from kasane.agency a
                        where a.active and a.id in (
                            select i.agency_id from kasane.involved_agency i where i.case_id = :case and i.relation = any (:groups)
                            union select c.agency_id from kasane.consultation c where c.case_id = :case and 'reporting' = any (:groups)
                            union select f.coordinating_agency_id from kasane.case_file f where f.id = :case and 'accompanying' = any (:groups)
                            union select m.responsible_agency_id from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id
                                  where f.id = :case and 'responsible' = any (:groups))
                        order by a.position, a.name
                        """)
                .param("case", caseId)
                .param("groups", groups.toArray(String[]::new))
                .query(Candidate.class)
                .stream()
                .filter(agency -> !meetingType.equals("coordination") || consents.covers(caseId, agency.id()))
                .map(Candidate::code)
                .toList();
    }
}
