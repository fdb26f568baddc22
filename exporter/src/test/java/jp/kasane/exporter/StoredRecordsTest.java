package jp.kasane.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import io.camunda.zeebe.protocol.record.RecordType;
import io.camunda.zeebe.protocol.record.ValueType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoredRecordsTest {

    private final StoredRecords filter = new StoredRecords();

    @Test
    void keepsEventsOnly() {
        assertThat(Arrays.stream(RecordType.values()).filter(filter::acceptType))
                .containsExactly(RecordType.EVENT);
    }

    @Test
    void decidesOnEveryTypeTheEngineHas() {
        assertThat(Arrays.stream(ValueType.values()).filter(type -> !filter.acceptValue(type)))
                .containsExactlyInAnyOrder(
                        ValueType.DEPLOYMENT,
                        ValueType.MESSAGE_SUBSCRIPTION,
                        ValueType.JOB_BATCH,
                        ValueType.PROCESS_INSTANCE_RESULT,
                        ValueType.DEPLOYMENT_DISTRIBUTION,
                        ValueType.COMMAND_DISTRIBUTION,
                        ValueType.PROCESS_INSTANCE_BATCH,
                        ValueType.MESSAGE_BATCH,
                        ValueType.USER,
                        ValueType.AUTHORIZATION,
                        ValueType.CLOCK,
                        ValueType.CHECKPOINT,
                        ValueType.SBE_UNKNOWN,
                        ValueType.NULL_VAL);
    }
}
