package jp.kasane.audit.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.audit.CaseExports;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A case as a sealed file: asked for with a reason, made while the page tells how far it is, and fetched. */
@Controller
class ExportPages {

    private final Cases cases;
    private final CaseExports exports;

    ExportPages(Cases cases, CaseExports exports) {
        this.cases = cases;
        this.exports = exports;
    }

    @GetMapping("/cases/{id}/export")
    String page(@PathVariable String id, Model model, HttpServletResponse response) {
        var file = required(cases, id);
        var all = exports.of(file.id());
        var making = all.stream().filter(CaseExports.Export::making).findFirst();
        if (making.isPresent()) {
            response.setHeader("Refresh", "1");
        }
        model.addAttribute("file", file);
        model.addAttribute("exports", all);
        model.addAttribute("making", making.orElse(null));
        model.addAttribute("stages", CaseExports.STAGES);
        model.addAttribute("reasons", CaseExports.REASONS);
        model.addAttribute("longest", CaseExports.LONGEST_NOTE);
        return "case-export";
    }

    @OpenToAuditors("封緘ファイルの作成: nothing of the case is changed by it")
    @PostMapping("/cases/{id}/export")
    String begin(
            @PathVariable String id,
            @RequestParam(required = false) String reason,
            @RequestParam(required = false) String note,
            @RequestParam(defaultValue = "false") boolean concealed,
            RedirectAttributes flash) {
        exports.begin(required(cases, id).id(), reason, note, concealed);
        flash.addFlashAttribute("said", "export.begun");
        return "redirect:/cases/" + id + "/export";
    }

    @GetMapping("/cases/{id}/export/{export}")
    ResponseEntity<Resource> file(@PathVariable String id, @PathVariable String export) {
        return fetched(exports.file(required(cases, id).id(), export(export)));
    }

    @GetMapping("/trail/chain/key")
    ResponseEntity<byte[]> key() {
        return key(exports.publicKey());
    }

    private static CaseFile required(Cases cases, String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    private static UUID export(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("封緘ファイル"));
    }

    private static ResponseEntity<Resource> fetched(CaseExports.Made made) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("application/zip"))
                .contentLength(made.size())
                .cacheControl(CacheControl.noStore())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(made.name())
                                .build()
                                .toString())
                .body(new FileSystemResource(made.path()));
    }

    private static ResponseEntity<byte[]> key(String pem) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("application/x-pem-file"))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("anchor-key.pub.pem")
                                .build()
                                .toString())
                .body(pem.getBytes(StandardCharsets.US_ASCII));
    }

    @RestController
    @Tag(name = "cases")
    static class Api {

        private final Cases cases;
        private final CaseExports exports;

        Api(Cases cases, CaseExports exports) {
            this.cases = cases;
            this.exports = exports;
        }

        /**
         * @param note in words; required for the reason {@code other}
         * @param concealed with the addresses that are kept from others
         */
        record Asked(String reason, String note, boolean concealed) {}

        @GetMapping("/api/v1/cases/{id}/exports")
        @Operation(summary = "支援ケースの封緘ファイルの一覧：いつ、だれが、なぜ出力したか、いまどの段階か（監査担当者）")
        List<CaseExports.Export> all(@PathVariable String id) {
            return exports.of(required(cases, id).id());
        }

        @OpenToAuditors("封緘ファイルの作成: nothing of the case is changed by it")
        @PostMapping("/api/v1/cases/{id}/exports")
        @ResponseStatus(HttpStatus.ACCEPTED)
        @Operation(
                summary = "支援ケースを封緘ファイルとして出力し始める（監査担当者）",
                description =
                        "reason は audit・disclosure・objection・inquiry・other。concealed を true にすると、非開示の住所とそれを書いた様式も入る。state が ready になれば受け取れる。")
        Map<String, UUID> begin(@PathVariable String id, @RequestBody Asked asked) {
            return Map.of(
                    "id", exports.begin(required(cases, id).id(), asked.reason(), asked.note(), asked.concealed()));
        }

        @GetMapping("/api/v1/cases/{id}/exports/{export}/file")
        @Operation(summary = "作成した封緘ファイル（ZIP）を受け取る（作成した監査担当者）")
        ResponseEntity<Resource> file(@PathVariable String id, @PathVariable String export) {
            return fetched(exports.file(required(cases, id).id(), ExportPages.export(export)));
        }

        @GetMapping("/api/v1/trail/key")
        @Operation(summary = "アンカーと封緘ファイルを検証する公開鍵（監査担当者、システム管理者）")
        ResponseEntity<byte[]> key() {
            return ExportPages.key(exports.publicKey());
        }
    }
}
