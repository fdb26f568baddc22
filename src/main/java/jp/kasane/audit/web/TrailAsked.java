package jp.kasane.audit.web;

import java.util.Map;
import java.util.UUID;
import jp.kasane.audit.Trails;
import jp.kasane.foundation.Asked;

/** The trail's filter as it stands in an address. */
final class TrailAsked {

    private TrailAsked() {}

    static Trails.Filter filter(Map<String, String> values, UUID stream) {
        var asked = new Asked(values);
        return new Trails.Filter(
                asked.oneOf("kind", "種類", Trails.KINDS),
                asked.id("person", "行った人"),
                stream != null ? stream : asked.id("case", "ケース"),
                asked.id("request", "リクエスト"),
                asked.day("from", "いつから"),
                asked.day("to", "いつまで"),
                asked.text("before"));
    }

    static String text(Map<String, String> values, String name) {
        return new Asked(values).text(name);
    }
}
