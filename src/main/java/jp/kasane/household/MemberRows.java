package jp.kasane.household;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.UUID;
import jp.kasane.task.Submission;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The one place that writes a person of the household, with address and concerns. */
@Component
class MemberRows {

    private final JdbcClient jdbc;
    private final Clock clock;

    MemberRows(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    void save(UUID caseId, UUID id, int position, JsonNode entry) {
        jdbc.sql(
                        """
                        insert into kasane.household_member (id, municipality_id, case_id, position, name, kana, label, relation, birth_date, subject,
                            address_concealed)
                        values (:id, kasane.my_municipality(), :case, :position, :name, :kana, :label, :relation, :birth, :subject, :concealed)
                        on conflict (id) do update set position = excluded.position, name = excluded.name, kana = excluded.kana,
                            label = excluded.label, relation = excluded.relation, birth_date = excluded.birth_date,
                            subject = excluded.subject, address_concealed = excluded.address_concealed
                        """)
                .param("id", id)
                .param("case", caseId)
                .param("position", position)
                .param("name", Submission.text(entry, "name"))
                .param("kana", Submission.text(entry, "kana"))
                .param("label", Submission.text(entry, "label"))
                .param("relation", entry.get("relation").asText())
                .param(
                        "birth",
                        entry.hasNonNull("birthDate")
                                ? LocalDate.parse(entry.get("birthDate").asText())
                                : null)
                .param("subject", entry.path("subject").asBoolean())
                .param("concealed", entry.path("addressConcealed").asBoolean())
                .update();
        address(caseId, id, entry);
        concerns(caseId, id, entry);
    }

    void gone(UUID member) {
        jdbc.sql("update kasane.household_member set left_at = :now where id = :id")
                .param("id", member)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    private void address(UUID caseId, UUID member, JsonNode entry) {
        var address = Submission.text(entry, "address");
        jdbc.sql("delete from kasane.member_address where member_id = :id")
                .param("id", member)
                .update();
        if (address != null) {
            jdbc.sql("insert into kasane.member_address (member_id, municipality_id, case_id, address, concealed)"
                            + " values (:id, kasane.my_municipality(), :case, :address, :concealed)")
                    .param("id", member)
                    .param("case", caseId)
                    .param("address", address)
                    .param("concealed", entry.path("addressConcealed").asBoolean())
                    .update();
        }
    }

    private void concerns(UUID caseId, UUID member, JsonNode entry) {
        jdbc.sql("delete from kasane.member_concern where member_id = :id")
                .param("id", member)
                .update();
        var main = Submission.text(entry, "mainConcern");
        var concerns = new LinkedHashSet<>(Submission.list(entry, "concerns"));
        if (main != null) {
            concerns.add(main);
        }
        for (var concern : concerns) {
            jdbc.sql("insert into kasane.member_concern (member_id, municipality_id, case_id, concern, main)"
                            + " values (:id, kasane.my_municipality(), :case, :concern, :main)")
                    .param("id", member)
                    .param("case", caseId)
                    .param("concern", concern)
                    .param("main", concern.equals(main))
                    .update();
        }
    }
}
