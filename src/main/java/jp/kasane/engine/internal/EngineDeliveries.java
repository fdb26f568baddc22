package jp.kasane.engine.internal;

import io.camunda.client.CamundaClient;
import io.camunda.client.api.command.ClientException;
import io.camunda.client.api.command.ClientStatusException;
import io.camunda.client.api.command.ProblemException;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.outbox.Delivery;
import jp.kasane.outbox.Order;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The orders to the engine. Each may run twice: after a crash the second run finds the first one's effect. */
@Configuration
class EngineDeliveries {

    private final CamundaClient camunda;
    private final JdbcClient jdbc;
    private final Deployment deployment;
    private final Clock clock;
    private final TransactionTemplate ofItsOwn;

    EngineDeliveries(
            CamundaClient camunda,
            JdbcClient jdbc,
            Deployment deployment,
            Clock clock,
            PlatformTransactionManager transactions) {
        this.ofItsOwn = new TransactionTemplate(transactions);
        this.ofItsOwn.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.camunda = camunda;
        this.jdbc = jdbc;
        this.deployment = deployment;
        this.clock = clock;
    }

    @Bean
    Delivery completeTask() {
        return delivery("complete-task", order -> {
            var taskId = UUID.fromString(order.payload().get("taskId").asText());
            var submission = order.payload().get("submissionId").asText();
            // A wiped broker counts its keys from the start again: never complete a namesake.
            if (stateOf(taskId).equals("LOST")) {
                return Delivery.Result.SUPERSEDED;
            }
            try {
                camunda.newCompleteUserTaskCommand(order.payload().get("key").asLong())
                        .variables(Map.of("submissionId", submission))
                        .send()
                        .join();
                return Delivery.Result.DONE;
            } catch (ProblemException refused) {
                if (refused.code() != 404 && refused.code() != 409) {
                    throw refused;
                }
                return switch (stateOf(taskId)) {
                    case "COMPLETED" ->
                        completedBy(taskId, submission) ? Delivery.Result.DONE : Delivery.Result.SUPERSEDED;
                    case "CANCELED", "LOST" -> Delivery.Result.SUPERSEDED;
                    // The exporter has not told us yet.
                    default -> throw refused;
                };
            }
        });
    }

    /** What the engine heard when the task was completed: ours, or somebody's in one of Camunda's own tools. */
    private boolean completedBy(UUID taskId, String submission) {
        return jdbc.sql(
                                """
                        select count(*) from engine.user_task t join engine.record r
                          on r.epoch = t.epoch and r.process_instance_key = t.process_instance_key and r.key = t.key
                        where t.id = :task and r.value_type = 'USER_TASK' and r.value -> 'variables' ->> 'submissionId' = :value
                        """)
                        .param("task", taskId)
                        .param("value", submission)
                        .query(Long.class)
                        .single()
                > 0;
    }

    private String stateOf(UUID taskId) {
        return jdbc.sql("select state from engine.user_task where id = :id")
                .param("id", taskId)
                .query(String.class)
                .optional()
                .orElse("CANCELED");
    }

    @Bean
    Delivery publishMessage() {
        return delivery("publish-message", order -> {
            var message = order.payload();
            if (message.hasNonNull("starts") && alreadyStarted(order)) {
                return Delivery.Result.DONE;
            }
            var variables = new HashMap<String, Object>();
            message.get("variables")
                    .fields()
                    .forEachRemaining(
                            v -> variables.put(v.getKey(), v.getValue().asText()));
            var command = camunda.newPublishMessageCommand()
                    .messageName(message.get("name").asText())
                    .correlationKey(message.get("correlationKey").asText())
                    .timeToLive(Duration.ofSeconds(message.get("timeToLive").asLong()))
                    .variables(variables);
            if (message.hasNonNull("messageId")) {
                command.messageId(message.get("messageId").asText());
            }
            try {
                command.send().join();
            } catch (ClientStatusException refused) {
                // A message of this id is in the engine's buffer: an earlier attempt got through.
                if (refused.getStatusCode() != Status.Code.ALREADY_EXISTS) {
                    throw refused;
                }
            }
            return Delivery.Result.DONE;
        });
    }

    /**
     * For as long as a start message lives, the engine itself refuses a second one of its id. Only an order that outlived that (a
     * crash at the wrong moment, and then a long time down) is looked for in the projection: an instance that came to be after the
     * order before this one was done. Looking sooner would take an instance that was just ended for the one that is wanted.
     */
    private boolean alreadyStarted(Order order) {
        var lifetime = Duration.ofSeconds(order.payload().get("timeToLive").asLong());
        if (order.createdAt().plus(lifetime).isAfter(clock.instant())) {
            return false;
        }
        return !startedUnseen(order, "o.id = :order");
    }

    /**
     * Whether an order of the stream has started an instance that the projection does not know yet: none of its process and key came
     * to be after the order before it was done.
     *
     * @param which of the stream's orders, with {@code :order} for this one's id
     */
    private boolean startedUnseen(Order order, String which) {
        return jdbc.sql(
                        """
                        select exists (
                            select from kasane.outbox o
                            where o.stream_id = :stream and o.kind = 'publish-message' and o.payload ->> 'starts' is not null and %s
                              and not exists (
                                select from engine.process_instance i join engine.epoch e on e.epoch = i.epoch and e.current
                                where i.process_id = o.payload ->> 'starts' and i.instance_key = o.payload ->> 'correlationKey'
                                  and i.started_at >= coalesce(
                                    (select max(b.done_at) from kasane.outbox b where b.stream_id = o.stream_id and b.id < o.id), o.created_at)))
                        """
                                .formatted(which))
                .param("stream", order.streamId())
                .param("order", order.id())
                .query(Boolean.class)
                .single();
    }

    @Bean
    Delivery reseat() {
        return delivery("re-seat", order -> {
            var instances = jdbc.sql(
                            """
                            select i.key from engine.process_instance i join engine.epoch e on e.epoch = i.epoch and e.current
                            where i.parent_key is null and i.state = 'ACTIVE' and (i.case_id = :stream or i.consultation_id = :stream or i.matter_id = :stream)
                            """)
                    .param("stream", order.streamId())
                    .query(Long.class)
                    .list();
            boolean behind = false;
            noteBeforehand(order, instances);
            for (var instance : instances) {
                try {
                    camunda.newCancelInstanceCommand(instance).send().join();
                } catch (ClientStatusException gone) {
                    if (gone.getStatusCode() != Status.Code.NOT_FOUND) {
                        throw gone;
                    }
                    behind = true;
                }
            }
            // What was started a moment ago and is not seen yet would go on running beside what is started next: a
            // role, an
            // invitation, a 参加支援 of its own as much as the case itself.
            if (startedUnseen(order, "o.id < :order and o.done_at > now() - interval '10 seconds'")
                    || behind && anythingDoneJustNow(order)) {
                throw new IllegalStateException("The projection is behind the engine");
            }
            return Delivery.Result.DONE;
        });
    }

    /**
     * Committed before the engine hears of it: whatever was ended and is not noted here was ended by somebody else
     * (engine.done_outside_of_case), also when this crashes between the two.
     */
    private void noteBeforehand(Order order, List<Long> instances) {
        ofItsOwn.executeWithoutResult(status -> jdbc.sql(
                        """
                        insert into engine.ended_by_order (epoch, key, municipality_id, order_id)
                        select e.epoch, x.key, s.municipality_id, :order
                        from unnest(:instances) x (key), engine.epoch e, kasane.stream s
                        where e.current and s.id = :stream
                        on conflict do nothing
                        """)
                .param("order", order.id())
                .param("instances", instances.toArray(Long[]::new))
                .param("stream", order.streamId())
                .update());
    }

    /** An instance that is gone though the projection has it as running: only a moment after the engine was told something. */
    private boolean anythingDoneJustNow(Order order) {
        return jdbc.sql(
                        """
                        select exists (select from kasane.outbox o
                                       where o.stream_id = :stream and o.id < :order and o.done_at > now() - interval '10 seconds')
                        """)
                .param("stream", order.streamId())
                .param("order", order.id())
                .query(Boolean.class)
                .single();
    }

    private interface Doing {
        Delivery.Result deliver(Order order) throws ClientException;
    }

    private Delivery delivery(String kind, Doing doing) {
        return new Delivery() {
            @Override
            public String kind() {
                return kind;
            }

            @Override
            public Result deliver(Order order) {
                return doing.deliver(order);
            }

            @Override
            public boolean ready() {
                return deployment.ready();
            }
        };
    }
}
