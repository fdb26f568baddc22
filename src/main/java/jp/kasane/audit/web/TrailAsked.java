package jp.kasane.audit.web;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.audit.Trails;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;

/** The trail's filter as it stands in an address; what is left empty in a form asks for nothing. */
final class TrailAsked {

    private TrailAsked() {}

    static Trails.Filter filter(Map<String, String> asked, UUID stream) {
        var kind = text(asked, "kind");
        if (kind != null && !Trails.KINDS.contains(kind)) {
            throw refused("kind", "種類", "は一覧から選んでください。");
        }
        return new Trails.Filter(
                kind,
                id(asked, "person", "行った人"),
                stream != null ? stream : id(asked, "case", "ケース"),
                id(asked, "request", "リクエスト"),
                day(asked, "from", "いつから"),
                day(asked, "to", "いつまで"),
                text(asked, "before"));
    }

    static String text(Map<String, String> asked, String name) {
        var text = asked.get(name);
        return text == null || text.isBlank() ? null : text;
    }

    private static UUID id(Map<String, String> asked, String name, String label) {
        var text = text(asked, name);
        return text == null ? null : Ids.parse(text).orElseThrow(() -> refused(name, label, "は一覧から選んでください。"));
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
