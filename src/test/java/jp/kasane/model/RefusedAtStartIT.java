package jp.kasane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.StreamSupport;
import jp.kasane.KasaneServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the engine took once it may refuse at a later start (a newer Camunda, a damaged file): one diagram of the municipality's own does not keep
 * the whole application waiting. On servers of its own, one after the other on the same data.
 */
class RefusedAtStartIT {

    private static final String RELEASES = "/api/v1/models/releases";
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path data;

    private KasaneServer kasane;

    @AfterEach
    void close() {
        kasane.close();
    }

    private void start() {
        kasane = KasaneServer.startIn(data, "hachioji");
    }

    private String released(String file, String label, String other, String tag) {
        try {
            var text = Files.readString(Path.of("processes", file));
            assertThat(text).contains(label);
            var draft = kasane.as("manager")
                    .upload(
                            "/api/v1/models/drafts/import?fileName="
                                    + Path.of(file).getFileName(),
                            text.replace(label, other).getBytes(StandardCharsets.UTF_8))
                    .at("/id")
                    .asText();
            var asked = kasane.as("manager")
                    .post(
                            "/api/v1/models/drafts/" + draft + "/release",
                            "{\"versionTag\":\"%s\",\"note\":\"言い方を改める\"}".formatted(tag));
            assertThat(asked.status()).as(asked.text()).isEqualTo(201);
            return approved(asked.at("/id").asText());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String approved(String release) {
        var second = kasane.as("start-second");
        var answer =
                second.submit(second.task("Task_ReviewRelease", "matterId=" + release), "{\"outcome\":\"approved\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        await("in force").atMost(SOON).until(() -> kasane.as("manager")
                .get(RELEASES + "/" + release)
                .at("/release/status")
                .asText()
                .equals("deployed"));
        return release;
    }

    /** What the checks never let through: the engine itself is to dislike it. */
    private void damage(String release, String kind, String part, String by) {
        int damaged = kasane.sql()
                .sql(
                        """
                        update kasane.model_release_file set content = convert_to(replace(convert_from(content, 'UTF8'), :part, :by), 'UTF8')
                        where release_id = :id and kind = :kind and convert_from(content, 'UTF8') like '%' || :part || '%'
                        """)
                .param("id", UUID.fromString(release))
                .param("kind", kind)
                .param("part", part)
                .param("by", by)
                .update();
        assertThat(damaged).isEqualTo(1);
    }

    private JsonNode alarm(String id) {
        return StreamSupport.stream(
                        kasane.as("admin")
                                .get("/api/v1/operations")
                                .at("/models")
                                .spliterator(),
                        false)
                .filter(one -> one.get("id").asText().equals(id))
                .findFirst()
                .orElse(null);
    }

    private String diagram(String process) {
        return kasane.as("manager")
                .get("/api/v1/processes/" + process + "/versions/latest/diagram")
                .text();
    }

    @Test
    void whatIsInForceStaysAndAnEngineWithoutAnyGetsWhatIsShipped() throws IOException {
        start();
        kasane.employ("start-second", "審査 二子", "manager", "fukushi-seisaku");
        var diagram = released("monitoring.bpmn", "name=\"支援・モニタリング\"", "name=\"支援と見直し\"", "own-1");
        var table = released("decisions/owner.dmn", "name=\"受け持ち", "name=\"市の受け持ち", "own-2");
        released("closure.bpmn", "name=\"終結・見守り\"", "name=\"終結と見守り\"", "own-3");
        damage(diagram, "process", "retries=\"10\"", "retries=\"=(\"");
        damage(table, "decision", "<inputExpression ", "<inputExpressions ");
        kasane.close();

        start();
        assertThat(diagram("monitoring")).contains("支援と見直し");
        assertThat(alarm("monitoring").get("instead").asText()).isEqualTo("stays");
        assertThat(alarm("monitoring").get("version").asInt()).isEqualTo(2);
        assertThat(alarm("monitoring").get("message").asText()).isNotBlank();
        assertThat(alarm("owner").get("instead").asText()).isEqualTo("stays");
        assertThat(alarm("closure")).isNull();
        assertThat(kasane.as("admin").get("/operations").text())
                .contains("エンジンが受け付けない市町村の図", "前から使われていた第 2 版", "支援・モニタリング", "標準に戻す");
        kasane.close();

        KasaneServer.delete(data.resolve("camunda"));
        start();
        await("the projection").atMost(SOON).until(() -> diagram("closure").contains("終結と見守り"));
        assertThat(diagram("monitoring")).doesNotContain("支援と見直し").contains("支援・モニタリング");
        assertThat(alarm("monitoring").get("instead").asText()).isEqualTo("standard");
        assertThat(alarm("owner").get("instead").asText()).isEqualTo("standard");
        assertThat(kasane.as("admin").get("/operations").text()).contains("かさねの標準のもの（第 1 版）");

        // Until the section has released something the engine takes.
        var back = kasane.as("manager")
                .post(
                        RELEASES + "/standard",
                        "{\"kind\":\"process\",\"resourceId\":\"monitoring\",\"versionTag\":\"own-4\",\"note\":\"標準に戻す\"}");
        assertThat(back.status()).as(back.text()).isEqualTo(201);
        approved(back.at("/id").asText());
        assertThat(alarm("monitoring")).isNull();
        assertThat(alarm("owner")).isNotNull();
        released("decisions/owner.dmn", "name=\"受け持ち", "name=\"町の受け持ち", "own-5");
        assertThat(kasane.as("admin").get("/api/v1/operations").at("/models")).isEmpty();
    }
}
