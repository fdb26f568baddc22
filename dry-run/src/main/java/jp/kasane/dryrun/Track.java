package jp.kasane.dryrun;

import io.camunda.zeebe.process.test.api.RecordStreamSource;
import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.intent.IncidentIntent;
import io.camunda.zeebe.protocol.record.intent.ProcessInstanceIntent;
import io.camunda.zeebe.protocol.record.intent.TimerIntent;
import io.camunda.zeebe.protocol.record.value.BpmnElementType;
import io.camunda.zeebe.protocol.record.value.IncidentRecordValue;
import io.camunda.zeebe.protocol.record.value.ProcessInstanceRecordValue;
import io.camunda.zeebe.protocol.record.value.TimerRecordValue;
import io.camunda.zeebe.protocol.record.value.VariableRecordValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** What the engine did, read from its records. */
final class Track {

    private static final String INSTANCE_KEY = "instanceKey";

    private final RecordStreamSource records;

    Track(RecordStreamSource records) {
        this.records = records;
    }

    /** One instance of a process, as its records tell of it. */
    private static final class Found {
        private final long key;
        private final String process;
        private final boolean called;
        private final List<String> elements = new ArrayList<>();
        private final Map<Long, String> open = new LinkedHashMap<>();
        private String instance;
        private String state = "ACTIVE";

        Found(long key, String process, boolean called) {
            this.key = key;
            this.process = process;
            this.called = called;
        }

        boolean is(String ofProcess, String ofInstance) {
            return process.equals(ofProcess) && (ofInstance == null || ofInstance.equals(instance));
        }
    }

    /** How many there are by now. */
    int records() {
        return (int)
                StreamSupport.stream(records.getRecords().spliterator(), false).count();
    }

    private Map<Long, Found> instances() {
        var found = new LinkedHashMap<Long, Found>();
        var keys = new HashMap<Long, String>();
        for (var record : records.getRecords()) {
            if (record.getRecordType() != RecordType.EVENT) {
                continue;
            }
            if (record.getValue() instanceof ProcessInstanceRecordValue value) {
                element(found, record.getKey(), (ProcessInstanceIntent) record.getIntent(), value);
            } else if (record.getValue() instanceof VariableRecordValue variable
                    && variable.getName().equals(INSTANCE_KEY)
                    && variable.getScopeKey() == variable.getProcessInstanceKey()) {
                keys.putIfAbsent(variable.getScopeKey(), unquoted(variable.getValue()));
            }
        }
        // A called process has its variables before it is told of.
        found.forEach((key, instance) -> instance.instance = keys.get(key));
        return found;
    }

    private static String unquoted(String json) {
        return json.startsWith("\"") ? json.substring(1, json.length() - 1) : null;
    }

    private static void element(
            Map<Long, Found> found, long key, ProcessInstanceIntent intent, ProcessInstanceRecordValue value) {
        if (value.getBpmnElementType() == BpmnElementType.SEQUENCE_FLOW) {
            return;
        }
        var instance = found.computeIfAbsent(
                value.getProcessInstanceKey(),
                any -> new Found(any, value.getBpmnProcessId(), value.getParentProcessInstanceKey() > 0));
        boolean whole = value.getBpmnElementType() == BpmnElementType.PROCESS;
        switch (intent) {
            case ELEMENT_ACTIVATED -> {
                if (!whole) {
                    instance.elements.add(value.getElementId());
                    instance.open.put(key, value.getElementId());
                }
            }
            case ELEMENT_COMPLETED, ELEMENT_TERMINATED -> {
                if (whole) {
                    instance.state = intent == ProcessInstanceIntent.ELEMENT_COMPLETED ? "COMPLETED" : "TERMINATED";
                } else {
                    instance.open.remove(key);
                }
            }
            default -> {
                // On the way from one to the other.
            }
        }
    }

    List<Answer.Instance> way() {
        return instances().values().stream()
                .map(instance -> new Answer.Instance(
                        instance.process,
                        instance.instance,
                        instance.state,
                        instance.elements,
                        List.copyOf(instance.open.values())))
                .toList();
    }

    /** The one that runs and was not called by another, the newest first. */
    Optional<Long> running(String process, String instance) {
        return instances().values().stream()
                .filter(one -> !one.called && one.state.equals("ACTIVE") && one.is(process, instance))
                .map(one -> one.key)
                .reduce((older, newer) -> newer);
    }

    /** How often this timer went off. */
    long timers(String process, String instance, String element) {
        var instances = instances();
        long times = 0;
        for (var record : records.getRecords()) {
            if (record.getRecordType() == RecordType.EVENT
                    && record.getIntent() == TimerIntent.TRIGGERED
                    && record.getValue() instanceof TimerRecordValue timer
                    && timer.getTargetElementId().equals(element)) {
                var of = instances.get(timer.getProcessInstanceKey());
                if (of != null && of.is(process, instance)) {
                    times++;
                }
            }
        }
        return times;
    }

    List<Answer.Stop> stops() {
        var instances = instances();
        var stops = new ArrayList<Answer.Stop>();
        for (var record : records.getRecords()) {
            if (record.getRecordType() == RecordType.EVENT
                    && record.getIntent() == IncidentIntent.CREATED
                    && record.getValue() instanceof IncidentRecordValue incident) {
                var of = instances.get(incident.getProcessInstanceKey());
                stops.add(new Answer.Stop(
                        incident.getBpmnProcessId(),
                        of == null ? null : of.instance,
                        incident.getElementId(),
                        incident.getErrorType().name(),
                        incident.getErrorMessage()));
            }
        }
        return stops;
    }
}
