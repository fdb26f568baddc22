package jp.kasane.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvDownloadTest {

    @Test
    void whatASpreadsheetWouldCalculateStaysAText() {
        var file = CsvDownload.of(
                "x.csv", List.of("一", "二"), List.of(Arrays.asList("=1+1", null), Arrays.asList("a,\"b\"\nc", "-x")));
        assertThat(new String(file.getBody(), StandardCharsets.UTF_8))
                .isEqualTo("\uFEFF一,二\r\n'=1+1,\r\n\"a,\"\"b\"\"\nc\",'-x\r\n");
        assertThat(file.getHeaders().getContentDisposition().getFilename()).isEqualTo("x.csv");
    }
}
