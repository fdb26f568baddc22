package jp.kasane.home.web;

import java.util.stream.Stream;
import jp.kasane.access.Acting;
import jp.kasane.home.Today;
import jp.kasane.task.Tasks;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

@Controller
class HomePage {

    private final Today today;

    HomePage(Today today) {
        this.today = today;
    }

    @GetMapping("/")
    String home(Model model) {
        var actor = Acting.required();
        boolean works =
                Stream.of("reception", "coordinator", "member", "manager").anyMatch(actor::has);
        boolean answersForAll = actor.has("manager") || actor.has("auditor");
        if (!works && !answersForAll) {
            return "redirect:/operations";
        }
        var counts = today.counts();
        model.addAttribute("works", works);
        model.addAttribute("all", answersForAll);
        model.addAttribute("mineCount", counts.get(Tasks.View.MINE));
        model.addAttribute("groupCount", counts.get(Tasks.View.GROUP));
        model.addAttribute("overdueCount", counts.get(Tasks.View.OVERDUE));
        model.addAttribute("waitingCount", counts.get(Tasks.View.WAITING));
        model.addAttribute("overdue", today.overdue());
        model.addAttribute("meetings", today.meetings());
        model.addAttribute("withoutReview", today.withoutReview());
        if (works) {
            model.addAttribute("mine", today.mine());
            model.addAttribute("free", today.free());
        }
        if (answersForAll) {
            model.addAttribute("plansToDecide", today.open("Task_DecidePlan"));
            model.addAttribute("closuresToDecide", today.open("Task_DecideClosure"));
            model.addAttribute("withoutLead", today.withoutLead());
            model.addAttribute("toRatify", today.toRatify());
            model.addAttribute("loads", today.loads());
            model.addAttribute("carried", today.carried());
        }
        return "home";
    }
}
