package jp.kasane.community.web;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import jp.kasane.community.Resources;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The list of 社会資源, and a page to add one or to change it. What was typed stays when it cannot be accepted. */
@Controller
@RequestMapping("/resources")
class ResourcePages {

    private final Resources resources;
    private final Agencies agencies;

    ResourcePages(Resources resources, Agencies agencies) {
        this.resources = resources;
        this.agencies = agencies;
    }

    @GetMapping
    String all(Model model) {
        model.addAttribute("resources", resources.list());
        model.addAttribute("mayChange", Resources.mayChange());
        return "resources";
    }

    @GetMapping("/new")
    ModelAndView fresh() {
        return page("new", Resources.Entered.empty(), Map.of(), HttpStatus.OK);
    }

    @GetMapping("/{id}")
    ModelAndView one(@PathVariable String id) {
        return page(id, Resources.Entered.of(resources.one(known(id))), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/{id}")
    Object save(
            @PathVariable String id,
            @RequestParam Map<String, String> typed,
            @RequestParam(required = false) List<String> accepts,
            RedirectAttributes flash) {
        var entered = new Resources.Entered(
                typed.get("name"),
                typed.get("kind"),
                typed.get("agency"),
                accepts,
                typed.get("tasks"),
                typed.get("hours"),
                typed.get("place"),
                typed.get("contact"),
                typed.get("surveyedOn"),
                "true".equals(typed.get("active")));
        try {
            resources.save(id.equals("new") ? null : known(id), entered);
        } catch (Refusal.Invalid invalid) {
            return page(id, entered, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "rules.saved");
        return "redirect:/resources";
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("社会資源"));
    }

    private ModelAndView page(String id, Resources.Entered entered, Map<String, String> errors, HttpStatus status) {
        if (!Resources.mayChange()) {
            throw new Refusal.Forbidden("社会資源の一覧を変えられるのは、伴走の担当と所管課だけです。");
        }
        var page = new ModelAndView("resource", status);
        page.addAllObjects(Map.of("id", id, "entered", entered, "errors", errors, "agencies", agencies.all()));
        return page;
    }
}
