package jp.kasane.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** Consultations by the thousand: one is registered as anybody's, the others are copies of it, and no process runs for them. */
final class Copies {

    private Copies() {}

    /** Fills the temporary table {@code fresh (id)} with the ids of as many new consultations. */
    static void of(Kasane kasane, Connection database, int count) throws IOException, InterruptedException, SQLException {
        var data = JsonNodeFactory.instance.objectNode();
        data.put("channel", "phone").put("broughtBy", "family").put("receivedAt", "now").put("subjectKnown", false);
        data.put("subjectLabel", "測る人").put("story", "測るための相談");
        data.putArray("concerns").add("food");
        var model = kasane.post("reception", "/consultations", Kasane.wrap(kasane.fresh(data, null)))
                .get("consultationId")
                .asText();
        try (var statement = database.createStatement()) {
            statement.execute("drop table if exists fresh");
            statement.execute(
                    "create temporary table fresh as select gen_random_uuid() as id from generate_series(1, " + count + ")");
            statement.execute("insert into kasane.stream (id, municipality_id, kind)"
                    + " select f.id, m.id, 'consultation' from fresh f, kasane.municipality m");
            statement.execute("insert into kasane.consultation"
                    + " select (jsonb_populate_record(c, jsonb_build_object('id', f.id, 'status', 'own'))).*"
                    + " from fresh f, kasane.consultation c where c.id = '" + model + "'");
        }
    }
}
