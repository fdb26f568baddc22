package jp.kasane.casefile.web;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;

/** A timeline's filter as it stands in an address; what is left empty in a form asks for nothing. */
final class Asked {

    private Asked() {}

    static Timeline.Filter filter(Map<String, String> asked) {
        var person = text(asked, "person");
        return new Timeline.Filter(
                text(asked, "topic"),
                person == null ? null : Ids.parse(person).orElseThrow(() -> refused("person", "行った人", "は一覧から選んでください。")),
                day(asked, "from", "いつから"),
                day(asked, "to", "いつまで"));
    }

    static String text(Map<String, String> asked, String name) {
        var text = asked.get(name);
        return text == null || text.isBlank() ? null : text;
    }

    private static LocalDate day(Map<String, String> asked, String name, String label) {
        var text = text(asked, name);
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException none) {
            throw refused(name, label, "は日付（例：2026-04-01）で入力してください。");
        }
    }

    private static Refusal.Invalid refused(String field, String label, String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError(field, label, message)));
    }
}
