package jp.kasane.engine;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.outbox.Outbox;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Where the engine has stopped, or only seems to: of the broker that runs now, as far as the acting user may see it. */
@Component
@Transactional(readOnly = true)
public class Incidents {

    private final JdbcClient jdbc;
    private final Outbox outbox;

    Incidents(JdbcClient jdbc, Outbox outbox) {
        this.jdbc = jdbc;
        this.outbox = outbox;
    }

    /**
     * An element at which an instance stopped.
     *
     * @param errorType Camunda's, e.g. {@code JOB_NO_RETRIES}
     * @param errorMessage what the engine or a worker said. A worker's failure can be a whole stack trace, whose messages may
     *     quote anything: not for a screen as it is
     * @param elementName as the diagram has it; null when it has none
     * @param retryAsked an order to try again waits for the engine since then
     */
    public record Incident(
            long key,
            String errorType,
            String errorMessage,
            String processId,
            String elementId,
            String elementName,
            UUID caseId,
            UUID consultationId,
            Instant createdAt,
            Instant retryAsked) {}

    /** The diagram's own word for an element. */
    private static final String ELEMENT_NAME =
            """
            substring(substring(d.resource from '<[^>]* id="' || x.element_id || '"[^>]*>') from ' name="([^"]*)"') as element_name
            """;

    /** Open ones, the oldest first. */
    public List<Incident> open(int most) {
        return jdbc.sql(
                        """
                        select x.key, x.error_type, x.error_message, p.process_id, x.element_id, %s, x.case_id, p.consultation_id, x.created_at,
                               (select max(o.created_at) from kasane.outbox o
                                where o.lane = 'incident:' || x.epoch || ':' || x.key and o.done_at is null) as retry_asked
                        from engine.incident x
                        join engine.epoch e on e.epoch = x.epoch and e.current
                        left join engine.process_instance p on p.epoch = x.epoch and p.key = x.process_instance_key
                        left join engine.process_definition d on d.epoch = p.epoch and d.key = p.definition_key
                        where x.state = 'OPEN' order by x.created_at, x.key limit :most
                        """
                                .formatted(ELEMENT_NAME))
                .param("most", most)
                .query(Incident.class)
                .list();
    }

    /**
     * A job that nobody has finished, though no incident says so: the worker fails and is given time, or does not answer.
     *
     * @param heard what the engine said of it last: {@code CREATED}, {@code FAILED}, {@code TIMED_OUT}, …
     */
    public record StuckJob(
            long elementKey,
            String processId,
            String elementId,
            String elementName,
            String heard,
            UUID caseId,
            UUID consultationId,
            Instant since) {}

    /** Jobs that were there before this time and still are, without an incident; the oldest first. */
    public List<StuckJob> stuckJobs(Instant before, int most) {
        return jdbc.sql(
                        """
                        select x.key as element_key, p.process_id, x.element_id, %s, coalesce(j.intent, 'CREATED') as heard, x.case_id,
                               p.consultation_id, x.started_at as since
                        from engine.element_instance x
                        join engine.epoch e on e.epoch = x.epoch and e.current
                        join engine.process_instance p on p.epoch = x.epoch and p.key = x.process_instance_key
                        left join engine.process_definition d on d.epoch = p.epoch and d.key = p.definition_key
                        left join lateral (
                            select r.intent from engine.record r
                            where r.process_instance_key = x.process_instance_key and r.epoch = x.epoch and r.value_type = 'JOB'
                              and r.value ->> 'elementInstanceKey' = x.key::text
                            order by r.position desc limit 1) j on true
                        where x.state = 'ACTIVE' and x.element_type in ('SERVICE_TASK', 'SEND_TASK', 'BUSINESS_RULE_TASK', 'SCRIPT_TASK')
                          and x.started_at < :before
                          and not exists (select from engine.incident i
                                          where i.epoch = x.epoch and i.element_instance_key = x.key and i.state = 'OPEN')
                        order by x.started_at, x.key limit :most
                        """
                                .formatted(ELEMENT_NAME))
                .param("before", Timestamp.from(before))
                .param("most", most)
                .query(StuckJob.class)
                .list();
    }

    private record Target(UUID epoch, UUID municipalityId, Long jobKey) {}

    /**
     * Orders the engine to try once more where it stopped, with new retries where a job had none left. Twice is once.
     *
     * @return nothing when there is no such open incident
     */
    @Transactional
    public Optional<Long> tryAgain(long key) {
        var target = jdbc.sql(
                        """
                        select i.epoch, kasane.my_municipality() as municipality_id, i.job_key
                        from engine.incident i join engine.epoch e on e.epoch = i.epoch and e.current
                        where i.key = :key and i.state = 'OPEN'
                        """)
                .param("key", key)
                .query(Target.class)
                .optional();
        return target.map(incident -> {
            var lane = "incident:" + incident.epoch() + ":" + key;
            boolean asked = jdbc.sql("select exists (select from kasane.outbox where lane = :lane and done_at is null)")
                    .param("lane", lane)
                    .query(Boolean.class)
                    .single();
            if (!asked) {
                outbox.addAside(
                        incident.municipalityId(),
                        lane,
                        "retry-incident",
                        new RetryIncident(incident.epoch(), key, incident.jobKey()));
            }
            return key;
        });
    }

    /** What the outbox keeps of it. */
    public record RetryIncident(UUID epoch, long key, Long jobKey) {}
}
