package jp.kasane.municipality.internal;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A profile that is not there, or has mistakes: all of them, with their lines. Nothing was written. */
class BadProfile extends RuntimeException {

    private final transient List<Mistake> mistakes;

    BadProfile(List<Mistake> mistakes) {
        super(
                "The profile cannot be loaded:\n"
                        + mistakes.stream().map(mistake -> "  " + mistake).collect(Collectors.joining("\n")),
                null,
                false,
                false);
        this.mistakes = List.copyOf(mistakes);
    }

    /** @param sentence why there is none to be read */
    BadProfile(String sentence) {
        super(sentence, null, false, false);
        this.mistakes = List.of();
    }

    List<Mistake> mistakes() {
        return mistakes;
    }

    /** One message instead of a stack trace when the application does not start (META-INF/spring.factories). */
    static class Analyzer extends AbstractFailureAnalyzer<BadProfile> {
        @Override
        protected FailureAnalysis analyze(Throwable rootFailure, BadProfile cause) {
            return new FailureAnalysis(
                    cause.getMessage(),
                    "Correct it and start again; nothing was written. The keys are explained in"
                            + " profiles/profile.schema.json.",
                    cause);
        }
    }
}
