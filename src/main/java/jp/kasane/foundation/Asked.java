package jp.kasane.foundation;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What stands behind the question mark of an address; what is left empty in a form asks for nothing. */
public record Asked(Map<String, String> values) {

    /** Rows of a page that may be asked for at most. */
    public static final int MOST = 200;

    /** @return null where nothing is asked for */
    public String text(String name) {
        var text = values.get(name);
        return text == null || text.isBlank() ? null : text;
    }

    /** @throws Refusal.Invalid with the label if it is no id */
    public UUID id(String name, String label) {
        var text = text(name);
        return text == null ? null : Ids.parse(text).orElseThrow(() -> refused(name, label, "は一覧から選んでください。"));
    }

    /** @throws Refusal.Invalid with the label if it is no day as {@code 2026-04-01} */
    public LocalDate day(String name, String label) {
        var text = text(name);
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException none) {
            throw refused(name, label, "は日付（例：2026-04-01）で入力してください。");
        }
    }

    /** @throws Refusal.Invalid with the label if it is none of these */
    public String oneOf(String name, String label, List<String> these) {
        var text = text(name);
        if (text != null && !these.contains(text)) {
            throw refused(name, label, "は一覧から選んでください。");
        }
        return text;
    }

    /**
     * @param limit as it was asked for
     * @return it, if a page may have so many rows
     * @throws Refusal.Invalid for less than 1 or more than {@value #MOST}
     */
    public static int limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw refused("limit", "件数", "は 1 から " + MOST + " までで指定してください。");
        }
        return limit;
    }

    private static Refusal.Invalid refused(String field, String label, String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, message)));
    }
}
