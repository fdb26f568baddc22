package jp.kasane.task.web;

import jp.kasane.form.Forms;
import jp.kasane.foundation.Refusal;
import jp.kasane.task.Corrections;
import jp.kasane.task.People;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What was recorded, with its versions, and the forms to correct and to void it. */
@Controller
class SubmissionPages {

    private final Corrections corrections;
    private final Forms forms;
    private final People people;

    SubmissionPages(Corrections corrections, Forms forms, People people) {
        this.corrections = corrections;
        this.forms = forms;
        this.people = people;
    }

    @GetMapping("/submissions/{id}")
    String one(@PathVariable String id, Model model) {
        show(id, model);
        return "submission";
    }

    @GetMapping("/submissions/{id}/correction")
    String correction(@PathVariable String id, Model model) {
        show(id, model);
        model.addAttribute("colleagues", people.colleagues());
        return "submission-correction";
    }

    /** What cannot be voided is told on the same page, and what was typed stays. */
    @PostMapping("/submissions/{id}/void")
    String voidIt(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "false") boolean changePath,
            Model model,
            RedirectAttributes flash) {
        try {
            corrections.voidIt(SubmissionApi.id(id), reason, changePath);
        } catch (Refusal.Conflict | Refusal.Invalid refused) {
            show(id, model);
            model.addAttribute("refusedVoid", refused.getMessage());
            model.addAttribute("reason", reason);
            model.addAttribute("changePath", changePath);
            return "submission";
        }
        flash.addFlashAttribute("said", "said.voided");
        return "redirect:/submissions/" + id;
    }

    private void show(String id, Model model) {
        var sheet = corrections.sheet(SubmissionApi.id(id));
        model.addAttribute("sheet", sheet);
        model.addAttribute(
                "difference",
                corrections.difference(sheet, LocaleContextHolder.getLocale()).orElse(null));
        model.addAttribute("formJson", forms.write(sheet.form()));
        model.addAttribute("dataJson", forms.write(sheet.data()));
        model.addAttribute(
                "back",
                sheet.caseId() != null
                        ? "/cases/" + sheet.caseId()
                        : sheet.consultationId() != null
                                ? "/consultations/" + sheet.consultationId()
                                : "/matters/" + sheet.matterId());
    }
}
