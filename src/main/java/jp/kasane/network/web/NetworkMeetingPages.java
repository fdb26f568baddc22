package jp.kasane.network.web;

import java.util.Map;
import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.network.NetworkMeetings;
import jp.kasane.task.Tasks;
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

@Controller
@RequestMapping("/network-meetings")
class NetworkMeetingPages {

    private final NetworkMeetings meetings;
    private final Tasks tasks;

    NetworkMeetingPages(NetworkMeetings meetings, Tasks tasks) {
        this.meetings = meetings;
        this.tasks = tasks;
    }

    @GetMapping
    String all(Model model) {
        model.addAttribute("meetings", meetings.list());
        return "network-meetings";
    }

    @GetMapping("/{id}")
    ModelAndView one(@PathVariable String id) {
        return page(known(id), Map.of(), Map.of(), HttpStatus.OK);
    }

    @PostMapping("/{id}/agenda")
    Object handIn(@PathVariable String id, @RequestParam Map<String, String> typed, RedirectAttributes flash) {
        try {
            meetings.handIn(known(id), typed.get("title"), typed.get("detail"));
        } catch (Refusal.Invalid invalid) {
            return page(known(id), typed, invalid.sentences(), HttpStatus.UNPROCESSABLE_ENTITY);
        }
        flash.addFlashAttribute("said", "network.handedIn");
        return "redirect:/network-meetings/" + known(id);
    }

    @PostMapping("/{id}/agenda/{item}/withdrawal")
    String takeBack(@PathVariable String id, @PathVariable String item) {
        meetings.takeBack(known(id), Ids.parse(item).orElseThrow(() -> new Refusal.NotFound("議題")));
        return "redirect:/network-meetings/" + known(id);
    }

    private ModelAndView page(UUID id, Map<String, String> typed, Map<String, String> errors, HttpStatus status) {
        var page = new ModelAndView("network-meeting", status);
        page.addObject("meeting", meetings.required(id));
        page.addObject("tasks", tasks.ofStream(id, null, 20));
        page.addObject("typed", typed);
        page.addObject("errors", errors);
        return page;
    }

    private static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("定例会議"));
    }
}
