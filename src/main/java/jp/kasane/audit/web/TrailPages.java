package jp.kasane.audit.web;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import jp.kasane.access.OpenToAuditors;
import jp.kasane.audit.Chain;
import jp.kasane.audit.Retention;
import jp.kasane.audit.Trails;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
class TrailPages {

    private static final int SHOWN = 50;

    private final Trails trails;
    private final Chain chain;
    private final Retention retention;

    TrailPages(Trails trails, Chain chain, Retention retention) {
        this.trails = trails;
        this.chain = chain;
        this.retention = retention;
    }

    @GetMapping("/trail")
    String trail(@RequestParam Map<String, String> asked, Model model) {
        var number = TrailAsked.text(asked, "number");
        UUID stream = number == null ? null : trails.caseOf(number);
        var filter = TrailAsked.filter(asked, stream);
        var page = trails.page(filter, SHOWN);
        model.addAttribute("entries", page.entries());
        model.addAttribute("older", page.older());
        model.addAttribute("filter", filter);
        model.addAttribute("number", number);
        model.addAttribute("kinds", Trails.KINDS);
        model.addAttribute("people", trails.people());
        return "trail";
    }

    @GetMapping("/trail/chain")
    String chain(Model model, HttpServletResponse response) {
        var state = chain.state();
        if (state.running() != null) {
            response.setHeader("Refresh", "2");
        }
        model.addAttribute("state", state);
        model.addAttribute("kept", retention.kept());
        model.addAttribute("gone", retention.gone());
        return "trail-chain";
    }

    @OpenToAuditors("whether the trail is whole is theirs to ask, and to write down")
    @PostMapping("/trail/chain/verify")
    String verify() {
        chain.verify();
        return "redirect:/trail/chain";
    }

    @OpenToAuditors("whether the trail is whole is theirs to ask, and to write down")
    @PostMapping("/trail/chain/anchor")
    String anchor(RedirectAttributes flash) {
        chain.anchorNow();
        flash.addFlashAttribute("said", "trail.anchored");
        return "redirect:/trail/chain";
    }
}
