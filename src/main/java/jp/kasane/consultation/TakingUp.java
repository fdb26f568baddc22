package jp.kasane.consultation;

import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Streams;
import jp.kasane.decision.Decided;
import jp.kasane.decision.DecisionEffect;
import jp.kasane.notification.Notices;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Who takes up the case that a consultation became: urgent, intervention, abuse the city, ties in the community the council (002,
 * L914-924, L1227-1233). Where the city has coordinators of its own they accompany it; where it has none, whoever accompanies all
 * the others.
 */
@Component
class TakingUp implements DecisionEffect {

    private final JdbcClient jdbc;
    private final Streams streams;
    private final Cases cases;
    private final Notices notices;

    TakingUp(JdbcClient jdbc, Streams streams, Cases cases, Notices notices) {
        this.jdbc = jdbc;
        this.streams = streams;
        this.cases = cases;
        this.notices = notices;
    }

    @Override
    public String decision() {
        return "owner";
    }

    @Override
    public void decided(UUID consultationId, Decided decided) {
        var owner = decided.code("owner");
        var caseId = caseOf(consultationId);
        if (owner.isEmpty() || caseId.isEmpty()) {
            return;
        }
        streams.lock(caseId.get());
        if (cases.takenUpBy(caseId.get(), owner.get()) && owner.get().equals("city")) {
            accompaniedByTheCity(caseId.get());
        }
    }

    private Optional<UUID> caseOf(UUID consultationId) {
        return jdbc.sql("select case_id from kasane.consultation where id = :id and case_id is not null")
                .param("id", consultationId)
                .query(UUID.class)
                .optional();
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
        if (!notices.holders(city.municipalityId(), "coordinator", city.agencyId())
                .isEmpty()) {
            cases.accompaniedBy(caseId, city.agencyId());
        }
    }
}
