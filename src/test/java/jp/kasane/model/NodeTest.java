package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Tests of what runs in the browser and needs none: {@code web/test}. */
final class NodeTest {

    private NodeTest() {}

    /** @param file in {@code web/test} */
    static void passes(String file) throws IOException, InterruptedException {
        var tests = new ProcessBuilder("node", "--test", "--test-reporter=tap", "test/" + file)
                .directory(Path.of("web").toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tests.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tests.exitValue()).as(said).isZero();
        assertThat(said).as("none was left out").contains("# skipped 0").doesNotContain("# pass 0");
    }
}
