package jp.kasane.model.web;

import java.io.IOException;
import java.util.Map;
import jp.kasane.engine.RunningDiagrams;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.Drafts;
import jp.kasane.model.DryRuns;
import jp.kasane.model.Releases;
import jp.kasane.model.Versions;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/models")
class ModelPages {

    private final Drafts drafts;
    private final Releases releases;
    private final DryRuns dryRuns;
    private final Versions versions;
    private final RunningDiagrams running;
    private final FindingSentences sentences;

    ModelPages(
            Drafts drafts,
            Releases releases,
            DryRuns dryRuns,
            Versions versions,
            RunningDiagrams running,
            FindingSentences sentences) {
        this.drafts = drafts;
        this.releases = releases;
        this.dryRuns = dryRuns;
        this.versions = versions;
        this.running = running;
        this.sentences = sentences;
    }

    /**
     * @param fresh {@code form} opens the fields for a new form
     * @param id what its id is to be
     */
    @GetMapping
    ModelAndView all(
            @RequestParam(name = "new", defaultValue = "") String fresh, @RequestParam(defaultValue = "") String id) {
        var page = page(Map.of(), HttpStatus.OK);
        return fresh.equals("form") ? page.addObject("entered", Map.of("formId", id, "title", "")) : page;
    }

    @PostMapping("/drafts")
    String begin(
            @RequestParam(defaultValue = "") String processId,
            @RequestParam(required = false) String formId,
            @RequestParam(required = false) String decisionId,
            @RequestParam(required = false) String version) {
        var begun = new ModelApi.Begun(processId, formId, decisionId, version);
        var id = version == null
                ? drafts.begin(begun.kind(), begun.id())
                : versions.beginDraft(begun.kind(), begun.id(), version);
        return "redirect:/models/drafts/" + id;
    }

    @PostMapping("/forms")
    Object beginNewForm(@RequestParam(defaultValue = "") String formId, @RequestParam(defaultValue = "") String title) {
        try {
            return "redirect:/models/drafts/" + drafts.beginNewForm(formId, title);
        } catch (Refusal.Invalid invalid) {
            return page(invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY)
                    .addObject("entered", Map.of("formId", formId, "title", title));
        }
    }

    @PostMapping("/imports")
    Object upload(@RequestParam(required = false) MultipartFile file) throws IOException {
        try {
            return "redirect:/models/drafts/"
                    + drafts.upload(
                            file == null ? "" : file.getOriginalFilename(),
                            file == null ? new byte[0] : file.getBytes());
        } catch (Refusal.Invalid invalid) {
            return page(invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
    }

    @GetMapping("/drafts/{id}")
    String one(@PathVariable String id, Model model) {
        var draft = drafts.one(ModelApi.known(id));
        model.addAttribute("draft", draft);
        model.addAttribute("findings", sentences.of(drafts.findings(draft.id())));
        model.addAttribute("lastRun", dryRuns.last(draft.id()).orElse(null));
        model.addAttribute("may", drafts.mayEdit());
        return "model-draft";
    }

    @PostMapping("/drafts/{id}/discard")
    String discard(@PathVariable String id, RedirectAttributes flash) {
        drafts.discard(ModelApi.known(id));
        flash.addFlashAttribute("said", "model.said.discarded");
        return "redirect:/models";
    }

    private ModelAndView page(Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("models", status);
        page.addObject("drafts", drafts.all());
        page.addObject("inForce", running.inForce());
        page.addObject("forms", drafts.forms());
        page.addObject("tables", drafts.tables());
        page.addObject("own", releases.own());
        page.addObject("may", drafts.mayEdit());
        page.addObject("errors", errors);
        return page;
    }
}
