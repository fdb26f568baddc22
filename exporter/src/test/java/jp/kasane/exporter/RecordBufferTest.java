package jp.kasane.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RecordBufferTest {

    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration LONG = Duration.ofMinutes(1);

    private final RecordBuffer buffer = new RecordBuffer(3, 100);

    @Test
    void keepsABatchUntilItIsRemoved() throws InterruptedException {
        Records.from(1, 3).forEach(buffer::add);

        assertThat(buffer.awaitBatch(2, LONG)).containsExactly(Records.at(1), Records.at(2));
        assertThat(buffer.awaitBatch(2, LONG)).containsExactly(Records.at(1), Records.at(2));
        buffer.remove(2);
        assertThat(buffer.awaitBatch(2, AT_ONCE)).containsExactly(Records.at(3));
    }

    @Test
    void hasNoSpaceForMoreRecordsThanAllowed() throws InterruptedException {
        Records.from(1, 3).forEach(buffer::add);

        assertThat(buffer.awaitSpace(Duration.ofMillis(1))).isFalse();
        buffer.remove(1);
        assertThat(buffer.awaitSpace(AT_ONCE)).isTrue();
    }

    @Test
    void hasNoSpaceForLargerRecordsThanAllowed() throws InterruptedException {
        buffer.add(Records.at(1, "x".repeat(100)));

        assertThat(buffer.awaitSpace(Duration.ofMillis(1))).isFalse();
        buffer.remove(1);
        assertThat(buffer.awaitSpace(AT_ONCE)).as("it was the only one").isTrue();
    }

    @Test
    void givesSpaceToWhoWaitsForIt() throws Exception {
        Records.from(1, 3).forEach(buffer::add);
        var waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return buffer.awaitSpace(LONG);
            } catch (InterruptedException e) {
                return false;
            }
        });

        buffer.remove(1);

        assertThat(waiting.get()).isTrue();
    }

    @Test
    void cutsABatchOfLargeRecords() throws InterruptedException {
        var large = new RecordBuffer(10, Long.MAX_VALUE);
        List.of(1, 2, 3).forEach(n -> large.add(Records.at(n, "x".repeat(3_000_000))));

        assertThat(large.awaitBatch(10, LONG)).hasSize(2);
    }

    @Test
    void givesTheRestOutOnceClosedAndTakesNothingMore() throws InterruptedException {
        buffer.add(Records.at(1));
        buffer.close();

        assertThat(buffer.awaitBatch(2, LONG)).containsExactly(Records.at(1));
        assertThat(buffer.awaitSpace(LONG)).isFalse();
        buffer.remove(1);
        assertThat(buffer.awaitBatch(2, LONG)).isEmpty();
    }
}
