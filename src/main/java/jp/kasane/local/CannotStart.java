package jp.kasane.local;

/** Why the local default cannot start, and how to change it: one line for the console. */
public class CannotStart extends RuntimeException {

    public CannotStart(String oneLine) {
        super(oneLine, null, false, false);
    }
}
