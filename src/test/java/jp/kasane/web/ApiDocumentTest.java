package jp.kasane.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/api.md} repeats the script that was run, line by line. */
class ApiDocumentTest {

    @Test
    void theDocumentShowsTheWholeScript() throws IOException {
        var script = Files.readString(Path.of("docs/api-c1.sh"));
        var shown = Pattern.compile("```bash\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("docs/api.md")))
                .results()
                .map(block -> block.group(1).strip())
                .collect(Collectors.joining("\n\n"));
        assertThat(shown).isEqualTo(script.substring(script.indexOf("set -euo")).strip());
    }
}
