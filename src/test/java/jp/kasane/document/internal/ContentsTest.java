package jp.kasane.document.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import jp.kasane.document.DocumentSettings;
import jp.kasane.foundation.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** What is let in is known by its content, not by its name. */
class ContentsTest {

    private static final byte[] PDF = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private Contents contents(String... scanner) {
        return new Contents(
                new DocumentSettings(directory, DataSize.ofKilobytes(64), List.of(scanner), Duration.ofSeconds(5)));
    }

    private static byte[] zip(String... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var entry : entries) {
                zip.putNextEntry(new ZipEntry(entry));
                zip.write("<x/>".getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void aFileIsWhatItsContentSays() throws IOException {
        assertThat(contents().accept("同意書.pdf", PDF).mediaType()).isEqualTo("application/pdf");
        assertThat(contents()
                        .accept("メモ.txt", "訪問のメモ".getBytes(StandardCharsets.UTF_8))
                        .mediaType())
                .isEqualTo("text/plain");
        assertThat(contents()
                        .accept("表.xlsx", zip("[Content_Types].xml", "xl/workbook.xml"))
                        .mediaType())
                .isEqualTo("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        refused("写真.jpg", PDF, "拡張子が違います（中身は pdf）");
        refused("同意書.pdf", "<html><script>x</script></html>".getBytes(StandardCharsets.UTF_8), "受け付けていません");
        refused("program.pdf", new byte[] {'M', 'Z', 0, 1, 2, 3}, "受け付けていません");
        refused("表.xlsx", zip("a.txt"), "拡張子が違います");
        refused("表.xlsx", zip("[Content_Types].xml", "xl/vbaProject.bin"), "マクロが入っています");
        refused("図.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>".getBytes(StandardCharsets.UTF_8), "受け付けていません");
        refused("空.pdf", new byte[0], "空です");
        refused("大.txt", new byte[64 * 1024 + 1], "MB までです");
    }

    private void refused(String name, byte[] content, String sentence) {
        assertThatThrownBy(() -> contents().accept(name, content))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aNameHasNoPathAndNothingThatDoesNotBelongInOne() {
        assertThat(contents().accept("C:\\Users\\a\\同意書.pdf", PDF).name()).isEqualTo("同意書.pdf");
        assertThat(contents().accept("../../etc/\"x\"\r\n.pdf", PDF).name()).isEqualTo("x.pdf");
    }

    @Test
    void whatIsKeptIsReadBackAndAChangeIsNoticed() throws IOException {
        var id = UUID.randomUUID();
        var accepted = contents().accept("同意書.pdf", PDF);
        contents().keep(id, PDF);
        assertThat(contents().read(id, accepted.sha256())).isEqualTo(PDF);
        Path kept;
        try (var files = Files.walk(directory)) {
            kept = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        assertThat(kept.getFileName()).hasToString(id.toString());
        Files.writeString(kept, "something else");
        assertThatThrownBy(() -> contents().read(id, accepted.sha256()))
                .isInstanceOf(Refusal.Conflict.class)
                .hasMessageContaining("登録したときと違っています");
        contents().drop(id);
        assertThatThrownBy(() -> contents().read(id, accepted.sha256())).hasMessageContaining("見つかりません");
    }

    @Test
    void aScannerLetsInRefusesOrCouldNotLook() throws IOException {
        var id = UUID.randomUUID();
        contents("sh", "-c", "test -s \"$0\"").keep(id, PDF);
        assertThat(contents().read(id, contents().accept("a.pdf", PDF).sha256()))
                .isEqualTo(PDF);
        contents().drop(id);
        assertThatThrownBy(() -> contents("sh", "-c", "exit 1").keep(id, PDF)).hasMessageContaining("検査で止められました");
        assertThatThrownBy(() -> contents("sh", "-c", "exit 2").keep(id, PDF)).hasMessageContaining("検査できませんでした");
        assertThatThrownBy(() -> contents("/no/such/scanner").keep(id, PDF)).hasMessageContaining("検査できませんでした");
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }
}
