package jp.kasane.meeting.web;

import java.util.List;
import java.util.Map;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Refusal;
import jp.kasane.meeting.MeetingBodies;
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

/** A list of the bodies, and a page to add one or to change it. What was typed stays when it cannot be accepted. */
@Controller
@RequestMapping("/settings/meetings")
class MeetingBodyPages {

    /** Stands in the address of a body that is not there yet; no code may be this. */
    private static final String NEW = "_new";

    private final MeetingBodies bodies;
    private final SettingChanges changes;

    MeetingBodyPages(MeetingBodies bodies, SettingChanges changes) {
        this.bodies = bodies;
        this.changes = changes;
    }

    @GetMapping
    String all(Model model) {
        changes.requireReader();
        model.addAttribute("bodies", bodies.list());
        model.addAttribute("changes", changes.list("meeting-body", null, 50));
        model.addAttribute("mayChange", changes.mayChange());
        return "settings-meetings";
    }

    @GetMapping("/{code}")
    String one(@PathVariable String code, Model model) {
        changes.requireChanger();
        page(
                        code,
                        code.equals(NEW) ? MeetingBodies.Entered.empty() : MeetingBodies.Entered.of(bodies.one(code)),
                        Map.of())
                .forEach(model::addAttribute);
        return "settings-meeting";
    }

    @PostMapping("/{code}")
    Object save(
            @PathVariable String code,
            @RequestParam Map<String, String> typed,
            @RequestParam(required = false) List<String> kinds,
            @RequestParam(required = false) List<Integer> nths,
            @RequestParam(required = false) List<Integer> months,
            RedirectAttributes flash) {
        var entered = new MeetingBodies.Entered(
                code.equals(NEW) ? typed.get("code") : code,
                typed.get("name"),
                kinds,
                typed.get("rhythm"),
                typed.get("every"),
                typed.get("countsFrom"),
                typed.get("weekday"),
                nths,
                months,
                typed.get("starts"),
                typed.get("place"),
                typed.get("cutoffDays"),
                typed.get("cutoffUnit"),
                typed.get("closedDay"),
                typed.get("quorum"),
                "true".equals(typed.get("heldWithoutCases")),
                "true".equals(typed.get("active")));
        try {
            bodies.save(entered, code.equals(NEW));
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("settings-meeting", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(page(code, entered, invalid.sentences()));
            return page;
        }
        flash.addFlashAttribute("said", "rules.saved");
        return "redirect:/settings/meetings";
    }

    private Map<String, Object> page(String code, MeetingBodies.Entered entered, Map<String, String> errors) {
        return Map.of("code", code, "fresh", code.equals(NEW), "entered", entered, "errors", errors);
    }
}
