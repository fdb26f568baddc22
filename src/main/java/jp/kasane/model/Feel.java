package jp.kasane.model;

import java.math.BigDecimal;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.api.ParseResult;
import org.camunda.feel.syntaxtree.ArithmeticNegation;
import org.camunda.feel.syntaxtree.ConstNumber;
import org.camunda.feel.syntaxtree.Exp;
import org.camunda.feel.syntaxtree.IterationContext;
import scala.Product;
import scala.collection.Iterable;

/** Whether FEEL can be read, as Camunda's own engine reads it. Nothing is evaluated, so nothing can run for ever. */
final class Feel {

    /** No FEEL longer than a line (STYLE); ours, generous. */
    static final int LONGEST = 1000;

    /** Brackets inside of brackets: the parser goes down one by one. Ours. */
    private static final int DEEPEST = 20;

    /** Ours: no rule of a case counts that far, and the engine is through with it in no time. */
    static final int MOST_STEPS = 10_000;

    private final FeelEngineApi engine = FeelEngineBuilder.forJava().build();

    enum Reading {
        FINE,
        TOO_LONG,
        UNREADABLE,
        /** It counts through more than {@value #MOST_STEPS} numbers, or nobody knows through how many: the engine would do nothing else. */
        ENDLESS
    }

    Reading expression(String text) {
        return tooLong(text) ? Reading.TOO_LONG : reading(engine.parseExpression(text));
    }

    Reading unaryTests(String text) {
        return tooLong(text) ? Reading.TOO_LONG : reading(engine.parseUnaryTests(text));
    }

    private static Reading reading(ParseResult parsed) {
        return !parsed.isSuccess()
                ? Reading.UNREADABLE
                : steps(parsed.parsedExpression().expression()) > MOST_STEPS ? Reading.ENDLESS : Reading.FINE;
    }

    /**
     * Loops over numbers, {@code for i in 1..10}: one inside or beside another takes as many times as many. No proof of an end: a list that
     * was made so may be gone through again and again.
     */
    private static double steps(Object part) {
        double steps = part instanceof IterationContext loop ? numbers(loop) : 1;
        if (part instanceof Iterable<?> list) {
            for (var parts = list.iterator(); parts.hasNext(); ) {
                steps *= steps(parts.next());
            }
        } else if (part instanceof Product product) {
            for (var parts = product.productIterator(); parts.hasNext(); ) {
                steps *= steps(parts.next());
            }
        }
        return steps;
    }

    private static double numbers(IterationContext loop) {
        return number(loop.start()) instanceof BigDecimal from && number(loop.end()) instanceof BigDecimal to
                ? to.subtract(from).abs().doubleValue() + 1
                : Double.POSITIVE_INFINITY;
    }

    private static BigDecimal number(Exp bound) {
        return bound instanceof ConstNumber constant
                ? constant.value().bigDecimal()
                : bound instanceof ArithmeticNegation negation && number(negation.x()) instanceof BigDecimal number
                        ? number.negate()
                        : null;
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
