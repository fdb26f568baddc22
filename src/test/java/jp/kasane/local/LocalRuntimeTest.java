package jp.kasane.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be started says in one line why, and how to change it; it touches nothing. */
class LocalRuntimeTest {

    @TempDir
    Path directory;

    @Test
    void aDirectoryThatHoldsSomebodyElsesDataIsLeftAlone() throws IOException {
        var letter = Files.writeString(directory.resolve("letter.txt"), "not Kasane's");

        saysInOneLine(
                () -> DataDirectory.open(directory),
                directory + " holds something that is not Kasane's",
                "KASANE_DATA");
        assertThat(directory).isDirectoryContaining(letter::equals);
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(letter);
        }
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsLeftAlone() throws IOException {
        var file = Files.writeString(directory.resolve("data"), "a file");

        saysInOneLine(() -> DataDirectory.open(file), file + " is a file, not a directory", "KASANE_DATA");
        assertThat(file).hasContent("a file");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        var file = Files.writeString(directory.resolve("file"), "in the way");
        var below = file.resolve("data");

        saysInOneLine(() -> DataDirectory.open(below), below + " cannot be written", "KASANE_DATA");
    }

    @Test
    void aNewOrEmptyDirectoryIsTaken() throws IOException {
        var fresh = directory.resolve("deep/er/data");
        DataDirectory.open(fresh).close();
        // … and known again.
        DataDirectory.open(fresh).close();
        assertThat(fresh).isDirectoryContaining("glob:**kasane-data.txt");
    }

    @Test
    void aDirectoryInUseInThisProcessIsNotOpenedTwice() throws IOException {
        try (var first = DataDirectory.open(directory)) {
            saysInOneLine(
                    () -> DataDirectory.open(first.path()),
                    directory + " is in use by another Kasane",
                    "KASANE_DATA and SERVER_PORT");
        }
    }

    @Test
    void aDirectoryInUseByAnotherProcessIsNotOpened() throws IOException, InterruptedException {
        DataDirectory.open(directory).close();
        var other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldsTheLock.class.getName(),
                        directory.resolve("lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("locked");
            saysInOneLine(
                    () -> DataDirectory.open(directory), directory + " is in use by another Kasane", "SERVER_PORT");
        } finally {
            other.destroy();
            other.waitFor(10, TimeUnit.SECONDS);
        }
        // Whoever dies gives it back.
        DataDirectory.open(directory).close();
    }

    /** Another Kasane. */
    static final class HoldsTheLock {

        private HoldsTheLock() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            try (var file = new RandomAccessFile(args[0], "rw");
                    var lock = file.getChannel().lock()) {
                System.out.println(lock.isValid() ? "locked" : "not locked");
                System.out.flush();
                Thread.sleep(60_000);
            }
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndTheWayOut() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            saysInOneLine(
                    () -> LocalRuntime.requireFree(taken.getLocalPort()),
                    "port " + taken.getLocalPort() + " is taken",
                    "SERVER_PORT=8081");
        }
    }

    @Test
    void aPortThatIsFreeIsNotComplainedOf() throws IOException {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            free = socket.getLocalPort();
        }
        LocalRuntime.requireFree(free);
    }

    @Test
    void withoutTheDistributionTheBuildIsNamed() {
        var before = System.getProperty("kasane.camunda.home");
        System.setProperty("kasane.camunda.home", directory.resolve("nowhere").toString());
        try {
            saysInOneLine(() -> LocalRuntime.start(directory.resolve("data")), "is missing", "mvn -DskipTests package");
            assertThat(directory.resolve("data")).doesNotExist();
        } finally {
            if (before == null) {
                System.clearProperty("kasane.camunda.home");
            } else {
                System.setProperty("kasane.camunda.home", before);
            }
        }
    }

    // ── commands ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Test
    void aBackupOfNothingIsRefused() {
        saysInOneLine(
                () -> LocalCommands.backup(directory, directory.resolve("b.zip")),
                "there is no database in",
                "KASANE_DATA");
    }

    @Test
    void aBackupOverwritesNothing() throws IOException {
        Files.createDirectories(directory.resolve("postgres"));
        Files.writeString(directory.resolve("postgres/PG_VERSION"), "17");
        var there = Files.writeString(directory.resolve("b.zip"), "an earlier backup");

        saysInOneLine(() -> LocalCommands.backup(directory, there), "b.zip exists already", "name another file");
        assertThat(there).hasContent("an earlier backup");
    }

    @Test
    void somethingElseThanABackupIsNotRestored() throws IOException {
        var zip = directory.resolve("holiday.zip");
        try (var out = new java.util.zip.ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new java.util.zip.ZipEntry("photo.jpg"));
            out.closeEntry();
        }
        var data = directory.resolve("data");
        saysInOneLine(() -> LocalCommands.restore(data, zip), "is not a backup of Kasane", "holiday.zip");
        assertThat(data.resolve("postgres")).doesNotExist();
    }

    @Test
    void aFileThatIsNoArchiveAtAllIsNotRestored() throws IOException {
        var text = Files.writeString(directory.resolve("notes.txt"), "not a zip");
        saysInOneLine(
                () -> LocalCommands.restore(directory.resolve("data"), text), "is not a backup of Kasane", "notes.txt");
    }

    @Test
    void aBackupThatIsNotThereIsNamed() {
        saysInOneLine(
                () -> LocalCommands.restore(directory.resolve("data"), directory.resolve("none.zip")),
                "none.zip cannot be read",
                "name the file");
    }

    @Test
    void aCommandWithoutItsFileIsExplained() {
        saysInOneLine(() -> LocalCommands.run(new String[] {"backup"}), "usage: backup <file.zip>", "");
        saysInOneLine(() -> LocalCommands.run(new String[] {"restore", "a", "b"}), "usage: restore <file.zip>", "");
    }

    private static void saysInOneLine(ThrowingCallable start, String what, String howToChangeIt) {
        assertThatThrownBy(start)
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining(what)
                .hasMessageContaining(howToChangeIt)
                .message()
                .doesNotContain("\n");
    }
}
