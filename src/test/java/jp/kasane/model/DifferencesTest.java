package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told of two diagrams, tables or forms ({@code web/src/differences.ts}): its tests are {@code web/test/differences.test.mjs}. */
class DifferencesTest {

    @Test
    void whatIsDifferentIsToldInSentences() throws IOException, InterruptedException {
        var tests = new ProcessBuilder("node", "--test", "--test-reporter=tap", "test/differences.test.mjs")
                .directory(Path.of("web").toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tests.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tests.exitValue()).as(said).isZero();
        assertThat(said).as("none was left out").contains("# skipped 0").doesNotContain("# pass 0");
    }
}
