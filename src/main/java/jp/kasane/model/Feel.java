package jp.kasane.model;

import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;

/** Whether FEEL can be read, as Camunda's own engine reads it. Nothing is evaluated, so nothing can run for ever. */
final class Feel {

    /** No FEEL longer than a line (STYLE); ours, generous. */
    static final int LONGEST = 1000;

    /** Brackets inside of brackets: the parser goes down one by one. Ours. */
    private static final int DEEPEST = 20;

    private final FeelEngineApi engine = FeelEngineBuilder.forJava().build();

    enum Reading {
        FINE,
        TOO_LONG,
        UNREADABLE
    }

    Reading expression(String text) {
        return tooLong(text)
                ? Reading.TOO_LONG
                : engine.parseExpression(text).isSuccess() ? Reading.FINE : Reading.UNREADABLE;
    }

    Reading unaryTests(String text) {
        return tooLong(text)
                ? Reading.TOO_LONG
                : engine.parseUnaryTests(text).isSuccess() ? Reading.FINE : Reading.UNREADABLE;
    }

    private static boolean tooLong(String text) {
        int open = 0;
        for (int i = 0; i < text.length(); i++) {
            var character = text.charAt(i);
            if (character == '(' || character == '[' || character == '{') {
                open++;
            } else if (character == ')' || character == ']' || character == '}') {
                open--;
            }
            if (open > DEEPEST) {
                return true;
            }
        }
        return text.length() > LONGEST;
    }
}
