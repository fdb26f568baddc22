import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Verifies the sealed file of a case without Kasane, its database or any library:
 *
 * <pre>java VerifyCase.java kasane-case-….zip --key anchor-key.pub.pem [--lang en]</pre>
 *
 * <p>Ends with 0 when everything fits, with 1 when something does not (each in a sentence), with 2 when it could not be looked at (no such
 * file, no ZIP, no key, or a ZIP that is not one of Kasane's making: names twice, ways out of it, more inside than it says). What is
 * checked, and what the file looks like, stands in README.md beside this file; nothing else than JDK 21 or later is needed.
 */
public final class VerifyCase {

    private static final String FORMAT = "kasane-case/1";
    private static final int MOST_FILES = 50_000;
    private static final long LARGEST = 4L << 30;
    private static final long MOST_TOGETHER = 16L << 30;
    private static final int LARGEST_TEXT = 1 << 30;
    private static final int LARGEST_MANIFEST = 32 << 20;
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*";

    private final boolean english;
    private final PrintStream out;
    private final PublicKey key;
    private final byte[] keyBytes;
    private int findings;
    private int notes;

    /** Digest of every file that was read, by its name. */
    private final Map<String, String> digests = new HashMap<>();

    private VerifyCase(PublicKey key, boolean english, PrintStream out) {
        this.key = key;
        this.keyBytes = key.getEncoded();
        this.english = english;
        this.out = out;
    }

    public static void main(String[] args) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean english = List.of(args).contains("--lang") && List.of(args).indexOf("en") == List.of(args).indexOf("--lang") + 1;
        System.exit(run(args, english, out));
    }

    private static int run(String[] args, boolean english, PrintStream out) {
        Path file = null;
        Path keyFile = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--key") && i + 1 < args.length) {
                keyFile = Path.of(args[++i]);
            } else if (args[i].equals("--lang") && i + 1 < args.length) {
                i++;
            } else if (file == null && !args[i].startsWith("--")) {
                file = Path.of(args[i]);
            } else {
                file = null;
                break;
            }
        }
        if (file == null || keyFile == null) {
            out.println(
                    english
                            ? "usage: java VerifyCase.java <kasane-case-….zip> --key <anchor-key.pub.pem> [--lang en]"
                            : "使い方: java VerifyCase.java <kasane-case-….zip> --key <anchor-key.pub.pem> [--lang en]");
            return 2;
        }
        try {
            var verification = new VerifyCase(key(keyFile, english), english, out);
            return verification.verify(file);
        } catch (Refused refused) {
            out.println((english ? "Not verified: " : "検証できません: ") + refused.getMessage());
            return 2;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            out.println((english ? "Not verified, it cannot be read: " : "検証できません。読み取れません: ") + e);
            return 2;
        } catch (OutOfMemoryError e) {
            out.println(english ? "Not verified: too large for the memory given (java -Xmx…)." : "検証できません: メモリが足りません（java -Xmx… で増やせます）。");
            return 2;
        }
    }

    /** It is not looked at any further. */
    private static final class Refused extends RuntimeException {
        Refused(String sentence) {
            super(sentence);
        }
    }

    private static PublicKey key(Path file, boolean english) throws IOException, GeneralSecurityException {
        if (!Files.isRegularFile(file)) {
            throw new Refused(english ? "there is no key " + file + "." : "検証鍵 " + file + " がありません。");
        }
        try {
            var text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
            return KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
        } catch (GeneralSecurityException | IllegalArgumentException | CharacterCodingException e) {
            throw new Refused(english ? file + " is no public key (Ed25519, PEM)." : file + " は検証鍵（Ed25519、PEM）ではありません。");
        }
    }

    private void finding(String japanese, String english) {
        findings++;
        if (findings <= 200) {
            out.println((this.english ? "DOES NOT FIT: " : "不一致: ") + (this.english ? english : japanese));
        } else if (findings == 201) {
            out.println(this.english ? "… and more." : "…ほかにもあります。");
        }
    }

    private void note(String japanese, String english) {
        notes++;
        if (notes <= 50) {
            out.println((this.english ? "Note: " : "注: ") + (this.english ? english : japanese));
        }
    }

    private Refused refused(String japanese, String english) {
        return new Refused(this.english ? english : japanese);
    }

    private int verify(Path file) throws IOException, GeneralSecurityException {
        if (!Files.isRegularFile(file)) {
            throw refused(file + " がありません。", "there is no " + file + ".");
        }
        ZipFile opened;
        try {
            opened = new ZipFile(file.toFile());
        } catch (IOException e) {
            throw refused("ZIP として読めません。壊れているか、途中で切れています。", "it is no ZIP, or it is broken.");
        }
        try (var zip = opened) {
            var names = names(zip);
            var manifest = manifest(zip, names);
            files(zip, names, manifest);
            if (!text(manifest, "format").equals(FORMAT)) {
                throw refused(
                        "この検証プログラムの知らない形式です: " + text(manifest, "format"),
                        "this verifier does not know the format " + text(manifest, "format") + ".");
            }
            var contents = Json.read(read(zip, "case.json", LARGEST_TEXT));
            var heads = chain(zip);
            var entries = entries(zip, heads);
            contents(manifest, contents, entries);
            if (findings > 0) {
                out.println(
                        english
                                ? "RESULT: " + findings + " things do not fit. This file is not as Kasane sealed it."
                                : "結果: " + findings + " 件の不一致があります。このファイルは、かさねが封をしたときのままではありません。");
                return 1;
            }
            var about = list(contents, "events").size() + " / " + list(contents, "submissions").size();
            out.println(
                    english
                            ? "RESULT: everything fits. " + digests.size() + " files, " + entries.size()
                                    + " entries of the trail, events / submissions: " + about + ". As of "
                                    + text(manifest, "asOf") + ", case " + text(manifest, "case") + "."
                            : "結果: すべて一致しました。ファイル " + digests.size() + "、証跡 " + entries.size()
                                    + " 件、経過／提出 " + about + " 件。" + text(manifest, "asOf") + " 現在、ケース "
                                    + text(manifest, "case") + "。");
            return 0;
        }
    }

    // ── the ZIP ────────────────────────────────────────────────────────────────────────────────────────────────────

    private Set<String> names(ZipFile zip) {
        var names = new LinkedHashSet<String>();
        var inAnyCase = new HashSet<String>();
        var all = zip.entries();
        while (all.hasMoreElements()) {
            var name = all.nextElement().getName();
            if (!name.matches(NAME) || name.length() > 200) {
                throw refused(
                        "かさねの作らない名前のファイルが入っています（展開しないでください）: " + shown(name),
                        "it holds a file with a name that Kasane does not give (do not unpack it): " + shown(name));
            }
            if (!inAnyCase.add(name.toLowerCase(java.util.Locale.ROOT))) {
                throw refused("同じ名前のファイルが二つ入っています: " + name, "it holds two files of the same name: " + name);
            }
            names.add(name);
            if (names.size() > MOST_FILES) {
                throw refused("入っているファイルが多すぎます。", "it holds too many files.");
            }
        }
        for (var needed : List.of(
                "manifest.json",
                "manifest.sig",
                "case.json",
                "chain/entries.jsonl",
                "chain/links.txt",
                "chain/anchors.jsonl")) {
            if (!names.contains(needed)) {
                throw refused(needed + " が入っていません。", needed + " is missing.");
            }
        }
        return names;
    }

    private static String shown(String name) {
        return name.replaceAll("\\p{Cntrl}", "?").substring(0, Math.min(name.length(), 80));
    }

    private byte[] read(ZipFile zip, String name, int most) throws IOException {
        try (var in = zip.getInputStream(new ZipEntry(name))) {
            var bytes = new ByteArrayOutputStream();
            var buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if ((long) bytes.size() + read > most) {
                    throw refused(name + " が大きすぎます。", name + " is too large.");
                }
                bytes.write(buffer, 0, read);
            }
            return bytes.toByteArray();
        }
    }

    private Map<String, Object> manifest(ZipFile zip, Set<String> names) throws IOException, GeneralSecurityException {
        var bytes = read(zip, "manifest.json", LARGEST_MANIFEST);
        var signature = new String(read(zip, "manifest.sig", 1024), StandardCharsets.US_ASCII).strip();
        var manifest = Json.read(bytes);
        var fingerprint = hex(sha256(keyBytes));
        if (!fingerprint.equals(text(manifest, "key"))) {
            finding(
                    "このファイルは、渡された検証鍵の持ち主のものではありません（鍵 " + shortened(fingerprint) + "、ファイル "
                            + shortened(text(manifest, "key")) + "）。",
                    "this file is not of the owner of the key that was given (key " + shortened(fingerprint) + ", file "
                            + shortened(text(manifest, "key")) + ").");
        }
        var signed = new ByteArrayOutputStream();
        signed.writeBytes("kasane-export\n".getBytes(StandardCharsets.UTF_8));
        signed.writeBytes(bytes);
        if (!signed(signed.toByteArray(), signature)) {
            finding(
                    "目録（manifest.json）の署名が合いません。目録が書き換えられたか、別の鍵で署名されています。",
                    "the signature of manifest.json does not fit: it was changed, or signed with another key.");
        }
        return manifest;
    }

    private boolean signed(byte[] text, String signature) throws GeneralSecurityException {
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(text);
        try {
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException none) {
            return false;
        }
    }

    private void files(ZipFile zip, Set<String> names, Map<String, Object> manifest) throws IOException {
        var listed = new HashSet<String>(Set.of("manifest.json", "manifest.sig"));
        long together = 0;
        for (var each : list(manifest, "files")) {
            var file = object(each);
            var name = text(file, "name");
            long size = number(file, "size");
            together += size;
            if (size < 0 || size > LARGEST || together > MOST_TOGETHER) {
                throw refused(name + " が大きすぎます。", name + " is too large.");
            }
            if (!listed.add(name)) {
                finding("目録に同じ名前が二度あります: " + name, "the manifest names a file twice: " + name);
            }
            if (!names.contains(name)) {
                finding("目録にあるファイルが入っていません: " + name, "a file of the manifest is missing: " + name);
                continue;
            }
            var digest = digest(zip, name, size);
            digests.put(name, digest);
            if (!digest.equals(text(file, "sha256"))) {
                finding("ファイルの中身が目録と違います: " + name, "the content of a file is not that of the manifest: " + name);
            }
        }
        for (var name : names) {
            if (!listed.contains(name)) {
                finding("目録にないファイルが加えられています: " + name, "a file was added that the manifest does not name: " + name);
            }
        }
    }

    /** Stops as soon as there is more than the manifest says: whatever unpacks to gigabytes ends here. */
    private String digest(ZipFile zip, String name, long size) throws IOException {
        var digest = sha256();
        long read = 0;
        try (InputStream in = zip.getInputStream(new ZipEntry(name))) {
            var buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read += n;
                if (read > size) {
                    return "larger than " + size;
                }
                digest.update(buffer, 0, n);
            }
        }
        return hex(digest.digest());
    }

    // ── the chain ──────────────────────────────────────────────────────────────────────────────────────────────────

    private record Link(long seq, String digest) {}

    /** Recomputes the heads from anchor to anchor; returns the place of each of the case's entries. */
    private Map<String, Link> chain(ZipFile zip) throws IOException, GeneralSecurityException {
        var anchors = new TreeMap<Long, String>();
        for (var line : lines(zip, "chain/anchors.jsonl")) {
            var anchor = Json.read(line.getBytes(StandardCharsets.UTF_8));
            var text = String.join(
                    "\n",
                    "kasane-anchor",
                    text(anchor, "kind"),
                    String.valueOf(number(anchor, "seq")),
                    text(anchor, "head"),
                    text(anchor, "at"));
            if (!text(anchor, "kind").equals("head")
                    || !signed(text.getBytes(StandardCharsets.UTF_8), text(anchor, "signature"))) {
                finding(
                        "アンカー " + number(anchor, "seq") + " の署名が、渡された検証鍵のものではありません。",
                        "anchor " + number(anchor, "seq") + " is not signed with the key that was given.");
            }
            anchors.put(number(anchor, "seq"), text(anchor, "head"));
        }
        var places = new HashMap<String, Link>();
        byte[] head = null;
        long last = -1;
        try (var reader = reader(zip, "chain/links.txt")) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                var parts = line.split(" ");
                if (parts.length < 2 || parts.length > 3 || !parts[0].matches("[0-9]{1,18}") || !parts[1].matches("[0-9a-f]{64}")) {
                    throw refused("chain/links.txt の形が崩れています: " + shown(line), "chain/links.txt is broken: " + shown(line));
                }
                long seq = Long.parseLong(parts[0]);
                if (head == null || seq != last + 1) {
                    closed(anchors, last);
                    if (seq == 1) {
                        head = sha256(new byte[0]);
                    } else if (anchors.containsKey(seq - 1) && seq > last) {
                        head = HexFormat.of().parseHex(anchors.get(seq - 1));
                    } else {
                        finding(
                                "証跡の鎖が " + seq + " 番の手前で途切れています。行が取り除かれたか、並べ替えられています。",
                                "the chain is broken before link " + seq + ": lines were removed or reordered.");
                        head = new byte[32];
                    }
                }
                head = sha256(head, HexFormat.of().parseHex(parts[1]));
                last = seq;
                var anchored = anchors.get(seq);
                if (anchored != null && !anchored.equals(hex(head))) {
                    var before = anchors.lowerKey(seq);
                    finding(
                            "証跡の鎖が、" + (before == null ? 1 : before + 1) + " 番から " + seq + " 番までのどこかで書き換えられています（アンカーと合いません）。",
                            "the chain was changed somewhere from link " + (before == null ? 1 : before + 1) + " to " + seq
                                    + ": it does not agree with the anchor.");
                    // What follows is looked at from the anchor on, so that one change is not found again and again.
                    head = HexFormat.of().parseHex(anchored);
                }
                if (parts.length == 3 && places.put(parts[2], new Link(seq, parts[1])) != null) {
                    finding("証跡 " + parts[2] + " が鎖に二度あります。", "entry " + parts[2] + " stands twice in the chain.");
                }
            }
        }
        closed(anchors, last);
        return places;
    }

    private void closed(TreeMap<Long, String> anchors, long last) {
        if (last > 0 && !anchors.containsKey(last)) {
            finding(
                    "証跡の鎖が、アンカーのない " + last + " 番で終わっています。",
                    "the chain ends at link " + last + ", which no anchor vouches for.");
        }
    }

    /** Recomputes the digest of each entry; returns what the entries vouch for. */
    private List<Map<String, Object>> entries(ZipFile zip, Map<String, Link> places) throws IOException {
        var entries = new ArrayList<Map<String, Object>>();
        var seen = new HashSet<String>();
        try (var reader = reader(zip, "chain/entries.jsonl")) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                var whole = Json.read(line.getBytes(StandardCharsets.UTF_8));
                var entry = object(whole.get("entry"));
                var id = text(entry, "id");
                if (!seen.add(id)) {
                    finding("証跡 " + id + " が二度あります。", "entry " + id + " is there twice.");
                }
                var place = places.get(id);
                if (place == null) {
                    finding(
                            "証跡 " + named(entry) + " が、封をした鎖の中にありません（加えられています）。",
                            "entry " + named(entry) + " does not stand in the sealed chain: it was added.");
                } else if (!hex(sha256(canonical(entry).getBytes(StandardCharsets.UTF_8))).equals(place.digest())) {
                    finding(
                            "証跡 " + named(entry) + "（" + place.seq() + " 番）が書き換えられています。",
                            "entry " + named(entry) + " (link " + place.seq() + ") was changed.");
                }
                entry.put("salt", whole.get("salt"));
                entries.add(entry);
            }
        }
        places.forEach((id, link) -> {
            if (!seen.contains(id)) {
                finding(
                        "このケースの証跡 " + id + "（" + link.seq() + " 番）が取り除かれています。",
                        "entry " + id + " (link " + link.seq() + ") of this case was removed.");
            }
        });
        return entries;
    }

    private static String named(Map<String, Object> entry) {
        return text(entry, "id") + " " + text(entry, "at") + " " + text(entry, "kind") + " " + text(entry, "what");
    }

    private static String canonical(Map<String, Object> e) {
        var subjects = new ArrayList<String>();
        for (var each : list(e, "subjects")) {
            subjects.add((String) each);
        }
        return String.join(
                "\n",
                text(e, "class"),
                micros(text(e, "at")),
                text(e, "id"),
                known(e, "municipality_id"),
                text(e, "kind"),
                text(e, "what"),
                known(e, "actor_id"),
                known(e, "request_id"),
                known(e, "transaction_id"),
                known(e, "stream_id"),
                "{" + String.join(",", subjects) + "}",
                Json.write(e.get("refs")),
                known(e, "status"),
                known(e, "content_digest").replaceFirst("^\\\\x", ""));
    }

    // ── what the entries vouch for ─────────────────────────────────────────────────────────────────────────────────

    private void contents(Map<String, Object> manifest, Map<String, Object> contents, List<Map<String, Object>> entries) {
        if (!text(contents, "case").equals(text(manifest, "case"))) {
            finding("case.json が、目録と別のケースのものです。", "case.json is of another case than the manifest.");
        }
        var events = new HashMap<String, Map<String, Object>>();
        for (var each : list(contents, "events")) {
            events.put(text(object(each), "stream_id") + " " + number(object(each), "seq"), object(each));
        }
        var submissions = new HashMap<String, Map<String, Object>>();
        for (var each : list(contents, "submissions")) {
            submissions.put(text(object(each), "id"), object(each));
        }
        var withheld = new HashSet<Object>(list(contents, "withheld"));
        var diagrams = new HashMap<String, Map<String, Object>>();
        for (var each : list(contents, "diagrams")) {
            var diagram = object(each);
            diagrams.put(text(diagram, "epoch") + " " + text(diagram, "key"), diagram);
        }
        var streams = new HashSet<Object>(list(manifest, "streams"));
        var vouchedEvents = new HashSet<String>();
        var vouchedSubmissions = new HashSet<String>();
        var vouchedDiagrams = new HashSet<String>();
        for (var entry : entries) {
            var refs = object(entry.get("refs"));
            var digest = known(entry, "content_digest").replaceFirst("^\\\\x", "");
            if (text(entry, "kind").equals("write") && refs.containsKey("event") && streams.contains(entry.get("stream_id"))) {
                var place = text(entry, "stream_id") + " " + number(refs, "event");
                vouchedEvents.add(place);
                var event = events.get(place);
                if (event == null) {
                    finding(
                            "経過 " + number(refs, "event") + " 番（" + text(entry, "what") + "）が case.json から取り除かれています。",
                            "event " + number(refs, "event") + " (" + text(entry, "what") + ") was removed from case.json.");
                } else if (!hex(sha256(textOfEvent(event).getBytes(StandardCharsets.UTF_8))).equals(digest)) {
                    finding(
                            "経過 " + number(refs, "event") + " 番（" + text(entry, "what") + "）が case.json の中で書き換えられています。",
                            "event " + number(refs, "event") + " (" + text(entry, "what") + ") was changed in case.json.");
                }
            } else if (text(entry, "kind").equals("write") && text(entry, "what").equals("submission")) {
                var id = text(refs, "submission");
                vouchedSubmissions.add(id);
                var submission = submissions.get(id);
                if (submission == null) {
                    if (withheld.contains(id)) {
                        note(
                                "提出 " + id + " は、伏せている住所を含むなどの理由で入れられなかったか、消去されたため、入っていません。提出されたことは証跡で確かめました。",
                                "submission " + id
                                        + " is not in the file: it was withheld (an address that is kept from others), or was erased. That it was handed in is vouched for.");
                    } else {
                        finding("提出 " + id + " が case.json から取り除かれています。", "submission " + id + " was removed from case.json.");
                    }
                } else if (entry.get("salt") == null
                        || !hex(sha256(
                                        HexFormat.of().parseHex((String) entry.get("salt")),
                                        textOfSubmission(submission).getBytes(StandardCharsets.UTF_8)))
                                .equals(digest)) {
                    finding(
                            "提出 " + id + "（" + known(submission, "step") + "）が case.json の中で書き換えられています。",
                            "submission " + id + " (" + known(submission, "step") + ") was changed in case.json.");
                }
            } else if (text(entry, "kind").equals("model")) {
                var diagram = diagrams.get(text(refs, "epoch") + " " + text(refs, "key"));
                if (diagram != null) {
                    vouchedDiagrams.add(text(refs, "epoch") + " " + text(refs, "key"));
                    if (digests.containsKey(text(diagram, "bpmn"))
                            && !digest.equals(digests.get(text(diagram, "bpmn")))) {
                        finding(
                                "図 " + text(diagram, "bpmn") + " が、配備されたときのものと違います。",
                                "the diagram " + text(diagram, "bpmn") + " is not the one that was deployed.");
                    }
                }
            }
        }
        events.keySet().stream().filter(each -> !vouchedEvents.contains(each)).sorted().forEach(each -> finding(
                "経過 " + each + " を裏づける証跡がありません（加えられています）。", "no entry vouches for event " + each + ": it was added."));
        submissions.keySet().stream().filter(each -> !vouchedSubmissions.contains(each)).sorted().forEach(each -> finding(
                "提出 " + each + " を裏づける証跡がありません（加えられています）。", "no entry vouches for submission " + each + ": it was added."));
        diagrams.keySet().stream().filter(each -> !vouchedDiagrams.contains(each)).sorted().forEach(each -> note(
                "図 " + text(diagrams.get(each), "bpmn") + " の配備は、残っている証跡からは確かめられません。",
                "that " + text(diagrams.get(each), "bpmn") + " was deployed cannot be told from the entries that are kept."));
        var leftOut = new HashMap<String, String>();
        for (var each : list(contents, "documentsLeftOut")) {
            leftOut.put(text(object(each), "id"), text(object(each), "why"));
        }
        for (var each : list(object(contents.get("tables")), "case_document")) {
            var document = object(each);
            var id = text(document, "id");
            var digest = digests.get("documents/" + id);
            if (digest == null && !leftOut.containsKey(id)) {
                finding("書類 " + id + " が入っていません。", "document " + id + " is missing.");
            } else if (digest != null && !digest.equals(text(document, "sha256"))) {
                finding("書類 " + id + " が、受け入れたときのものと違います（差し替えられています）。", "document " + id + " is not the one that was taken in: it was replaced.");
            } else if (digest == null) {
                note(
                        "書類 " + id + " は入っていません（" + why(leftOut.get(id)) + "）。",
                        "document " + id + " is left out (" + leftOut.get(id) + ").");
            }
        }
    }

    private static String why(String code) {
        return switch (code) {
            case "voided" -> "取り消されている";
            case "size" -> "大きさの上限";
            case "damaged" -> "出力したとき、すでに読めないか、受け入れたときと違っていた";
            case "later" -> "作成している間に加えられた";
            default -> code;
        };
    }

    private static String textOfEvent(Map<String, Object> e) {
        return String.join(
                "\n",
                text(e, "stream_id"),
                known(e, "seq"),
                known(e, "municipality_id"),
                known(e, "case_id"),
                known(e, "consultation_id"),
                known(e, "matter_id"),
                text(e, "kind"),
                micros(text(e, "occurred_at")),
                micros(text(e, "recorded_at")),
                known(e, "actor_id"),
                known(e, "on_behalf_of"),
                known(e, "task_id"),
                known(e, "submission_id"),
                Json.write(e.get("refs")));
    }

    private static final Set<String> LATER = Set.of(
            "facts", "applied_at", "gate_epoch", "gate_key", "meeting_id", "voided_at", "voided_by", "void_reason");

    private static String textOfSubmission(Map<String, Object> submission) {
        var handedIn = new LinkedHashMap<>(submission);
        handedIn.keySet().removeAll(LATER);
        return Json.write(withoutNull(handedIn));
    }

    private static Object withoutNull(Object value) {
        if (value instanceof Map<?, ?> map) {
            var kept = new LinkedHashMap<String, Object>();
            map.forEach((name, each) -> {
                if (each != null) {
                    kept.put((String) name, withoutNull(each));
                }
            });
            return kept;
        }
        return value instanceof List<?> list ? list.stream().map(VerifyCase::nullable).toList() : value;
    }

    private static Object nullable(Object value) {
        return value == null ? Json.NULL : withoutNull(value);
    }

    // ── small things ───────────────────────────────────────────────────────────────────────────────────────────────

    private java.io.BufferedReader reader(ZipFile zip, String name) throws IOException {
        var strict = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        return new java.io.BufferedReader(new java.io.InputStreamReader(zip.getInputStream(new ZipEntry(name)), strict));
    }

    private List<String> lines(ZipFile zip, String name) throws IOException {
        try (var reader = reader(zip, name)) {
            return reader.lines().filter(line -> !line.isBlank()).toList();
        }
    }

    private static String shortened(String digest) {
        return digest.substring(0, Math.min(16, digest.length()));
    }

    private static String micros(String time) {
        var at = OffsetDateTime.parse(time).toInstant();
        return String.valueOf(at.getEpochSecond() * 1_000_000 + at.getNano() / 1000);
    }

    private static String text(Map<String, Object> from, String name) {
        return from.get(name) == null ? "" : from.get(name).toString();
    }

    private static String known(Map<String, Object> from, String name) {
        return from.get(name) == null ? "-" : from.get(name).toString();
    }

    private static long number(Map<String, Object> from, String name) {
        return Long.parseLong(text(from, name));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return value == null ? new LinkedHashMap<>() : (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Map<String, Object> from, String name) {
        return from.get(name) == null ? List.of() : (List<Object>) from.get(name);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[]... parts) {
        var digest = sha256();
        for (var part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** JSON as PostgreSQL's jsonb writes it: numbers as they stand, names by their length and then by their bytes. */
    private static final class Json {

        static final Object NULL = new Object();

        /** A number exactly as it stands in the file: 1.10 is not 1.1. */
        record Number(String text) {
            @Override
            public String toString() {
                return text;
            }
        }

        private final String text;
        private int at;
        private int depth;

        private Json(String text) {
            this.text = text;
        }

        static Map<String, Object> read(byte[] bytes) {
            try {
                var strict = StandardCharsets.UTF_8.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
                var json = new Json(strict.decode(java.nio.ByteBuffer.wrap(bytes)).toString());
                var value = json.value();
                json.space();
                if (json.at != json.text.length()) {
                    throw json.broken();
                }
                return object(value);
            } catch (CharacterCodingException | ClassCastException | StringIndexOutOfBoundsException e) {
                throw new IllegalArgumentException("JSON", e);
            }
        }

        private IllegalArgumentException broken() {
            return new IllegalArgumentException("JSON, " + at);
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private Object value() {
            space();
            switch (text.charAt(at)) {
                case '{' -> {
                    deeper();
                    var map = new LinkedHashMap<String, Object>();
                    at++;
                    space();
                    while (text.charAt(at) != '}') {
                        space();
                        var name = string();
                        space();
                        expect(':');
                        if (map.containsKey(name)) {
                            throw broken();
                        }
                        map.put(name, value());
                        space();
                        if (text.charAt(at) == ',') {
                            at++;
                        } else if (text.charAt(at) != '}') {
                            throw broken();
                        }
                    }
                    at++;
                    depth--;
                    return map;
                }
                case '[' -> {
                    deeper();
                    var list = new ArrayList<Object>();
                    at++;
                    space();
                    while (text.charAt(at) != ']') {
                        list.add(value());
                        space();
                        if (text.charAt(at) == ',') {
                            at++;
                            space();
                        } else if (text.charAt(at) != ']') {
                            throw broken();
                        }
                    }
                    at++;
                    depth--;
                    return list;
                }
                case '"' -> {
                    return string();
                }
                default -> {
                    int from = at;
                    while (at < text.length() && "{}[],:\" \t\r\n".indexOf(text.charAt(at)) < 0) {
                        at++;
                    }
                    var word = text.substring(from, at);
                    return switch (word) {
                        case "null" -> null;
                        case "true" -> true;
                        case "false" -> false;
                        default -> {
                            if (!word.matches("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
                                throw broken();
                            }
                            yield new Number(word);
                        }
                    };
                }
            }
        }

        private void deeper() {
            if (++depth > 200) {
                throw broken();
            }
        }

        private void expect(char what) {
            if (text.charAt(at) != what) {
                throw broken();
            }
            at++;
        }

        private String string() {
            expect('"');
            var found = new StringBuilder();
            while (text.charAt(at) != '"') {
                char each = text.charAt(at++);
                if (each != '\\') {
                    found.append(each);
                    continue;
                }
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> found.append('\n');
                    case 'r' -> found.append('\r');
                    case 't' -> found.append('\t');
                    case 'b' -> found.append('\b');
                    case 'f' -> found.append('\f');
                    case '"', '\\', '/' -> found.append(escaped);
                    case 'u' -> {
                        found.append((char) Integer.parseInt(text, at, at + 4, 16));
                        at += 4;
                    }
                    default -> throw broken();
                }
            }
            at++;
            return found.toString();
        }

        static String write(Object value) {
            var out = new StringBuilder();
            write(value, out);
            return out.toString();
        }

        private static void write(Object value, StringBuilder out) {
            switch (value) {
                case null -> out.append("null");
                case Map<?, ?> map -> {
                    out.append('{');
                    var names = new ArrayList<String>();
                    map.keySet().forEach(name -> names.add((String) name));
                    names.sort(Comparator.<String>comparingInt(name -> name.getBytes(StandardCharsets.UTF_8).length)
                            .thenComparing(
                                    name -> name.getBytes(StandardCharsets.UTF_8), java.util.Arrays::compareUnsigned));
                    boolean first = true;
                    for (var name : names) {
                        out.append(first ? "" : ", ");
                        quote(name, out);
                        out.append(": ");
                        write(map.get(name), out);
                        first = false;
                    }
                    out.append('}');
                }
                case List<?> list -> {
                    out.append('[');
                    boolean first = true;
                    for (var each : list) {
                        out.append(first ? "" : ", ");
                        write(each, out);
                        first = false;
                    }
                    out.append(']');
                }
                case String text -> quote(text, out);
                default -> out.append(value == NULL ? "null" : value.toString());
            }
        }

        private static void quote(String text, StringBuilder out) {
            out.append('"');
            for (int i = 0; i < text.length(); i++) {
                char each = text.charAt(i);
                switch (each) {
                    case '"' -> out.append("\\\"");
                    case '\\' -> out.append("\\\\");
                    case '\n' -> out.append("\\n");
                    case '\r' -> out.append("\\r");
                    case '\t' -> out.append("\\t");
                    case '\b' -> out.append("\\b");
                    case '\f' -> out.append("\\f");
                    default -> {
                        if (each < 0x20) {
                            out.append(String.format("\\u%04x", (int) each));
                        } else {
                            out.append(each);
                        }
                    }
                }
            }
            out.append('"');
        }
    }
}
