package jp.kasane.engine.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.client.CamundaClient;
import io.camunda.client.api.command.ClientStatusException;
import io.grpc.Status;
import java.time.Duration;
import jp.kasane.engine.Incidents;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import jp.kasane.outbox.Patience;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Lets the engine try again where it stopped. The second of two deliveries finds the incident gone. */
@Component
class IncidentDelivery implements Delivery {

    private static final int RETRIES = 3;

    private final CamundaClient camunda;
    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Deployment deployment;

    IncidentDelivery(CamundaClient camunda, JdbcClient jdbc, ObjectMapper json, Deployment deployment) {
        this.camunda = camunda;
        this.jdbc = jdbc;
        this.json = json;
        this.deployment = deployment;
    }

    @Override
    public String kind() {
        return "retry-incident";
    }

    @Override
    public boolean ready() {
        return deployment.ready();
    }

    /** Not for ever: whoever asked sees the incident still standing there. */
    @Override
    public Patience patience() {
        return new Patience(6, Duration.ofMillis(500), Duration.ofSeconds(30));
    }

    @Override
    public Result deliver(Order order) {
        var incident = read(order);
        boolean open = jdbc.sql(
                        """
                        select exists (select from engine.incident i join engine.epoch e on e.epoch = i.epoch and e.current
                                       where i.epoch = :epoch and i.key = :key and i.state = 'OPEN')
                        """)
                .param("epoch", incident.epoch())
                .param("key", incident.key())
                .query(Boolean.class)
                .single();
        if (!open) {
            return Result.SUPERSEDED;
        }
        try {
            if (incident.jobKey() != null) {
                camunda.newUpdateRetriesCommand(incident.jobKey())
                        .retries(RETRIES)
                        .send()
                        .join();
            }
            camunda.newResolveIncidentCommand(incident.key()).send().join();
        } catch (ClientStatusException gone) {
            if (gone.getStatusCode() != Status.Code.NOT_FOUND) {
                throw gone;
            }
        }
        return Result.DONE;
    }

    private Incidents.RetryIncident read(Order order) {
        try {
            return json.treeToValue(order.payload(), Incidents.RetryIncident.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An order to try an incident again cannot be read", e);
        }
    }
}
