package jp.kasane.outbox;

/**
 * Does orders of one kind. Delivery happens at least once (a crash may fall between doing and noting), so it must be
 * idempotent. Any exception but {@link OrderRefused} means: not now, try again later, as the {@link Patience} has it; the
 * orders behind it in the lane wait. Its message is stored and logged: no personal data in it.
 */
public interface Delivery {

    String kind();

    Result deliver(Order order);

    /** Whether there is any sense in trying: while it is not, its orders wait without an attempt being counted. */
    default boolean ready() {
        return true;
    }

    /** Orders to the engine are tried for ever: a case must go on. */
    default Patience patience() {
        return Patience.ENDLESS;
    }

    /** Whether it talks to somebody who may keep it waiting: then it has threads of its own, and the engine's go on. */
    default boolean aside() {
        return false;
    }

    enum Result {
        DONE,
        /** The world has moved on and the order no longer applies; whoever gave it should be told. */
        SUPERSEDED
    }
}
