package jp.kasane.deadline.web;

import java.util.Map;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.deadline.DeadlinePolicies;
import jp.kasane.deadline.DeadlinePolicy;
import jp.kasane.foundation.Refusal;
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

/** A table of all steps, and a page per step to change it. What was typed stays when it cannot be accepted. */
@Controller
@RequestMapping("/settings/deadlines")
class DeadlinePages {

    private final DeadlinePolicies policies;
    private final SettingChanges changes;

    DeadlinePages(DeadlinePolicies policies, SettingChanges changes) {
        this.policies = policies;
        this.changes = changes;
    }

    @GetMapping
    String all(Model model) {
        var rows = policies.list();
        model.addAttribute(
                "ofTasks",
                rows.stream().filter(row -> !row.step().startsWith("Watch_")).toList());
        model.addAttribute(
                "watches",
                rows.stream().filter(row -> row.step().startsWith("Watch_")).toList());
        model.addAttribute("changes", changes.list("deadline", null, 50));
        model.addAttribute("mayChange", changes.mayChange());
        return "settings-deadlines";
    }

    @GetMapping("/{step}")
    String one(@PathVariable String step, Model model) {
        changes.requireChanger();
        var row = policies.one(step);
        page(row, entered(row.policy()), Map.of()).forEach(model::addAttribute);
        return "settings-deadline";
    }

    @PostMapping("/{step}")
    Object save(
            @PathVariable String step,
            @RequestParam(defaultValue = "false") boolean active,
            @RequestParam(defaultValue = "") String dueDays,
            @RequestParam(defaultValue = "") String unit,
            @RequestParam(defaultValue = "") String remindDays,
            @RequestParam(defaultValue = "") String leadDays,
            @RequestParam(defaultValue = "") String escalateDays,
            RedirectAttributes flash) {
        var entered = new DeadlinePolicies.Entered(active, dueDays, unit, remindDays, leadDays, escalateDays);
        try {
            policies.save(step, entered);
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("settings-deadline", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(page(policies.one(step), entered, invalid.sentences()));
            return page;
        }
        flash.addFlashAttribute("said", "rules.saved");
        return "redirect:/settings/deadlines#" + step;
    }

    private Map<String, Object> page(
            DeadlinePolicies.Row row, DeadlinePolicies.Entered entered, Map<String, String> errors) {
        return Map.of(
                "row", row, "entered", entered, "errors", errors, "changes", changes.list("deadline", row.step(), 50));
    }

    private static DeadlinePolicies.Entered entered(DeadlinePolicy policy) {
        return policy == null
                ? new DeadlinePolicies.Entered(true, "", "calendar", "", "0", "")
                : new DeadlinePolicies.Entered(
                        policy.active(),
                        "" + policy.dueDays(),
                        policy.unit(),
                        "" + policy.remindDays(),
                        "" + policy.leadDays(),
                        "" + policy.escalateDays());
    }
}
