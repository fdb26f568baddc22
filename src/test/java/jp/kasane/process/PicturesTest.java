package jp.kasane.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every diagram has its picture in {@code processes/README.md}, and no picture is older than its diagram. */
class PicturesTest {

    private static final Path PROCESSES = Path.of("processes");

    @Test
    void everyDiagramHasAPictureOfWhatItIsNow() throws IOException {
        assertThat(findings(PROCESSES)).isEmpty();
    }

    @Test
    void everyDiagramIsShownAmongThePictures() throws IOException {
        var page = Files.readString(PROCESSES.resolve("README.md"));
        assertThat(Diagram.IDS)
                .allSatisfy(id -> assertThat(page).contains("(" + id + ".bpmn)", "pictures/" + id + ".svg"));
    }

    @Test
    void aDiagramThatChangedAfterItsPictureIsFound(@TempDir Path doctored) throws IOException {
        Files.createDirectory(doctored.resolve("pictures"));
        Files.writeString(doctored.resolve("plan.bpmn"), Files.readString(PROCESSES.resolve("plan.bpmn")) + "<!-- -->");
        Files.writeString(doctored.resolve("role.bpmn"), Files.readString(PROCESSES.resolve("role.bpmn")));
        Files.copy(PROCESSES.resolve("pictures/plan.svg"), doctored.resolve("pictures/plan.svg"));
        Files.copy(PROCESSES.resolve("pictures/outreach.svg"), doctored.resolve("pictures/outreach.svg"));

        assertThat(findings(doctored))
                .containsExactly(
                        "plan.svg is older than plan.bpmn", "role.bpmn has no picture", "outreach.svg has no diagram");
    }

    /** What is wrong, to be put right with {@code npm run pictures} in {@code web/}. */
    private static List<String> findings(Path processes) throws IOException {
        var findings = new ArrayList<String>();
        for (var id : names(processes, ".bpmn")) {
            var picture = processes.resolve("pictures").resolve(id + ".svg");
            if (!Files.exists(picture)) {
                findings.add(id + ".bpmn has no picture");
            } else if (!Files.readString(picture).contains("sha256 " + sha256(processes.resolve(id + ".bpmn")))) {
                findings.add(id + ".svg is older than " + id + ".bpmn");
            }
        }
        var diagrams = names(processes, ".bpmn");
        names(processes.resolve("pictures"), ".svg").stream()
                .filter(id -> !diagrams.contains(id))
                .forEach(id -> findings.add(id + ".svg has no diagram"));
        return findings;
    }

    private static List<String> names(Path directory, String ending) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        }
    }

    /** A checkout on Windows may have other line ends; the diagram is the same. */
    private static String sha256(Path diagram) throws IOException {
        try {
            var text = Files.readString(diagram).replace("\r\n", "\n");
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
