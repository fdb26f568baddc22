package jp.kasane.erasure.web;

import java.util.Map;
import java.util.UUID;
import jp.kasane.erasure.Erasures;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/settings/erasures")
class ErasurePages {

    private final Erasures erasures;

    ErasurePages(Erasures erasures) {
        this.erasures = erasures;
    }

    @GetMapping
    ModelAndView all() {
        return page(Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping
    Object propose(@RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            erasures.propose(new Erasures.Proposal(
                    Ids.parse(typed.get("caseId")).orElse(null), typed.get("basis"), typed.get("reference")));
        } catch (Refusal.Invalid invalid) {
            return page(typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "erasure.said.proposed");
        return "redirect:/settings/erasures";
    }

    @PostMapping("/{id}/withdraw")
    String withdraw(@PathVariable String id, RedirectAttributes flash) {
        erasures.withdraw(parse(id));
        flash.addFlashAttribute("said", "erasure.said.withdrawn");
        return "redirect:/settings/erasures";
    }

    @PostMapping("/{id}/carry-out")
    Object carryOut(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            erasures.carryOut(parse(id), typed.get("number-" + id));
        } catch (Refusal.Invalid invalid) {
            var sentences = Map.of("number-" + id, invalid.sentences().get("number"));
            return page(
                    Map.of("number-" + id, typed.getOrDefault("number-" + id, "")),
                    sentences,
                    HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "erasure.said.done");
        return "redirect:/settings/erasures";
    }

    private ModelAndView page(Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("settings-erasures", status);
        page.addObject("erasures", erasures.all());
        page.addObject("closed", erasures.closed());
        page.addObject("keepYears", erasures.keepYears());
        page.addObject("may", erasures.mayErase());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("消去の起案"));
    }
}
