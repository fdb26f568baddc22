package jp.kasane.model.web;

import java.util.UUID;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import jp.kasane.model.DryRuns;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** 試し運転: begun from a draft, read while it goes and afterwards. */
@Controller
class DryRunPages {

    private final DryRuns dryRuns;

    DryRunPages(DryRuns dryRuns) {
        this.dryRuns = dryRuns;
    }

    @PostMapping("/models/drafts/{id}/dry-runs")
    String begin(@PathVariable String id) {
        return "redirect:/model-dry-runs/" + dryRuns.begin(ModelApi.known(id));
    }

    @GetMapping("/model-dry-runs/{id}")
    String one(@PathVariable String id, Model model) {
        model.addAttribute("run", dryRuns.one(known(id)));
        return "model-dry-run";
    }

    static UUID known(String id) {
        return Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("試し運転"));
    }
}
