package jp.kasane.exporter;

import io.camunda.zeebe.exporter.api.context.Context.RecordFilter;
import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.ValueType;
import java.util.Set;

/**
 * Which records are worth keeping: events, of the types named here. A list of what is wanted rather than of what is not, so
 * that a later broker's types (users, passwords, tenants …) do not slip in.
 *
 * <p>Left out, because another record says the same: DEPLOYMENT (PROCESS, FORM and DECISION follow with the same resources),
 * JOB_BATCH (JOB), MESSAGE_SUBSCRIPTION (PROCESS_MESSAGE_SUBSCRIPTION), PROCESS_INSTANCE_RESULT; and what the engine tells
 * itself: batches, distribution between partitions, checkpoints. Commands and rejections are left out because the events tell
 * what became of them.
 */
final class StoredRecords implements RecordFilter {

    static final Set<ValueType> VALUE_TYPES = Set.of(
            ValueType.PROCESS,
            ValueType.FORM,
            ValueType.DECISION,
            ValueType.DECISION_REQUIREMENTS,
            ValueType.DECISION_EVALUATION,
            ValueType.RESOURCE_DELETION,
            ValueType.PROCESS_INSTANCE,
            ValueType.PROCESS_INSTANCE_CREATION,
            ValueType.PROCESS_INSTANCE_MODIFICATION,
            ValueType.PROCESS_INSTANCE_MIGRATION,
            ValueType.PROCESS_EVENT,
            ValueType.VARIABLE,
            ValueType.VARIABLE_DOCUMENT,
            ValueType.JOB,
            ValueType.USER_TASK,
            ValueType.INCIDENT,
            ValueType.ERROR,
            ValueType.ESCALATION,
            ValueType.TIMER,
            ValueType.MESSAGE,
            ValueType.MESSAGE_CORRELATION,
            ValueType.MESSAGE_START_EVENT_SUBSCRIPTION,
            ValueType.PROCESS_MESSAGE_SUBSCRIPTION,
            ValueType.SIGNAL,
            ValueType.SIGNAL_SUBSCRIPTION,
            ValueType.COMPENSATION_SUBSCRIPTION);

    @Override
    public boolean acceptType(RecordType type) {
        return type == RecordType.EVENT;
    }

    @Override
    public boolean acceptValue(ValueType type) {
        return VALUE_TYPES.contains(type);
    }
}
