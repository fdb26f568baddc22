package jp.kasane.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes down what a scenario gave the engine from outside and which way the engine took, from the engine's own records: what a
 * dry run plays again ({@code scenarios/recorded}). Ids and codes only, as everything the engine knows.
 */
final class Recorder {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true)
            .build();

    /** The streams whose first instance began after a position, and all instances of them. */
    private static final String STORY =
            """
            with begun as (
                select coalesce(p.case_id, p.consultation_id, p.matter_id) as stream, min(r.position) as first
                from engine.process_instance p join engine.epoch e on e.epoch = p.epoch and e.current
                join engine.record r on r.epoch = p.epoch and r.process_instance_key = p.key and r.key = p.key and r.intent = 'ELEMENT_ACTIVATED'
                where coalesce(p.case_id, p.consultation_id, p.matter_id) is not null group by 1
            ), story as (
                select p.epoch, p.key, p.process_id, p.instance_key from engine.process_instance p
                where coalesce(p.case_id, p.consultation_id, p.matter_id) in (select stream from begun where first > :after)
            )
            """;

    private final JdbcClient sql;

    Recorder(JdbcClient sql) {
        this.sql = sql;
    }

    /** Where the engine's log is now. */
    long position() {
        return sql.sql(
                        "select max(position) from engine.exporter_position p join engine.epoch e on e.epoch = p.epoch and e.current")
                .query(Long.class)
                .single();
    }

    /** @param after where the log was before the scenario began */
    void write(Scenario scenario, long after, Path directory) throws IOException {
        awaitRest(after);
        var events = sql.sql(
                        STORY
                                + """
                        select json_strip_nulls(json_build_object('at', to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                            'kind', case r.value_type
                                when 'PROCESS_INSTANCE_CREATION' then 'start' when 'MESSAGE' then 'message' when 'USER_TASK' then 'task'
                                when 'TIMER' then 'timer' when 'PROCESS_INSTANCE' then 'cancel'
                                else case r.intent when 'COMPLETED' then 'job' when 'CANCELED' then 'canceled' else 'error' end end,
                            'process', case r.value_type when 'MESSAGE' then null when 'TIMER' then s.process_id else r.value ->> 'bpmnProcessId' end,
                            'instance', coalesce(s.instance_key, r.value ->> 'correlationKey'),
                            'element', case r.value_type
                                when 'TIMER' then r.value ->> 'targetElementId' when 'PROCESS_INSTANCE' then null
                                when 'PROCESS_INSTANCE_CREATION' then r.value #>> '{startInstructions,0,elementId}'
                                else r.value ->> 'elementId' end,
                            'name', case r.value_type when 'MESSAGE' then r.value ->> 'name'
                                when 'JOB' then case r.intent when 'ERROR_THROWN' then r.value ->> 'errorCode' else r.value ->> 'type' end end,
                            'timeToLive', case r.value_type when 'MESSAGE' then r.value -> 'timeToLive' end,
                            'variables', case when r.value_type not in ('TIMER', 'PROCESS_INSTANCE') then r.value -> 'variables' end))::text
                        from engine.record r join engine.epoch e on e.epoch = r.epoch and e.current
                        left join story s on s.epoch = r.epoch and s.key = r.process_instance_key
                        where r.position > :after and (
                            r.value_type = 'MESSAGE' and r.intent = 'PUBLISHED' and r.value ->> 'correlationKey' in (select instance_key from story)
                            or s.key is not null and (
                                r.value_type = 'PROCESS_INSTANCE_CREATION' and r.intent = 'CREATED'
                                or r.value_type = 'JOB' and r.intent in ('COMPLETED', 'ERROR_THROWN', 'CANCELED')
                                or r.value_type = 'USER_TASK' and r.intent = 'COMPLETED'
                                or r.value_type = 'TIMER' and r.intent = 'TRIGGERED'
                                or r.value_type = 'PROCESS_INSTANCE' and r.intent = 'ELEMENT_TERMINATING'
                                    and r.value ->> 'bpmnElementType' = 'PROCESS' and (r.value ->> 'parentProcessInstanceKey')::bigint < 0))
                        order by r.position
                        """)
                .param("after", after)
                .query(String.class)
                .list();
        var way = sql.sql(
                        STORY
                                + """
                        select json_build_object('process', s.process_id, 'instance', s.instance_key, 'elements', (
                            select coalesce(json_agg(r.element_id order by r.position), '[]') from engine.record r
                            where r.epoch = s.epoch and r.process_instance_key = s.key and r.value_type = 'PROCESS_INSTANCE'
                              and r.intent = 'ELEMENT_ACTIVATED' and r.value ->> 'bpmnElementType' not in ('PROCESS', 'SEQUENCE_FLOW')))::text
                        from story s order by s.key
                        """)
                .param("after", after)
                .query(String.class)
                .list();
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve(scenario.id() + ".json"),
                "{\"id\": %s, \"title\": %s, \"profile\": %s,%n \"at\": %s,%n \"events\": [%n  %s],%n \"way\": [%n  %s]}%n"
                        .formatted(
                                JSON.writeValueAsString(scenario.id()),
                                JSON.writeValueAsString(scenario.title()),
                                JSON.writeValueAsString(scenario.profile()),
                                read(events.getFirst()).get("at"),
                                lines(events),
                                lines(way)));
    }

    private static String lines(List<String> rows) {
        return rows.stream().map(row -> read(row).toString()).collect(Collectors.joining(",\n  "));
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a submission sets going is done when no worker owes an answer and nothing new has come for a while. */
    private void awaitRest(long after) {
        Awaitility.await("the engine to rest after a scenario")
                .atMost(Duration.ofSeconds(30))
                .during(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> sql.sql(
                                        STORY
                                                + """
                                        select count(*) from engine.record r join story s on s.epoch = r.epoch and s.key = r.process_instance_key
                                        where r.value_type = 'JOB' and r.intent = 'CREATED' and not exists (
                                            select from engine.record o where o.epoch = r.epoch and o.key = r.key and o.value_type = 'JOB'
                                              and o.intent in ('COMPLETED', 'ERROR_THROWN', 'CANCELED'))
                                        """)
                                .param("after", after)
                                .query(Long.class)
                                .single(),
                        owed -> owed == 0);
    }
}
