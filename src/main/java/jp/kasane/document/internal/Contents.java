package jp.kasane.document.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipInputStream;
import jp.kasane.document.DocumentSettings;
import jp.kasane.foundation.Refusal;
import org.apache.tika.Tika;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/** What a file is, whether it is let in, and where it lies. */
@Component
@EnableConfigurationProperties(DocumentSettings.class)
public class Contents {

    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);

    private static final String OOXML = "application/vnd.openxmlformats-officedocument.";

    /** Types that are let in, with the endings they go by. Office files of the old kind are not: anything may be in them. */
    private static final Map<String, List<String>> ALLOWED = Map.of(
            "application/pdf",
            List.of("pdf"),
            "image/jpeg",
            List.of("jpg", "jpeg"),
            "image/png",
            List.of("png"),
            "image/tiff",
            List.of("tif", "tiff"),
            "image/heic",
            List.of("heic"),
            OOXML + "wordprocessingml.document",
            List.of("docx"),
            OOXML + "spreadsheetml.sheet",
            List.of("xlsx"),
            OOXML + "presentationml.presentation",
            List.of("pptx"),
            "text/plain",
            List.of("txt"),
            "text/csv",
            List.of("csv"));

    private final DocumentSettings settings;
    private final Tika tika = new Tika();

    Contents(DocumentSettings settings) {
        this.settings = settings;
    }

    /** @param name as it is shown and given back: without a path and without what is no letter of a name */
    public record Accepted(String name, String mediaType, String sha256) {}

    /**
     * Looks at a file before it is let in.
     *
     * @throws Refusal.Invalid with a sentence, if it is empty, too large, of another type, or not what its name says
     */
    public Accepted accept(String fileName, byte[] content) {
        var name = plain(fileName);
        if (content.length == 0) {
            throw refused("が空です。ファイルを選んでください。");
        }
        if (content.length > settings.largest().toBytes()) {
            throw refused("は " + settings.largestMegabytes() + " MB までです。");
        }
        var type = tika.detect(content, name);
        var endings = ALLOWED.get(type);
        if (endings == null) {
            throw refused(
                    "の種類は受け付けていません。PDF、画像（JPEG・PNG・TIFF・HEIC）、Word・Excel・PowerPoint（docx・xlsx・pptx）、テキストにしてください。");
        }
        int dot = name.lastIndexOf('.');
        if (dot < 0 || !endings.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
            throw refused("の中身と拡張子が違います（中身は " + String.join("・", endings) + "）。");
        }
        if (type.startsWith(OOXML)) {
            requireOffice(content);
        }
        return new Accepted(name, type, sha256(content));
    }

    private static String plain(String fileName) {
        var name = fileName == null ? "" : fileName;
        name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        name = name.replaceAll("[\\p{Cntrl}\\p{Cf}\"<>|:*?]", "").strip();
        if (name.codePointCount(0, name.length()) > 120) {
            int dot = name.lastIndexOf('.');
            var ending = dot < 0 ? "" : name.substring(dot);
            name = name.substring(0, name.offsetByCodePoints(0, 100)) + ending;
        }
        return name.isEmpty() ? "file" : name;
    }

    /** A ZIP by another name is told apart by what every office file holds; macros are not let in. */
    private static void requireOffice(byte[] content) {
        boolean office = false;
        try (var zip = new ZipInputStream(new ByteArrayInputStream(content))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                office |= entry.getName().equals("[Content_Types].xml");
                if (entry.getName().toLowerCase(Locale.ROOT).endsWith("vbaproject.bin")) {
                    throw refused("にマクロが入っています。マクロのないファイルにしてください。");
                }
            }
        } catch (IOException | IllegalArgumentException broken) {
            throw refused("が壊れていて開けません。");
        }
        if (!office) {
            throw refused("の中身と拡張子が違います。");
        }
    }

    /**
     * Lets the scanner look, then keeps the content.
     *
     * @throws Refusal.Invalid if the scanner refuses it, or could not look
     */
    public void keep(UUID id, byte[] content) {
        var place = place(id);
        Path coming = null;
        try {
            Files.createDirectories(place.getParent());
            coming = Files.createTempFile(place.getParent(), "coming-", ".part");
            Files.write(coming, content);
            scan(coming);
            Files.move(coming, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("A document cannot be kept", e);
        } finally {
            remove(coming);
        }
    }

    private void scan(Path file) {
        if (!settings.scans()) {
            return;
        }
        var command = new ArrayList<>(settings.scanCommand());
        command.add(file.toAbsolutePath().toString());
        try {
            var scanner = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!scanner.waitFor(settings.scanPatience().toMillis(), TimeUnit.MILLISECONDS)) {
                scanner.destroyForcibly();
                LOG.warn("The scanner of documents took longer than {}", settings.scanPatience());
                throw refused("を検査できませんでした。時間をおいて、もう一度お試しください。");
            }
            if (scanner.exitValue() == 1) {
                throw refused("は検査で止められました。ウイルスなどの疑いがあります。情報システムの担当に相談してください。");
            }
            if (scanner.exitValue() != 0) {
                LOG.warn("The scanner of documents ended with {}", scanner.exitValue());
                throw refused("を検査できませんでした。時間をおいて、もう一度お試しください。");
            }
        } catch (IOException e) {
            LOG.warn("The scanner of documents cannot be started: {}", e.getMessage());
            throw refused("を検査できませんでした。時間をおいて、もう一度お試しください。");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /**
     * The content as it was taken in.
     *
     * @throws Refusal.Conflict if it is gone, or is no longer the same
     */
    public byte[] read(UUID id, String sha256) {
        try {
            var content = Files.readAllBytes(place(id));
            if (!sha256(content).equals(sha256)) {
                LOG.error("The document {} is not what was taken in", id);
                throw new Refusal.Conflict("この書類の中身が、登録したときと違っています。管理者に知らせてください。");
            }
            return content;
        } catch (IOException e) {
            LOG.error("The document {} cannot be read: {}", id, e.getClass().getSimpleName());
            throw new Refusal.Conflict("この書類の中身が見つかりません。管理者に知らせてください。");
        }
    }

    /** For what was not recorded in the end. */
    public void drop(UUID id) {
        remove(place(id));
    }

    private static void remove(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("A file that is not needed stays: {}", e.getClass().getSimpleName());
        }
    }

    /** The last two digits: ids of one time begin alike. */
    private Path place(UUID id) {
        var name = id.toString();
        return settings.directory().resolve(name.substring(name.length() - 2)).resolve(name);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Refusal.Invalid refused(String message) {
        return new Refusal.Invalid(List.of(new Refusal.FieldError("file", "ファイル", message)));
    }
}
