package jp.kasane.model;

import java.util.Arrays;
import java.util.List;

/**
 * What is wrong with a diagram or a table, in one place of it. The sentence is the message {@code model.finding.<code>}, whose first argument
 * is the name of the element.
 *
 * @param elementId what a click on the finding selects; the id of the process or of the decision where no one element is to blame
 * @param elementName its label, or its id where it has none
 * @param code which check found it
 * @param args what the sentence names beside the element
 */
public record Finding(String elementId, String elementName, String code, Severity severity, List<String> args) {

    /** An error would keep a diagram from being released; a warning is to be looked at; a note says what was not checked. */
    public enum Severity {
        ERROR,
        WARNING,
        NOTE
    }

    static Finding of(Severity severity, String code, String elementId, String elementName, Object... args) {
        return new Finding(
                elementId,
                elementName == null || elementName.isBlank() ? elementId : elementName,
                code,
                severity,
                Arrays.stream(args).map(String::valueOf).toList());
    }
}
