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
import jp.kasane.model.Versions;
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
@Tag(name = "models", description = "図・様式・決定表の下書き、点検、比較、公開、移行")
class ModelApi {

    /** More than any file may have: what comes after is not read. */
    private static final int MOST_READ = 6 * 1024 * 1024;

    private final Drafts drafts;
    private final Versions versions;
    private final RunningDiagrams running;
    private final FindingSentences sentences;

    ModelApi(Drafts drafts, Versions versions, RunningDiagrams running, FindingSentences sentences) {
        this.drafts = drafts;
        this.versions = versions;
        this.running = running;
        this.sentences = sentences;
    }

    /**
     * One of the three: the id of a diagram in force, of a form, or of a decision table.
     *
     * @param version to begin from; null for the one in force
     */
    record Begun(String processId, String formId, String decisionId, String version) {
        Drafts.Kind kind() {
            return formId != null ? Drafts.Kind.FORM : decisionId != null ? Drafts.Kind.DECISION : Drafts.Kind.PROCESS;
        }

        String id() {
            return formId != null ? formId : decisionId != null ? decisionId : processId == null ? "" : processId;
        }
    }

    /** @param title its first heading, and what the draft is called */
    record NewForm(String formId, String title) {}

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
    @Operation(summary = "図・様式・決定表の下書き（所管課・監査）", description = "kind は process、form、decision。")
    List<Drafts.Draft> all() {
        return drafts.all();
    }

    @PostMapping("/drafts")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "いま使われている図・様式・決定表から下書きを始める（所管課）",
            description = "processId、formId、decisionId のどれか一つ。version は、前の版の番号か shipped（かさねに付いている標準）。なければ、いま使われている版。")
    Map<String, UUID> begin(@RequestBody Begun begun) {
        return Map.of(
                "id",
                begun.version() == null
                        ? drafts.begin(begun.kind(), begun.id())
                        : versions.beginDraft(begun.kind(), begun.id(), begun.version()));
    }

    @GetMapping("/forms")
    @Operation(summary = "様式の一覧", description = "version のないものは、人の作業のない様式です。")
    List<Drafts.Offered> forms() {
        return drafts.forms();
    }

    @GetMapping("/decisions")
    @Operation(summary = "決定表の一覧")
    List<Drafts.Offered> tables() {
        return drafts.tables();
    }

    @PostMapping("/drafts/forms")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "新しい様式の下書きを始める（所管課）", description = "formId は英小文字と数字を - でつないだ 60 字まで。もうある様式の id は 422。")
    Map<String, UUID> beginNewForm(@RequestBody NewForm form) {
        return Map.of("id", drafts.beginNewForm(form.formId(), form.title()));
    }

    @PostMapping(path = "/drafts/import", consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "ファイルから下書きを始める（所管課。本文がファイルそのもの）",
            description =
                    "BPMN・DMN（5 MB まで）か様式の JSON（1 MB まで）、UTF-8。何であるかは中身で決まります。DOCTYPE のあるもの、読めないもの、どれでもないものは 422。")
    Map<String, UUID> upload(@RequestParam(defaultValue = "") String fileName, InputStream file) throws IOException {
        return Map.of("id", drafts.upload(fileName, file.readNBytes(MOST_READ)));
    }

    @GetMapping("/drafts/{id}")
    @Operation(summary = "一つの下書きと、点検の結果", description = "結果の文は Accept-Language の言語。severity は error、warning、note。")
    One one(@PathVariable String id) {
        return new One(drafts.one(known(id)), sentences.of(drafts.findings(known(id))));
    }

    @GetMapping(path = "/drafts/{id}/xml")
    @Operation(summary = "下書きのファイル（様式は JSON。取り込んだまま、または保存したまま。一字も変わりません）")
    ResponseEntity<byte[]> xml(@PathVariable String id) {
        var draft = drafts.one(known(id));
        return ResponseEntity.ok()
                .contentType(new MediaType(
                        "application", draft.kind() == Drafts.Kind.FORM ? "json" : "xml", StandardCharsets.UTF_8))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(draft.resourceId() + draft.kind().ending(), StandardCharsets.UTF_8)
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
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("下書き"));
    }
}
