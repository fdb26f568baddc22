package jp.kasane.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * {@code ./data} (or {@code KASANE_DATA}): everything the local default keeps. Locked while it is used, and never taken over
 * when it was not made by Kasane.
 */
final class DataDirectory implements AutoCloseable {

    private static final String MARK = "kasane-data.txt";

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws CannotStart if it is foreign, cannot be written, or is used by another Kasane */
    static DataDirectory open(Path path) {
        try {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw new CannotStart(path + " is a file, not a directory: set KASANE_DATA to another place."
                        + " / データの置き場所がファイルです。KASANE_DATA で別の場所を指定してください。");
            }
            if (Files.isDirectory(path) && !Files.exists(path.resolve(MARK)) && !isEmpty(path)) {
                throw new CannotStart(
                        path + " holds something that is not Kasane's: set KASANE_DATA to an empty or new directory."
                                + " / Kasane のものではないデータがあります。KASANE_DATA で空の場所を指定してください。");
            }
            Files.createDirectories(path);
            var mark = path.resolve(MARK);
            if (!Files.exists(mark)) {
                Files.writeString(
                        mark,
                        "Kasane keeps its database and its engine's data here. Back it up with the backup command.\n");
            }
            var channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new CannotStart(
                        path + " is in use by another Kasane: stop that one, or set KASANE_DATA and SERVER_PORT."
                                + " / ほかの Kasane が使用中です。停止するか、KASANE_DATA と SERVER_PORT を変えてください。");
            }
            return new DataDirectory(path, channel, lock);
        } catch (IOException e) {
            throw new CannotStart(path + " cannot be written (" + e.getClass().getSimpleName()
                    + "): set KASANE_DATA to a place that can." + " / 書き込めません。KASANE_DATA で書き込める場所を指定してください。");
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameJvm) {
            return null;
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var children = Files.list(directory)) {
            return children.findAny().isEmpty();
        }
    }

    Path path() {
        return path;
    }

    /** What links for people without an account are signed with: made once, and kept as long as the data is. */
    String linkSecret() throws IOException {
        var file = path.resolve("link-secret");
        if (!Files.exists(file)) {
            var bytes = new byte[32];
            new SecureRandom().nextBytes(bytes);
            Files.writeString(file, HexFormat.of().formatHex(bytes));
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
        return Files.readString(file).strip();
    }

    Path postgres() {
        return path.resolve("postgres");
    }

    /** Contents of the cases' documents. */
    Path documents() {
        return path.resolve("documents");
    }

    Path camunda() {
        return path.resolve("camunda");
    }

    Path log(String name) throws IOException {
        return Files.createDirectories(path.resolve("log")).resolve(name);
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
