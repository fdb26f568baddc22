package jp.kasane.outbox;

/**
 * Does orders of one kind. Delivery happens at least once (a crash may fall between doing and noting), so it must be
 * idempotent. Any exception means: not now, try again later; the orders behind it in the stream wait.
 */
public interface Delivery {

    String kind();

    Result deliver(Order order);

    /** Whether there is any sense in trying: while it is not, its orders wait without an attempt being counted. */
    default boolean ready() {
        return true;
    }

    enum Result {
        DONE,
        /** The world has moved on and the order no longer applies; whoever gave it should be told. */
        SUPERSEDED
    }
}
