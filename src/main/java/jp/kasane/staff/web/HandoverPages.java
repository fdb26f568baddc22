package jp.kasane.staff.web;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.Acting;
import jp.kasane.foundation.Refusal;
import jp.kasane.staff.Handovers;
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
@RequestMapping("/handovers")
class HandoverPages {

    private final Handovers handovers;

    HandoverPages(Handovers handovers) {
        this.handovers = handovers;
    }

    @GetMapping
    ModelAndView list() {
        var page = new ModelAndView("handovers");
        page.addObject("handovers", handovers.list());
        page.addObject("leavers", handovers.leavers());
        return page;
    }

    @GetMapping("/new")
    ModelAndView blank(@RequestParam(required = false) String person) {
        var whose = person == null ? Acting.required().id() : PeopleApi.parse(person);
        return page(whose, null, Map.of("personId", whose.toString()), Map.of(), HttpStatus.OK);
    }

    @PostMapping
    Object prepare(@RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var whose = PeopleApi.parse(typed.get("personId"));
        try {
            var id = handovers.prepare(entered(typed));
            flash.addFlashAttribute("said", "handover.prepared");
            return "redirect:/handovers/" + id;
        } catch (Refusal.Invalid invalid) {
            return page(whose, null, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict conflict) {
            return page(whose, null, typed, Map.of("toId", conflict.getMessage()), HttpStatus.CONFLICT);
        }
    }

    @GetMapping("/{id}")
    ModelAndView one(@PathVariable String id) {
        var handover = handovers.required(HandoverApi.parse(id));
        return page(handover.fromId(), handover, Map.of(), Map.of(), HttpStatus.OK);
    }

    /** The button pressed says whether it is only kept, or carried out as it now stands. */
    @PostMapping("/{id}")
    Object change(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var handover = handovers.required(HandoverApi.parse(id));
        try {
            handovers.change(handover.id(), entered(typed));
        } catch (Refusal.Invalid invalid) {
            return page(handover.fromId(), handover, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        if (typed.containsKey("now")) {
            handovers.carryOut(handover.id());
            flash.addFlashAttribute("said", "handover.carriedOut");
        } else {
            flash.addFlashAttribute("said", "handover.kept");
        }
        return "redirect:/handovers/" + handover.id();
    }

    @PostMapping("/{id}/withdraw")
    String withdraw(@PathVariable String id, RedirectAttributes flash) {
        handovers.withdraw(HandoverApi.parse(id));
        flash.addFlashAttribute("said", "handover.withdrawn");
        return "redirect:/handovers";
    }

    private static Handovers.Entered entered(Map<String, String> typed) {
        var notes = new LinkedHashMap<String, String>();
        typed.forEach((name, text) -> {
            if (name.startsWith("note-")) {
                notes.put(name.substring("note-".length()), text);
            }
        });
        return new Handovers.Entered(typed.get("personId"), typed.get("toId"), typed.get("effectiveOn"), notes);
    }

    private ModelAndView page(
            UUID whose,
            Handovers.Handover handover,
            Map<String, String> typed,
            Map<String, String> errors,
            HttpStatus status) {
        var page = new ModelAndView("handover", status);
        boolean draft = handover == null || handover.mayChange();
        page.addObject("handover", handover);
        page.addObject("personId", whose);
        page.addObject("name", handovers.nameOf(whose));
        page.addObject("draft", draft);
        page.addObject("work", draft ? handovers.work(whose, handover == null ? null : handover.id()) : null);
        page.addObject("successors", draft ? handovers.successors(whose) : null);
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }
}
