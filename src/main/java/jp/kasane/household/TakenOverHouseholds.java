package jp.kasane.household;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Households that were known before Kasane was here. */
@Component
@Transactional(propagation = Propagation.MANDATORY)
public class TakenOverHouseholds {

    private final JdbcClient jdbc;
    private final MemberRows rows;

    TakenOverHouseholds(JdbcClient jdbc, MemberRows rows) {
        this.jdbc = jdbc;
        this.rows = rows;
    }

    /** @param members as the form member-added has them */
    public void take(UUID caseId, String name, List<? extends JsonNode> members) {
        jdbc.sql(
                        "insert into kasane.household (case_id, municipality_id, name) values (:id, kasane.my_municipality(), :name)")
                .param("id", caseId)
                .param("name", name)
                .update();
        int position = 0;
        for (var member : members) {
            rows.save(caseId, Ids.next(), position++, member);
        }
    }
}
