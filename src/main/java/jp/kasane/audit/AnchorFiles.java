package jp.kasane.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The chain's head as it was at some moment, in files outside of the database: whoever changes the database, chain and all, cannot
 * change what was written here, least of all where this directory is copied to another machine. One line of JSON each, signed with
 * Ed25519 over {@code kasane-anchor}, kind, seq, head and time, one a line; a file a month; the public key beside them.
 */
public final class AnchorFiles {

    private static final String PRIVATE = "anchor-key.pem";
    private static final String PUBLIC = "anchor-key.pub.pem";
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("yyyy-MM").withZone(ZoneOffset.UTC);

    /**
     * @param kind {@code head}, or {@code restored}: from here on the chain goes on from {@code seq} of an older copy of the database
     * @param genuine whether the signature is this installation's
     */
    public record Anchor(String kind, long seq, String head, Instant at, boolean genuine) {}

    private static final Anchor NONE = new Anchor("head", 0, "", Instant.EPOCH, false);

    private final Path directory;
    private final ObjectMapper json = new ObjectMapper();

    public AnchorFiles(Path directory) {
        this.directory = directory;
    }

    /** Appends one line, which is on the disk when this returns. */
    public synchronized void write(String kind, long seq, String head, Instant at) {
        try {
            makeKeys();
            var line = line(kind, seq, head, at);
            var file = directory.resolve("anchors-" + MONTH.format(at) + ".jsonl");
            // After a line that was torn by a power cut, the next one begins on a line of its own.
            var torn = Files.exists(file)
                    && Files.size(file) > 0
                    && !Files.readString(file).endsWith("\n");
            Files.writeString(
                    file,
                    (torn ? "\n" : "") + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND,
                    StandardOpenOption.SYNC);
        } catch (IOException e) {
            throw new UncheckedIOException("The anchor could not be written to " + directory, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The anchor could not be signed", e);
        }
    }

    /** An anchor as it stands in its file: Ed25519 gives the same signature for the same words, however often it signs. */
    String line(Anchor anchor) {
        return line(anchor.kind(), anchor.seq(), anchor.head(), anchor.at());
    }

    private String line(String kind, long seq, String head, Instant at) {
        var line = new LinkedHashMap<String, Object>();
        line.put("kind", kind);
        line.put("seq", seq);
        line.put("head", head);
        line.put("at", at.toString());
        line.put("signature", sign(signed(kind, seq, head, at.toString())));
        try {
            return json.writeValueAsString(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The signature in Base64, with the key the anchors are signed with. */
    synchronized String sign(byte[] text) {
        try {
            makeKeys();
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey());
            signature.update(text);
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (IOException e) {
            throw new UncheckedIOException("The key in " + directory + " cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Nothing could be signed", e);
        }
    }

    /** The public key as it stands beside the anchors; empty before anything was anchored. */
    public Optional<String> publicKeyPem() {
        try {
            return Files.exists(directory.resolve(PUBLIC))
                    ? Optional.of(Files.readString(directory.resolve(PUBLIC)))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("The key in " + directory + " cannot be read", e);
        }
    }

    /** SHA-256 of the public key, in hexadecimal. */
    String keyDigest() {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(publicKey().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that was ever written, oldest first; a line that cannot be read counts as forged. */
    public List<Anchor> all() {
        var anchors = new ArrayList<Anchor>();
        var key = publicKey();
        for (var file : files()) {
            for (var line : lines(file)) {
                anchors.add(read(line, key));
            }
        }
        return anchors;
    }

    /** The last one that is this installation's. */
    public Optional<Anchor> last() {
        var key = publicKey();
        for (var file : files().reversed()) {
            for (var line : lines(file).reversed()) {
                var anchor = read(line, key);
                if (anchor.genuine()) {
                    return Optional.of(anchor);
                }
            }
        }
        return Optional.empty();
    }

    private List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(each -> each.getFileName().toString().matches("anchors-\\d{4}-\\d{2}\\.jsonl"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The anchors in " + directory + " cannot be read", e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Those that the chain must agree with: without what came after the point that a later restore went back to. */
    public List<Anchor> standing() {
        var standing = new ArrayList<Anchor>();
        for (var anchor : all()) {
            if (anchor.genuine() && anchor.kind().equals("restored")) {
                standing.removeIf(before -> before.genuine() && before.seq() > anchor.seq());
            } else {
                standing.add(anchor);
            }
        }
        return standing;
    }

    private Anchor read(String line, PublicKey key) {
        if (key == null) {
            return NONE;
        }
        try {
            var tree = json.readTree(line);
            var kind = tree.path("kind").asText();
            var seq = tree.path("seq").asLong();
            var head = tree.path("head").asText();
            var at = tree.path("at").asText();
            var signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(signed(kind, seq, head, at));
            return new Anchor(
                    kind,
                    seq,
                    head,
                    Instant.parse(at),
                    signature.verify(
                            Base64.getDecoder().decode(tree.path("signature").asText())));
        } catch (IOException | GeneralSecurityException | RuntimeException notAnAnchor) {
            return NONE;
        }
    }

    private static byte[] signed(String kind, long seq, String head, String at) {
        return String.join("\n", "kasane-anchor", kind, Long.toString(seq), head, at)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** In hexadecimal, as far as a person compares it; empty before anything was anchored. */
    public String fingerprint() {
        try {
            var key = publicKey();
            return key == null
                    ? ""
                    : HexFormat.ofDelimiter(" ")
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()), 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private PrivateKey privateKey() throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(pem(PRIVATE)));
    }

    private PublicKey publicKey() {
        if (!Files.exists(directory.resolve(PUBLIC))) {
            return null;
        }
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(pem(PUBLIC)));
        } catch (IOException e) {
            throw new UncheckedIOException("The key in " + directory + " cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The key in " + directory + " is none", e);
        }
    }

    /** Only where nothing was ever signed: another key in its place would make all that stands there look forged. */
    private synchronized void makeKeys() throws IOException, GeneralSecurityException {
        if (Files.exists(directory.resolve(PRIVATE))) {
            return;
        }
        if (Files.exists(directory.resolve(PUBLIC)) || !files().isEmpty()) {
            throw new IOException(PRIVATE + " is missing beside the anchors in " + directory
                    + ": put it back, or move the anchors to another directory");
        }
        Files.createDirectories(directory);
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        write(PUBLIC, "PUBLIC KEY", pair.getPublic().getEncoded());
        var secret = directory.resolve(PRIVATE);
        Files.createFile(secret);
        var posix = Files.getFileAttributeView(secret, PosixFileAttributeView.class);
        if (posix != null) {
            posix.setPermissions(PosixFilePermissions.fromString("rw-------"));
        }
        write(PRIVATE, "PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private void write(String name, String kind, byte[] content) throws IOException {
        Files.writeString(
                directory.resolve(name),
                "-----BEGIN " + kind + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                        + "\n-----END " + kind + "-----\n");
    }

    private byte[] pem(String name) throws IOException {
        return Base64.getMimeDecoder()
                .decode(Files.readString(directory.resolve(name)).replaceAll("-----[A-Z ]+-----", ""));
    }
}
