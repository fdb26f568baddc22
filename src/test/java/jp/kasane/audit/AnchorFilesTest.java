package jp.kasane.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands outside of the database, and what is made of it when somebody was at it. */
class AnchorFilesTest {

    private static final Instant OCTOBER = Instant.parse("2026-10-31T23:00:00Z");
    private static final Instant NOVEMBER = Instant.parse("2026-11-01T00:10:00Z");

    @TempDir
    private Path directory;

    private AnchorFiles anchors;

    @BeforeEach
    void write() {
        anchors = new AnchorFiles(directory);
        anchors.write("head", 10, "aa", OCTOBER);
        anchors.write("head", 20, "bb", NOVEMBER);
    }

    @Test
    void whatWasWrittenIsReadInItsOrder() {
        assertThat(anchors.all())
                .containsExactly(
                        new AnchorFiles.Anchor("head", 10, "aa", OCTOBER, true),
                        new AnchorFiles.Anchor("head", 20, "bb", NOVEMBER, true));
        assertThat(anchors.last())
                .hasValueSatisfying(last -> assertThat(last.seq()).isEqualTo(20));
        assertThat(new AnchorFiles(directory.resolve("none")).all()).isEmpty();
        assertThat(new AnchorFiles(directory.resolve("none")).last()).isEmpty();
    }

    @Test
    void aChangedLineIsForgedAndTheLastOneIsTheLastThatIsOurs() throws IOException {
        var file = directory.resolve("anchors-2026-11.jsonl");
        Files.writeString(file, Files.readString(file).replace("bb", "cc"));
        assertThat(anchors.all()).extracting(AnchorFiles.Anchor::genuine).containsExactly(true, false);
        assertThat(anchors.last())
                .hasValueSatisfying(last -> assertThat(last.seq()).isEqualTo(10));
    }

    @Test
    void afterATornLineTheNextIsWhole() throws IOException {
        Files.writeString(directory.resolve("anchors-2026-11.jsonl"), "{\"kind\":\"he", StandardOpenOption.APPEND);
        anchors.write("head", 30, "dd", NOVEMBER.plusSeconds(600));
        assertThat(anchors.all()).extracting(AnchorFiles.Anchor::genuine).containsExactly(true, true, false, true);
    }

    @Test
    void whatCameAfterTheRestoredEndStandsNoMoreAndWhatCameBeforeDoes() {
        anchors.write("restored", 15, "bb", NOVEMBER.plusSeconds(60));
        anchors.write("head", 17, "ee", NOVEMBER.plusSeconds(600));
        assertThat(anchors.standing()).extracting(AnchorFiles.Anchor::seq).containsExactly(10L, 17L);
    }

    @Test
    void aCopyIsVerifiedWithThePublicKeyAlone() throws IOException {
        var key = Files.readString(directory.resolve("anchor-key.pub.pem"));
        Files.delete(directory.resolve("anchor-key.pem"));
        var copy = new AnchorFiles(directory);
        assertThat(copy.all()).allMatch(AnchorFiles.Anchor::genuine);
        assertThat(directory.resolve("anchor-key.pub.pem")).hasContent(key);
        // No new key in place of the one that is lost: all that stands there would look forged.
        assertThatThrownBy(() -> copy.write("head", 30, "dd", NOVEMBER))
                .isInstanceOf(UncheckedIOException.class)
                .hasStackTraceContaining("anchor-key.pem is missing");
        assertThat(directory.resolve("anchor-key.pub.pem")).hasContent(key);
    }

    @Test
    void theSecretIsForItsOwnerOnly() throws IOException {
        assertThat(Files.getPosixFilePermissions(directory.resolve("anchor-key.pem")))
                .hasSize(2);
    }
}
