package jp.kasane.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DeliveryTest {

    private static final Duration LINGER = Duration.ofMillis(5);

    private final ImaginaryDatabase database = new ImaginaryDatabase();
    private final RecordBuffer buffer = new RecordBuffer(10_000, 1_000_000);
    private final List<Long> acknowledged = new CopyOnWriteArrayList<>();
    private final Delivery delivery = new Delivery(
            buffer,
            database,
            500,
            LINGER,
            new BackOff(Duration.ofMillis(1), Duration.ofMillis(4)),
            acknowledged::add,
            LoggerFactory.getLogger(DeliveryTest.class));

    @AfterEach
    void stop() {
        delivery.stop(Duration.ofMillis(200));
    }

    @Test
    void writesAsManyRecordsAtOnceAsAllowed() {
        Records.from(1, 1200).forEach(buffer::add);

        delivery.start("test");

        await().until(() -> buffer.size() == 0);
        assertThat(database.transactions()).extracting(List::size).containsExactly(500, 500, 200);
        assertThat(acknowledged).containsExactly(500L, 1000L, 1200L);
    }

    @Test
    void writesFewRecordsAfterAWhile() {
        delivery.start("test");

        buffer.add(Records.at(7));

        await().until(() -> acknowledged.equals(List.of(7L)));
    }

    @Test
    void acknowledgesNothingThatIsNotCommitted() {
        database.goDown();
        Records.from(1, 10).forEach(buffer::add);

        delivery.start("test");

        await().until(() -> database.attempts() > 20);
        assertThat(acknowledged).isEmpty();
        assertThat(buffer.size()).isEqualTo(10);

        database.comeBack();
        await().until(() -> acknowledged.equals(List.of(10L)));
    }

    @Test
    void sendsAgainWhatMayHaveBeenCommittedAlready() {
        database.loseAnswers(2);
        Records.from(1, 3).forEach(buffer::add);

        delivery.start("test");

        await().until(() -> acknowledged.equals(List.of(3L)));
        assertThat(database.transactions())
                .containsExactly(List.of(1L, 2L, 3L), List.of(1L, 2L, 3L), List.of(1L, 2L, 3L));
        assertThat(database.positions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void setsAsideTheRecordsThatAreRefusedAndNoOthers() {
        database.refused.addAll(List.of(1L, 250L, 251L, 500L));
        Records.from(1, 500).forEach(buffer::add);

        delivery.start("test");

        await().until(() -> buffer.size() == 0);
        assertThat(database.rejected()).containsExactly(1L, 250L, 251L, 500L);
        assertThat(database.positions())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 500)
                        .filter(position -> !database.refused.contains(position))
                        .boxed()
                        .toList());
        assertThat(acknowledged).isSorted().endsWith(500L);
        // Halving: some nine levels for each refused record, far from one transaction per record.
        assertThat(database.attempts()).isLessThan(80);
    }

    @Test
    void doesNotMistakeAFailureForARefusalWhileHalving() {
        database.refused.add(3L);
        database.loseAnswers(1);
        Records.from(1, 4).forEach(buffer::add);

        delivery.start("test");

        await().until(() -> buffer.size() == 0);
        assertThat(database.rejected()).containsExactly(3L);
        assertThat(database.positions()).containsExactly(1L, 2L, 4L);
    }

    @Test
    void goesWhenAskedWhileTheDatabaseIsDown() {
        database.goDown();
        buffer.add(Records.at(1));
        delivery.start("test");
        await().until(() -> database.attempts() > 0);

        assertThat(timeToStop()).isLessThan(Duration.ofSeconds(1));
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void goesWhenAskedWhileTheDatabaseDoesNotAnswer() {
        database.fallSilent();
        buffer.add(Records.at(1));
        delivery.start("test");
        await().until(() -> database.attempts() > 0);

        assertThat(timeToStop()).isLessThan(Duration.ofSeconds(1));
        assertThat(acknowledged).isEmpty();
    }

    @Test
    void writesWhatIsWaitingBeforeItGoes() {
        var slow = new Delivery(
                buffer,
                database,
                500,
                Duration.ofMinutes(1),
                new BackOff(Duration.ofMillis(1), Duration.ofMillis(4)),
                acknowledged::add,
                LoggerFactory.getLogger(DeliveryTest.class));
        slow.start("slow");
        buffer.add(Records.at(1));

        slow.stop(Duration.ofSeconds(5));

        assertThat(acknowledged).containsExactly(1L);
    }

    @Test
    void showsNoMessageThatMayQuoteAValue() {
        assertThat(Delivery.describe(new SQLException("Key (name)=(山田) is not present", "23503")))
                .doesNotContain("山田");
        assertThat(Delivery.describe(new SQLException("山田", "P0001"))).isEqualTo("SQLSTATE P0001");
        assertThat(Delivery.describe(new SQLException("Connection refused", "08001")))
                .isEqualTo("SQLSTATE 08001, Connection refused");
        assertThat(Delivery.describe(new IllegalStateException("山田"))).doesNotContain("山田");
        assertThat(Records.at(1, "{\"name\": \"山田\"}").toString()).doesNotContain("山田");
    }

    @Test
    void waitsLongerWithEachFailureUpToALimit() {
        var backOff = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(5));

        assertThat(IntStream.of(1, 2, 3, 6, 7, 1000).mapToObj(backOff::after))
                .extracting(Duration::toMillis)
                .containsExactly(100L, 200L, 400L, 3200L, 5000L, 5000L);
    }

    private Duration timeToStop() {
        var begin = System.nanoTime();
        delivery.stop(Duration.ofMillis(200));
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
