package jp.kasane.calendar.web;

import java.util.List;
import java.util.Map;
import jp.kasane.calendar.CalendarSettings;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Ids;
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

/** What was typed stays on the page when it cannot be accepted, with a sentence at its field. */
@Controller
@RequestMapping("/settings/calendar")
class CalendarPages {

    private final CalendarSettings settings;
    private final SettingChanges changes;

    CalendarPages(CalendarSettings settings, SettingChanges changes) {
        this.settings = settings;
        this.changes = changes;
    }

    @GetMapping
    String page(Model model) {
        show(model.asMap()).forEach(model::addAttribute);
        return "settings-calendar";
    }

    @PostMapping("/week")
    Object week(@RequestParam(name = "closed", required = false) List<Integer> closed, RedirectAttributes flash) {
        var days = closed == null ? List.<Integer>of() : closed;
        return done(() -> settings.closeWeekdays(days), Map.of(), flash);
    }

    @PostMapping("/closures")
    Object closure(
            @RequestParam(defaultValue = "") String closureName,
            @RequestParam(defaultValue = "") String closureFrom,
            @RequestParam(defaultValue = "") String closureTo,
            RedirectAttributes flash) {
        return done(
                () -> settings.addClosure(closureName, closureFrom, closureTo),
                Map.of("closureName", closureName, "closureFrom", closureFrom, "closureTo", closureTo),
                flash);
    }

    @PostMapping("/closures/{id}/remove")
    Object removeClosure(@PathVariable String id, RedirectAttributes flash) {
        var closure = Ids.parse(id).orElseThrow(() -> new Refusal.NotFound(changes.word("calendar.closure")));
        return done(() -> settings.removeClosure(closure), Map.of(), flash);
    }

    @PostMapping("/days")
    Object day(
            @RequestParam(defaultValue = "") String dayDate,
            @RequestParam(defaultValue = "") String dayName,
            @RequestParam(defaultValue = "false") String dayOpen,
            RedirectAttributes flash) {
        return done(
                () -> settings.decideDay(dayDate, dayOpen.equals("true"), dayName),
                Map.of("dayDate", dayDate, "dayName", dayName, "dayOpen", dayOpen),
                flash);
    }

    @PostMapping("/days/{date}/remove")
    Object removeDay(@PathVariable String date, RedirectAttributes flash) {
        return done(() -> settings.removeDay(date), Map.of(), flash);
    }

    private Object done(Runnable change, Map<String, String> typed, RedirectAttributes flash) {
        try {
            change.run();
        } catch (Refusal.Invalid invalid) {
            var page = new ModelAndView("settings-calendar", HttpStatus.UNPROCESSABLE_ENTITY);
            page.addAllObjects(show(Map.of("typed", typed, "errors", invalid.sentences())));
            return page;
        }
        flash.addFlashAttribute("said", "rules.saved");
        return "redirect:/settings/calendar";
    }

    private Map<String, Object> show(Map<String, Object> given) {
        var model = new java.util.HashMap<String, Object>();
        model.put("typed", given.getOrDefault("typed", Map.of()));
        model.put("errors", given.getOrDefault("errors", Map.of()));
        model.put("calendar", settings.read());
        model.put("changes", changes.list("calendar", null, 50));
        return model;
    }
}
