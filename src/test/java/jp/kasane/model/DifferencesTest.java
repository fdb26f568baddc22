package jp.kasane.model;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is told of two diagrams, tables or forms ({@code web/src/differences.ts}). */
class DifferencesTest {

    @Test
    void whatIsDifferentIsToldInSentences() throws IOException, InterruptedException {
        NodeTest.passes("differences.test.mjs");
    }
}
