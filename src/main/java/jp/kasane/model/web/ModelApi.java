package jp.kasane.model.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/models")
@Tag(name = "models", description = "図の下書きと点検（配備はまだできません）")
class ModelApi {

    /** More than any file may have: what comes after is not read. */
    private static final int MOST_READ = 6 * 1024 * 1024;

    private final Drafts drafts;
    private final RunningDiagrams running;
    private final FindingSentences sentences;

    ModelApi(Drafts drafts, RunningDiagrams running, FindingSentences sentences) {
        this.drafts = drafts;
        this.running = running;
        this.sentences = sentences;
    }

    /** @param processId of a diagram in force */
    record Begun(String processId) {}

    record One(Drafts.Draft draft, List<FindingSentences.Told> findings) {}

    record Saved(int revision, List<FindingSentences.Told> findings) {}

    @GetMapping
    @Operation(summary = "いま使われている図")
    List<RunningDiagrams.InForce> inForce() {
        return running.inForce();
    }

    @GetMapping("/element-templates")
    @Operation(summary = "ジョブのひな型（element templates）", description = "図の編集画面が使います。中身は workers/element-templates と同じです。")
    Collection<JsonNode> templates() {
        return drafts.shipped().templates().values();
    }

    @GetMapping("/drafts")
    @Operation(summary = "図の下書き（所管課・監査）")
    List<Drafts.Draft> all() {
        return drafts.all();
    }

    @PostMapping("/drafts")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "いま使われている図から下書きを始める（所管課）")
    Map<String, UUID> begin(@RequestBody Begun begun) {
        return Map.of("id", drafts.begin(begun.processId() == null ? "" : begun.processId()));
    }

    @PostMapping(path = "/drafts/import", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "BPMN のファイルから下書きを始める（所管課。本文がファイルそのもの）",
            description = "UTF-8、5 MB まで。DOCTYPE のあるもの、XML として読めないもの、BPMN でないものは 422。")
    Map<String, UUID> upload(@RequestParam(defaultValue = "") String fileName, InputStream file) throws IOException {
        return Map.of("id", drafts.upload(fileName, file.readNBytes(MOST_READ)));
    }

    @GetMapping("/drafts/{id}")
    @Operation(summary = "一つの下書きと、点検の結果", description = "結果の文は Accept-Language の言語。severity は error、warning、note。")
    One one(@PathVariable String id) {
        return new One(drafts.one(known(id)), sentences.of(drafts.findings(known(id))));
    }

    @GetMapping(path = "/drafts/{id}/xml")
    @Operation(summary = "下書きのファイル（取り込んだまま、または保存したまま。一字も変わりません）")
    ResponseEntity<byte[]> xml(@PathVariable String id) {
        var draft = drafts.one(known(id));
        return ResponseEntity.ok()
                .contentType(new MediaType("application", "xml", StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(draft.processId() + ".bpmn", StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .header("X-Content-Type-Options", "nosniff")
                .cacheControl(CacheControl.noStore())
                .body(drafts.xml(draft.id()));
    }

    @PutMapping(path = "/drafts/{id}/xml", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @Operation(summary = "下書きを保存する（所管課。本文がファイルそのもの）", description = "revision は、もとにした版。別の人が編集しているか、その後に保存されていれば 409。")
    Saved save(@PathVariable String id, @RequestParam int revision, InputStream file) throws IOException {
        var saved = drafts.save(known(id), revision, file.readNBytes(MOST_READ));
        return new Saved(saved.revision(), sentences.of(saved.findings()));
    }

    @PostMapping("/drafts/{id}/lock")
    @Operation(summary = "編集を始める・続ける（2 分間。所管課）", description = "別の人が編集していれば、その名前とともに 409。")
    Drafts.Draft hold(@PathVariable String id) {
        return drafts.hold(known(id));
    }

    @DeleteMapping("/drafts/{id}/lock")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "編集を終える（所管課）")
    void release(@PathVariable String id) {
        drafts.release(known(id));
    }

    @DeleteMapping("/drafts/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "下書きを取りやめる（所管課。証跡には残ります）")
    void discard(@PathVariable String id) {
        drafts.discard(known(id));
    }

    static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("図の下書き"));
    }
}
