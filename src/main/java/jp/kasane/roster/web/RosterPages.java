package jp.kasane.roster.web;

import java.io.IOException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import jp.kasane.casefile.Timeline;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.roster.RosterImports;
import jp.kasane.roster.Rosters;
import jp.kasane.table.CsvDownload;
import jp.kasane.task.Tasks;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/rosters")
class RosterPages {

    /** A page that lists more is read by nobody; the file has them all. */
    private static final int MOST_MISTAKES = 300;

    private final Rosters rosters;
    private final RosterImports imports;
    private final Timeline timeline;
    private final Tasks tasks;
    private final MessageSource messages;

    RosterPages(Rosters rosters, RosterImports imports, Timeline timeline, Tasks tasks, MessageSource messages) {
        this.rosters = rosters;
        this.imports = imports;
        this.timeline = timeline;
        this.tasks = tasks;
        this.messages = messages;
    }

    // ── lists ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping
    ModelAndView all() {
        return all(Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping
    Object begin(@RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            var id = rosters.begin(new Rosters.Entered(typed.get("name"), typed.get("purpose"), typed.get("agency")));
            flash.addFlashAttribute("said", "rosters.begun");
            return "redirect:/rosters/" + id;
        } catch (Refusal.Invalid invalid) {
            return all(typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
    }

    private ModelAndView all(Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("rosters", status);
        page.addObject("rosters", rosters.list());
        page.addObject("keepers", rosters.keepers());
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    // ── one list ───────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/{id}")
    ModelAndView one(
            @PathVariable String id,
            @RequestParam(required = false) String status,
            @RequestParam(required = false) String agency,
            @RequestParam(defaultValue = "0") int after) {
        return one(known(id), new Shown(filled(status), filled(agency), after), Map.of(), Map.of(), HttpStatus.OK);
    }

    /** What of the list is shown. */
    private record Shown(String status, String agency, int after) {}

    private static String filled(String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private ModelAndView one(
            UUID id, Shown shown, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("roster", status);
        var people = rosters.people(id, shown.status(), shown.agency(), shown.after(), Rosters.PAGE + 1);
        page.addObject("roster", rosters.one(id));
        page.addObject("people", people.size() > Rosters.PAGE ? people.subList(0, Rosters.PAGE) : people);
        page.addObject(
                "next",
                people.size() > Rosters.PAGE ? people.get(Rosters.PAGE - 1).position() : null);
        page.addObject("shown", shown);
        page.addObject("visitors", rosters.visitors(id));
        page.addObject("imports", imports.of(id));
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    @PostMapping("/{id}/imports")
    Object importInto(@PathVariable String id, @RequestParam(required = false) MultipartFile file) throws IOException {
        var roster = known(id);
        try {
            var done = imports.importInto(
                    roster,
                    file == null || file.getOriginalFilename() == null ? "" : file.getOriginalFilename(),
                    file == null ? new byte[0] : file.getBytes());
            return "redirect:/rosters/" + roster + "/imports/" + done;
        } catch (Refusal.Invalid invalid) {
            return one(
                    roster, new Shown(null, null, 0), Map.of(), invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
    }

    @GetMapping("/{id}/imports/{importId}")
    String imported(@PathVariable String id, @PathVariable String importId, Model model) {
        var done = imports.one(known(importId));
        model.addAttribute("done", done);
        model.addAttribute("errors", done.errors().stream().limit(MOST_MISTAKES).toList());
        return "roster-import";
    }

    @GetMapping("/{id}/imports/{importId}/errors.csv")
    ResponseEntity<byte[]> mistakes(@PathVariable String id, @PathVariable String importId, Locale locale) {
        return CsvDownload.of(
                "roster-errors.csv",
                List.of(
                        word("rosters.row", locale),
                        word("rosters.fieldName", locale),
                        word("rosters.reasonName", locale)),
                imports.one(known(importId)).errors().stream()
                        .map(mistake -> List.of(
                                mistake.row(),
                                word("rosters.field." + mistake.field(), locale),
                                word("rosters.reason." + mistake.reason(), locale)))
                        .toList());
    }

    private String word(String key, Locale locale) {
        return messages.getMessage(key, null, key, locale);
    }

    @PostMapping("/{id}/plan")
    Object plan(
            @PathVariable String id,
            @RequestParam(required = false) List<String> people,
            @RequestParam Map<String, String> typed,
            RedirectAttributes flash) {
        var roster = known(id);
        var shown = new Shown(filled(typed.get("status")), filled(typed.get("agency")), number(typed.get("after")));
        try {
            rosters.plan(
                    roster,
                    people == null
                            ? List.of()
                            : people.stream()
                                    .map(Ids::parse)
                                    .flatMap(Optional::stream)
                                    .toList(),
                    day(typed.get("visitOn")),
                    typed.get("companion"));
        } catch (Refusal.Invalid invalid) {
            return one(roster, shown, typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "rosters.planned.said");
        flash.addAttribute("status", shown.status() == null ? "" : shown.status());
        flash.addAttribute("agency", shown.agency() == null ? "" : shown.agency());
        flash.addAttribute("after", shown.after());
        return "redirect:/rosters/" + roster;
    }

    private static int number(String text) {
        return text != null && text.matches("[0-9]{1,8}") ? Integer.parseInt(text) : 0;
    }

    private static LocalDate day(String text) {
        try {
            return text == null || text.isBlank() ? null : LocalDate.parse(text);
        } catch (DateTimeParseException none) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("visitOn", "訪ねる日", "は日付で入力してください。")));
        }
    }

    // ── somebody on a list ─────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/people/{id}")
    ModelAndView person(@PathVariable String id) {
        return person(known(id), Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/people/{id}/off")
    Object takeOff(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            rosters.takeOff(known(id), typed.get("reason"));
        } catch (Refusal.Invalid invalid) {
            return person(known(id), typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "rosters.takenOff");
        return "redirect:/rosters/people/" + known(id);
    }

    @PostMapping("/people/{id}/back")
    String putBack(@PathVariable String id, RedirectAttributes flash) {
        rosters.putBack(known(id));
        flash.addFlashAttribute("said", "rosters.putBack");
        return "redirect:/rosters/people/" + known(id);
    }

    private ModelAndView person(UUID id, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("roster-person", status);
        page.addObject("person", rosters.person(id));
        page.addObject("events", timeline.ofMatter(id));
        page.addObject("tasks", tasks.ofStream(id, null, 20));
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("名簿"));
    }
}
