package jp.kasane.casefile.web;

import java.util.List;
import jp.kasane.casefile.Cases;
import jp.kasane.casefile.Timeline;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

@Controller
class CasePages {

    /** In the order a case goes through them; it may skip or repeat some. */
    private static final List<String> PHASES =
            List.of("assessment", "meeting", "outreach", "plan", "monitoring", "closure", "watch", "closed");

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
    String one(@PathVariable String id, Model model) {
        var file = view.required(id);
        model.addAttribute("file", file);
        model.addAttribute("phases", PHASES);
        model.addAllAttributes(view.sections(file.id()));
        model.addAttribute("events", timeline.ofCase(file.id()).reversed());
        return "case";
    }
}
