package jp.kasane.worker;

/** Something that is expected now and then, and that the diagram catches by its code: no failure, and nothing to retry. */
public final class BusinessError extends RuntimeException {

    /** Nobody of an agency works with Kasane: somebody must call it by telephone or letter. */
    public static final String NOBODY_REACHED = "NOBODY_REACHED";

    private final String code;

    /** @param message a sentence without personal data: the engine keeps it */
    public BusinessError(String code, String message) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
