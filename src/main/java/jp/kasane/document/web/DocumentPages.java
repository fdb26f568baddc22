package jp.kasane.document.web;

import java.io.IOException;
import java.util.Map;
import jp.kasane.casefile.CaseFile;
import jp.kasane.casefile.Cases;
import jp.kasane.document.DocumentSettings;
import jp.kasane.document.Documents;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class DocumentPages {

    private final Documents documents;
    private final Cases cases;
    private final DocumentSettings settings;

    DocumentPages(Documents documents, Cases cases, DocumentSettings settings) {
        this.documents = documents;
        this.cases = cases;
        this.settings = settings;
    }

    private CaseFile known(String id) {
        return Ids.parse(id).flatMap(cases::find).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }

    @GetMapping("/cases/{id}/documents")
    ModelAndView list(@PathVariable String id) {
        return list(known(id), "", Map.of(), HttpStatus.OK);
    }

    @PostMapping("/cases/{id}/documents")
    Object add(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String title,
            @RequestParam(required = false) MultipartFile file,
            RedirectAttributes flash)
            throws IOException {
        var ofCase = known(id);
        try {
            documents.add(
                    ofCase.id(),
                    title,
                    file == null ? "" : file.getOriginalFilename(),
                    file == null ? new byte[0] : file.getBytes());
        } catch (Refusal.Invalid invalid) {
            return list(ofCase, title, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "documents.added");
        return "redirect:/cases/" + ofCase.id() + "/documents";
    }

    @PostMapping("/cases/{id}/documents/{document}/void")
    Object voidIt(
            @PathVariable String id,
            @PathVariable String document,
            @RequestParam(required = false) String reason,
            RedirectAttributes flash) {
        var ofCase = known(id);
        try {
            documents.voidIt(Ids.parse(document).orElseThrow(() -> new Refusal.NotFound("書類")), reason);
        } catch (Refusal.Invalid invalid) {
            return list(ofCase, "", invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "documents.voided");
        return "redirect:/cases/" + ofCase.id() + "/documents";
    }

    private ModelAndView list(CaseFile file, String title, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("case-documents", status);
        page.addObject("file", file);
        page.addObject("documents", documents.of(file.id()));
        page.addObject("mayAdd", documents.mayAdd(file.id()));
        page.addObject("settings", settings);
        page.addObject("named", title);
        page.addObject("errors", errors);
        return page;
    }
}
