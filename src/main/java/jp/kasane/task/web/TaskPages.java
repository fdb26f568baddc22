package jp.kasane.task.web;

import jp.kasane.access.Acting;
import jp.kasane.form.Forms;
import jp.kasane.task.People;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class TaskPages {

    private static final int MOST = 200;

    private final Tasks tasks;
    private final Forms forms;
    private final People people;

    TaskPages(Tasks tasks, Forms forms, People people) {
        this.tasks = tasks;
        this.forms = forms;
        this.people = people;
    }

    @GetMapping("/tasks")
    String list(@RequestParam(required = false) String view, Model model) {
        // Whoever may only look starts with everything there is to see.
        var actor = Acting.required();
        boolean looksOnly =
                !(actor.has("reception") || actor.has("coordinator") || actor.has("member") || actor.has("manager"));
        var chosen = view == null ? (looksOnly ? Tasks.View.ALL : Tasks.View.GROUP) : TaskApi.view(view);
        var rows = tasks.list(chosen, null, null, MOST);
        model.addAttribute("view", chosen.name().toLowerCase(java.util.Locale.ROOT));
        model.addAttribute("tasks", rows);
        model.addAttribute(
                "mineCount", tasks.list(Tasks.View.MINE, null, null, MOST).size());
        model.addAttribute(
                "groupCount",
                chosen == Tasks.View.GROUP
                        ? rows.size()
                        : tasks.list(Tasks.View.GROUP, null, null, MOST).size());
        model.addAttribute("most", MOST);
        return "tasks";
    }

    @GetMapping("/tasks/{id}")
    String task(@PathVariable String id, Model model) {
        var sheet = tasks.sheet(id);
        model.addAttribute("sheet", sheet);
        model.addAttribute("formJson", forms.write(sheet.form()));
        model.addAttribute("dataJson", forms.write(sheet.data()));
        model.addAttribute("taskId", id);
        model.addAttribute("colleagues", people.colleagues());
        return "task";
    }

    @PostMapping("/tasks/{id}/claim")
    String claim(@PathVariable String id, RedirectAttributes flash) {
        tasks.claim(id);
        flash.addFlashAttribute("said", "said.claimed");
        return "redirect:/tasks/" + id;
    }

    @PostMapping("/tasks/{id}/release")
    String release(@PathVariable String id, RedirectAttributes flash) {
        tasks.release(id);
        flash.addFlashAttribute("said", "said.released");
        return "redirect:/tasks?view=group";
    }
}
