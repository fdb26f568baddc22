package jp.kasane.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.w3c.dom.Element;

/**
 * Answers the searches of Camunda's REST API (v2, as of 8.8) from the exporter's tables: as much of them as Camunda Process
 * Test asks for. A filter or an operator it does not know is refused, never ignored.
 *
 * <p>Rows are read, then filtered here: between two purges there are few. What ran before the last purge is not shown;
 * keys only grow, so the purge is remembered as one key.
 */
final class EngineSearches {

    /** One kind of search: the columns are called what the API calls them, keys are strings, times are ISO. */
    private enum Kind {
        PROCESS_DEFINITIONS(
                "process-definitions",
                """
                select d.key::text as "processDefinitionKey", d.process_id as "processDefinitionId", d.version as "version",
                       d.version_tag as "versionTag", d.resource_name as "resourceName", '<default>' as "tenantId",
                       false as "hasStartForm"
                from engine.process_definition d where d.epoch = %s and 0 <= ? order by d.key
                """),
        PROCESS_INSTANCES(
                "process-instances",
                """
                select i.key::text as "processInstanceKey", i.process_id as "processDefinitionId",
                       i.definition_key::text as "processDefinitionKey", i.version as "processDefinitionVersion",
                       i.parent_key::text as "parentProcessInstanceKey",
                       i.parent_element_key::text as "parentElementInstanceKey",
                       i.state as "state", i.started_at as "startDate", i.ended_at as "endDate", '<default>' as "tenantId",
                       exists (select from engine.incident n where n.epoch = i.epoch and n.process_instance_key = i.key
                               and n.state = 'OPEN') as "hasIncident"
                from engine.process_instance i where i.epoch = %s and i.key > ? order by i.key
                """),
        ELEMENT_INSTANCES(
                "element-instances",
                """
                select e.key::text as "elementInstanceKey", e.process_instance_key::text as "processInstanceKey",
                       e.definition_key::text as "processDefinitionKey", d.process_id as "processDefinitionId",
                       e.element_id as "elementId", e.element_type as "type", e.state as "state",
                       e.started_at as "startDate", e.ended_at as "endDate", '<default>' as "tenantId",
                       exists (select from engine.incident n where n.epoch = e.epoch and n.element_instance_key = e.key
                               and n.state = 'OPEN') as "hasIncident",
                       (select min(n.key)::text from engine.incident n where n.epoch = e.epoch
                               and n.element_instance_key = e.key and n.state = 'OPEN') as "incidentKey"
                from engine.element_instance e
                left join engine.process_definition d on d.epoch = e.epoch and d.key = e.definition_key
                where e.epoch = %s and e.key > ? order by e.key
                """),
        USER_TASKS(
                "user-tasks",
                """
                select t.key::text as "userTaskKey", t.state as "state", t.element_id as "elementId",
                       t.element_instance_key::text as "elementInstanceKey", t.process_id as "processDefinitionId",
                       t.definition_key::text as "processDefinitionKey", t.process_instance_key::text as "processInstanceKey",
                       t.form_key::text as "formKey", to_jsonb(t.candidate_groups) as "candidateGroups",
                       '[]'::jsonb as "candidateUsers", t.assignee as "assignee", t.priority as "priority",
                       t.created_at as "creationDate", case when t.state = 'COMPLETED' then t.ended_at end as "completionDate",
                       '<default>' as "tenantId"
                from engine.user_task t where t.epoch = %s and t.key > ? order by t.key
                """),
        VARIABLES(
                "variables",
                """
                select v.key::text as "variableKey", v.name as "name", coalesce(v.value, 'null') as "value",
                       v.scope_key::text as "scopeKey", v.process_instance_key::text as "processInstanceKey",
                       false as "isTruncated", '<default>' as "tenantId"
                from engine.variable v where v.epoch = %s and v.key > ? order by v.key
                """),
        INCIDENTS(
                "incidents",
                """
                select n.key::text as "incidentKey", n.process_instance_key::text as "processInstanceKey",
                       i.definition_key::text as "processDefinitionKey", i.process_id as "processDefinitionId",
                       n.element_id as "elementId", n.element_instance_key::text as "elementInstanceKey",
                       n.error_type as "errorType", n.error_message as "errorMessage", n.job_key::text as "jobKey",
                       case n.state when 'OPEN' then 'ACTIVE' else n.state end as "state", n.created_at as "creationTime",
                       '<default>' as "tenantId"
                from engine.incident n
                left join engine.process_instance i on i.epoch = n.epoch and i.key = n.process_instance_key
                where n.epoch = %s and n.key > ? order by n.key
                """),
        MESSAGE_SUBSCRIPTIONS(
                "message-subscriptions",
                """
                select m.key::text as "messageSubscriptionKey", m.process_instance_key::text as "processInstanceKey",
                       i.definition_key::text as "processDefinitionKey", i.process_id as "processDefinitionId",
                       m.element_id as "elementId", m.element_instance_key::text as "elementInstanceKey",
                       m.message_name as "messageName", m.correlation_key as "correlationKey",
                       m.state as "messageSubscriptionState", m.at as "lastUpdatedDate", '<default>' as "tenantId"
                from engine.message_subscription m
                left join engine.process_instance i on i.epoch = m.epoch and i.key = m.process_instance_key
                where m.epoch = %s and m.key > ? order by m.key
                """),
        CORRELATED_MESSAGE_SUBSCRIPTIONS(
                "correlated-message-subscriptions",
                """
                select r.key::text as "subscriptionKey", r.process_instance_key::text as "processInstanceKey",
                       r.value ->> 'bpmnProcessId' as "processDefinitionId", r.value ->> 'elementId' as "elementId",
                       r.value ->> 'elementInstanceKey' as "elementInstanceKey", r.value ->> 'messageName' as "messageName",
                       r.value ->> 'messageKey' as "messageKey", r.value ->> 'correlationKey' as "correlationKey",
                       r.partition_id as "partitionId", r.at as "correlationTime", '<default>' as "tenantId"
                from engine.record r where r.epoch = %s and r.value_type = 'PROCESS_MESSAGE_SUBSCRIPTION'
                  and r.intent = 'CORRELATED' and r.key > ? order by r.position
                """),
        /** No diagram has a decision yet. */
        DECISION_INSTANCES("decision-instances", "select 1 as \"decisionInstanceKey\" where %s is null and 0 > ?");

        private final String path;
        private final String sql;

        Kind(String path, String sql) {
            this.path = path;
            this.sql = sql.formatted("(select epoch from engine.epoch where current)");
        }
    }

    private static final int DEFAULT_LIMIT = 100;

    private final DataSource database;
    private final ObjectMapper json;
    private final AtomicLong purgedUpTo = new AtomicLong();
    private final Map<String, Map<String, String>> labels = new ConcurrentHashMap<>();

    EngineSearches(DataSource database, ObjectMapper json) {
        this.database = database;
        this.json = json;
    }

    /** Nothing with this key or a smaller one is shown any more. */
    void forget(long key) {
        purgedUpTo.accumulateAndGet(key, Math::max);
    }

    /**
     * @param resource what is searched, as in {@code /v2/<resource>/search}
     * @return empty when it is nothing this class knows
     * @throws IllegalArgumentException when the query asks for something it cannot answer
     */
    Optional<JsonNode> search(String resource, JsonNode query) throws SQLException {
        for (var kind : Kind.values()) {
            if (kind.path.equals(resource)) {
                return Optional.of(answer(kind, query));
            }
        }
        return Optional.empty();
    }

    Optional<String> processDefinitionXml(long key) throws SQLException {
        var rows = rows(
                "select resource as xml from engine.process_definition where epoch = (select epoch from engine.epoch where"
                        + " current) and key = ?",
                key);
        return rows.stream().findFirst().map(row -> row.get("xml").asText());
    }

    JsonNode sequenceFlows(long processInstanceKey) throws SQLException {
        var flows = rows(
                """
                select distinct on (f.element_id) f.process_instance_key::text || '_' || f.element_id as "sequenceFlowId",
                       f.process_instance_key::text as "processInstanceKey", i.definition_key::text as "processDefinitionKey",
                       i.process_id as "processDefinitionId", f.element_id as "elementId", '<default>' as "tenantId"
                from engine.sequence_flow f
                join engine.process_instance i on i.epoch = f.epoch and i.key = f.process_instance_key
                where f.epoch = (select epoch from engine.epoch where current) and f.process_instance_key = ?
                """,
                processInstanceKey);
        var items = json.createObjectNode();
        items.putArray("items").addAll(flows);
        return items;
    }

    /** Root instances that still run. */
    List<Long> running() throws SQLException {
        return rows(
                        "select key from engine.process_instance where epoch = (select epoch from engine.epoch where current)"
                                + " and state = 'ACTIVE' and parent_key is null and key > ?",
                        -1)
                .stream()
                .map(row -> row.get("key").asLong())
                .toList();
    }

    boolean knows(long key) throws SQLException {
        return !rows(
                        "select 1 as found from engine.record where epoch = (select epoch from engine.epoch where current)"
                                + " and key = ? limit 1",
                        key)
                .isEmpty();
    }

    private JsonNode answer(Kind kind, JsonNode query) throws SQLException {
        var found = new ArrayList<ObjectNode>();
        for (var row : rows(kind.sql, purgedUpTo.get())) {
            label(kind, row);
            if (matches(row, query.path("filter"))) {
                found.add(row);
            }
        }
        sort(found, query.path("sort"));
        var limit = query.path("page").path("limit").asInt(DEFAULT_LIMIT);
        var from = query.path("page").path("from").asInt(0);
        var answer = json.createObjectNode();
        found.stream().skip(from).limit(limit).forEach(answer.putArray("items")::add);
        answer.putObject("page").put("totalItems", found.size()).put("hasMoreTotalItems", false);
        return answer;
    }

    private static boolean matches(ObjectNode row, JsonNode filter) {
        for (var condition : filter.properties()) {
            if (saysNothing(condition.getValue())) {
                continue;
            }
            if (condition.getKey().equals("$or")) {
                var any = false;
                for (var alternative : condition.getValue()) {
                    any |= matches(row, alternative);
                }
                if (!any) {
                    return false;
                }
            } else if (!row.has(condition.getKey())) {
                throw new IllegalArgumentException("cannot filter by " + condition.getKey());
            } else if (!matches(row.get(condition.getKey()), condition.getValue(), condition.getKey())) {
                return false;
            }
        }
        return true;
    }

    private static boolean matches(JsonNode value, JsonNode condition, String field) {
        if (!condition.isObject()) {
            return value.asText().equals(condition.asText());
        }
        for (var operator : condition.properties()) {
            var operand = operator.getValue();
            if (saysNothing(operand)) {
                continue;
            }
            var holds =
                    switch (operator.getKey()) {
                        case "$eq" -> value.asText().equals(operand.asText());
                        case "$neq" -> !value.asText().equals(operand.asText());
                        case "$in" -> contains(operand, value);
                        case "$notIn" -> !contains(operand, value);
                        case "$exists" -> operand.asBoolean() != value.isNull();
                        default ->
                            throw new IllegalArgumentException("cannot filter " + field + " by " + operator.getKey());
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    /** The client writes every field and operator it knows, whether used or not. */
    private static boolean saysNothing(JsonNode node) {
        return node.isNull() || node.isContainerNode() && node.isEmpty();
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (var element : list) {
            if (element.asText().equals(value.asText())) {
                return true;
            }
        }
        return false;
    }

    /** Rows come in the order of their keys, which decides between events of the same millisecond. */
    private static void sort(List<ObjectNode> rows, JsonNode sort) {
        Comparator<ObjectNode> order = (one, other) -> 0;
        for (var by : sort) {
            Comparator<ObjectNode> field = (one, other) -> compare(
                    one.path(by.path("field").asText()),
                    other.path(by.path("field").asText()));
            order = order.thenComparing(
                    by.path("order").asText("asc").equalsIgnoreCase("desc") ? field.reversed() : field);
        }
        rows.sort(order);
    }

    private static int compare(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? Long.compare(one.asLong(), other.asLong())
                : one.asText().compareTo(other.asText());
    }

    /** The exporter keeps ids; what people read on the diagram is in the diagram. */
    private void label(Kind kind, ObjectNode row) throws SQLException {
        var field =
                switch (kind) {
                    case ELEMENT_INSTANCES -> "elementName";
                    case USER_TASKS -> "name";
                    default -> null;
                };
        if (field != null && !row.path("processDefinitionKey").isNull()) {
            row.put(
                    field,
                    labels(row.get("processDefinitionKey").asText())
                            .get(row.path("elementId").asText()));
        }
    }

    private Map<String, String> labels(String definitionKey) throws SQLException {
        var known = labels.get(definitionKey);
        if (known == null) {
            var xml = processDefinitionXml(Long.parseLong(definitionKey));
            if (xml.isEmpty()) {
                return Map.of();
            }
            known = Diagram.of(definitionKey, xml.get())
                    .bpmn("*")
                    .filter(element -> element.hasAttribute("id"))
                    .collect(Collectors.toMap(
                            element -> element.getAttribute("id"), EngineSearches::name, (one, other) -> one));
            labels.put(definitionKey, known);
        }
        return known;
    }

    private static String name(Element element) {
        return element.hasAttribute("name") ? element.getAttribute("name") : element.getAttribute("id");
    }

    private List<ObjectNode> rows(String sql, long parameter) throws SQLException {
        var asJson = "select to_jsonb(q)::text from (" + sql + ") q";
        try (var connection = database.getConnection();
                var statement = connection.prepareStatement(asJson)) {
            statement.setLong(1, parameter);
            var rows = new ArrayList<ObjectNode>();
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add((ObjectNode) json.readTree(result.getString(1)));
                }
            }
            return rows;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
