package jp.kasane.staff.web;

import java.util.Map;
import java.util.UUID;
import jp.kasane.calendar.SettingChanges;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.staff.Staff;
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
@RequestMapping("/settings/people")
class PeoplePages {

    private final Staff staff;
    private final Agencies agencies;
    private final SettingChanges changes;

    PeoplePages(Staff staff, Agencies agencies, SettingChanges changes) {
        this.staff = staff;
        this.agencies = agencies;
        this.changes = changes;
    }

    @GetMapping
    ModelAndView all() {
        return all(Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping
    Object add(@RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            var id = staff.add(
                    new Staff.NewPerson(typed.get("login"), typed.get("name"), typed.get("password"), post(typed)));
            flash.addFlashAttribute("said", "people.added");
            return "redirect:/settings/people/" + id;
        } catch (Refusal.Invalid invalid) {
            return all(typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
    }

    @GetMapping("/{id}")
    ModelAndView one(@PathVariable String id) {
        return one(PeopleApi.parse(id), Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/{id}/posts")
    Object appoint(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        return done(id, typed, flash, "people.appointed", person -> staff.appoint(person, post(typed)));
    }

    @PostMapping("/{id}/posts/{post}/end")
    Object end(
            @PathVariable String id,
            @PathVariable String post,
            @RequestParam Map<String, String> typed,
            RedirectAttributes flash) {
        return done(
                id, typed, flash, "people.ended", person -> staff.end(person, PeopleApi.parse(post), typed.get("to")));
    }

    @PostMapping("/{id}/posts/{post}/take-back")
    Object takeBack(@PathVariable String id, @PathVariable String post, RedirectAttributes flash) {
        return done(id, Map.of(), flash, "people.takenBack", person -> staff.takeBack(person, PeopleApi.parse(post)));
    }

    @PostMapping("/{id}/deactivate")
    Object deactivate(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        return done(
                id, typed, flash, "people.deactivated", person -> staff.deactivate(person, typed.containsKey("sure")));
    }

    @PostMapping("/{id}/reactivate")
    Object reactivate(@PathVariable String id, RedirectAttributes flash) {
        return done(id, Map.of(), flash, "people.reactivated", staff::reactivate);
    }

    private interface Doing {
        void with(UUID person);
    }

    private Object done(String id, Map<String, String> typed, RedirectAttributes flash, String said, Doing doing) {
        var person = PeopleApi.parse(id);
        try {
            doing.with(person);
        } catch (Refusal.Invalid invalid) {
            return one(person, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        } catch (Refusal.Conflict conflict) {
            return one(person, typed, Map.of("handover", conflict.getMessage()), HttpStatus.CONFLICT);
        }
        flash.addFlashAttribute("said", said);
        return "redirect:/settings/people/" + person;
    }

    private static Staff.NewPost post(Map<String, String> typed) {
        return new Staff.NewPost(typed.get("role"), typed.get("agency"), typed.get("from"), typed.get("to"));
    }

    private ModelAndView all(Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = page("settings-people", typed, errors, status);
        page.addObject("people", staff.all());
        return page;
    }

    private ModelAndView one(UUID id, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = page("settings-person", typed, errors, status);
        page.addObject("person", staff.required(id));
        return page;
    }

    private ModelAndView page(String name, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView(name, status);
        page.addObject("agencies", agencies.all());
        page.addObject("roles", Staff.ROLES);
        page.addObject("mayChange", changes.mayChange());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }
}
