package jp.kasane.emergency.web;

import java.util.Map;
import java.util.UUID;
import jp.kasane.emergency.EmergencyAccess;
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
@RequestMapping("/emergency-accesses")
class EmergencyPages {

    private final EmergencyAccess emergency;

    EmergencyPages(EmergencyAccess emergency) {
        this.emergency = emergency;
    }

    @GetMapping
    ModelAndView all() {
        return page(Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping
    Object open(@RequestParam Map<String, String> typed) {
        try {
            return "redirect:/cases/"
                    + emergency.open(
                            new EmergencyAccess.Wanted(typed.get("number"), typed.get("reason"), typed.get("note")));
        } catch (Refusal.Invalid invalid) {
            return page(typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.NotFound none) {
            return page(typed, Map.of("number", none.getMessage()), HttpStatus.NOT_FOUND);
        } catch (Refusal.Conflict seen) {
            return page(typed, Map.of("number", seen.getMessage()), HttpStatus.CONFLICT);
        }
    }

    @PostMapping("/{id}/end")
    String end(@PathVariable String id, RedirectAttributes flash) {
        emergency.end(parse(id));
        flash.addFlashAttribute("said", "emergency.said.ended");
        return "redirect:/emergency-accesses";
    }

    @PostMapping("/{id}/confirm")
    Object confirm(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            emergency.confirm(parse(id), new EmergencyAccess.Judged(typed.get("verdict"), typed.get("verdictNote")));
        } catch (Refusal.Invalid invalid) {
            return page(typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "emergency.said.confirmed");
        return "redirect:/emergency-accesses";
    }

    private ModelAndView page(Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("emergency-accesses", status);
        page.addObject("accesses", emergency.all());
        page.addObject("hours", emergency.hours());
        page.addObject("mayOpen", emergency.mayOpen());
        page.addObject("mayConfirm", emergency.mayConfirm());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("緊急閲覧"));
    }
}
