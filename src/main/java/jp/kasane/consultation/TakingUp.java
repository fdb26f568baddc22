package jp.kasane.consultation;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.ProcessFacts;
import jp.kasane.decision.Decided;
import jp.kasane.decision.DecisionEffect;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Who takes up the case that consultations became: urgent, intervention, abuse the city, ties in the community the council (002,
 * L914-924, L1227-1233). Where the city has coordinators of its own they accompany it; where it has none, whoever accompanies all
 * the others. Decided before the first phase begins, so that no work is addressed to anybody else.
 */
@Component
class TakingUp implements ProcessFacts, DecisionEffect {

    private final JdbcClient jdbc;
    private final Cases cases;
    private final Notices notices;

    TakingUp(JdbcClient jdbc, Cases cases, Notices notices) {
        this.jdbc = jdbc;
        this.cases = cases;
        this.notices = notices;
    }

    @Override
    public String processId() {
        return "support-case";
    }

    /**
     * What the table is asked with. An intervention: somebody else sees a need, and the person wants no help. That is ours: the
     * documents say 介入 and not when.
     */
    @Override
    public Map<String, Object> facts(UUID caseId, String instanceKey) {
        return jdbc.sql(
                        """
                        select coalesce(f.owner, 'council') as owner, f.urgency,
                               exists (select from kasane.consultation c join kasane.consultation_concern k on k.consultation_id = c.id
                                       where c.case_id = f.id and k.concern = 'violence') as abuse,
                               exists (select from kasane.consultation c
                                       where c.case_id = f.id and c.consent_state = 'refused' and c.brought_by <> all (:household)) as intervention
                        from kasane.case_file f where f.id = :id
                        """)
                .param("id", caseId)
                .param("household", TriageFacts.THE_HOUSEHOLD.toArray(String[]::new))
                .query((row, n) -> Map.<String, Object>of(
                        "owner", row.getString("owner"),
                        "urgency", row.getString("urgency"),
                        "abuse", row.getBoolean("abuse"),
                        "intervention", row.getBoolean("intervention")))
                .single();
    }

    @Override
    public String decision() {
        return "owner";
    }

    @Override
    public void decided(UUID caseId, Decided decided) {
        // Without an answer it is as it always was: nobody is kept waiting for a table.
        var owner = decided.code("owner").orElse("council");
        if (cases.takenUpBy(caseId, owner) && owner.equals("city")) {
            accompaniedByTheCity(caseId);
        }
    }

    private void accompaniedByTheCity(UUID caseId) {
        record City(UUID municipalityId, UUID agencyId) {}
        var city = jdbc.sql(
                        """
                        select f.municipality_id, m.responsible_agency_id as agency_id
                        from kasane.case_file f join kasane.municipality m on m.id = f.municipality_id where f.id = :id
                        """)
                .param("id", caseId)
                .query(City.class)
                .single();
        if (!coordinatorsOf(city.municipalityId(), city.agencyId()).isEmpty()) {
            cases.accompaniedBy(caseId, city.agencyId());
        }
    }

    private List<UUID> coordinatorsOf(UUID municipalityId, UUID agencyId) {
        return notices.holders(municipalityId, "coordinator", agencyId);
    }
}
