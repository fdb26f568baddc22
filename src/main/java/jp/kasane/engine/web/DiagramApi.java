package jp.kasane.engine.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.UUID;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Refusal;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Diagrams as they were deployed. They hold nothing of any case: whoever is logged in may read them. */
@RestController
@Tag(name = "processes", description = "業務の流れの図")
class DiagramApi {

    private final RunningDiagrams diagrams;

    DiagramApi(RunningDiagrams diagrams) {
        this.diagrams = diagrams;
    }

    @GetMapping(
            value = "/api/v1/processes/{processId}/versions/{version}/diagram",
            produces = MediaType.APPLICATION_XML_VALUE)
    @Operation(summary = "配備された図（BPMN XML）。version は版の数字か latest")
    ResponseEntity<String> diagram(@PathVariable String processId, @PathVariable String version) {
        boolean latest = version.equals("latest");
        if (!latest && !version.matches("[0-9]{1,8}")) {
            throw new Refusal.NotFound("図");
        }
        var xml = diagrams.xml(processId, latest ? null : Integer.valueOf(version))
                .orElseThrow(() -> new Refusal.NotFound("図"));
        return ResponseEntity.ok()
                .cacheControl(
                        latest
                                ? CacheControl.noCache()
                                : CacheControl.maxAge(Duration.ofMinutes(10)).cachePrivate())
                .contentType(new MediaType("application", "xml", java.nio.charset.StandardCharsets.UTF_8))
                .body(xml);
    }

    @GetMapping(
            value = "/api/v1/processes/definitions/{epoch}/{key}/diagram",
            produces = MediaType.APPLICATION_XML_VALUE)
    @Operation(summary = "ある時に有効だった図（BPMN XML）。エンジンの epoch と定義の key で指す")
    ResponseEntity<String> definition(@PathVariable UUID epoch, @PathVariable long key) {
        var xml = diagrams.xml(epoch, key).orElseThrow(() -> new Refusal.NotFound("図"));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofDays(1)).cachePrivate())
                .contentType(new MediaType("application", "xml", java.nio.charset.StandardCharsets.UTF_8))
                .body(xml);
    }
}
