package jp.kasane.migration.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import jp.kasane.foundation.Refusal;
import jp.kasane.migration.CaseImport;
import jp.kasane.migration.CaseImports;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.ModelAndView;

@Controller
@RequestMapping("/settings/case-import")
class CaseImportPages {

    private static final int MOST_READ = 11 * 1024 * 1024;

    private final CaseImports imports;

    CaseImportPages(CaseImports imports) {
        this.imports = imports;
    }

    @GetMapping
    ModelAndView blank() {
        imports.requireImporter();
        return new ModelAndView("case-import");
    }

    /** The button pressed says whether it is only tried. */
    @PostMapping
    ModelAndView take(@RequestParam(required = false) MultipartFile file, @RequestParam(required = false) String now)
            throws IOException {
        var page = new ModelAndView("case-import");
        try {
            var result = imports.take(
                    file == null || file.getOriginalFilename() == null ? "" : file.getOriginalFilename(),
                    file == null ? new byte[0] : file.getBytes(),
                    now == null);
            page.addObject("result", result);
            page.setStatus(result.mistakes().isEmpty() ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Invalid invalid) {
            page.addObject("problem", invalid.getMessage());
            page.setStatus(HttpStatus.UNPROCESSABLE_ENTITY);
        }
        return page;
    }

    @RestController
    @RequestMapping("/api/v1/case-imports")
    @Tag(name = "cases")
    static class Api {

        private final CaseImports imports;

        Api(CaseImports imports) {
            this.imports = imports;
        }

        @PostMapping(consumes = MediaType.APPLICATION_OCTET_STREAM_VALUE)
        @Operation(
                summary = "導入前からのケースを取り込む（CSV か .xlsx。管理職）",
                description = "dryRun=true（既定）では何も書き込みません。誤りが一つでもあれば取り込みません（422、行と項目ごと）。")
        ResponseEntity<CaseImport> take(
                @RequestParam(defaultValue = "") String fileName,
                @RequestParam(defaultValue = "true") boolean dryRun,
                InputStream file)
                throws IOException {
            var result = imports.take(fileName, file.readNBytes(MOST_READ), dryRun);
            return ResponseEntity.status(result.mistakes().isEmpty() ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_ENTITY)
                    .body(result);
        }
    }
}
