package jp.kasane.document;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * {@code kasane.documents.*}; the defaults are Kasane's own.
 *
 * @param directory where contents are kept, not below anything a web server gives out; the local default sets {@code data/documents}
 * @param largest size of a file; above 40 MB {@code spring.servlet.multipart} has to be raised, too
 * @param scanCommand program and arguments, to which the file's path is added: exit code 0 lets it in, 1 refuses it, anything else
 *     means that it could not look, and the file is not taken in either. Empty: nothing is scanned, and pages say so
 * @param scanPatience how long the program may take
 */
@ConfigurationProperties("kasane.documents")
public record DocumentSettings(
        @DefaultValue("data/documents") Path directory,
        @DefaultValue("20MB") DataSize largest,
        @DefaultValue({}) List<String> scanCommand,
        @DefaultValue("60s") Duration scanPatience) {

    public boolean scans() {
        return !scanCommand.isEmpty();
    }

    public long largestMegabytes() {
        return largest.toMegabytes();
    }
}
