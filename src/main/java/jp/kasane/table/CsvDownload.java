package jp.kasane.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** A list as a file that a spreadsheet opens without asking: CSV in UTF-8 with BOM, the headings in the first line. */
public final class CsvDownload {

    private CsvDownload() {}

    /** @param rows values as they are shown; null is an empty cell */
    public static ResponseEntity<byte[]> of(String name, List<String> headings, List<? extends List<?>> rows) {
        var text = new StringBuilder("\uFEFF");
        try (var csv = CSVFormat.EXCEL
                .builder()
                .setHeader(headings.toArray(String[]::new))
                .get()
                .print(text)) {
            for (var row : rows) {
                for (var value : row) {
                    csv.print(harmless(value));
                }
                csv.println();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(name, StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .body(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What a spreadsheet would take for a formula stays a text. */
    private static String harmless(Object value) {
        var text = value == null ? "" : value.toString();
        return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }
}
