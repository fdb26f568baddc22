package jp.kasane.model.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts.Kind;
import jp.kasane.model.Versions;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Versions of diagrams, tables and forms: what there are, and their files. */
@RestController
@RequestMapping("/api/v1/models")
@Tag(name = "models", description = "図・様式・決定表の下書き、点検、比較、公開、移行")
class VersionsApi {

    private static final String WHICH = "版は番号か shipped（かさねに付いている標準）。";

    private final Versions versions;

    VersionsApi(Versions versions) {
        this.versions = versions;
    }

    /**
     * @param inForce what new cases start under
     * @param running instances under it that have not ended; null for tables and forms
     */
    record Version(int version, String versionTag, Instant deployedAt, boolean inForce, Long running) {}

    /** @param shipped whether this version of Kasane ships one */
    record All(String id, boolean shipped, List<Version> versions) {}

    @GetMapping("/{processId}/versions")
    @Operation(summary = "図の版（所管課・監査）", description = "新しい順。動いているケースの数（running）つき。いま動いているエンジンに配備されたもの。")
    All ofProcess(@PathVariable String processId) {
        return all(Kind.PROCESS, processId);
    }

    @GetMapping(path = "/{processId}/versions/{version}", produces = MediaType.APPLICATION_XML_VALUE)
    @Operation(summary = "ある版の図（BPMN XML。所管課・監査）", description = WHICH)
    ResponseEntity<String> process(@PathVariable String processId, @PathVariable String version) {
        return file(versions.file(Kind.PROCESS, processId, version), MediaType.APPLICATION_XML);
    }

    @GetMapping("/decisions/{decisionId}/versions")
    @Operation(summary = "決定表の版（所管課・監査）", description = "新しい順。エンジンの記録の保存期間が過ぎた月に配備された版は出ません。")
    All ofDecision(@PathVariable String decisionId) {
        return all(Kind.DECISION, decisionId);
    }

    @GetMapping(path = "/decisions/{decisionId}/versions/{version}", produces = MediaType.APPLICATION_XML_VALUE)
    @Operation(summary = "ある版の決定表（DMN XML。所管課・監査）", description = WHICH)
    ResponseEntity<String> decision(@PathVariable String decisionId, @PathVariable String version) {
        return file(versions.file(Kind.DECISION, decisionId, version), MediaType.APPLICATION_XML);
    }

    @GetMapping("/forms/{formId}/versions")
    @Operation(summary = "様式の版（所管課・監査）", description = "新しい順。作業に付かない様式は配備されないので、空です（shipped だけ）。")
    All ofForm(@PathVariable String formId) {
        return all(Kind.FORM, formId);
    }

    @GetMapping(path = "/forms/{formId}/versions/{version}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "ある版の様式（Camunda Forms の JSON。所管課・監査）", description = WHICH)
    ResponseEntity<String> form(@PathVariable String formId, @PathVariable String version) {
        return file(versions.file(Kind.FORM, formId, version), MediaType.APPLICATION_JSON);
    }

    private All all(Kind kind, String id) {
        var deployed = versions.deployed(kind, id);
        if (deployed.isEmpty() && !versions.isShipped(kind, id)) {
            throw new Refusal.NotFound("図・決定表・様式");
        }
        var found = new ArrayList<Version>();
        for (var one : deployed) {
            found.add(new Version(one.version(), one.versionTag(), one.deployedAt(), found.isEmpty(), one.running()));
        }
        return new All(id, versions.isShipped(kind, id), found);
    }

    private static ResponseEntity<String> file(String content, MediaType type) {
        return ResponseEntity.ok()
                .contentType(new MediaType(type, StandardCharsets.UTF_8))
                .cacheControl(CacheControl.noCache())
                .header("X-Content-Type-Options", "nosniff")
                .body(content);
    }
}
