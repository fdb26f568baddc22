package jp.kasane.casefile.web;

import java.util.List;
import java.util.Map;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
class CasePages {

    /** In the order a case goes through them; it may skip or repeat some. */
    private static final List<String> PHASES =
            List.of("assessment", "meeting", "outreach", "plan", "monitoring", "closure", "watch", "closed");

    /** Entries of the timeline that are shown at once. */
    private static final int SHOWN = 50;

    private final Cases cases;
    private final CaseView view;
    private final Timeline timeline;

    CasePages(Cases cases, CaseView view, Timeline timeline) {
        this.cases = cases;
        this.view = view;
        this.timeline = timeline;
    }

    @GetMapping("/cases")
    String list(Model model) {
        model.addAttribute("cases", cases.list(200));
        return "cases";
    }

    @GetMapping("/cases/{id}")
    String one(@PathVariable String id, @RequestParam Map<String, String> asked, Model model) {
        var file = view.required(id);
        var filter = TimelineAsked.filter(asked);
        model.addAttribute("file", file);
        model.addAttribute("phases", PHASES);
        model.addAllAttributes(view.onPage(file.id()));
        var page = timeline.ofCase(file.id(), filter, TimelineAsked.before(asked), SHOWN);
        model.addAttribute("events", page.entries());
        model.addAttribute("older", page.older());
        model.addAttribute("filter", filter);
        model.addAttribute("later", asked.containsKey("before"));
        model.addAttribute("topics", Timeline.TOPICS);
        model.addAttribute("actors", timeline.peopleOf(file.id()));
        return "case";
    }
}
