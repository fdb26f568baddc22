package jp.kasane.consultation;

import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import jp.kasane.decision.Decisions;
import org.springframework.context.MessageSource;
import org.springframework.stereotype.Component;

/** What the table {@code triage} advises, as a form begins with it: somebody who knows more chooses otherwise (002, L2131-2137). */
@Component
public class TriageAdvice {

    private final Decisions decisions;
    private final MessageSource words;

    TriageAdvice(Decisions decisions, MessageSource words) {
        this.decisions = decisions;
        this.words = words;
    }

    /** {@code caseClass} and {@code advice}, a sentence to read; nothing where the table gave no answer. */
    public Map<String, Object> prefill(UUID consultationId) {
        var advised = decisions.latest(consultationId, "triage");
        var caseClass = advised.flatMap(decided -> decided.code("caseClass"));
        var advice = advised.flatMap(decided -> decided.code("advice"));
        if (caseClass.isEmpty() || advice.isEmpty()) {
            return Map.of();
        }
        return Map.of(
                "caseClass",
                caseClass.get(),
                "advice",
                word("advice." + advice.get()) + "（" + word("caseClass." + caseClass.get()) + "）");
    }

    /** Forms are in Japanese. */
    private String word(String key) {
        return words.getMessage(key, null, Locale.JAPANESE);
    }
}
