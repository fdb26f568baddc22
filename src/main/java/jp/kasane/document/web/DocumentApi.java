package jp.kasane.document.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.document.CaseDocument;
import jp.kasane.document.Documents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@Tag(name = "documents", description = "支援ケースの書類")
class DocumentApi {

    private final Documents documents;
    private final Cases cases;

    DocumentApi(Documents documents, Cases cases) {
        this.documents = documents;
        this.cases = cases;
    }

    record Reason(String reason) {}

    private UUID ofCase(String id) {
        return Ids.parse(id)
                .flatMap(cases::find)
                .orElseThrow(() -> new Refusal.NotFound("ケース"))
                .id();
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("書類"));
    }

    @GetMapping("/api/v1/cases/{id}/documents")
    @Operation(summary = "支援ケースの書類（新しい順。取り消されたものも）")
    List<CaseDocument> list(@PathVariable String id) {
        return documents.of(ofCase(id));
    }

    @PostMapping(value = "/api/v1/cases/{id}/documents", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "書類を加える（種類は中身で確かめる。検査の設定があれば検査してから）")
    Map<String, UUID> add(
            @PathVariable String id,
            @RequestParam(required = false) String title,
            @RequestParam(required = false) MultipartFile file)
            throws IOException {
        return Map.of(
                "documentId",
                documents.add(
                        ofCase(id),
                        title,
                        file == null ? "" : file.getOriginalFilename(),
                        file == null ? new byte[0] : file.getBytes()));
    }

    @GetMapping("/api/v1/documents/{id}/content")
    @Operation(summary = "書類の中身")
    ResponseEntity<byte[]> content(@PathVariable String id) {
        var found = documents.content(known(id));
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(found.document().mediaType()))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(found.document().fileName(), StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .header("X-Content-Type-Options", "nosniff")
                .cacheControl(CacheControl.noStore())
                .body(found.bytes());
    }

    @PostMapping("/api/v1/documents/{id}/void")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "書類を取り消す（理由が要る。一覧には残り、中身は出せなくなる）")
    void voidIt(@PathVariable String id, @RequestBody Reason reason) {
        documents.voidIt(known(id), reason.reason());
    }
}
