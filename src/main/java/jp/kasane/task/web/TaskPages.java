package jp.kasane.task.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jp.kasane.access.Acting;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.form.Concerns;
import jp.kasane.form.Forms;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.municipality.Agencies;
import jp.kasane.municipality.Areas;
import jp.kasane.task.Absences;
import jp.kasane.task.Assignments;
import jp.kasane.task.People;
import jp.kasane.task.TaskBrief;
import jp.kasane.task.TaskFilters;
import jp.kasane.task.TaskLists;
import jp.kasane.task.TaskSelection;
import jp.kasane.task.Tasks;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The task list, a task, and who is away. */
@Controller
class TaskPages {

    private static final int PAGE = 50;
    /** Where the list was left: a task leads back there, filter, page and all. */
    private static final String LEFT = "kasane.task-list";

    private static final List<String> PHASES = List.of(
            "consultation",
            "assessment",
            "meeting",
            "outreach",
            "plan",
            "monitoring",
            "closure",
            "watch",
            "community-issue",
            "network-meeting",
            "roster-visit",
            "model-release");

    private final Tasks tasks;
    private final TaskBrief brief;
    private final TaskLists lists;
    private final TaskFilters filters;
    private final Assignments assignments;
    private final Absences absences;
    private final Agencies agencies;
    private final Areas areas;
    private final Forms forms;
    private final People people;
    private final Clock clock;

    TaskPages(
            Tasks tasks,
            TaskBrief brief,
            TaskLists lists,
            TaskFilters filters,
            Assignments assignments,
            Absences absences,
            Agencies agencies,
            Areas areas,
            Forms forms,
            People people,
            Clock clock) {
        this.tasks = tasks;
        this.brief = brief;
        this.lists = lists;
        this.filters = filters;
        this.assignments = assignments;
        this.absences = absences;
        this.agencies = agencies;
        this.areas = areas;
        this.forms = forms;
        this.people = people;
        this.clock = clock;
    }

    /** Something to choose: its code in the address and what it is called; no name where the messages have one. */
    record Choice(String code, String name) {}

    @GetMapping("/tasks")
    String list(HttpServletRequest request, HttpSession session, Model model) {
        var selection = TaskSelection.of(request.getParameterMap(), firstView());
        model.addAttribute("since", clock.instant().toString());
        var page = lists.page(selection, PAGE);
        session.setAttribute(LEFT, selection.query());
        model.addAttribute("selection", selection);
        model.addAttribute("view", TaskSelection.code(selection.view()));
        model.addAttribute("tasks", page.rows());
        model.addAttribute(
                "next", page.next() == null ? null : selection.from(page.next()).query());
        model.addAttribute("tooMany", page.tooMany());
        model.addAttribute("tabs", tabs(selection));
        model.addAttribute("total", selection.narrowed() ? lists.count(selection) : null);
        model.addAttribute(
                "words",
                selection.search() == null
                        ? null
                        : lists.words(selection.search()).orElse(null));
        model.addAttribute("choices", choices());
        model.addAttribute("columns", filters.columns());
        model.addAttribute("allColumns", TaskFilters.COLUMNS);
        model.addAttribute("saved", filters.saved());
        model.addAttribute("candidates", mayAssign() ? assignments.candidates() : List.of());
        model.addAttribute(
                "areaNames",
                areas.all().stream()
                        .collect(Collectors.toMap(
                                area -> area.scheme() + "/" + area.code(), Areas.Area::name, (a, b) -> a)));
        model.addAttribute(
                "standsInFor",
                absences.coming().stream()
                        .filter(absence ->
                                absence.deputyLogin().equals(Acting.required().login()))
                        .filter(absence -> !absence.fromOn()
                                .isAfter(LocalDate.now(clock.withZone(jp.kasane.foundation.JapaneseTime.ZONE))))
                        .toList());
        return "tasks";
    }

    /** Whoever may only look starts with everything there is to see. */
    private static Tasks.View firstView() {
        return mayAssign() ? Tasks.View.GROUP : Tasks.View.ALL;
    }

    private static boolean mayAssign() {
        var actor = Acting.required();
        return Stream.of("reception", "coordinator", "member", "manager").anyMatch(actor::has);
    }

    /** One of the views above the list, with the filters as they are. */
    record Tab(String code, String query, TaskLists.Count count) {}

    private List<Tab> tabs(TaskSelection selection) {
        var counts = lists.counts();
        return Stream.of(Tasks.View.values())
                .map(view ->
                        new Tab(TaskSelection.code(view), selection.in(view).query(), counts.get(view)))
                .toList();
    }

    private Map<String, List<Choice>> choices() {
        var choices = new LinkedHashMap<String, List<Choice>>();
        choices.put("phase", coded(PHASES));
        choices.put("urgency", coded(List.of("urgent", "soon", "normal")));
        choices.put(
                "agency",
                agencies.all().stream()
                        .map(agency -> new Choice(agency.code(), agency.name()))
                        .toList());
        choices.put(
                "area",
                areas.all().stream()
                        .map(area -> new Choice(area.scheme() + "/" + area.code(), area.name()))
                        .toList());
        var concerns = Concerns.codes();
        choices.put("concern", coded(concerns));
        choices.put("main", coded(concerns));
        choices.put("step", coded(filters.steps()));
        return choices;
    }

    private static List<Choice> coded(List<String> codes) {
        return codes.stream().map(code -> new Choice(code, null)).toList();
    }

    /** What is looked for stays out of the address: it may be a name. */
    @OpenToAuditors("their own view of the list")
    @PostMapping("/tasks/search")
    String search(@RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "") String query) {
        return "redirect:/tasks?" + selection(query).searching(lists.search(q)).query();
    }

    @OpenToAuditors("their own view of the list")
    @PostMapping("/tasks/columns")
    String columns(@RequestParam(required = false) List<String> column, @RequestParam(defaultValue = "") String query) {
        filters.columns(column == null ? List.of() : column);
        return back(query);
    }

    @OpenToAuditors("their own view of the list")
    @PostMapping("/tasks/filters")
    String save(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "false") boolean share,
            @RequestParam(defaultValue = "") String query,
            RedirectAttributes flash) {
        try {
            filters.save(name, selection(query), share);
            flash.addFlashAttribute("said", "said.filterSaved");
        } catch (Refusal.Invalid invalid) {
            flash.addFlashAttribute("problem", invalid.getMessage());
        }
        return back(query);
    }

    @OpenToAuditors("their own view of the list")
    @PostMapping("/tasks/filters/{id}/forget")
    String forget(@PathVariable String id, @RequestParam(defaultValue = "") String query) {
        filters.forget(id(id, "この条件"));
        return back(query);
    }

    @PostMapping("/tasks/bulk")
    String bulk(
            @RequestParam String action,
            @RequestParam(required = false) List<String> task,
            @RequestParam(required = false) String assignee,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate dueOn,
            @RequestParam(required = false) String reason,
            @RequestParam(defaultValue = "") String query,
            RedirectAttributes flash) {
        try {
            var chosen = chosen(task);
            var outcome = action.equals("due")
                    ? assignments.due(chosen, required(dueOn), reason)
                    : assignments.assign(chosen, assignee);
            flash.addFlashAttribute("done", outcome.done());
            flash.addFlashAttribute("doneWhat", action.equals("due") ? "tasks.bulk.dueDone" : "tasks.bulk.assigned");
            flash.addFlashAttribute(
                    "refused", outcome.refused().values().stream().distinct().toList());
        } catch (Refusal.Invalid invalid) {
            flash.addFlashAttribute("problem", invalid.getMessage());
        }
        return back(query);
    }

    private static LocalDate required(LocalDate dueOn) {
        if (dueOn == null) {
            throw new Refusal.Invalid(List.of(new Refusal.FieldError("dueOn", "新しい期限", "を入力してください。")));
        }
        return dueOn;
    }

    private static List<Assignments.Chosen> chosen(List<String> values) {
        var chosen = new ArrayList<Assignments.Chosen>();
        for (var value : values == null ? List.<String>of() : values) {
            var parts = value.split("\\|");
            chosen.add(new Assignments.Chosen(
                    id(parts[0], "作業"), parts.length > 1 ? Ids.parse(parts[1]).orElse(null) : null));
        }
        return chosen;
    }

    private static UUID id(String text, String what) {
        return Ids.parse(text).orElseThrow(() -> new Refusal.NotFound(what));
    }

    /** What a page's hidden field says of the list; only ours is taken from it. */
    private static TaskSelection selection(String query) {
        var parameters = new LinkedHashMap<String, List<String>>();
        for (var part : query.split("&")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parameters
                        .computeIfAbsent(part.substring(0, equals), name -> new ArrayList<>())
                        .add(java.net.URLDecoder.decode(
                                part.substring(equals + 1), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        return TaskSelection.of(
                parameters.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                        .toArray(String[]::new))),
                firstView());
    }

    private static String back(String query) {
        return "redirect:/tasks?" + selection(query).query();
    }

    // ── one task ───────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/tasks/{id}")
    String task(@PathVariable String id, HttpSession session, Model model) {
        var sheet = tasks.sheet(id);
        model.addAttribute("sheet", sheet);
        model.addAttribute("formJson", forms.write(sheet.form()));
        model.addAttribute("dataJson", forms.write(sheet.data()));
        model.addAttribute("taskId", id);
        model.addAttribute("colleagues", people.colleagues());
        model.addAttribute("listLeft", left(session));
        if (sheet.open()) {
            var stream = stream(sheet.task());
            model.addAttribute("watched", filters.watched(stream));
            model.addAttribute("stream", stream);
            if (sheet.task().caseId() != null) {
                model.addAttribute("brief", brief.of(sheet.task().caseId()));
            }
            model.addAttribute("candidates", sheet.task().workable() ? assignments.candidates() : List.of());
        }
        return "task";
    }

    private static UUID stream(Tasks.Row task) {
        return task.caseId() != null
                ? task.caseId()
                : task.consultationId() != null ? task.consultationId() : task.matterId();
    }

    private static String left(HttpSession session) {
        return session.getAttribute(LEFT) instanceof String query ? "/tasks?" + query : "/tasks";
    }

    @PostMapping("/tasks/{id}/claim")
    String claim(@PathVariable String id, RedirectAttributes flash) {
        assignments.claim(id);
        flash.addFlashAttribute("said", "said.claimed");
        return "redirect:/tasks/" + id;
    }

    @PostMapping("/tasks/{id}/release")
    String release(@PathVariable String id, HttpSession session, RedirectAttributes flash) {
        assignments.release(id);
        flash.addFlashAttribute("said", "said.released");
        return "redirect:" + left(session);
    }

    /** From the task's own page: to one colleague. */
    @PostMapping("/tasks/{id}/assign")
    String assign(
            @PathVariable String id,
            @RequestParam(required = false) String assignee,
            @RequestParam(required = false) String holder,
            HttpSession session,
            RedirectAttributes flash) {
        var outcome = assignments.assign(
                List.of(new Assignments.Chosen(id(id, "作業"), Ids.parse(holder).orElse(null))), assignee);
        outcome.refused().values().forEach(sentence -> {
            throw new Refusal.Conflict(sentence);
        });
        flash.addFlashAttribute("said", "said.assigned");
        return "redirect:" + left(session);
    }

    @OpenToAuditors("what they themselves are told of")
    @PostMapping("/streams/{id}/watch")
    String watch(
            @PathVariable String id, @RequestParam boolean on, @RequestParam String from, RedirectAttributes flash) {
        var stream = id(id, "ケース");
        if (on) {
            filters.watch(stream);
        } else {
            filters.unwatch(stream);
        }
        flash.addFlashAttribute("said", on ? "said.watched" : "said.unwatched");
        // Back to a page of ours and nowhere else.
        return "redirect:" + (from.matches("/(tasks|cases|consultations|matters)/[0-9a-fA-F-]{36}") ? from : "/tasks");
    }

    // ── who is away ────────────────────────────────────────────────────────────────────────────────────────────────

    @GetMapping("/absences")
    String absences(Model model) {
        model.addAttribute("absences", absences.coming());
        model.addAttribute("candidates", mayAssign() ? assignments.candidates() : List.of());
        return "absences";
    }

    @PostMapping("/absences")
    String enter(
            @RequestParam(required = false) String login,
            @RequestParam(required = false) String deputy,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate from,
            @RequestParam(required = false) @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate to,
            RedirectAttributes flash) {
        try {
            absences.enter(login, deputy, from, to);
            flash.addFlashAttribute("said", "said.absenceEntered");
        } catch (Refusal.Invalid invalid) {
            flash.addFlashAttribute("problem", invalid.getMessage());
        }
        return "redirect:/absences";
    }

    @PostMapping("/absences/{id}/end")
    String end(@PathVariable String id, RedirectAttributes flash) {
        absences.end(id(id, "この不在の登録"));
        flash.addFlashAttribute("said", "said.absenceEnded");
        return "redirect:/absences";
    }
}
