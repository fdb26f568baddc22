package jp.kasane.model;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What Camunda's own linter says of {@code processes/}, for the version the diagrams name: the same as the editor asks. */
class CamundaLintTest {

    @Test
    void nothingIsWrongWithWhatIsShipped() throws IOException, InterruptedException {
        NodeTest.passes("lint.test.mjs");
    }
}
