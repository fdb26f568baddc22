package jp.kasane.exporter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * One life of a broker: from the first start on an empty data directory until that directory is wiped. Keys and positions are
 * unique within an epoch only. It is kept as a file in the data directory, so that it goes when the data go.
 *
 * <p>All partitions of a broker share it. Several brokers of one cluster would each have their own, which is not supported.
 */
final class Epoch {

    private Epoch() {}

    /**
     * Reads the epoch, or begins one. Has reached the disk when it returns: no record may be stored under an epoch that the
     * broker could forget.
     *
     * @throws IOException when the file can neither be read nor made, or holds something else
     */
    static synchronized UUID of(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (var channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            // Empty: a broker died while it made the file, and nothing was exported yet.
            if (channel.size() == 0) {
                var epoch = UUID.randomUUID();
                channel.write(ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
                forceName(file);
                return epoch;
            }
        }
        var text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            // Guessing a new one would mark everything that runs as lost.
            throw new IOException(file + " does not hold an epoch");
        }
    }

    /** What follows is another life. */
    static synchronized void end(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    private static void forceName(Path file) {
        try (var directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // Some systems do not open directories; their file systems keep names by themselves.
        }
    }
}
