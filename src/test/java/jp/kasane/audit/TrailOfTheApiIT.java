package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.UUID;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.Test;

/** Whatever the API document names leaves an entry, an endpoint of tomorrow as well. */
class TrailOfTheApiIT {

    @Test
    void everyOperationOfTheDocumentIsOnTheTrail() {
        var kasane = KasaneServer.shared();
        var paths = kasane.as("manager").get("/api/openapi").at("/paths");
        assertThat(paths.size()).isGreaterThan(60);
        var without = new ArrayList<String>();
        int asked = 0;
        for (var path : paths.properties()) {
            // Ids of nothing: what is asked is refused, and that is on the trail as well. TrailIT reads what is there.
            var address =
                    path.getKey().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
            for (var operation : path.getValue().properties()) {
                var user = kasane.as("auditor");
                var answer =
                        switch (operation.getKey()) {
                            case "get" -> path.getKey().endsWith("/news") ? null : user.get(address);
                            case "post" -> user.post(address, "{}");
                            case "put" -> user.put(address, "{}");
                            case "delete" -> user.delete(address);
                            default -> throw new AssertionError("No hand for " + operation.getKey());
                        };
                if (answer == null) {
                    continue;
                }
                asked++;
                var entries = kasane.sql()
                        .sql(
                                """
                                select what from audit.entry
                                where request_id = :request and status = :status and actor_id = :auditor
                                """)
                        .param("request", answer.request())
                        .param("status", answer.status())
                        .param("auditor", kasane.user("auditor"))
                        .query(String.class)
                        .list();
                if (entries.size() != 1
                        || !entries.getFirst().equals(operation.getKey().toUpperCase() + " " + path.getKey())) {
                    without.add(operation.getKey() + " " + path.getKey() + " " + answer.status() + " " + entries);
                }
            }
        }
        assertThat(without).isEmpty();
        assertThat(asked).isGreaterThan(80);
    }
}
