package jp.kasane.foundation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request that is understood and not done. The message is a sentence for the person who asked, in Japanese, without
 * personal data; nothing was changed.
 */
public abstract sealed class Refusal extends RuntimeException {

    private Refusal(String message) {
        super(message, null, false, false);
    }

    /** There is no such thing, or the acting user may not know of it: the two are not told apart. */
    public static final class NotFound extends Refusal {
        public NotFound(String what) {
            super(what + "が見つかりません。");
        }
    }

    /** It was so a moment ago, but somebody was faster or the case has moved on. */
    public static final class Conflict extends Refusal {
        public Conflict(String sentence) {
            super(sentence);
        }
    }

    /** Visible, but not this person's to do. */
    public static final class Forbidden extends Refusal {
        public Forbidden(String sentence) {
            super(sentence);
        }
    }

    /** Fields that cannot be accepted; the draft is kept. */
    public static final class Invalid extends Refusal {

        private final transient List<FieldError> fields;

        public Invalid(List<FieldError> fields) {
            super("入力内容を確認してください："
                    + String.join("、", fields.stream().map(FieldError::sentence).toList()));
            this.fields = List.copyOf(fields);
        }

        public List<FieldError> fields() {
            return fields;
        }

        /** One sentence per field, the first where there are several: what a page shows beside the field. */
        public Map<String, String> sentences() {
            return fields.stream()
                    .collect(Collectors.toMap(
                            FieldError::field,
                            error -> error.label() + error.message(),
                            (first, second) -> first,
                            LinkedHashMap::new));
        }
    }

    /**
     * @param field path of the field, e.g. {@code members[0].relation}
     * @param label what the screen calls it
     * @param message what is wrong with it
     */
    public record FieldError(String field, String label, String message) {
        String sentence() {
            return "「" + label + "」" + message;
        }
    }
}
