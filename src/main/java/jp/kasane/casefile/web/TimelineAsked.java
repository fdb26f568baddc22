package jp.kasane.casefile.web;

import java.util.Map;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Asked;

/** A timeline's filter as it stands in an address. */
final class TimelineAsked {

    private TimelineAsked() {}

    static Timeline.Filter filter(Map<String, String> values) {
        var asked = new Asked(values);
        return new Timeline.Filter(
                asked.text("topic"), asked.id("person", "行った人"), asked.day("from", "いつから"), asked.day("to", "いつまで"));
    }

    /** Where the page before ended. */
    static String before(Map<String, String> values) {
        return new Asked(values).text("before");
    }
}
