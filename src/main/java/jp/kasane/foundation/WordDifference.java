package jp.kasane.foundation;

import com.github.difflib.DiffUtils;
import com.github.difflib.patch.DeltaType;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What changed from one text to another, word by word. */
public final class WordDifference {

    /** @param kind same, removed or added */
    public record Piece(String kind, String text) {}

    private WordDifference() {}

    /** The pieces in order; together those that are not removed are the second text. Null is a text that is not there. */
    public static List<Piece> between(String before, String after) {
        var old = words(before);
        var fresh = words(after);
        var pieces = new ArrayList<Piece>();
        for (var delta : DiffUtils.diff(old, fresh, true).getDeltas()) {
            if (delta.getType() == DeltaType.EQUAL) {
                add(pieces, "same", delta.getSource().getLines());
            } else {
                add(pieces, "removed", delta.getSource().getLines());
                add(pieces, "added", delta.getTarget().getLines());
            }
        }
        return pieces;
    }

    private static void add(List<Piece> pieces, String kind, List<String> words) {
        if (!words.isEmpty()) {
            pieces.add(new Piece(kind, String.join("", words)));
        }
    }

    /** Japanese has no spaces: the JDK knows where one script gives way to another, which is close enough to be read. */
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        if (text == null) {
            return words;
        }
        var breaks = BreakIterator.getWordInstance(Locale.JAPANESE);
        breaks.setText(text);
        int start = breaks.first();
        for (int end = breaks.next(); end != BreakIterator.DONE; start = end, end = breaks.next()) {
            words.add(text.substring(start, end));
        }
        return words;
    }
}
