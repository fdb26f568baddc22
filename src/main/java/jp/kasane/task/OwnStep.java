package jp.kasane.task;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * A step the municipality has added with a form of its own (module {@code model}): what was handed in is kept with its form's version and
 * read again, and no module has a table for it. Of its fields only {@code outcome} goes to the engine, where the form offers a choice of
 * codes under that key: so a gateway behind the step may ask for it.
 */
record OwnStep(String formId) implements StepHandler {

    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    @Override
    public Map<String, Object> apply(Submission s) {
        var outcome = s.text("outcome");
        return outcome != null && CODE.matcher(outcome).matches() ? Map.of("outcome", outcome) : Map.of();
    }

    /** Stands beside the former version; nothing waits for it. */
    @Override
    public boolean correct(Recorded before, Submission after) {
        return false;
    }
}
