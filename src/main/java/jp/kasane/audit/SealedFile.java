package jp.kasane.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A ZIP whose last two files say what is in it: {@code manifest.json} with size and SHA-256 of each file, {@code manifest.sig} with a
 * signature over {@code kasane-export}, a line feed and the manifest. It is written from front to back and never held in memory.
 */
final class SealedFile implements AutoCloseable {

    private final MessageDigest whole = sha256();
    private final ZipOutputStream zip;
    private final ObjectMapper json;
    private final List<Map<String, Object>> files = new ArrayList<>();

    SealedFile(Path target, ObjectMapper json) throws IOException {
        this.zip = new ZipOutputStream(new DigestOutputStream(Files.newOutputStream(target), whole));
        this.json = json;
    }

    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    void add(String name, Content content) throws IOException {
        var digest = sha256();
        zip.putNextEntry(new ZipEntry(name));
        var counted = new Counted(new DigestOutputStream(zip, digest));
        content.writeTo(counted);
        zip.closeEntry();
        var file = new LinkedHashMap<String, Object>();
        file.put("name", name);
        file.put("size", counted.size);
        file.put("sha256", HexFormat.of().formatHex(digest.digest()));
        files.add(file);
    }

    void add(String name, byte[] content) throws IOException {
        add(name, out -> out.write(content));
    }

    /**
     * Ends it.
     *
     * @param about what the manifest says besides its files
     * @return SHA-256 of the whole file
     */
    String seal(Map<String, Object> about, AnchorFiles key) throws IOException {
        var manifest = new LinkedHashMap<>(about);
        manifest.put("files", files);
        var text = json.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
        zip.putNextEntry(new ZipEntry("manifest.json"));
        zip.write(text);
        zip.closeEntry();
        var signed = ("kasane-export\n" + new String(text, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        zip.putNextEntry(new ZipEntry("manifest.sig"));
        zip.write((key.sign(signed) + "\n").getBytes(StandardCharsets.US_ASCII));
        zip.closeEntry();
        zip.close();
        return HexFormat.of().formatHex(whole.digest());
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Counts, and leaves the ZIP open when what was written into it is closed. */
    private static final class Counted extends FilterOutputStream {

        private long size;

        private Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            size++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            size += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
