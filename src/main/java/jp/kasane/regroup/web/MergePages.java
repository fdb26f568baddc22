package jp.kasane.regroup.web;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.casefile.Cases;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.JapaneseTime;
import jp.kasane.foundation.Refusal;
import jp.kasane.regroup.MergeSheet;
import jp.kasane.regroup.Merges;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The case in the address is the one that ends; which one stays is chosen first, then looked at, then confirmed. */
@Controller
@RequestMapping("/cases/{id}/merge")
class MergePages {

    private final Merges merges;
    private final Cases cases;
    private final Clock clock;

    MergePages(Merges merges, Cases cases, Clock clock) {
        this.clock = clock;
        this.merges = merges;
        this.cases = cases;
    }

    @GetMapping
    ModelAndView look(@PathVariable String id, @RequestParam(required = false) String into) {
        var caseId = parse(id);
        if (into == null || into.isBlank()) {
            return choose(caseId, into, null, HttpStatus.OK);
        }
        UUID stays;
        try {
            stays = merges.named(into);
        } catch (Refusal.NotFound none) {
            return choose(caseId, into, none.getMessage(), HttpStatus.NOT_FOUND);
        }
        var today = JapaneseTime.dayOf(clock.instant()).toString();
        return page(merges.sheet(caseId, stays, null), Map.of("on", today), Map.of(), null, HttpStatus.OK);
    }

    /** One button reads the page anew with the people as they were paired, the other one merges. */
    @PostMapping
    Object merge(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        var caseId = parse(id);
        var into = merges.named(typed.get("into"));
        if (typed.containsKey("again")) {
            return page(merges.sheet(caseId, into, chosen(typed)), typed, Map.of(), null, HttpStatus.OK);
        }
        try {
            merges.merge(caseId, entered(into, typed));
        } catch (Refusal.Invalid invalid) {
            return page(
                    merges.sheet(caseId, into, chosen(typed)),
                    typed,
                    invalid.sentences(),
                    null,
                    HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict conflict) {
            return page(
                    merges.sheet(caseId, into, chosen(typed)),
                    typed,
                    Map.of(),
                    conflict.getMessage(),
                    HttpStatus.CONFLICT);
        }
        flash.addFlashAttribute("said", "merge.done");
        return "redirect:/cases/" + into;
    }

    private static MergeSheet.Entered entered(UUID into, Map<String, String> typed) {
        var people = new ArrayList<MergeSheet.Pair>();
        typed.forEach((name, value) -> {
            if (name.startsWith("same-")) {
                var member = name.substring("same-".length());
                var values = new HashMap<String, String>();
                var prefix = "value-" + member + "-";
                typed.forEach((field, whose) -> {
                    if (field.startsWith(prefix)) {
                        values.put(field.substring(prefix.length()), whose);
                    }
                });
                people.add(new MergeSheet.Pair(member, value, values));
            }
        });
        return new MergeSheet.Entered(
                into.toString(), typed.get("on"), typed.get("reason"), typed.get("next"), List.copyOf(people));
    }

    private static Map<UUID, UUID> chosen(Map<String, String> typed) {
        var chosen = new HashMap<UUID, UUID>();
        typed.forEach((name, value) -> {
            if (name.startsWith("same-")) {
                Ids.parse(name.substring("same-".length()))
                        .ifPresent(member -> Ids.parse(value).ifPresent(same -> chosen.put(member, same)));
            }
        });
        return chosen;
    }

    private ModelAndView choose(UUID caseId, String typed, String problem, HttpStatus status) {
        merges.requireMerger();
        var page = new ModelAndView("case-merge-choose", status);
        page.addObject("file", cases.required(caseId));
        page.addObject("candidates", merges.candidates(caseId));
        page.addObject("typed", typed);
        page.addObject("problem", problem);
        return page;
    }

    private static ModelAndView page(
            MergeSheet sheet,
            Map<String, String> typed,
            Map<String, String> errors,
            String problem,
            HttpStatus status) {
        var page = new ModelAndView("case-merge", status);
        page.addObject("file", sheet.ends());
        page.addObject("sheet", sheet);
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        page.addObject("problem", problem);
        return page;
    }

    static UUID parse(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("ケース"));
    }
}
