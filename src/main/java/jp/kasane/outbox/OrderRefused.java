package jp.kasane.outbox;

/** Whoever the order was for will not take it, however often it is tried: it is given up at once. */
public class OrderRefused extends RuntimeException {

    /** @param reason codes, no personal data */
    public OrderRefused(String reason) {
        super(reason, null, false, false);
    }
}
